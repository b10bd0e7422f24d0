//! `rates diff` in every format: the same changes, what fits, and what it does not claim.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use trunkrisk::render::formats::LONGEST_MARKDOWN;

/// Two tables in a folder of their own.
struct Tables(tempfile::TempDir);

impl Tables {
    fn new(old: &str, new: &str) -> Self {
        let tables = Self(tempfile::tempdir().unwrap());
        let name = |text: &str| if text.starts_with("version") { "toml" } else { "csv" };
        std::fs::write(tables.path(&format!("old.{}", name(old))), old).unwrap();
        std::fs::write(tables.path(&format!("new.{}", name(new))), new).unwrap();
        tables
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let found = |stem: &str| {
            let toml = format!("{stem}.toml");
            if self.path(&toml).exists() { toml } else { format!("{stem}.csv") }
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
        command.args(["rates", "diff"]).args([found("old"), found("new")]).args(args);
        command.current_dir(self.0.path()).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
        command
    }

    /// Every format from one run.
    fn every(&self, args: &[&str]) -> BTreeMap<&'static str, String> {
        let formats = ["text", "json", "markdown", "csv"];
        let outputs = formats.map(|format| format!("--output={format}=out.{format}"));
        let mut all: Vec<&str> = outputs.iter().map(String::as_str).collect();
        all.extend(args);
        let Output { status, stdout, stderr } = self.command(&all).output().unwrap();
        assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(&stderr));
        assert!(stdout.is_empty());
        let read = |format: &str| std::fs::read_to_string(self.path(&format!("out.{format}"))).unwrap();
        formats.into_iter().map(|format| (format, read(format))).collect()
    }
}

/// A deck of so many rows, each with a price of its own making.
fn deck(rows: u32, price: impl Fn(u32) -> u32) -> String {
    let mut out = String::from("prefix,destination,per_minute,increment\n");
    for i in 0..rows {
        let _ = writeln!(out, "{},Place {},0.{:05},6/6", 1_200_000 + u64::from(i) * 7, i % 500, price(i));
    }
    out
}

fn table(currency: &str, rows: &[(&str, &str)]) -> String {
    let mut out = format!(
        "version = 1\ncarrier = \"X\"\ncurrency = \"{currency}\"\nkind = \"per-minute\"\n[billing]\nincrement = \"6/6\"\n"
    );
    for (prefix, price) in rows {
        let _ = write!(out, "[[rate]]\nprefix = \"{prefix}\"\nper_minute = {price}\n");
    }
    out
}

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn every_format_tells_the_same_changes() {
    let old = "prefix,destination,per_minute,increment\n1,US,0.01,6/6\n1907,Alaska,0.09,6/6\n44,UK,0.02,1/1\n49,Germany,0.02,1/1\n33,France,0.02,1/1\n";
    let new = "prefix,destination,per_minute,increment\n1,US,0.012,6/6\n1808,Hawaii,0.02,6/6\n44,UK,0.01,1/1\n49,Germany,0.02,60/60\n33,France,0.0200,1/1\n";
    let tables = Tables::new(old, new);
    let texts = tables.every(&["--demo"]);
    let json: Value = serde_json::from_str(&texts["json"]).unwrap();
    let changes = json["changes"].as_array().unwrap();
    let rows = rows(&texts["csv"]);
    let (rates, traffic): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["record"] == "rate");
    assert_eq!((rates.len(), changes.len()), (5, 5));
    for (row, change) in rates.iter().zip(changes) {
        assert_eq!(row["prefix"], change["prefix"].as_str().unwrap());
        let words: Vec<&str> =
            change["changes"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(row["changes"].replace(", ", ",").replace(' ', "-"), words.join(","));
        for side in ["old", "new"] {
            let of = &change[side];
            let cell = |key: &str| row[&format!("{side}_{key}")].as_str();
            assert_eq!(cell("price"), of["price"]["per_minute"].as_str().unwrap());
            assert_eq!(cell("increment"), of["increment"].as_str().unwrap());
            assert_eq!(cell("line"), of["line"].to_string());
            assert_eq!(cell("path"), format!("{side}.csv"));
            assert_eq!(cell("average_call").parse::<f64>().unwrap(), of["average_call"].as_f64().unwrap());
        }
        assert_eq!(row["difference"].parse::<f64>().unwrap(), change["difference"].as_f64().unwrap());
    }
    let flows = json["traffic"].as_array().unwrap();
    assert_eq!(traffic.len(), flows.len());
    for (row, flow) in traffic.iter().zip(flows) {
        assert_eq!(
            (&row["record"], row["campaign"].as_str()),
            (&"traffic".to_owned(), flow["campaign"].as_str().unwrap())
        );
        assert_eq!(row["new_per_hour"].parse::<f64>().unwrap(), flow["new_per_hour"].as_f64().unwrap());
    }
    // The comment has every change, in the order of its effect, and the calls of the plan.
    let markdown = &texts["markdown"];
    let shown: Vec<&str> = markdown.lines().filter_map(|line| line.strip_prefix("| ")).collect();
    let places: Vec<Option<usize>> = changes
        .iter()
        .map(|change| {
            shown.iter().position(|line| line.starts_with(&format!("{} | ", change["prefix"].as_str().unwrap())))
        })
        .collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{markdown}");
    for words in [
        "## trunkrisk rates diff\n",
        "5 of 6 prefixes priced otherwise: 1 added, 1 removed, ",
        "| 49 | Germany | dearer, increment changed | 0.02, 1/1 | 0.02, 60/60 |",
        "| 1907 | Alaska | removed, cheaper | 0.09, 6/6 | 0.012, 6/6 (by 1) |",
        "| new.csv:5 |",
        "### The calls of failover.toml in an hour of its full floor: ",
        "| renewals | 1907 |",
    ] {
        assert!(markdown.contains(words), "{words}: {markdown}");
    }
    // Without --plan and --demo nothing is said of calls.
    let texts = tables.every(&[]);
    assert!(!texts["csv"].contains("traffic") && !texts["markdown"].contains("full floor"));
}

#[test]
fn two_hundred_thousand_changes_fit_a_comment_and_are_all_in_the_table() {
    let tables = Tables::new(&deck(200_000, |i| 100 + i % 97), &deck(200_000, |i| 100 + i % 97 + 1 + i % 53));
    let texts = tables.every(&[]);
    let markdown = &texts["markdown"];
    assert!(markdown.len() <= LONGEST_MARKDOWN && markdown.len() > LONGEST_MARKDOWN - 1000, "{}", markdown.len());
    let of_row =
        |line: &&str| line.strip_prefix("| ").is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let shown = markdown.lines().filter(of_row).count();
    let left_out = markdown.lines().last().unwrap().strip_prefix("*Left out for want of room: ").unwrap();
    assert_eq!(shown + left_out.split(' ').next().unwrap().parse::<usize>().unwrap(), 200_000);
    assert_eq!(texts["csv"].lines().count(), 1 + 200_000);
    // The largest effect first, in both.
    let rows = rows(&texts["csv"]);
    let differences: Vec<f64> = rows.iter().map(|row| row["difference"].parse().unwrap()).collect();
    assert!(differences.is_sorted_by(|a, b| a.abs() >= b.abs()) && differences[0] > *differences.last().unwrap());
    let first = markdown.lines().find(of_row).unwrap();
    assert!(first.starts_with(&format!("| {} |", rows[0]["prefix"])), "{first}");
    assert_eq!(texts["json"].matches("\"difference\":").count(), 200_000);
    assert!(texts["text"].contains("… and 199,950 more"));
}

#[test]
fn nothing_changed_is_said_and_leaves_the_columns() {
    let one = table("USD", &[("1", "0.01")]);
    for (old, new, named) in [(one.clone(), one.clone(), "1 prefix"), (deck(1, |_| 7), deck(1, |_| 7), "1 prefix")] {
        let texts = Tables::new(&old, &new).every(&[]);
        let said = format!("no change in {named}");
        assert!(texts["text"].contains(&said) && texts["markdown"].contains(&said), "{texts:?}");
        assert!(!texts["markdown"].contains('|'), "{}", texts["markdown"]);
        assert!(texts["csv"].starts_with("record,prefix,origins,destination,changes,old_prefix,"), "{}", texts["csv"]);
        assert_eq!(texts["csv"].lines().count(), 1);
        let json: Value = serde_json::from_str(&texts["json"]).unwrap();
        assert_eq!((&json["changes"], &json["prefixes"]), (&Value::Array(vec![]), &1.into()));
    }
    // A flat rate without rows against one row.
    let flat = "version = 1\ncarrier = \"F\"\ncurrency = \"USD\"\nkind = \"flat-rate\"\n[[seat]]\nmarket = \"US\"\nprefixes = [\"1\"]\nper_month = 9\n";
    let texts = Tables::new(flat, &table("USD", &[("44", "0.01")])).every(&[]);
    assert!(texts["markdown"].contains("| 44 |  | added | no rate | 0.01, 6/6 | no price |"), "{}", texts["markdown"]);
    let rows = rows(&texts["csv"]);
    assert_eq!((rows.len(), rows[0]["old_price"].as_str(), rows[0]["difference"].as_str()), (1, "", ""));
}

#[test]
fn amounts_in_two_currencies_are_never_set_against_each_other() {
    let old = table("USD", &[("1", "0.01"), ("44", "0.02"), ("33", "0.03")]);
    let new = table("EUR", &[("1", "0.01"), ("44", "0.01"), ("33", "0.04"), ("49", "0.05")]);
    let texts = Tables::new(&old, &new).every(&["--demo"]);
    let json: Value = serde_json::from_str(&texts["json"]).unwrap();
    let changes = json["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &json["currency"]), (4, &Value::Null));
    assert_eq!((&json["counts"]["dearer"], &json["counts"]["cheaper"]), (&0.into(), &0.into()));
    assert!(changes.iter().all(|change| change["difference"].is_null() && !change["new"]["average_call"].is_null()));
    // In the order of prefixes: no difference is the largest.
    let prefixes: Vec<&str> = changes.iter().map(|change| change["prefix"].as_str().unwrap()).collect();
    assert_eq!(prefixes, ["1", "33", "44", "49"]);
    for format in ["text", "markdown"] {
        let said = &texts[format];
        assert!(said.contains("old.toml is in USD and new.toml in EUR: without an exchange rate"), "{said}");
        assert!(!said.contains(" %") && !said.contains("dearer") && !said.contains("cheaper"), "{said}");
    }
    assert!(texts["markdown"].contains("USD → "), "{}", texts["markdown"]);
    for row in rows(&texts["csv"]).iter().filter(|row| row["record"] == "rate" && row["prefix"] != "49") {
        assert_eq!((row["old_currency"].as_str(), row["new_currency"].as_str()), ("USD", "EUR"));
        assert_eq!(row["difference"], "");
    }
}

#[test]
fn what_a_deck_does_not_state_is_said() {
    let bare = "NPANXX,Rate\n201200,0.004\n201201,0.005\n";
    let texts = Tables::new(bare, &bare.replace("0.004", "0.003")).every(&[]);
    for format in ["text", "markdown"] {
        let said = &texts[format];
        assert!(said.contains("old.csv states no increment in 2 rows: calls by them are compared as if"), "{said}");
        assert!(said.contains("0.004, increment not stated") && !said.contains("1/1"), "{said}");
    }
    let json: Value = serde_json::from_str(&texts["json"]).unwrap();
    assert_eq!(json["changes"][0]["old"]["increment"], Value::Null);
    assert_eq!(rows(&texts["csv"])[0]["old_increment"], "not stated");
    // Where one of them alone states it, nobody knows what calls cost on the other.
    let own = "prefix,destination,per_minute,increment\n1,US,0.004,\n44,UK,0.02,60/60\n";
    let texts = Tables::new(own, &own.replace("0.004,", "0.004,6/6")).every(&[]);
    let json: Value = serde_json::from_str(&texts["json"]).unwrap();
    let (change, old) = (&json["changes"][0], &json["changes"][0]["old"]);
    assert_eq!((change["changes"].as_array().unwrap().len(), &change["changes"][0]), (1, &"increment-changed".into()));
    assert_eq!((&old["average_call"], &old["increment"]), (&Value::Null, &Value::Null));
    assert_eq!(change["new"]["increment"], "6/6");
    // Against a table that states a currency, the deck's is said to be taken.
    let texts = Tables::new(&table("USD", &[("1201200", "0.004")]), bare).every(&[]);
    assert!(texts["text"].contains("note: new.csv states no currency: its amounts are taken to be in USD"));
    assert_eq!(rows(&texts["csv"])[0]["new_currency"], "");
}

#[test]
fn amounts_that_differ_never_look_the_same() {
    let tables = Tables::new(&table("USD", &[("1", "0.0100000")]), &table("USD", &[("1", "0.0100001")]));
    let said = &tables.every(&[])["markdown"];
    let row = said.lines().find(|line| line.starts_with("| 1 |")).unwrap();
    let cells: Vec<&str> = row.split(" | ").collect();
    assert!(cells[5] != cells[6] && cells[7] == "&lt; 0.01 %", "{row}");
}

#[test]
fn a_deck_that_cannot_be_read_is_told_in_every_format() {
    let tables = Tables::new(&deck(3, |_| 7), "NPANXX,Rate\n201200,0.004\n4.47E+11,0.004\n");
    let args = ["--output=markdown=x.md", "--output=csv=y.csv", "--output=json"];
    let output = tables.command(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let read = |name: &str| std::fs::read_to_string(tables.path(name)).unwrap();
    assert!(read("x.md").starts_with("## trunkrisk rates diff: ❌ ERROR") && read("x.md").contains("`new.csv:3`"));
    assert!(read("y.csv").lines().nth(1).unwrap().starts_with("fault,IN020,mangled-cell,"), "{}", read("y.csv"));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["status"], &json["command"]), (&"error".into(), &"rates diff".into()));
    // A file that is not there has its own place.
    let gone = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(["rates", "diff", "old.csv", "none.csv", "--output=markdown=x.md"])
        .current_dir(tables.0.path())
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(2));
    assert!(read("x.md").contains("old.csv, none.csv") && read("x.md").contains("`none.csv:1`"), "{}", read("x.md"));
    // Nor is a result written over what is read, or one over another.
    for args in [["--output=csv=new.csv"].as_slice(), &["--output=csv=a", "--output=markdown=a"], &["--output=sarif"]] {
        assert_eq!(tables.command(args).output().unwrap().status.code(), Some(2), "{args:?}");
    }
    assert!(read("new.csv").starts_with("NPANXX"));
}

#[test]
fn a_closed_pipe_is_a_success() {
    let tables = Tables::new(&deck(20_000, |_| 7), &deck(20_000, |_| 8));
    for format in ["--output=csv", "--output=markdown", "--output=json"] {
        let mut child = tables.command(&[format]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), done.stderr), (Some(0), Vec::new()), "{format}");
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_trunkrisk")).exists());
}
