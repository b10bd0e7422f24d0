//! Carriers' own decks: each layout read to the last digit, and what `rates lint` takes a file for.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/decks");

fn run_in(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.arg("rates").args(args).current_dir(folder).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command.output().unwrap()
}

fn run(args: &[&str]) -> Output {
    run_in(Path::new(DATA), args)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(text(&output.stdout)).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[test]
fn each_layout_is_recognised() {
    for (file, layout, rows) in [
        ("npanxx.csv", "npanxx", 2),
        ("lrn.csv", "lrn", 2),
        ("npanxx-jurisdiction.csv", "npanxx-jurisdiction", 3),
        ("npa-nxx.csv", "npa-nxx-jurisdiction", 2),
        ("flowroute.csv", "flowroute", 3),
        ("twilio.csv", "twilio", 5),
        ("tcxc.csv", "tcxc", 4),
        ("rate-notice.csv", "rate-notice", 19),
        ("cgrates.csv", "cgrates", 11),
        ("kazoo.csv", "kazoo", 2),
        ("yeastar.csv", "yeastar", 2),
        ("lcr.csv", "lcr", 2),
        ("call-resources.csv", "call-resources", 4),
    ] {
        let output = run(&["lint", file, "--output", "json"]);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", text(&output.stderr));
        let lint = json(&output);
        let deck = &lint["tables"][0]["deck"];
        assert_eq!(deck["format"], layout, "{file}");
        assert_eq!(deck["rows"], rows, "{file}");
        let said = run(&["lint", file]);
        assert!(text(&said.stdout).contains(&format!("{file} is read as `{layout}`")), "{}", text(&said.stdout));
    }
    // Without a header nothing tells the layout.
    let output = run(&["lint", "callwithus.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no layout known"), "{}", text(&output.stderr));
    assert_eq!(run(&["lint", "callwithus.csv", "--format", "callwithus"]).status.code(), Some(0));
}

/// Costs worked out by hand from the rows of each file.
#[test]
fn each_layout_prices_calls() {
    for (table, number, seconds, more, cost) in [
        ("npanxx", "12012001234", "60", "", "0.004356"),
        ("npanxx", "12012051234", "61", "", "0.001749"),
        ("lrn", "12012031234", "60", "--jurisdiction intrastate", "0.0024"),
        ("lrn", "12012031234", "60", "--jurisdiction interstate", "0.0029"),
        ("npanxx-jurisdiction", "12015551234", "60", "--jurisdiction interstate --on 2026-06-01", "0.01"),
        ("npanxx-jurisdiction", "12015561234", "60", "--jurisdiction indeterminate --on 2026-06-01", "0.031"),
        ("npanxx-jurisdiction", "12015571234", "60", "--jurisdiction indeterminate --on 2026-12-31", "0.022"),
        ("npa-nxx", "12122001234", "60", "--on 2026-06-01", "0.013"),
        ("flowroute", "12045550123", "45", "--on 2026-01-01", "0.006664"),
        ("flowroute", "12015550123", "60", "--on 2026-01-01 --jurisdiction intrastate", "0.0072"),
        ("flowroute", "12015550123", "60", "--on 2026-01-01 --jurisdiction indeterminate", "0.0098"),
        ("callwithus", "12012011234", "60", "--jurisdiction intrastate", "0.0041"),
        ("callwithus-az", "525512345678", "61", "", "0.04"),
        ("twilio", "436641234567", "60", "--from 4312345678", "0.016"),
        ("twilio", "436641234567", "60", "--from 8112345678", "0.155"),
        ("twilio", "436641234567", "60", "", "0.155"),
        ("twilio", "81901234567", "61", "", "0.37"),
        ("tcxc", "491512345678", "60", "--on 2026-12-01", "0.01"),
        ("tcxc", "491512345678", "61", "--on 2027-01-01", "0.042802"),
        ("tcxc", "491612345678", "61", "--on 2026-12-01", "0.060667"),
        ("tcxc", "491812345678", "60", "--on 2026-12-01", "0.01"),
        ("rate-notice", "4917312345678", "30", "--on 2026-09-23", "0.0495"),
        ("rate-notice", "447405123456", "30", "--on 2026-09-23", "0.0056"),
        ("rate-notice", "33123456789", "30", "--on 2026-09-23", "0.0025"),
        ("cgrates", "33123456789", "10", "", "1.4"),
        ("cgrates", "4930123456", "90", "", "0.25"),
        ("kazoo", "441612345678", "30", "", "0.07"),
        ("kazoo", "442071234567", "31", "", "0.006"),
        ("yeastar", "441612345678", "61", "", "0.06"),
        ("yeastar", "447912345678", "31", "", "0.17"),
        ("lcr", "14045431234", "6", "--jurisdiction interstate --on 2026-06-01", "0.000187"),
        ("lcr", "14045441234", "31", "--jurisdiction interstate --on 2026-06-01", "0.00114"),
        ("call-resources", "971212345678", "61", "", "0.6"),
        ("call-resources", "971512345678", "1", "", "0.27"),
        ("columns", "4915212345678", "60", "--on 2026-04-03", "0.0495"),
        ("columns", "442071234567", "60", "--on 2026-09-23", "0.01"),
    ] {
        let table = format!("{table}.toml");
        let mut args = vec!["price", number, seconds, "--table", &table, "--output", "json"];
        args.extend(more.split(' ').filter(|word| !word.is_empty()));
        let output = run(&args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
        assert_eq!(json(&output)["cost"], cost, "{args:?}");
    }
}

#[test]
fn blocked_and_withdrawn_rows_price_nothing() {
    let blocked = run(&["price", "491712345678", "60", "--table", "tcxc.toml", "--on", "2026-12-01"]);
    assert_eq!(blocked.status.code(), Some(3));
    assert!(text(&blocked.stdout).contains("blocks calls"), "{}", text(&blocked.stdout));
    let shown = run(&["show", "491712345678", "--table", "tcxc.toml", "--on", "2026-12-01"]);
    assert_eq!(shown.status.code(), Some(3));
    assert!(text(&shown.stdout).contains("the carrier refuses calls to it"), "{}", text(&shown.stdout));
    let lint = json(&run(&["lint", "tcxc.toml", "--output", "json"]));
    let deck = &lint["tables"][0]["deck"];
    assert_eq!((&deck["blocked"], &deck["withdrawn"]), (&1.into(), &1.into()));
    // Inbound rows and messages are no prices of outbound calls.
    let lint = json(&run(&["lint", "kazoo.csv", "call-resources.csv", "--output", "json"]));
    assert_eq!(lint["tables"][0]["deck"]["elsewhere"], 1);
    assert_eq!(lint["tables"][1]["deck"]["elsewhere"], 1);
}

/// A table with a deck in a folder of its own: what a minute costs by it.
fn minute(deck: &str, keys: &str, number: &str, on: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let head = "version = 1\ncarrier = \"Test\"\ncurrency = \"USD\"\nkind = \"per-minute\"\n";
    let table = format!("{head}deck = {{ file = \"deck.csv\"{keys} }}\n[billing]\nincrement = \"1/1\"\n");
    std::fs::write(folder.path().join("table.toml"), table).unwrap();
    std::fs::write(folder.path().join("deck.csv"), deck).unwrap();
    let args = ["price", number, "60", "--table", "table.toml", "--on", on, "--output", "json"];
    let output = run_in(folder.path(), &args);
    match output.status.code() {
        Some(0) => json(&output)["cost"].as_str().unwrap().to_owned(),
        _ => text(&output.stderr).to_owned(),
    }
}

#[test]
fn numbered_columns_find_their_delimiter() {
    let keys = ", header = false, decimal = \",\", columns = { prefix = 1, per_minute = 2 }";
    assert_eq!(minute("49;1,05\n33;2,10\n", keys, "49301", "2026-12-01"), "1.05");
    let keys = ", header = false, columns = { prefix = 1, per_minute = 3 }";
    assert_eq!(minute("49;a, b, c;1.05\n33;d, e;2.10\n", keys, "33301", "2026-12-01"), "2.1");
}

#[test]
fn headings_tell_how_codes_are_numbered() {
    let keys = ", columns = { prefix = \"NPANXX\", per_minute = \"Our price\" }";
    assert_eq!(minute("NPANXX,Our price\n201200,0.01\n", keys, "12012001234", "2026-12-01"), "0.01");
    let keys = ", columns = { prefix = \"Code\", per_minute = \"Our price\" }";
    assert_eq!(minute("Code,Our price\n201200,0.01\n", keys, "201200123", "2026-12-01"), "0.01");
}

#[test]
fn blanks_part_a_list_where_the_table_says_so() {
    let deck = "Code,Rate\n49152 49162,0.02\n49 170,0.03\n";
    let keys = |blanks: &str| format!(", columns = {{ prefix = \"Code\", per_minute = \"Rate\" }}{blanks}");
    let list = keys(", blanks = \"list\"");
    assert_eq!(minute("Code,Rate\n49152 49162,0.02\n", &list, "491621234", "2026-12-01"), "0.02");
    assert_eq!(minute(deck, &keys(", blanks = \"join\""), "491701234", "2026-12-01"), "0.03");
    assert!(minute(deck, &keys(""), "491701234", "2026-12-01").contains("blanks = \"list\""));
}

#[test]
fn calls_to_a_code_that_is_taken_back_fall_to_a_shorter_one() {
    let head = "Country,Description,Prefix,Effective from,Rate Id,Forbidden,Discontinued,Price 1,Price N,Interval 1,Interval N\n";
    let rows = ",,49,,,0,0,0.01,0.01,60,1\n,,49152,,,0,0,0.05,0.05,60,1\n";
    let on = |more: &str, day| minute(&format!("{head}{rows}{more}"), "", "491521234", day);
    let gone = ",,49152,2027-01-01,,0,1,0.05,0.05,60,1\n";
    assert_eq!((on(gone, "2026-12-31"), on(gone, "2027-01-01")), ("0.05".to_owned(), "0.01".to_owned()));
    assert_eq!(on(",,49152,ASAP,,0,1,0.05,0.05,60,1\n", "2026-12-01"), "0.01");
    assert_eq!(on("", "2027-01-01"), "0.05");
    // The only row of its code: it is charged until it is gone, where it says what.
    let alone = |row: &str, day| minute(&format!("{head},,49,,,0,0,0.01,0.01,60,1\n{row}"), "", "491521234", day);
    assert_eq!((alone(gone, "2026-12-31"), alone(gone, "2027-01-01")), ("0.05".to_owned(), "0.01".to_owned()));
    assert_eq!(alone(",,49152,2027-01-01,,0,1,,,,\n", "2026-12-31"), "0.01");
    // The old price taken back on the day that the new one begins.
    let both = format!("{gone},,49152,2027-01-01,,0,0,0.06,0.06,60,1\n");
    assert_eq!((on(&both, "2026-12-31"), on(&both, "2027-01-01")), ("0.05".to_owned(), "0.06".to_owned()));
    assert_eq!((alone(&both, "2026-12-31"), alone(&both, "2027-01-01")), ("0.05".to_owned(), "0.06".to_owned()));
    // Taken back, come back, and taken back again.
    let again = ",,49152,2027-03-01,,0,0,0.07,0.07,60,1\n,,49152,2027-05-01,,0,1,0.07,0.07,60,1\n";
    for more in [format!("{gone}{again}"), format!("{again}{gone}")] {
        let days = ["2026-12-31", "2027-01-01", "2027-03-01", "2027-05-01"].map(|day| on(&more, day));
        assert_eq!(days, ["0.05", "0.01", "0.07", "0.01"], "{more}");
    }
}

/// Next month's list takes the place of the last: what was added by hand stays.
#[test]
fn an_update_keeps_what_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let list = |rows: &str| format!("Country,Network,Dial Codes,Rate/Min,Effective,Billing,Change\n{rows}");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    write("11.csv", &list("France,F,33,0.01,01/11/2026,60/1,New\n"));
    let args = ["import", "11.csv", "--currency", "USD", "--dates", "dmy", "--out", "acme.toml"];
    assert_eq!(run_in(folder.path(), &args).status.code(), Some(0));
    let own = "# é: ours\n[limits]\nchannels = 150\n\n[billing]\nconnect_fee = 0.02\n";
    write("acme.toml", &(read("acme.toml") + own));
    write(
        "12.csv",
        &list(
            "France,F,33,0.02,01/12/2026,60/1,Increase\nFrance,M,336,0.05,01/12/2026,60/1,New\nFrance,M,336,9,01/12/2026,60/1,New\n",
        ),
    );
    // Without being asked to, nothing is written over.
    let out = run_in(folder.path(), &["import", "12.csv", "--currency", "USD", "--dates", "dmy", "--out", "acme.toml"]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("--update"), "{}", text(&out.stderr));

    let before = read("acme.toml");
    let out = run_in(folder.path(), &["import", "12.csv", "--update", "acme.toml"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("look at    acme.toml has two rows for prefix 336"), "{}", text(&out.stdout));
    let after = read("acme.toml");
    assert!(
        after.ends_with(own) && after.contains("source   = \"12.csv\"") && after.contains("dates = \"dmy\""),
        "{after}"
    );
    assert!(after.contains("#   3 rows from 3 lines\nversion"), "{after}");
    let differ = before.lines().zip(after.lines()).filter(|(a, b)| a != b).count();
    assert_eq!((before.lines().count(), differ), (after.lines().count(), 3), "{before}{after}");
    assert_eq!(read("acme.csv"), read("12.csv"));
    let args = ["price", "33301", "60", "--table", "acme.toml", "--on", "2026-12-01", "--output", "json"];
    assert_eq!(json(&run_in(folder.path(), &args))["cost"], "0.04");
    // Back again, byte for byte.
    assert_eq!(run_in(folder.path(), &["import", "11.csv", "--update", "acme.toml"]).status.code(), Some(0));
    assert_eq!(read("acme.toml"), before);
    // One that cannot be read leaves all as it was; so does a table without a deck.
    write("13.csv", &list("France,F,33,0.02,13/13/2026,60/1,Increase\n"));
    assert_eq!(run_in(folder.path(), &["import", "13.csv", "--update", "acme.toml"]).status.code(), Some(2));
    assert_eq!((read("acme.toml"), read("acme.csv")), (before, read("11.csv")));
    write("rows.toml", "version = 1\n");
    let out = run_in(folder.path(), &["import", "11.csv", "--update", "rows.toml"]);
    assert!(
        out.status.code() == Some(2) && text(&out.stderr).contains("names no deck in one line"),
        "{}",
        text(&out.stderr)
    );
    // The list takes the place of a deck, and of nothing else: no file outside, no table.
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(folder.path().join("kept.csv"), "kept").unwrap();
    for (file, says) in [("../kept.csv", "leaves the plan's repository"), ("own.toml", "a deck is no table")] {
        let table = format!(
            "version = 1\ncarrier = \"A\"\ncurrency = \"USD\"\nkind = \"per-minute\"\ndeck = {{ file = \"{file}\" }}\n[billing]\nincrement = \"1/1\"\n"
        );
        std::fs::write(inner.join("own.toml"), &table).unwrap();
        std::fs::write(inner.join("list.csv"), "NPANXX,Rate\n201200,0.01\n").unwrap();
        let out = run_in(&inner, &["import", "list.csv", "--update", "own.toml"]);
        assert!(out.status.code() == Some(2) && text(&out.stderr).contains(says), "{file}: {}", text(&out.stderr));
        assert_eq!(
            (std::fs::read_to_string(inner.join("own.toml")).unwrap(), read("kept.csv")),
            (table, "kept".to_owned())
        );
    }
    // A table ends in .toml, or the deck would be written over it.
    for args in
        [["--currency=USD", "--out", "x.csv"], ["--currency=USD", "--out", "x"], ["--quiet", "--update", "11.csv"]]
    {
        let out = run_in(
            folder.path(),
            &[&["import", "11.csv", "--dates", "dmy"][..if args[1] == "--out" { 4 } else { 2 }], &args[..]].concat(),
        );
        assert!(
            out.status.code() == Some(2) && text(&out.stderr).contains("those end in .toml"),
            "{}",
            text(&out.stderr)
        );
    }
}

#[test]
fn import_states_what_its_options_say() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("list.csv"), "7;30 31;0,02\n8;32;0,03\n").unwrap();
    let args = [
        "import",
        "list.csv",
        "--currency",
        "USD",
        "--increment",
        "1/1",
        "--out",
        "acme.toml",
        "--no-header",
        "--country-code",
        "49",
        "--blanks",
        "list",
        "--decimal",
        ",",
        "--column",
        "prefix=2",
        "--column",
        "per_minute=3",
    ];
    let output = run_in(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let args = ["price", "49311234", "60", "--table", "acme.toml", "--on", "2026-12-01", "--output", "json"];
    assert_eq!(json(&run_in(folder.path(), &args))["cost"], "0.02");

    std::fs::copy(Path::new(DATA).join("lcr.csv"), folder.path().join("lcr.csv")).unwrap();
    let args = ["import", "lcr.csv", "--currency", "USD", "--only", "carrier_id=7", "--out", "seven.toml"];
    assert_eq!(run_in(folder.path(), &args).status.code(), Some(0));
    assert!(
        std::fs::read_to_string(folder.path().join("seven.toml"))
            .unwrap()
            .contains("only = { \"carrier_id\" = \"7\" }")
    );
    let args = ["import", "lcr.csv", "--currency", "USD", "--only", "carrier_id", "--out", "eight.toml"];
    assert_eq!(run_in(folder.path(), &args).status.code(), Some(2));
}

#[test]
fn lint_says_what_it_took_a_file_for() {
    let output = run(&["lint", "rate-notice.csv"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    for words in [
        "header     line 4, cells parted by comma",
        "Dial Codes = prefix",
        "dates      day first",
        "19 rows from 4 lines",
        "left out   line 1: ACME Wholesale Voice",
        "left out   line 9: * Rates in USD",
        "to state   currency",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = run(&["lint", "npanxx.csv"]);
    assert!(text(&said.stdout).contains("no increment in 2 rows, the first in line 2"), "{}", text(&said.stdout));
}

#[test]
fn a_deck_of_very_many_columns_is_told_in_a_few_lines() {
    let folder = tempfile::tempdir().unwrap();
    let more = |cell: &dyn Fn(usize) -> String| (0..20_000).map(|i| format!(",{}", cell(i))).collect::<String>();
    let deck = format!("NPANXX,Rate{}\n201200,0.01{}\n", more(&|i| format!("x{i}")), more(&|_| String::new()));
    std::fs::write(folder.path().join("wide.csv"), deck).unwrap();
    let output = run_in(folder.path(), &["lint", "wide.csv"]);
    let said = text(&output.stdout);
    assert!(said.len() < 4_000 && said.contains("x39, and 19,960 more"), "{said}");
}

#[test]
fn a_deck_that_cannot_be_read_is_told_with_what_was_understood() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "NPANXX,Rate\n201200,0.004\n4.47E+11,0.004\n").unwrap();
    let output = run_in(folder.path(), &["lint", "x.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("x.csv is read as `npanxx`"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("x.csv:3:1"), "{}", text(&output.stderr));
    // Names of files and cells come out without control characters.
    std::fs::write(&path, "NPANXX,Rate,\u{1b}[31mX\n2012\u{1b}[1m,0.004,<script>\n").unwrap();
    let output = run_in(folder.path(), &["lint", "x.csv"]);
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
}

#[test]
fn tables_join_from_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read_to_string(Path::new(DATA).join("cgrates.csv")).unwrap();
    let parts: Vec<&str> = whole.split_inclusive('\n').collect();
    let write = |name: &str, lines: &[&str]| std::fs::write(folder.path().join(name), lines.concat()).unwrap();
    write("Destinations.csv", &parts[..3]);
    write("Rates.csv", &parts[3..7]);
    write("DestinationRates.csv", &parts[7..]);
    let table = std::fs::read_to_string(Path::new(DATA).join("cgrates.toml")).unwrap();
    let table = table.replace(
        "\"cgrates.csv\"",
        "\"DestinationRates.csv\", format = \"cgrates\", more = [\"Rates.csv\", \"Destinations.csv\"]",
    );
    std::fs::write(folder.path().join("cgrates.toml"), table).unwrap();
    let args = ["price", "4930123456", "90", "--table", "cgrates.toml", "--output", "json"];
    let (one, several) = (run(&args), run_in(folder.path(), &args));
    assert_eq!(text(&one.stdout), text(&several.stdout), "{}", text(&several.stderr));
}

#[test]
fn a_stated_digest_and_a_previous_deck_are_held_to() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let table = |deck: &str| {
        format!(
            "version = 1\ncarrier = \"X\"\ncurrency = \"USD\"\nkind = \"per-minute\"\ndeck = {{ file = \"x.csv\"{deck} }}\n[billing]\nincrement = \"6/6\"\n"
        )
    };
    write("x.csv", "NPANXX,Rate\n201200,0.004\n");
    write("old.csv", "NPANXX,Rate\n201200,0.004\n201201,0.004\n201202,0.004\n");
    let digest = trunkrisk::words::digest::sha256(b"NPANXX,Rate\n201200,0.004\n");
    for (deck, exit, words) in [
        (format!(", sha256 = \"{digest}\""), 0, ""),
        (format!(", sha256 = \"{}\"", digest.replace(|c: char| c.is_ascii_digit(), "0")), 2, "other-deck"),
        (", previous = \"old.csv\"".to_owned(), 2, "old.csv:3:1"),
        (", previous = { file = \"old.csv\", lost = 1 }".to_owned(), 2, "2 codes"),
        (", previous = { file = \"old.csv\", lost = 2 }".to_owned(), 0, ""),
    ] {
        write("x.toml", &table(&deck));
        let output = run_in(folder.path(), &["lint", "x.toml", "--output", "json", "--output", "text=out.txt"]);
        assert_eq!(output.status.code(), Some(exit), "{deck}: {}", text(&output.stderr));
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(said.contains(words), "{deck}: {said}");
    }
}

#[test]
fn import_writes_a_table_that_prices_calls() {
    let folder = tempfile::tempdir().unwrap();
    for (file, sheet) in [("rate-notice.csv", None), ("notice.xlsx", Some("Rates"))] {
        let source = Path::new(DATA).join(file);
        let source = source.to_str().unwrap();
        let out = format!("rates/{}.toml", file.replace('.', "-"));
        let args = ["import", source, "--currency", "USD", "--carrier", "AC\"ME", "--out", &out];
        let output = run_in(folder.path(), &args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(said.contains("is read as `rate-notice`") && said.contains(&format!("wrote {out}")), "{said}");
        let table = std::fs::read_to_string(folder.path().join(&out)).unwrap();
        for words in ["carrier  = \"AC\\\"ME\"", "format = \"rate-notice\"", "sha256 = \"", "Effective -> effective"] {
            assert!(table.contains(words), "{words}: {table}");
        }
        if let Some(sheet) = sheet {
            assert!(table.contains(&format!("sheet {sheet}")), "{table}");
            assert!(said.contains("not read   sheets Cover, Removals"), "{said}");
        }
        let args = ["price", "4916212345678", "30", "--table", &out, "--on", "2026-09-23", "--output", "json"];
        let priced = run_in(folder.path(), &args);
        assert_eq!(json(&priced)["cost"], "0.0495", "{}", text(&priced.stderr));
        // What is there is not written over unasked.
        let again = run_in(folder.path(), &["import", source, "--currency", "USD", "--out", &out]);
        assert_eq!(again.status.code(), Some(2));
    }
    // What cannot be understood is told, and nothing is written.
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "NPANXX,Rate\n201200,0.01\n4.47E+11,0.01\n").unwrap();
    let output = run_in(folder.path(), &["import", "bad.csv", "--currency", "USD", "--out", "x.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("bad.csv:3:1") || said.contains(":3:1"), "{said}");
    assert!(said.contains("no increment") && !folder.path().join("x.toml").exists(), "{said}");
    // Columns may be named.
    std::fs::write(&bad, "Land;Vorwahl;Preis\n49;152;0,05\n").unwrap();
    let args = "import bad.csv --currency EUR --increment 1/1 --decimal , --column prefix=Land+Vorwahl \
                --column per_minute=Preis --out y.toml";
    let output = run_in(folder.path(), &args.split_whitespace().collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = run_in(folder.path(), &["price", "4915212345678", "60", "--table", "y.toml", "--output", "json"]);
    assert_eq!(json(&output)["cost"], "0.05");
}

#[test]
fn diff_names_what_changed_and_what_it_costs() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "old.csv",
        "prefix,destination,per_minute,increment\n1,US,0.01,6/6\n1907,Alaska,0.09,6/6\n44,UK,0.02,1/1\n49,Germany,0.02,1/1\n33,France,0.02,1/1\n",
    );
    write(
        "new.csv",
        "prefix,destination,per_minute,increment\n1,US,0.012,6/6\n1808,Hawaii,0.02,6/6\n44,UK,0.01,1/1\n49,Germany,0.02,60/60\n33,France,0.0200,1/1\n",
    );
    let output = run_in(folder.path(), &["diff", "old.csv", "new.csv", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let diff = json(&output);
    assert_eq!(
        (&diff["prefixes"], &diff["counts"]["added"], &diff["counts"]["removed"]),
        (&6.into(), &1.into(), &1.into())
    );
    let change = |prefix: &str| {
        let changes = diff["changes"].as_array().unwrap().iter().find(|change| change["prefix"] == prefix);
        changes.map(|change| change["changes"].to_string())
    };
    assert_eq!(change("1").as_deref(), Some(r#"["dearer"]"#));
    assert_eq!(change("1907").as_deref(), Some(r#"["removed","cheaper"]"#));
    assert_eq!(change("1808").as_deref(), Some(r#"["added","dearer"]"#));
    assert_eq!(change("44").as_deref(), Some(r#"["cheaper"]"#));
    assert_eq!(change("49").as_deref(), Some(r#"["dearer","increment-changed"]"#));
    assert_eq!(change("33"), None);
    // The same file twice.
    let same = run_in(folder.path(), &["diff", "old.csv", "old.csv"]);
    assert!(text(&same.stdout).contains("no change in 5 prefixes"), "{}", text(&same.stdout));
    // Exchanging the sides negates every difference.
    let back = json(&run_in(folder.path(), &["diff", "new.csv", "old.csv", "--output", "json"]));
    for (one, other) in diff["changes"].as_array().unwrap().iter().zip(back["changes"].as_array().unwrap()) {
        assert_eq!(one["prefix"], other["prefix"]);
        assert_eq!(one["difference"].as_f64().unwrap(), -other["difference"].as_f64().unwrap());
    }
    // With the calls of the example floor: 97 % to 1, 3 % to Alaska, whose row is gone.
    let output = run_in(folder.path(), &["diff", "old.csv", "new.csv", "--demo", "--output", "json"]);
    let flows = json(&output);
    let flows = flows["traffic"].as_array().unwrap();
    let alaska = flows.iter().find(|flow| flow["prefix"] == "1907").unwrap();
    let ratio = alaska["new_per_hour"].as_f64().unwrap() / alaska["old_per_hour"].as_f64().unwrap();
    assert!((ratio - 0.012 / 0.09).abs() < 1e-9, "{ratio}");
}
