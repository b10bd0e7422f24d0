//! The sign-off document: what stands on the page, and that nothing on it is more than text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;

const NASTY: &str = "<img src=x onerror=alert(1)>";

/// The document in its forms: html, markdown, csv, text, json.
fn report(args: &[&str]) -> [String; 5] {
    let folder = tempfile::tempdir().unwrap();
    let forms = ["html", "markdown", "csv", "text", "json"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.arg("report").args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    for form in forms {
        command.args(["--output", &format!("{form}={}", folder.path().join(form).display())]);
    }
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    forms.map(|form| std::fs::read_to_string(folder.path().join(form)).unwrap())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[test]
fn the_page_is_whole_and_needs_nothing() {
    let [html, markdown, csv, text, json] = report(&["--demo", "--valid-until", "2027-06-30"]);
    // Well-formed: every element that is opened is closed, in order.
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| c == '>' || c.is_whitespace() || c == '/').next().unwrap();
        match name {
            "" => assert_eq!(open.pop(), tag.get(1..).and_then(|t| t.split('>').next()), "{tag:.80}"),
            "!DOCTYPE" | "meta" | "link" | "wbr" | "br" => {}
            _ if tag.split('>').next().unwrap().ends_with('/') => {}
            name => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    for foreign in ["<script", "src=", "http-equiv=\"refresh\"", "@import", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    // Accessible: a language, a heading for each part, captions and headers of tables, words for each drawing.
    assert!(html.contains("<html lang=\"en\">") && html.contains("prefers-color-scheme: dark"));
    let count = |part: &str| html.matches(part).count();
    assert_eq!(count("<table>"), count("<caption>"));
    assert_eq!(count("<svg "), count("role=\"img\" aria-label="));
    assert_eq!(count("<svg "), 4);
    assert!(count("<th scope=\"row\"") > 40 && count("<th scope=\"col\"") > 40);
    let ids: Vec<&str> = html.split("<section id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let wanted = [
        "decision",
        "findings",
        "spend",
        "year",
        "capacity",
        "drivers",
        "alternatives",
        "causes",
        "assumptions",
        "exclusions",
        "verification",
        "reproduce",
        "signoff",
    ];
    assert_eq!(ids, wanted);
    assert!(html.contains("Valid until: 2027-06-30"));
    assert!(html.contains("trunkrisk report --demo --valid-until 2027-06-30 --output html=report.html"));
    // Every figure of the JSON run is on the page, with all its digits,
    assert!(json.lines().count() > 1000);
    for line in json.lines() {
        assert!(html.contains(&escaped(line.trim())), "{line}");
    }
    // and the year's rounded ones stand in its table as well.
    let run: Value = serde_json::from_str(&json).unwrap();
    let year = html.split("<section id=\"year\"").nth(1).unwrap().split("</section>").next().unwrap();
    for key in ["mean", "sd", "p50", "p75", "p90", "p95", "p99", "p999", "tail_mean_p95"] {
        let amount: f64 = run["year"][key].as_str().unwrap().parse().unwrap();
        let cell = trunkrisk::words::figure::fixed(amount, 2);
        assert!(year.contains(&format!(">{cell}<")), "{key}: {cell}");
    }
    // The amounts that finance reads stand in every form, rounded half up.
    for form in [&html, &markdown, &csv, &text] {
        for figure in ["741.34", "36,300.00"] {
            assert!(form.contains(figure), "{figure}: {form:.200}");
        }
    }
    assert!(csv.lines().all(|line| !line.starts_with(['=', '+', '-', '@'])));
    assert_eq!(csv.lines().next(), Some("section,table,row,column,value"));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let set = [
        "--demo",
        "--set",
        "cause=[{name=\"x\",hits=\"unlimcall-primary\",signal=\"503\",per_year=1,duration={fixed=\"1h\"}}]",
    ];
    assert_eq!(report(&set), report(&set));
}

#[test]
fn a_hostile_carrier_is_text_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::create_dir(folder.path().join("rates")).unwrap();
    for table in ["unlimcall.toml", "example-gateway.toml", "example-voice.toml"] {
        let text = std::fs::read_to_string(format!("{root}/rates/{table}")).unwrap();
        let text = text.replace("Example Voice (illustrative)", NASTY);
        std::fs::write(folder.path().join("rates").join(table), text).unwrap();
    }
    let plan = std::fs::read_to_string(format!("{root}/src/input/example/failover.toml")).unwrap();
    let plan = plan.replace("secondary-provider", NASTY);
    // One cause, with a name as hostile: a formula, code and an escape.
    let (before, rest) = plan.split_once("[[cause]]").unwrap();
    let (_, after) = rest.split_once("# What is asked and what is allowed").unwrap();
    let cause = "[[cause]]\nname = \"=cmd|' /C calc'!A0 `x` \\u001b[31m\"\nhits = \"unlimcall-primary\"\nsignal = \"503\"\nper_year = 1\nduration = { fixed = \"1h\" }\n\n#";
    let plan = format!("{before}{cause}{after}");
    let path = folder.path().join("failover.toml");
    std::fs::write(&path, plan).unwrap();
    let [html, markdown, csv, text, _] = report(&["--plan", path.to_str().unwrap()]);
    for (form, what) in [(&html, "html"), (&markdown, "markdown")] {
        assert!(!form.contains("<img"), "{what}");
        assert!(form.contains("&lt;img src=x onerror=alert(1)&gt;"), "{what}");
    }
    // As text it may stand in CSV and on a terminal; a formula and an escape may not.
    assert!(csv.contains(NASTY) && text.contains(NASTY));
    for form in [&html, &markdown, &csv, &text] {
        assert!(!form.contains('\u{1b}'));
    }
    let mut cells = csv.lines().flat_map(|line| line.split(','));
    assert!(cells.all(|cell| !cell.trim_start_matches('"').starts_with('=')));
    // The other commands show it as text as well.
    for args in [&["compare"][..], &["estimate", "--sensitivity"], &["size", "--map"], &["check"]] {
        let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .args(args)
            .args(["--plan", path.to_str().unwrap(), "--color", "never"])
            .output()
            .unwrap();
        assert!(!String::from_utf8(out.stdout).unwrap().contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn a_floor_with_almost_nothing_has_a_document_too() {
    // One trunk, no budget, no frequencies: no year, no alternatives behind it, no map.
    let trunks = "trunk=[{name=\"only\",rates=\"rates/example-voice.toml\",channels=10,cps=5}]";
    let causes = "cause=[{name=\"x\",hits=\"only\",signal=\"503\"}]";
    let [html, markdown, ..] = report(&["--demo", "--set", trunks, "--set", causes, "--set", "budget={}"]);
    for form in [&html, &markdown] {
        assert!(form.contains("has no frequency") && form.contains("FAIL"), "{form:.2000}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf\""));
}
