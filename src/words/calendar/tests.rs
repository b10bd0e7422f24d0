//! The calendar against facts found another way.

use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn at(text: &str) -> Instant {
    Instant::from_millis(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

fn hours(text: &str) -> Hours {
    Hours::parse(text, Some("US")).unwrap()
}

fn shift(text: &str, seats: u32) -> Shift {
    Shift { hours: hours(text), seats }
}

fn opening(text: &str, place: &str, first: &str, last: &str) -> Opening {
    hours(text).expand(zone(place), date(first), date(last)).unwrap()
}

/// The openings as RFC 3339.
fn printed(text: &str, place: &str, first: &str, last: &str) -> Vec<(String, String)> {
    let zone = zone(place);
    let opening = opening(text, place, first, last);
    opening.intervals().iter().map(|&(start, end)| (start.rfc3339(zone), end.rfc3339(zone))).collect()
}

fn build(place: &str, as_of: &str, tail: Duration, campaigns: &[Vec<Shift>], changes: &[&str]) -> Calendar {
    let rate_changes: Vec<_> = changes.iter().map(|change| date(change)).collect();
    let floor = Floor { zone: zone(place), as_of: date(as_of), tail, campaigns, rate_changes: &rate_changes };
    Calendar::build(&floor).unwrap()
}

fn refused(text: &str, country: Option<&str>) -> (HoursErrorKind, String) {
    let error = Hours::parse(text, country).unwrap_err();
    (error.kind, text[error.span].to_owned())
}

/// Time that a campaign staffs at all in the horizon [ms].
fn staffed(calendar: &Calendar, campaign: usize) -> i64 {
    let spent = calendar.occupancy(calendar.start(), calendar.horizon_end());
    calendar.regimes().iter().zip(spent).filter(|(regime, _)| regime.seats[campaign] > 0).map(|(_, ms)| ms).sum()
}

mod instants {
    use super::*;

    #[test]
    fn print_with_the_offset_in_force() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(at("2026-07-01T12:00:00Z").rfc3339(berlin), "2026-07-01T14:00:00+02:00");
        assert_eq!(at("2026-12-01T12:00:00.250Z").rfc3339(berlin), "2026-12-01T13:00:00.250+01:00");
        assert_eq!(at("2026-07-01T12:00:00Z").to_local(berlin), local("2026-07-01 14:00"));
        assert_eq!(at("2026-07-01T12:00:00Z").rfc3339(Zone::UTC), "2026-07-01T12:00:00+00:00");
    }

    #[test]
    fn absurd_ones_are_printed_and_not_panicked_at() {
        for millis in [i64::MIN, i64::MAX] {
            for name in Zone::names() {
                assert!(!Instant::from_millis(millis).rfc3339(zone(name)).is_empty());
            }
        }
        for extreme in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            let _ = Instant::from_local(extreme, zone("Europe/Berlin"));
        }
    }

    #[test]
    fn a_skipped_time_is_the_change_and_a_repeated_one_its_first() {
        let instant = |text, place| Instant::from_local(local(text), zone(place));
        assert_eq!(instant("2027-03-28 02:30", "Europe/Berlin"), at("2027-03-28T01:00:00Z"));
        assert_eq!(instant("2027-10-31 02:30", "Europe/Berlin"), at("2027-10-31T00:30:00Z"));
        assert_eq!(instant("2027-10-31 03:00", "Europe/Berlin"), at("2027-10-31T02:00:00Z"));
        assert_eq!(instant("2027-03-14 02:30", "America/New_York"), at("2027-03-14T07:00:00Z"));
        assert_eq!(instant("2027-11-07 01:30", "America/New_York"), at("2027-11-07T05:30:00Z"));
        // Half an hour is skipped and repeated on Lord Howe.
        assert_eq!(instant("2026-10-04 02:15", "Australia/Lord_Howe"), at("2026-10-03T15:30:00Z"));
        assert_eq!(instant("2027-04-04 01:45", "Australia/Lord_Howe"), at("2027-04-03T14:45:00Z"));
        // Samoa skipped the 30th of December 2011.
        assert_eq!(instant("2011-12-30 12:00", "Pacific/Apia"), at("2011-12-30T10:00:00Z"));
        assert_eq!(instant("2011-12-31 00:00", "Pacific/Apia"), at("2011-12-30T10:00:00Z"));
    }

    /// Chrono's own tables are asked for each half hour in four years, in each zone of each kind.
    #[test]
    fn agree_with_the_zone_tables() {
        let zones = [
            "America/Phoenix",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Africa/Casablanca",
            "America/Havana",
            "Asia/Kathmandu",
            "Asia/Tehran",
            "Antarctica/Troll",
        ];
        for name in zones {
            let tz: chrono_tz::Tz = name.parse().unwrap();
            for years in [("2010-12-01", "2012-01-31"), ("2026-01-01", "2028-12-31")] {
                let (first, last) = (date(years.0), date(years.1));
                let offsets = zone::Offsets::around(zone(name), first, last);
                let mut naive = first.and_time(chrono::NaiveTime::MIN);
                let mut before = i64::MIN;
                while naive.date() <= last {
                    let instant = offsets.instant(naive.and_utc().timestamp_millis()).millis();
                    assert!(instant >= before, "{name} {naive}");
                    match tz.from_local_datetime(&naive) {
                        chrono::LocalResult::Single(there) | chrono::LocalResult::Ambiguous(there, _) => {
                            assert_eq!(instant, there.timestamp_millis(), "{name} {naive}");
                        }
                        // Just before it the clock shows less than the time asked for, at it more.
                        chrono::LocalResult::None => {
                            assert!(Instant::from_millis(instant - 1).to_local(zone(name)) < naive, "{name} {naive}");
                            assert!(Instant::from_millis(instant).to_local(zone(name)) > naive, "{name} {naive}");
                        }
                    }
                    before = instant;
                    naive += chrono::TimeDelta::minutes(30);
                }
            }
        }
    }

    /// [`zone::Offsets`] looks once a day.
    #[test]
    fn no_zone_changes_twice_within_a_day() {
        for tz in chrono_tz::TZ_VARIANTS {
            let seconds = |text: &str| date(text).and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
            let offset = |second: i64| {
                let utc = chrono::DateTime::from_timestamp(second, 0).unwrap().naive_utc();
                chrono::Offset::fix(&tz.offset_from_utc_datetime(&utc)).local_minus_utc()
            };
            let mut last_change = i64::MIN;
            let mut second = seconds("2026-01-01");
            let mut before = offset(second);
            while second < seconds("2029-01-01") {
                second += 8 * 3_600;
                let now = offset(second);
                if now != before {
                    assert!(second.saturating_sub(last_change) > 2 * 86_400, "{} at {second}", tz.name());
                    last_change = second;
                }
                before = now;
            }
        }
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(Zone::parse("America/Phoenx"), None);
        assert_eq!(Zone::parse(""), None);
        assert!(Zone::names().any(|name| name == "America/Phoenix"));
        assert_eq!(zone("America/Phoenix").to_string(), "America/Phoenix");
    }
}

mod expressions {
    use super::*;

    #[test]
    fn common_mistakes_are_explained_where_they_are() {
        let hint = |text: &str| match refused(text, None) {
            (HoursErrorKind::Syntax { hint: Some(hint) }, at) => {
                (hint.split([':', ' ']).next().unwrap().to_owned(), at)
            }
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(hint("Mon-Fri 08:00-20:00"), ("days".into(), "n-Fri".into()));
        assert_eq!(hint("Mo-Fr 8am-8pm"), ("times".into(), "8am-8pm".into()));
        assert_eq!(hint("Mo-Fr 9-17"), ("times".into(), "9-17".into()));
        assert_eq!(hint("Mo–Fr 08:00-20:00").0, "ranges");
        assert_eq!(hint("").1, "");
        assert_eq!(hint("Mo-Fr 08:00-20:00;"), ("nothing".into(), String::new()));
        assert_eq!(hint("Mo-Fr 08:00-20:00 Sa 09:00-14:00"), ("rules".into(), "Sa".into()));
        assert_eq!(hint("Mo-Fr 08:00-20:00,Sa 09:00-14:00"), ("rules".into(), "Sa".into()));
        assert_eq!(hint("Mo-Fr 08:00-20:00; ph off"), ("holidays".into(), "ph".into()));
        assert_eq!(hint("Mo-Fr 08:00-20:00; 2026-12-25 off").0, "dates");
        assert_eq!(hint("25 Dec off"), ("dates".into(), "25".into()));
        assert_eq!(hint("Mo-Fr  08:00-20:00").0, "one");
        assert_eq!(hint("08:00-20:00 Mo-Fr"), ("days".into(), "Mo-Fr".into()));
        assert_eq!(hint("Mo-Fr 08:00-20:00; holidays off").0, "public");
    }

    #[test]
    fn holidays_need_a_country_that_has_them() {
        let selector = "PH";
        assert_eq!(
            refused("Mo-Fr; PH off", None),
            (HoursErrorKind::HolidaysWithoutCountry { selector }, selector.into())
        );
        // A comment names no holidays.
        assert_eq!(
            refused("Mo-Fr \"no PH\"; PH off", None),
            (HoursErrorKind::HolidaysWithoutCountry { selector }, selector.into())
        );
        assert_eq!(Hours::parse("Mo-Fr; PH off", None).unwrap_err().span, 7..9);
        assert!(Hours::parse("Mo-Fr 08:00-20:00 \"PH too\"", None).is_ok());
        let unknown = |code: &str| HoursErrorKind::UnknownCountry { code: code.into() };
        for code in ["us", "USA", "é", ""] {
            assert_eq!(refused("Mo-Fr", Some(code)).0, unknown(code));
        }
        for code in ["ZZ", "UK", "IN"] {
            assert_eq!(refused("Mo-Fr; PH off", Some(code)), (unknown(code), "PH".into()));
            assert!(Hours::parse("Mo-Fr", Some(code)).is_ok());
        }
        let kind = HoursErrorKind::NoHolidayData { selector: "SH", country: "US" };
        assert_eq!(refused("Mo-Fr; SH off", Some("US")), (kind, "SH".into()));
        assert!(Hours::countries().any(|code| code == "US"));
        for country in Hours::countries() {
            let hours = Hours::parse("PH off", Some(country));
            assert!(hours.is_ok_and(|hours| hours.country() == Some(country)), "{country}");
        }
    }

    #[test]
    fn what_the_library_would_misread_is_refused() {
        let event = "sunset";
        assert_eq!(refused("08:00-sunset", None), (HoursErrorKind::NeedsCoordinates { event }, event.into()));
        let event = "dawn";
        assert_eq!(refused("(Dawn+01:00)-20:00", None), (HoursErrorKind::NeedsCoordinates { event }, "Dawn".into()));
        assert_eq!(refused("PH +1 day 18:00+", Some("US")), (HoursErrorKind::OpenEnd, "+".into()));
        assert_eq!(refused("10:00-16:00/30", None).0, HoursErrorKind::Repetition);
        assert_eq!(refused("10:00-16:00/24:00", None).0, HoursErrorKind::Repetition);
        assert_eq!(refused("\"on call\"", None).0, HoursErrorKind::OnlyComment);
        assert_eq!(refused("2026Dec", None), (HoursErrorKind::YearWithoutSpace, "2026Dec".into()));
        assert!(matches!(refused("Mo 10:00-48:30", None).0, HoursErrorKind::Invalid { .. }));
        assert!(matches!(refused("2027-2026", None).0, HoursErrorKind::Invalid { .. }));
        assert!(Hours::parse("2026 Dec 24-2027 Jan 2 off", None).is_ok());
        // Feb 30 would be all days from Mar 1 to Feb 28.
        assert_eq!(refused("Mo; Feb 30 off", None), (HoursErrorKind::NoSuchDay, "Feb 30".into()));
        assert_eq!(refused("2026 Apr 1-Apr 31", None), (HoursErrorKind::NoSuchDay, "Apr 31".into()));
        assert!(Hours::parse("Feb 29,Apr 30,Dec 31 off", None).is_ok());
    }

    #[test]
    fn a_holiday_rule_before_the_rule_that_undoes_it_is_noticed() {
        assert!(hours("PH off; Mo-Fr 08:00-20:00").holiday_rule_overruled());
        assert!(!hours("Mo-Fr 08:00-20:00; PH off").holiday_rule_overruled());
        assert!(!hours("Mo-Fr 08:00-20:00; PH off; PH 10:00-12:00").holiday_rule_overruled());
        assert!(!hours("Mo-Fr 08:00-20:00").holiday_rule_overruled());
        assert!(!opening("PH off; Fr 08:00-20:00", "America/Phoenix", "2026-12-25", "2026-12-25").never_opens());
    }

    #[test]
    fn unknown_is_an_error_only_where_it_is() {
        let hours = hours("Mo-Fr 08:00-20:00; Dec 24 12:00-20:00 unknown");
        let expand = |first, last| hours.expand(zone("America/Phoenix"), date(first), date(last));
        assert!(expand("2026-01-01", "2026-12-23").is_ok());
        assert_eq!(expand("2026-01-01", "2026-12-31"), Err(ExpandError::Unknown { at: local("2026-12-24 12:00") }));
    }

    #[test]
    fn a_range_without_sense_or_holidays_is_an_error() {
        let expand = |first, last| hours("Mo-Fr; PH off").expand(zone("America/Phoenix"), date(first), date(last));
        assert!(matches!(expand("2026-01-02", "2026-01-01"), Err(ExpandError::DatesOutOfRange { .. })));
        assert!(matches!(expand("2026-01-01", "2126-01-01"), Err(ExpandError::DatesOutOfRange { .. })));
        assert_eq!(expand("2100-01-01", "2100-12-31"), Err(ExpandError::NoHolidayData { year: 2100 }));
    }
}

mod openings {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|&(start, end)| (start.to_owned(), end.to_owned())).collect()
    }

    #[test]
    fn round_the_clock_is_one_opening_of_8760_hours() {
        for place in ["America/Phoenix", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"] {
            let year = opening("24/7", place, "2026-12-01", "2027-11-30");
            assert_eq!(year.intervals().len(), 1, "{place}");
            assert_eq!(year.millis(), 8760 * HOUR, "{place}");
        }
        // Half a year has one clock change only.
        assert_eq!(opening("24/7", "Europe/Berlin", "2027-01-01", "2027-06-30").millis(), 181 * DAY - HOUR);
        assert_eq!(opening("24/7", "Australia/Lord_Howe", "2027-01-01", "2027-06-30").millis(), 181 * DAY + HOUR / 2);
        assert_eq!(opening("24/7", "America/Phoenix", "2027-01-01", "2027-06-30").millis(), 181 * DAY);
        assert_eq!(opening("24/7", "Pacific/Apia", "2011-12-01", "2011-12-31").millis(), 30 * DAY);
    }

    #[test]
    fn a_shift_over_a_clock_change_loses_or_gains_the_hour() {
        assert_eq!(
            printed("Sa 22:00-06:00", "Europe/Berlin", "2027-03-27", "2027-03-28"),
            pairs(&[("2027-03-27T22:00:00+01:00", "2027-03-28T06:00:00+02:00")])
        );
        assert_eq!(opening("Sa 22:00-06:00", "Europe/Berlin", "2027-03-27", "2027-03-28").millis(), 7 * HOUR);
        assert_eq!(opening("Sa 22:00-06:00", "Europe/Berlin", "2027-10-30", "2027-10-31").millis(), 9 * HOUR);
        assert_eq!(opening("Sa 22:00-06:00", "America/New_York", "2027-03-13", "2027-03-14").millis(), 7 * HOUR);
        assert_eq!(opening("Sa 22:00-06:00", "America/New_York", "2027-11-06", "2027-11-07").millis(), 9 * HOUR);
        assert_eq!(opening("Sa 22:00-06:00", "America/Phoenix", "2027-03-13", "2027-03-14").millis(), 8 * HOUR);
        assert_eq!(
            opening("Sa 22:00-06:00", "Australia/Lord_Howe", "2026-10-03", "2026-10-04").millis(),
            15 * HOUR / 2
        );
        assert_eq!(
            opening("Sa 22:00-06:00", "Australia/Lord_Howe", "2027-04-03", "2027-04-04").millis(),
            17 * HOUR / 2
        );
    }

    #[test]
    fn a_boundary_in_a_skipped_hour_is_the_change() {
        let day = ("2027-03-28", "2027-03-28");
        let change = "2027-03-28T03:00:00+02:00";
        assert_eq!(
            printed("01:00-02:30", "Europe/Berlin", day.0, day.1),
            pairs(&[("2027-03-28T01:00:00+01:00", change)])
        );
        assert_eq!(
            printed("02:30-04:00", "Europe/Berlin", day.0, day.1),
            pairs(&[(change, "2027-03-28T04:00:00+02:00")])
        );
        assert!(opening("02:15-02:45", "Europe/Berlin", day.0, day.1).never_opens());
        // Two openings that the change pushes together are one.
        assert_eq!(opening("01:00-02:15,02:45-04:00", "Europe/Berlin", day.0, day.1).intervals().len(), 1);
    }

    #[test]
    fn a_boundary_in_a_repeated_hour_is_its_first_occurrence() {
        let printed = |text| printed(text, "Europe/Berlin", "2027-10-31", "2027-10-31");
        assert_eq!(printed("01:00-02:30"), pairs(&[("2027-10-31T01:00:00+02:00", "2027-10-31T02:30:00+02:00")]));
        assert_eq!(printed("02:30-04:00"), pairs(&[("2027-10-31T02:30:00+02:00", "2027-10-31T04:00:00+01:00")]));
        assert_eq!(printed("02:00-03:00"), pairs(&[("2027-10-31T02:00:00+02:00", "2027-10-31T03:00:00+01:00")]));
    }

    #[test]
    fn a_night_shift_reaches_into_the_next_day_and_over_the_edge_of_the_range() {
        assert_eq!(
            printed("Fr 22:00-06:00", "America/Phoenix", "2026-12-01", "2026-12-06"),
            pairs(&[("2026-12-04T22:00:00-07:00", "2026-12-05T06:00:00-07:00")])
        );
        // From a Saturday on: what the Friday before left.
        assert_eq!(
            printed("Fr 22:00-06:00", "America/Phoenix", "2026-12-05", "2026-12-06"),
            pairs(&[("2026-12-05T00:00:00-07:00", "2026-12-05T06:00:00-07:00")])
        );
        // A rule for Saturday takes Friday's night away; a comma leaves it.
        let closed = opening("Fr 22:00-06:00; Sa 09:00-14:00", "America/Phoenix", "2026-12-05", "2026-12-05");
        assert_eq!(closed.millis(), 5 * HOUR);
        let both = opening("Fr 22:00-06:00, Sa 09:00-14:00", "America/Phoenix", "2026-12-05", "2026-12-05");
        assert_eq!(both.millis(), 11 * HOUR);
    }

    #[test]
    fn public_holidays_are_closed() {
        let christmas = |text| opening(text, "America/Phoenix", "2026-12-25", "2026-12-25");
        assert!(christmas("Mo-Fr 08:00-20:00; PH off").never_opens());
        assert_eq!(christmas("Mo-Fr 08:00-20:00").millis(), 12 * HOUR);
        assert_eq!(opening("Mo-Fr; PH off", "America/Phoenix", "2026-12-24", "2026-12-24").millis(), DAY);
        let germany = Hours::parse("Mo-Fr; PH off", Some("DE")).unwrap();
        let unity_day = germany.expand(zone("Europe/Berlin"), date("2028-10-03"), date("2028-10-03")).unwrap();
        assert!(unity_day.never_opens());
    }

    #[test]
    fn a_leap_day_is_a_day() {
        assert_eq!(opening("Tu 08:00-20:00", "America/Phoenix", "2028-02-29", "2028-02-29").millis(), 12 * HOUR);
        assert_eq!(opening("Feb 29 08:00-20:00", "America/Phoenix", "2028-01-01", "2028-12-31").millis(), 12 * HOUR);
        assert!(opening("Feb 29", "America/Phoenix", "2027-01-01", "2027-12-31").never_opens());
    }
}

mod calendars {
    use super::*;

    fn two_campaigns() -> Vec<Vec<Shift>> {
        vec![
            vec![
                shift("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", 50),
                shift("Mo-Fr 12:00-16:00; PH off", 20),
                shift("Fr 22:00-06:00", 7),
            ],
            vec![shift("Mo-Su 06:30-14:30", 10), shift("Mo-Su 14:30-22:30", 10)],
        ]
    }

    #[test]
    fn starts_and_ends_at_local_midnights() {
        let berlin = build("Europe/Berlin", "2027-02-01", Duration::from_millis(90_000_001), &two_campaigns(), &[]);
        assert_eq!(berlin.start(), at("2027-01-31T23:00:00Z"));
        assert_eq!(berlin.horizon_end(), at("2028-01-31T23:00:00Z"));
        assert_eq!(berlin.end().since(berlin.horizon_end()), 90_000_001);
        assert_eq!(berlin.zone(), zone("Europe/Berlin"));
        // Havana's clocks go forward at midnight, so that this day starts at one.
        let havana = build("America/Havana", "2027-03-14", Duration::ZERO, &two_campaigns(), &[]);
        assert_eq!(havana.start().rfc3339(zone("America/Havana")), "2027-03-14T01:00:00-04:00");
    }

    #[test]
    fn a_year_round_the_clock_has_8760_hours_and_one_segment() {
        for place in ["America/Phoenix", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"] {
            let calendar = build(place, "2026-12-01", Duration::ZERO, &[vec![shift("24/7", 3)]], &[]);
            assert_eq!(calendar.segments().len(), 1);
            assert_eq!(calendar.occupancy(calendar.start(), calendar.end()), [8760 * HOUR], "{place}");
            // The same hours in two shifts that adjoin.
            let adjoining = [vec![shift("02:30-14:00", 3), shift("14:00-26:30", 3)]];
            let adjoining = build(place, "2026-12-01", Duration::ZERO, &adjoining, &[]);
            assert_eq!(adjoining.segments().len(), 1, "{place}");
        }
    }

    #[test]
    fn overlapping_shifts_add_up_and_adjoining_ones_join() {
        let calendar = build("America/Phoenix", "2026-12-01", Duration::ZERO, &two_campaigns(), &[]);
        // Tuesday, 2026-12-01.
        let seats = |text| {
            let regime = calendar.at(Instant::from_local(local(text), zone("America/Phoenix"))).unwrap();
            calendar.regimes()[regime].seats.clone()
        };
        assert_eq!(seats("2026-12-01 00:00"), [0, 0]);
        assert_eq!(seats("2026-12-01 06:30"), [0, 10]);
        assert_eq!(seats("2026-12-01 08:00"), [50, 10]);
        assert_eq!(seats("2026-12-01 12:00"), [70, 10]);
        assert_eq!(seats("2026-12-01 15:59"), [70, 10]);
        assert_eq!(seats("2026-12-01 16:00"), [50, 10]);
        assert_eq!(seats("2026-12-05 05:59"), [7, 0]);
        assert_eq!(seats("2026-12-25 12:00"), [0, 10]);
        assert_eq!(seats("2026-12-25 23:00"), [7, 0]);
        assert!(!calendar.breakpoints().contains(&at("2026-12-01T21:30:00Z")));
        assert_eq!(calendar.busiest(0), Some((70, at("2026-12-01T19:00:00Z"))));
        assert_eq!(calendar.busiest(1), Some((10, at("2026-12-01T13:30:00Z"))));
        assert_eq!(calendar.busiest(2), None);
        assert_eq!(staffed(&calendar, 1), 365 * 16 * HOUR);
        assert_eq!(calendar.at(calendar.start().plus(-1)), None);
        assert_eq!(calendar.at(calendar.end()), None);
        let huge = [vec![shift("24/7", u32::MAX), shift("24/7", 1)]];
        let huge = build("America/Phoenix", "2026-12-01", Duration::ZERO, &huge, &[]);
        assert_eq!(huge.busiest(0).unwrap().0, u32::MAX);
    }

    #[test]
    fn no_shifts_is_never_staffed() {
        let calendar = build("America/Phoenix", "2026-12-01", Duration::ZERO, &[vec![], vec![shift("24/7", 1)]], &[]);
        assert_eq!(calendar.regimes(), [Regime { seats: vec![0, 1], epoch: 0 }]);
        assert_eq!(calendar.busiest(0), Some((0, calendar.start())));
        assert!(calendar.never_open().is_empty());
        let empty = build("America/Phoenix", "2026-12-01", Duration::ZERO, &[], &[]);
        assert_eq!(empty.segments().len(), 1);
    }

    #[test]
    fn shifts_that_never_open_are_named() {
        let campaigns = [vec![shift("Mo", 1), shift("2020 Mo", 1)], vec![shift("Feb 29", 1), shift("off", 1)]];
        let calendar = build("America/Phoenix", "2026-12-01", Duration::from_secs(800 * 86_400), &campaigns, &[]);
        // The leap day of 2028 is in the tail.
        assert_eq!(calendar.never_open(), [(0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn rate_changes_cut_at_local_midnight() {
        let changes = ["2027-03-01", "2026-06-01", "2027-01-01", "2027-03-01"];
        let calendar = build("America/Phoenix", "2026-12-01", Duration::ZERO, &[vec![shift("24/7", 1)]], &changes);
        let found: Vec<_> = calendar.segments().map(|s| (s.start, calendar.regimes()[s.regime].epoch)).collect();
        let midnight = |text| Instant::from_local(local(text), zone("America/Phoenix"));
        assert_eq!(
            found,
            [(calendar.start(), 1), (midnight("2027-01-01 00:00"), 2), (midnight("2027-03-01 00:00"), 3)]
        );
        assert_eq!(calendar.first_instant_of(2), Some(midnight("2027-03-01 00:00")));
        assert_eq!(calendar.first_instant_of(3), None);
    }

    #[test]
    fn a_shift_that_is_unknown_is_named() {
        let campaigns = [vec![], vec![shift("Mo", 1), shift("Fr unknown", 1)]];
        let floor = Floor {
            zone: zone("America/Phoenix"),
            as_of: date("2026-12-01"),
            tail: Duration::ZERO,
            campaigns: &campaigns,
            rate_changes: &[],
        };
        let reason = ExpandError::Unknown { at: local("2026-12-04 00:00") };
        let error = Calendar::build(&floor).unwrap_err();
        assert_eq!(error, CalendarError::Shift { campaign: 1, shift: 1, reason });
        assert_eq!(
            error.to_string(),
            "shift 2 of campaign 2: whether the floor is open is unknown from 2026-12-04 00:00:00"
        );
        for as_of in [NaiveDate::MIN, NaiveDate::MAX] {
            let error = Calendar::build(&Floor { as_of, campaigns: &[], ..floor }).unwrap_err();
            assert_eq!(error, CalendarError::DateOutOfRange { as_of });
        }
        let error = Calendar::build(&Floor { tail: Duration::MAX, campaigns: &[], ..floor });
        assert!(matches!(error, Err(CalendarError::TailTooLong { .. })));
    }

    #[test]
    fn candidate_starts_are_the_moved_breakpoints_of_the_horizon() {
        let calendar = build("Europe/Berlin", "2026-12-01", Duration::from_secs(48 * 3600), &two_campaigns(), &[]);
        let extra = calendar.start().plus(5);
        let offsets = [0, HOUR, 30 * HOUR, i64::MIN, i64::MAX];
        let found = calendar.candidate_starts(&offsets, &[extra]);
        let mut expected = vec![calendar.start()];
        for offset in [0, HOUR, 30 * HOUR] {
            for at in calendar.breakpoints().iter().copied().chain([extra]) {
                let moved = at.plus(-offset);
                if moved >= calendar.start() && moved < calendar.horizon_end() && !expected.contains(&moved) {
                    expected.push(moved);
                }
            }
        }
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(calendar.candidate_starts(&[], &[]), [calendar.start()]);
    }

    /// Each campaign's seats, added up minute by minute from the openings of its shifts.
    #[test]
    fn agrees_with_the_sum_of_the_openings() {
        let place = "America/New_York";
        let campaigns = two_campaigns();
        let calendar = build(place, "2026-12-01", Duration::ZERO, &campaigns, &["2027-03-15"]);
        let openings: Vec<Vec<(Opening, u32)>> = campaigns
            .iter()
            .map(|shifts| {
                let expand = |s: &Shift| s.hours.expand(zone(place), date("2026-12-01"), date("2027-11-30")).unwrap();
                shifts.iter().map(|shift| (expand(shift), shift.seats)).collect()
            })
            .collect();
        let mut minute = calendar.start();
        while minute < calendar.end() {
            let regime = &calendar.regimes()[calendar.at(minute).unwrap()];
            for (campaign, shifts) in openings.iter().enumerate() {
                let open = |opening: &Opening| {
                    let next = opening.intervals().partition_point(|&(start, _)| start <= minute);
                    next > 0 && minute < opening.intervals()[next - 1].1
                };
                let seats: u32 = shifts.iter().filter(|(opening, _)| open(opening)).map(|(_, seats)| seats).sum();
                assert_eq!(regime.seats[campaign], seats, "{}", minute.rfc3339(zone(place)));
            }
            minute = minute.plus(MINUTE);
        }
    }

    #[test]
    fn segments_are_a_partition_of_unequal_neighbours() {
        for place in ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana"] {
            let calendar = build(place, "2026-12-01", Duration::from_secs(3600), &two_campaigns(), &["2027-03-28"]);
            let segments: Vec<_> = calendar.segments().collect();
            assert_eq!(segments[0].start, calendar.start());
            assert_eq!(segments.last().unwrap().end, calendar.end());
            assert!(segments.iter().all(|segment| segment.millis() > 0));
            assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].regime != pair[1].regime));
            for (regime, _) in calendar.regimes().iter().enumerate() {
                let first = segments.iter().find(|segment| segment.regime == regime).unwrap().start;
                assert_eq!(calendar.first_instant_of(regime), Some(first));
            }
        }
    }

    proptest! {
        #[test]
        fn occupancy_adds_up_and_agrees_with_a_walk(
            place in prop::sample::select(vec!["America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe"]),
            mut bounds in prop::array::uniform3(-0.1_f64..1.1),
        ) {
            let calendar = build(place, "2026-12-01", Duration::from_secs(48 * 3600), &two_campaigns(), &["2027-05-01"]);
            bounds.sort_by(f64::total_cmp);
            let length = calendar.end().since(calendar.start()) as f64;
            let [a, b, c] = bounds.map(|share| calendar.start().plus((share * length) as i64));

            let spent = calendar.occupancy(a, c);
            let (first, second) = (calendar.occupancy(a, b), calendar.occupancy(b, c));
            let sum: Vec<i64> = first.iter().zip(&second).map(|(x, y)| x + y).collect();
            prop_assert_eq!(&spent, &sum);

            let inside = |at: Instant| at.clamp(calendar.start(), calendar.end());
            prop_assert_eq!(spent.iter().sum::<i64>(), inside(c).since(inside(a)));

            let mut walked = vec![0; spent.len()];
            let mut at = inside(a);
            for segment in calendar.walk(a, c) {
                prop_assert_eq!(segment.start, at);
                prop_assert_eq!(calendar.at(segment.start), Some(segment.regime));
                walked[segment.regime] += segment.millis();
                at = segment.end;
            }
            prop_assert_eq!(at, inside(c));
            prop_assert_eq!(&spent, &walked);
            if a < c {
                prop_assert!(calendar.occupancy(c, a).iter().all(|&ms| ms == 0));
                prop_assert_eq!(calendar.walk(c, a).count(), 0);
            }
        }
    }
}
