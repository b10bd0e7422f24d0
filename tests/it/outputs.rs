//! Every format from outside: against schemas that are not ours, against each other, and with hostile names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use trunkrisk::input::example::FILES;
use trunkrisk::policy::catalogue::rules;
use trunkrisk::render::formats::{FORMATS, LONGEST_MARKDOWN};
use trunkrisk::render::rates::lint::KNOWN;

const SARIF: &str = include_str!("../data/formats/sarif-schema-2.1.0.json");

/// The example floor in a folder of its own, with texts replaced in its plan.
struct Floor(tempfile::TempDir);

impl Floor {
    fn new(edits: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rates")).unwrap();
        for (name, text) in FILES {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let floor = Self(folder);
        for (from, to) in edits {
            let text = floor.read("failover.toml");
            assert!(text.contains(from), "{from}");
            std::fs::write(floor.path("failover.toml"), text.replace(from, to)).unwrap();
        }
        floor
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .args(args)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
            .output()
            .unwrap()
    }

    /// Every format from one run of `check`: its exit code, and the texts by format.
    fn check(&self, args: &[&str]) -> (i32, BTreeMap<&'static str, String>) {
        self.every("check", args)
    }

    /// The same of any command.
    fn every(&self, command: &str, args: &[&str]) -> (i32, BTreeMap<&'static str, String>) {
        let given = || FORMATS.iter().filter(|f| f.given_by(command));
        let outputs: Vec<String> = given().map(|f| format!("--output={}=out.{}", f.name, f.name)).collect();
        let mut all: Vec<&str> = command.split(' ').collect();
        all.extend(outputs.iter().map(String::as_str));
        all.extend(args);
        let out = self.run(&all);
        assert!(out.stdout.is_empty());
        let texts = given().map(|f| (f.name, self.read(&format!("out.{}", f.name)))).collect();
        (out.status.code().unwrap(), texts)
    }
}

const WAIVER: &str = "
[[waiver]]
rule    = \"increment-inflation\"
until   = 2026-12-31
ceiling = \"2 times\"
owner   = \"=desk|@all\"
reason  = \"<b>known</b>\"
";

/// A run: what is said of it, its command and code, and what it wrote.
struct Ran {
    name: &'static str,
    command: &'static str,
    code: i32,
    texts: BTreeMap<&'static str, String>,
}

impl Ran {
    /// The rules that its command can find something by.
    fn rules(&self) -> usize {
        let lint = |name: &str, code: &str| code.starts_with("IN") || KNOWN.contains(&name);
        rules().filter(|rule| self.command == "check" || lint(rule.name, rule.code)).count()
    }
}

/// A table with a row twice, one far off, and no limits.
const SLIPS: &str = "version = 1\ncarrier = \"=Slips|\"\ncurrency = \"USD\"\nkind = \"per-minute\"\neffective_from = \
                     2026-01-01\nexpires = 2026-06-30\n[billing]\nincrement = \"6/6\"\n[[rate]]\nprefix = \
                     \"1\"\nper_minute = 0.01\n[[rate]]\nprefix = \"1212\"\nper_minute = 9.00\n[[rate]]\nprefix = \
                     \"44\"\nper_minute = 0.01\n[[rate]]\nprefix = \"44\"\nper_minute = 0.02\n";

/// Runs that end in every way.
fn runs() -> Vec<Ran> {
    let narrow = ("channels          = 150", "channels          = 60");
    let mut all = Vec::new();
    for (name, edits, args) in [
        ("passes", vec![], vec![]),
        ("fails", vec![narrow], vec!["--deny", "thin-evidence", "--allow", "coarse-destination"]),
        ("is not judged", vec![("incident   = 1500.00", ""), ("month", "#"), ("year       =", "#")], vec![]),
        (
            "is faulty",
            vec![("wrap_time", "wrap_tme"), ("\"503\"", "\"5033\""), ("[pbx]", "[pbx]\nx = 1\nx2 = 1")],
            vec![],
        ),
        ("cannot be read", vec![], vec!["--plan", "none.toml"]),
    ] {
        let floor = Floor::new(&edits);
        if name == "fails" {
            std::fs::write(floor.path("failover.toml"), floor.read("failover.toml") + WAIVER).unwrap();
        }
        let (code, texts) = floor.check(&args);
        all.push(Ran { name, command: "check", code, texts });
    }
    for (name, args) in [
        ("lints slips", vec!["slips.toml", "rates/example-voice.toml"]),
        ("lints slips as of a day", vec!["rates/example-voice.toml", "slips.toml", "--as-of", "2026-12-01"]),
        ("lints a deck", vec!["deck.csv", "--as-of", "2026-12-01"]),
        ("lints faults", vec!["slips.toml", "none.toml", "mangled.csv", "gone.csv"]),
    ] {
        let floor = Floor::new(&[]);
        std::fs::write(floor.path("slips.toml"), SLIPS).unwrap();
        std::fs::write(floor.path("deck.csv"), "NPANXX,Rate\n201200,0.004\n201201,9.000\n").unwrap();
        std::fs::write(floor.path("mangled.csv"), "NPANXX,Rate\n201200,0.004\n4.47E+11,0.004\n").unwrap();
        let (code, texts) = floor.every("rates lint", &args);
        all.push(Ran { name, command: "rates lint", code, texts });
    }
    assert_eq!(all.iter().map(|ran| ran.code).collect::<Vec<_>>(), [0, 1, 3, 2, 2, 0, 0, 0, 2]);
    all
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn sarif_is_valid_by_its_schema_and_by_the_rules_of_code_scanning() {
    let mut schema = json(SARIF);
    // Its pattern of languages, which ours never names, is no regular expression: a bracket stands open.
    for place in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{place}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    for ran in runs() {
        let Ran { name, code, ref texts, .. } = ran;
        let sarif = json(&texts["sarif"]);
        let faults: Vec<String> =
            schema.iter_errors(&sarif).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
        let run = &sarif["runs"][0];
        let listed = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(listed.len(), ran.rules());
        for rule in listed {
            for text in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
                let words = rule.pointer(text).and_then(Value::as_str).unwrap();
                assert!(!words.is_empty() && words.len() <= 1024, "{name}: {}", rule["id"]);
            }
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        }
        let results = run["results"].as_array().unwrap();
        let envelope = json(&texts["json"]);
        let findings = envelope["findings"].as_array().unwrap();
        let blind = envelope["not_judged"].as_array().map_or(0, Vec::len);
        assert_eq!(results.len(), findings.len() + blind, "{name}");
        for (result, finding) in results.iter().zip(findings) {
            assert_eq!(result["ruleId"], finding["code"]);
            assert_eq!(listed[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
            let words = ["deny", "warn", "note"].iter().position(|level| finding["level"] == *level).unwrap();
            assert_eq!(result["level"], ["error", "warning", "note"][words]);
            assert_eq!(result["partialFingerprints"]["ruleAndSubject/v1"], finding["fingerprint"]);
            assert_eq!(result.get("suppressions").is_some(), !finding["waived_by"].is_null(), "{name}");
            // The text at the region is the one that the envelope speaks of.
            if let Some(place) = finding["where"].as_array().and_then(|places| places.first()) {
                let region = &result["locations"][0]["physicalLocation"]["region"];
                assert_eq!((&region["startLine"], &region["startColumn"]), (&place["line"], &place["column"]));
            }
        }
        for result in results {
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let places = result["locations"].as_array().unwrap();
            assert_eq!(places.len(), 1, "{name}");
            for place in places {
                let physical = &place["physicalLocation"];
                let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains([':', ' ', '\\']), "{uri}");
                let number = |key: &str| physical["region"][key].as_u64();
                assert!(number("startLine").unwrap() >= 1 && number("startColumn").unwrap() >= 1);
                assert!(number("endColumn").is_none_or(|end| Some(end) > number("startColumn")));
            }
            // What is no failure has no level.
            assert_eq!(result["kind"] == "fail", result["level"] != "none");
        }
        assert_eq!(results.iter().filter(|result| result["kind"] == "open").count(), blind, "{name}");
        assert_eq!(run["invocations"][0]["exitCode"], code);
        assert_eq!(run["invocations"][0]["executionSuccessful"], code != 2);
    }
}

/// Attributes by element, as the schema of Apache Ant (windyroad/JUnit-Schema, JUnit.xsd) wants them; that of Jenkins
/// (xunit-plugin, junit-10.xsd) knows all of these.
const JUNIT: [(&str, &[&str]); 10] = [
    ("testsuites", &[]),
    (
        "testsuite",
        &["name", "package", "id", "hostname", "timestamp", "tests", "failures", "errors", "skipped", "time"],
    ),
    ("properties", &[]),
    ("property", &["name", "value"]),
    ("testcase", &["name", "classname", "time"]),
    ("failure", &["message", "type"]),
    ("skipped", &["message"]),
    ("error", &["message", "type"]),
    ("system-out", &[]),
    ("system-err", &[]),
];

#[test]
fn junit_is_valid_and_has_a_case_for_each_rule() {
    for ran in runs() {
        let Ran { name, ref texts, .. } = ran;
        let document = roxmltree::Document::parse(&texts["junit"]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let elements = |tag: &'static str| document.descendants().filter(move |node| node.has_tag_name(tag));
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let tag = node.tag_name().name();
            let (_, wanted) = JUNIT.iter().find(|(known, _)| *known == tag).unwrap_or_else(|| panic!("{tag}"));
            let has: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            assert_eq!(has.iter().collect::<BTreeSet<_>>(), wanted.iter().collect::<BTreeSet<_>>(), "{name}: {tag}");
        }
        let suite = elements("testsuite").next().unwrap();
        let order: Vec<&str> =
            suite.children().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name()).collect();
        let cases = ran.rules();
        let mut wanted = vec!["properties"];
        wanted.extend(std::iter::repeat_n("testcase", cases));
        wanted.extend(["system-out", "system-err"]);
        assert_eq!(order, wanted, "{name}");
        for case in elements("testcase") {
            let inner: Vec<_> = case.children().filter(roxmltree::Node::is_element).collect();
            assert!(inner.len() <= 1 && inner.iter().all(|n| n.has_tag_name("failure") || n.has_tag_name("skipped")));
        }
        let number = |key| suite.attribute(key).unwrap().parse::<usize>().unwrap();
        assert_eq!(number("tests"), cases);
        assert_eq!(number("failures"), elements("failure").count());
        assert_eq!(number("skipped"), elements("skipped").count());
        // The same rules fail, and are not judged, as in the envelope.
        let envelope = json(&texts["json"]);
        let codes = |list: &Value, keep: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            let all = list.as_array().into_iter().flatten().filter(|entry| keep(entry));
            all.map(|entry| entry["code"].as_str().unwrap().to_owned()).collect()
        };
        let denied = codes(&envelope["findings"], &|f| f["level"] == "deny" && f["waived_by"].is_null());
        let of = |tag: &'static str| -> BTreeSet<String> {
            let names = elements(tag).map(|node| node.parent().unwrap().attribute("name").unwrap());
            names.map(|name| name.split(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(of("failure"), denied, "{name}");
        let blind = codes(&envelope["not_judged"], &|rule| !denied.contains(rule["code"].as_str().unwrap()));
        match name {
            "passes" | "is not judged" => assert_eq!(of("skipped"), blind),
            "lints slips" => assert_eq!((of("skipped"), denied.len()), (blind, 1)),
            "lints slips as of a day" => assert_eq!((of("skipped"), denied.len()), (blind, 2)),
            "lints a deck" => assert_eq!((of("skipped").len(), blind.len(), denied.len()), (0, 0, 0)),
            "fails" => assert!(of("skipped").contains("RATE005") && texts["junit"].contains("waived until 2026-12-31")),
            _ => assert_eq!(of("skipped").len() + denied.len(), cases),
        }
    }
}

#[test]
fn github_shows_ten_of_each_and_counts_the_rest() {
    let keys: String = (0..30).map(|i| format!("key{i} = 1\n")).collect();
    let floor = Floor::new(&[("[pbx]", &format!("[pbx]\n{keys}"))]);
    let (code, texts) = floor.check(&[]);
    assert_eq!(code, 2);
    let github = &texts["github"];
    let lines: Vec<&str> = github.lines().collect();
    assert_eq!(lines.len(), 11);
    assert!(lines[..10].iter().all(|line| line.starts_with("::error file=failover.toml,line=")), "{github}");
    assert_eq!(lines[10], "::notice title=trunkrisk::20 more in the log: 20 denied, 0 warned, 0 noted");
    // The summary is Markdown, once, behind what is there already.
    assert_eq!(floor.read("summary.md"), texts["markdown"]);
    assert!(texts["markdown"].contains("30 faults in the input; nothing was computed"));
    assert!(floor.run(&["check", "--output", "github"]).status.code() == Some(2));
    assert_eq!(floor.read("summary.md"), texts["markdown"].repeat(2));
    // Without a log that shows it, a run that is not judged has an annotation that says so.
    let (_, texts) = Floor::new(&[("incident   = 1500.00", "")]).check(&[]);
    let github = &texts["github"];
    assert!(github.contains("\n::error title=COST001 incident-over-budget::not judged: "), "{github}");
    // What can be gone to stands before it.
    let told: Vec<&str> = github.lines().filter(|line| line.starts_with("::")).collect();
    let last = told.iter().rposition(|line| line.contains(" file=")).unwrap();
    let first = told.iter().position(|line| line.contains("::not judged: ")).unwrap();
    assert!(last < first, "{github}");
    assert!(github.contains("trunkrisk 0.1.0 · failover.toml"), "the log is there too");
}

#[test]
fn what_lint_does_not_judge_is_told_mildly() {
    let floor = Floor::new(&[]);
    let (code, texts) = floor.every("rates lint", &["rates/example-voice.toml"]);
    assert_eq!(code, 0);
    let github = &texts["github"];
    assert!(!github.contains("::error"), "{github}");
    assert_eq!(github.matches("::not judged: no day counts as today").count(), 3, "{github}");
    assert!(github.contains("::notice title=RATE002 rates-expired::not judged: "), "{github}");
    let about = |key: &str| format!("not judged{key}");
    let entries = json(&texts["gitlab"]);
    let blind = |entry: &&Value| entry["description"].as_str().unwrap().starts_with(&about(":"));
    let severities: Vec<&Value> = entries.as_array().unwrap().iter().filter(blind).map(|e| &e["severity"]).collect();
    assert_eq!(severities, ["info"; 3]);
    let envelope = json(&texts["json"]);
    assert!(envelope["not_judged"].as_array().unwrap().iter().all(|rule| rule["level"] == "note"), "{envelope}");
    let rows: Vec<&str> = texts["csv"].lines().filter(|line| line.contains(&about(","))).collect();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.contains(",note,")), "{rows:?}");
    // With a day all of it is judged.
    let (_, texts) = floor.every("rates lint", &["rates/example-voice.toml", "--as-of", "2026-12-01"]);
    assert!(texts.values().all(|text| !text.contains("not judged:")), "{}", texts["github"]);
}

#[test]
fn gitlab_and_csv_tell_what_the_envelope_tells() {
    for Ran { name, command, texts, .. } in runs() {
        let envelope = json(&texts["json"]);
        let findings = envelope["findings"].as_array().unwrap();
        let blind = envelope["not_judged"].as_array().map_or(0, Vec::len);
        let entries = json(&texts["gitlab"]);
        let entries = entries.as_array().unwrap();
        let open = findings.iter().filter(|finding| finding["waived_by"].is_null()).count();
        assert_eq!(entries.len(), open + blind, "{name}");
        let mut prints = BTreeSet::new();
        for entry in entries {
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap()));
            assert!(rules().any(|rule| entry["check_name"] == rule.name));
            assert!(prints.insert(entry["fingerprint"].as_str().unwrap().to_owned()), "{name}: twice");
            assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(!entry["location"]["path"].as_str().unwrap().starts_with('/'));
            assert!(!entry["description"].as_str().unwrap().is_empty());
        }
        let mut reader = csv::Reader::from_reader(texts["csv"].as_bytes());
        let header = reader.headers().unwrap().clone();
        assert_eq!((&header[0], &header[1]), ("record", "code"));
        let column = |name: &str| header.iter().position(|known| known == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let tables = rows.iter().filter(|row| &row[0] == "table").count();
        assert_eq!(tables, envelope["tables"].as_array().map_or(0, Vec::len), "{name}");
        assert_eq!(rows.len(), findings.len() + blind + tables, "{name}");
        for (row, finding) in rows.iter().zip(findings) {
            assert_eq!(&row[column("code")], finding["code"]);
            assert_eq!(&row[column("fingerprint")], finding["fingerprint"]);
            assert_eq!(&row[column("state")] == "waived", !finding["waived_by"].is_null());
        }
        let markdown = &texts["markdown"];
        assert!(markdown.len() <= LONGEST_MARKDOWN && markdown.starts_with(&format!("## trunkrisk {command}")));
        // Only a command that judges has a verdict; a fault is one everywhere.
        let judged = markdown.lines().next().is_some_and(|title| title.contains(": "));
        assert_eq!(judged, command == "check" || envelope["status"] == "error", "{name}");
    }
}

#[test]
fn lint_points_every_fault_at_the_file_that_it_is_of() {
    let floor = Floor::new(&[]);
    std::fs::write(floor.path("latin.csv"), b"NPANXX,Rate\n201200,0.004,\xe9\n").unwrap();
    let (code, texts) = floor.every("rates lint", &["none.toml", "rates/example-voice.toml", "gone.csv", "latin.csv"]);
    assert_eq!(code, 2);
    let sarif = json(&texts["sarif"]);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let place = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(results.iter().map(place).collect::<Vec<_>>(), ["none.toml", "gone.csv", "latin.csv"]);
    assert!(texts["github"].starts_with("::error file=none.toml,line=1,col=1,title=IN001 unreadable-file::"));
    assert_eq!(json(&texts["gitlab"])[1]["location"]["path"], "gone.csv");
    // Nothing speaks of a plan that nobody asked for.
    assert!(texts.values().all(|text| !text.contains("failover.toml")));
    // Of a table that is faulty beside one that is understood, the screen says both.
    std::fs::write(floor.path("deck.csv"), "NPANXX,Rate\n201200,0.004\n").unwrap();
    let out = floor.run(&["rates", "lint", "deck.csv", "none.toml", "--output", "text", "--output", "sarif=s.sarif"]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(said.starts_with("deck.csv is read as `npanxx`"), "{said}");
    assert!(String::from_utf8(out.stderr).unwrap().contains("cannot read none.toml"));
}

#[test]
fn figures_in_csv_are_those_of_the_envelope() {
    let floor = Floor::new(&[]);
    let out = floor.run(&["estimate", "--output", "json=e.json", "--output", "csv=e.csv"]);
    assert_eq!(out.status.code(), Some(0));
    let envelope = json(&floor.read("e.json"));
    let text = floor.read("e.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<BTreeMap<String, String>> = reader
        .records()
        .map(|row| header.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect())
        .collect();
    let of = |record: &str| rows.iter().filter(|row| row["record"] == record).collect::<Vec<_>>();
    let scenarios = envelope["scenarios"].as_array().unwrap();
    assert_eq!(of("scenario").len(), scenarios.len());
    for (row, scenario) in of("scenario").iter().zip(scenarios) {
        for key in ["cause", "start", "spend", "burn_per_hour", "idle_cost", "net_benefit"] {
            assert_eq!(row[key], scenario[key].as_str().unwrap(), "{key}");
        }
        for key in ["duration_s", "attempts", "carried", "lost", "answered_calls", "talk_minutes", "billed_minutes"] {
            assert_eq!(row[key].parse::<f64>().unwrap(), scenario[key].as_f64().unwrap(), "{key}");
        }
    }
    let year = of("year");
    let p95 = year.iter().find(|row| row["figure"] == "P95").unwrap();
    assert_eq!(p95["spend"], envelope["year"]["p95"].as_str().unwrap());
    assert_eq!(year.iter().find(|row| row["figure"] == "mean").unwrap()["spend"], envelope["year"]["mean"]);
    assert_eq!(of("exceedance").len(), envelope["year"]["exceedance"].as_array().unwrap().len());
    assert!(rows.iter().all(|row| row["spend"].is_empty() || row["currency"] == "USD"));
    let out = floor.run(&["size", "--output", "csv=s.csv", "--output", "markdown=s.md"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(floor.read("s.csv").contains("\ntrunk,without the primary,secondary-provider,1,up,150,10,"));
    assert!(floor.read("s.md").contains("| without the primary | secondary-provider | up | 150 | 10 |"));
}

#[test]
fn fingerprints_outlive_a_line_that_moves() {
    let prints = |edits: &[(&str, &str)]| -> Vec<(Value, Value)> {
        let (_, texts) = Floor::new(edits).check(&[]);
        let sarif = json(&texts["sarif"]);
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let line = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
        results.iter().map(|result| (result["partialFingerprints"].clone(), line(result))).collect()
    };
    let (before, after) = (prints(&[]), prints(&[("version  = 1", "# a\n# b\nversion  = 1")]));
    assert!(!before.is_empty());
    assert_eq!(before.iter().map(|(p, _)| p).collect::<Vec<_>>(), after.iter().map(|(p, _)| p).collect::<Vec<_>>());
    assert_ne!(before.iter().map(|(_, l)| l).collect::<Vec<_>>(), after.iter().map(|(_, l)| l).collect::<Vec<_>>());
}

#[test]
fn a_format_that_a_command_does_not_give_is_an_error() {
    let floor = Floor::new(&[]);
    for (args, says) in [
        (vec!["estimate", "--output", "sarif=x"], "`estimate` gives no sarif"),
        (vec!["rules", "--output", "csv=x"], "`rules` gives no csv"),
        (vec!["erlang", "b", "--output", "markdown=x"], "`erlang b` gives no markdown"),
    ] {
        let out = floor.run(&args);
        let text = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2));
        assert!(text.contains(says) && text.contains("it gives text, json"), "{text}");
        assert!(!floor.path("x").exists(), "nothing is written");
    }
    let out = floor.run(&["check", "--output", "sarf"]);
    assert!(String::from_utf8(out.stderr).unwrap().contains("did you mean `sarif`?"));
}

/// Names that mean something to a spreadsheet, a runner, a browser, a terminal or a reader.
const HOSTILE: [&str; 14] = [
    "=cmd()",
    "+1-2",
    "::error::boo",
    "x ::warning file=a::boo",
    "##[error]boo",
    "%0A::error::boo",
    "<script>alert(1)</script>",
    "<!-- a",
    "a|b",
    "esc\\u001b[31m",
    "bidi\\u202Etxet",
    "@everyone #1 `x` [x](javascript:1) **b**",
    "two\\n::error::lines\\r\\n",
    "]]>&quot;\\\"'",
];

/// What no format may hold as it is: it moves the cursor, hides, or turns text around.
fn no_hidden(name: &str, format: &str, text: &str) {
    let hidden =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(hidden), "{name}: {format}");
}

/// Cells of a row of a Markdown table.
fn bars(line: &str) -> usize {
    line.replace("\\\\", "").replace("\\|", "").matches('|').count()
}

/// Nothing that a terminal, a runner, a spreadsheet, a browser or a reader would obey, in any format.
fn harmless(name: &str, texts: &BTreeMap<&'static str, String>) {
    for (format, text) in texts {
        no_hidden(name, format, text);
    }
    for (format, text) in texts.iter().filter(|(format, _)| ["text", "github"].contains(*format)) {
        // Three colons lead to a second file; to a runner they are nothing.
        let command = |line: &&str| {
            line.trim_start().starts_with("::") && !line.starts_with("  ::: ") && !line.starts_with("   ::: ")
        };
        let ours = |line: &&str| {
            let words = ["error file=", "warning file=", "error title=", "warning title=", "notice title="];
            *format == "github" && line.strip_prefix("::").is_some_and(|l| words.iter().any(|w| l.starts_with(w)))
        };
        let foreign: Vec<&str> = text.lines().filter(command).filter(|line| !ours(line)).collect();
        assert!(foreign.is_empty() && !text.contains("##["), "{name}: {format}: {foreign:?}");
    }
    if let Some(github) = texts.get("github") {
        let first_of_log = github.lines().position(|line| !line.starts_with("::")).unwrap();
        assert!(github.lines().skip(first_of_log).all(|line| !line.starts_with("::")), "{name}");
    }
    let mut reader = csv::Reader::from_reader(texts["csv"].as_bytes());
    for cell in reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
        // A number below zero is one.
        let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        assert!(!formula, "{name}: {cell}");
    }
    let markdown = &texts["markdown"];
    for word in ["<script", "<!--", "@everyone", "[x](", " [x", "**b", " #1"] {
        assert!(!markdown.contains(word), "{name}: {word}");
    }
    for table in markdown.split("\n\n").filter(|block| block.starts_with('|')) {
        let counts: BTreeSet<usize> = table.lines().map(bars).collect();
        assert_eq!(counts.len(), 1, "{name}: {table}");
    }
    if let Some(junit) = texts.get("junit") {
        let junit = roxmltree::Document::parse(junit).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(junit.descendants().all(|node| !node.has_tag_name("script")));
    }
    if let Some(sarif) = texts.get("sarif") {
        for result in json(sarif)["runs"][0]["results"].as_array().unwrap() {
            assert!(!result["message"]["text"].as_str().unwrap().contains("]("), "{name}");
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert!(!uri.as_str().unwrap().contains([':', ' ', '\\', '<']), "{name}: {uri}");
        }
    }
    if let Some(gitlab) = texts.get("gitlab") {
        assert!(json(gitlab).is_array());
    }
}

#[test]
fn hostile_names_are_harmless_in_every_format() {
    for name in HOSTILE {
        let quoted = format!("\"{name}\"");
        let floor = Floor::new(&[
            ("channels          = 150", "channels          = 60"),
            ("host              = \"gateway.floor.example\"", "host = \"gateway.floor.example\"\nchannels = 23"),
            ("\"secondary-provider\"", &quoted),
            ("\"calls go nowhere\"", &quoted),
        ]);
        let (code, texts) = floor.check(&[]);
        assert_eq!(code, 1, "{name}");
        harmless(name, &texts);
        // The name arrives, exactly, where a program reads it.
        let real = toml::from_str::<toml::Table>(&format!("x = {quoted}")).unwrap()["x"].as_str().unwrap().to_owned();
        assert!(json(&texts["json"])["findings"].as_array().unwrap().iter().any(|f| f["subject"]["trunk"] == real));
    }
}

/// Carriers, destinations and files with such names, in every format that tables are told in.
#[test]
fn hostile_names_in_tables_are_harmless_in_every_format() {
    for name in HOSTILE {
        let quoted = format!("\"{name}\"");
        let real = toml::from_str::<toml::Table>(&format!("x = {quoted}")).unwrap()["x"].as_str().unwrap().to_owned();
        let floor = Floor::new(&[("\"renewals\"", &quoted)]);
        let slips =
            SLIPS.replace("\"=Slips|\"", &quoted).replace("[billing]", &format!("source = {quoted}\n[billing]"));
        let slips = slips.replace("per_minute", &format!("destination = {quoted}\nper_minute"));
        // What a path cannot hold stands inside the file alone.
        let file = format!("{}.toml", real.replace('/', "-"));
        std::fs::write(floor.path(&file), &slips).unwrap();
        let (code, texts) = floor.every("rates lint", &["--", &file]);
        assert_eq!(code, 0, "{name}: {texts:?}");
        harmless(name, &texts);
        assert_eq!(json(&texts["json"])["tables"][0]["carrier"], real);
        assert_eq!(json(&texts["json"])["tables"][0]["path"], file);
        std::fs::write(floor.path("new.toml"), slips.replace("0.01", "0.013").replace("9.00", "0.10")).unwrap();
        let (code, texts) = floor.every("rates diff", &["--plan", "failover.toml", "--", &file, "new.toml"]);
        assert_eq!(code, 0, "{name}");
        harmless(name, &texts);
        let changes = json(&texts["json"])["changes"].clone();
        assert!(changes.as_array().unwrap().iter().all(|change| change["new"]["destination"] == real), "{name}");
        assert!(changes[0]["old"]["path"] == file && texts["csv"].lines().count() == 1 + 2 + 2, "{name}");
    }
}

#[test]
fn the_place_does_not_matter() {
    let (one, other) = (Floor::new(&[]), Floor::new(&[]));
    let folder = |floor: &Floor| floor.0.path().to_string_lossy().into_owned();
    let lint = |floor: &Floor| floor.every("rates lint", &["rates/example-voice.toml"]).1;
    for (first, second) in [(one.check(&[]).1, other.check(&[]).1), (lint(&one), lint(&other))] {
        assert_eq!(first, second);
        assert!(first.values().all(|text| !text.contains(&folder(&one))));
    }
    assert!(Path::new(&folder(&one)).is_absolute());
}
