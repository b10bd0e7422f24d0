//! Diagnostics with the line they speak of, laid out as rustc does.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Kind, Renderer, Snippet};

use super::escape;
use crate::words::diagnostic::{Diagnostic, Sources, Span};
use crate::words::level::Level;

/// Faults that a refused run shows in full; the rest is counted.
pub const MOST: usize = 50;

/// Lines longer than this, in characters, are cut around the span.
const LONGEST_LINE: usize = 160;
/// What is left of a cut line before the span's start and from there on, in columns.
const BEFORE: usize = 40;
const AFTER: usize = 80;
/// Wider than any excerpt: the library is never left to cut a line.
const WIDTH: usize = 4096;

/// Stand-ins for paths in what the library renders. It would count columns in the excerpt, where they are wrong once the
/// line is cut or escaped, so the places are filled in afterwards. All other text is escaped and holds neither.
const NEW_FILE: char = '\u{1}';
const SAME_FILE: char = '\u{2}';

/// A label's line and the label's place in the order of labels.
struct Spot {
    /// Rank of the label's file: by the first label in it.
    file: usize,
    line: u32,
    label: usize,
}

/// One diagnostic as text: the title, each labelled line with its carets, and the help.
///
/// The first label's file and place stand after the arrow. Labels in one file are ordered by line.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let kind = match diagnostic.level {
        Level::Deny => Kind::ERROR,
        Level::Warn => Kind::WARNING,
        Level::Note | Level::Allow => Kind::NOTE,
    };
    let title = kind.primary_title(escape::terminal(&diagnostic.message)).id(escape::terminal(diagnostic.code));
    let spots = spots(diagnostic, sources);
    let lines: Vec<&[Spot]> = spots.chunk_by(|a, b| (a.file, a.line) == (b.file, b.line)).collect();

    let mut group = Group::with_title(title);
    let mut previous = None;
    for line in &lines {
        let Some(first) = line.first() else { continue };
        let path = if previous == Some(first.file) { SAME_FILE } else { NEW_FILE };
        previous = Some(first.file);
        group = group.element(snippet(diagnostic, sources, line, path));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Kind::HELP.message(escape::terminal(help)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.term_width(WIDTH).render(&[group]);
    fill_in(&text, diagnostic, sources, &lines, colour)
}

/// Where a diagnostic points, for lists: `failover.toml:41:12`. Empty where it points nowhere.
#[must_use]
pub fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    diagnostic.labels.first().map_or_else(String::new, |label| place(sources, label.span))
}

fn place(sources: &Sources, span: Span) -> String {
    let at = sources.position(span);
    format!("{}:{}:{}", escape::terminal(sources.name(span.source)), at.line, at.column)
}

fn spots(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Spot> {
    let labels = &diagnostic.labels;
    let mut spots: Vec<Spot> = labels
        .iter()
        .enumerate()
        .map(|(i, label)| Spot {
            file: labels.iter().position(|other| other.span.source == label.span.source).unwrap_or(i),
            line: sources.position(label.span).line.get(),
            label: i,
        })
        .collect();
    spots.sort_by_key(|spot| (spot.file, spot.line, spot.label));
    spots
}

/// One line for the library, with all that is said about it.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    sources: &Sources,
    spots: &[Spot],
    path: char,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let labels: Vec<_> =
        spots.iter().filter_map(|spot| Some((spot.label, diagnostic.labels.get(spot.label)?))).collect();
    let text = labels.first().map_or("", |(_, label)| sources.line(label.span).text);
    let spans: Vec<(usize, usize)> = labels.iter().map(|(_, label)| sources.line(label.span).range).collect();
    let (text, spans) = excerpt(text, &spans);
    let annotations = labels.iter().zip(spans).map(|((i, label), span)| {
        let kind = if *i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(span).label(escape::terminal(&label.text))
    });
    let line = spots.first().map_or(1, |spot| spot.line as usize);
    Snippet::source(text).line_start(line).path(path.to_string()).annotations(annotations)
}

/// How many columns a character takes in an excerpt, near enough to cut by.
fn columns(c: char) -> usize {
    match c {
        '\t' => 4,
        _ if escape::is_hidden(c) => c.escape_default().len(),
        _ => 1,
    }
}

/// The part of a line to show, escaped, and where the spans lie in it.
fn excerpt(line: &str, spans: &[(usize, usize)]) -> (String, Vec<Range<usize>>) {
    let (mut from, mut to) = (0, line.len());
    if line.chars().nth(LONGEST_LINE).is_some() {
        let anchor = spans.first().map_or(0, |span| span.0);
        let (before, after) = line.split_at_checked(anchor).unwrap_or(("", line));
        let mut room = BEFORE;
        from = before.len();
        for (i, c) in before.char_indices().rev() {
            let Some(rest) = room.checked_sub(columns(c)) else { break };
            (room, from) = (rest, i);
        }
        // What the left side leaves over, at the start of a line, goes to the right.
        room += AFTER;
        to = before.len();
        for c in after.chars() {
            let Some(rest) = room.checked_sub(columns(c)) else { break };
            (room, to) = (rest, to + c.len_utf8());
        }
    }
    let mut out = String::new();
    // Starts of characters: in the line and in the excerpt.
    let mut starts = Vec::new();
    if from > 0 {
        out.push('…');
    }
    for (i, c) in line.get(from..to).unwrap_or("").char_indices() {
        starts.push((from + i, out.len()));
        match c {
            '\t' => out.push_str("    "), // indentation stays indentation
            // A command to the runner of a CI, wherever in a line it stands.
            '#' if line.get(i..).is_some_and(|rest| rest.starts_with("##[")) => out.push_str("\\u{23}"),
            _ => escape::push(&mut out, c),
        }
    }
    let end = out.len();
    if to < line.len() {
        out.push('…');
    }
    let map = |at: usize| {
        let i = starts.partition_point(|(start, _)| *start < at);
        starts.get(i).map_or(end, |(_, mapped)| *mapped)
    };
    let spans = spans.iter().map(|(start, end)| map(*start)..map(*end)).collect();
    (out, spans)
}

/// Puts the places where the stand-ins are, and dots between lines of one file.
fn fill_in(text: &str, diagnostic: &Diagnostic, sources: &Sources, lines: &[&[Spot]], colour: bool) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut shown = lines.iter();
    let mut previous: u32 = 0;
    let mut input = text.lines();
    while let Some(row) = input.next() {
        let Some((before, after)) = row.split_once([NEW_FILE, SAME_FILE]) else {
            out.push(if colour { row.to_owned() } else { row.trim_end().to_owned() });
            continue;
        };
        let spot = shown.next().and_then(|line| line.first());
        let line = spot.map_or(0, |spot| spot.line);
        if row.contains(SAME_FILE) {
            // The heading of a second line in the same file is a bar, the path and a bar: dots say as much.
            out.pop();
            input.next();
            if line > previous.saturating_add(1) {
                out.push("...".to_owned());
            }
        } else {
            // The rank of a file is its first label, which is what the arrow points to.
            let place = spot
                .and_then(|spot| diagnostic.labels.get(spot.file))
                .map_or_else(String::new, |label| place(sources, label.span));
            let rest = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
            out.push(format!("{before}{place}{rest}"));
        }
        previous = line;
    }
    let mut out = out.join("\n");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::diagnostic::Label;
    use proptest::prelude::*;

    fn diagnostic(level: Level, labels: Vec<Label>, help: Option<&str>) -> Diagnostic {
        Diagnostic {
            code: "CAP002",
            name: "floor-not-absorbed",
            level,
            message: "the secondary carries 84.1 % of the floor".to_owned(),
            labels,
            help: help.map(str::to_owned),
        }
    }

    fn find(sources: &mut Sources, name: &str, content: &str, words: &[&str]) -> Vec<Span> {
        let id = sources.add(name, content);
        words
            .iter()
            .map(|word| {
                let start = content.find(word).unwrap();
                Span::new(id, start, start + word.len())
            })
            .collect()
    }

    #[test]
    fn one_label() {
        let mut sources = Sources::default();
        let spans = find(&mut sources, "failover.toml", "version = 1\n\nchannels = 100 # é\n", &["100"]);
        let d = diagnostic(Level::Deny, vec![Label::new(spans[0], "limit is set here")], Some("121 would be enough"));
        assert_eq!(
            render(&d, &sources, false),
            "\
error[CAP002]: the secondary carries 84.1 % of the floor
 --> failover.toml:3:12
  |
3 | channels = 100 # é
  |            ^^^ limit is set here
  |
  = help: 121 would be enough
"
        );
        assert_eq!(short(&d, &sources), "failover.toml:3:12");
        let coloured = render(&d, &sources, true);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), render(&d, &sources, false));
    }

    #[test]
    fn no_line_is_a_command() {
        let mut sources = Sources::default();
        let spans = find(&mut sources, "t.toml", "carrier = \"##[error]boo\" # x\n", &["boo"]);
        let d = diagnostic(Level::Deny, vec![Label::new(spans[0], "here")], None);
        let text = render(&d, &sources, false);
        assert!(
            text.contains("1 | carrier = \"\\u{23}#[error]boo\" # x\n  |                          ^^^ here"),
            "{text}"
        );
    }

    #[test]
    fn no_label() {
        let d = diagnostic(Level::Note, vec![], Some("add a budget"));
        let expected = "note[CAP002]: the secondary carries 84.1 % of the floor\n |\n = help: add a budget\n";
        assert_eq!(render(&d, &Sources::default(), false), expected);
        assert_eq!(short(&d, &Sources::default()), "");
        let d = diagnostic(Level::Warn, vec![], None);
        let expected = "warning[CAP002]: the secondary carries 84.1 % of the floor\n";
        assert_eq!(render(&d, &Sources::default(), false), expected);
    }

    #[test]
    fn several_labels_in_several_files() {
        let mut sources = Sources::default();
        let plan = format!("[[trunk]]\nname = \"b\"\n{}absorb = 0.95\nrules = {{}}\n", "\n".repeat(8));
        let p = find(&mut sources, "failover.toml", &plan, &["0.95", "\"b\"", "absorb", "rules"]);
        let r = find(&mut sources, "rates/b.toml", "[limits]\nchannels = 100\n", &["100"]);
        let labels = vec![
            Label::new(p[0], "95 % is wanted"),
            Label::new(p[1], "this trunk"),
            Label::new(r[0], "the carrier's limit"),
            Label::new(p[2], "policy"),
            Label::new(p[3], "these rules"),
        ];
        let d = diagnostic(Level::Deny, labels, None);
        assert_eq!(
            render(&d, &sources, false),
            "\
error[CAP002]: the secondary carries 84.1 % of the floor
  --> failover.toml:11:10
   |
 2 | name = \"b\"
   |        --- this trunk
...
11 | absorb = 0.95
   | ------   ^^^^ 95 % is wanted
   | |
   | policy
12 | rules = {}
   | ----- these rules
   |
  ::: rates/b.toml:2:12
   |
 2 | channels = 100
   |            --- the carrier's limit
"
        );
    }

    #[test]
    fn long_and_hostile_lines() {
        let mut sources = Sources::default();
        let deck = format!("{}\u{1b}[2J,BAD\u{202e},{}", "0123456789,".repeat(400_000), "x".repeat(1_000_000));
        let spans = find(&mut sources, "a\nb.csv", &deck, &["BAD\u{202e}"]);
        let d = diagnostic(Level::Warn, vec![Label::new(spans[0], "\u{7}here")], Some("a\nb"));
        assert_eq!(
            render(&d, &sources, false),
            format!(
                "\
warning[CAP002]: the secondary carries 84.1 % of the floor
 --> a\\nb.csv:1:4400006
  |
1 | …3456789,0123456789,0123456789,\\u{{1b}}[2J,BAD\\u{{202e}},{}…
  |                                          ^^^^^^^^^^^ \\u{{7}}here
  |
  = help: a\\nb
",
                "x".repeat(68)
            )
        );
    }

    #[test]
    fn tabs_and_ends_of_lines() {
        let mut sources = Sources::default();
        let id = sources.add("x", "\ta = 1\r\n");
        let d = diagnostic(Level::Deny, vec![Label::new(Span::new(id, 6, 60), "to the end")], None);
        assert!(render(&d, &sources, false).ends_with("1 |     a = 1\n  |          ^ to the end\n"));
        let empty = sources.add("empty.toml", "");
        let d = diagnostic(Level::Deny, vec![Label::new(Span::new(empty, 9, 60), "nothing here")], None);
        let text = render(&d, &sources, false);
        assert!(text.ends_with(" --> empty.toml:1:1\n  |\n1 |\n  | ^ nothing here\n"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_input_panics(
            texts in prop::collection::vec("(?s)[\\PC\\p{Cc}\u{202e}\u{301}東\t\r\n ]{0,300}", 1..3),
            spans in prop::collection::vec((0_usize..3, 0_usize..1200, 0_usize..1200, "(?s).{0,20}"), 0..6),
            help in prop::option::of("(?s).{0,20}"),
            colour: bool,
        ) {
            let mut sources = Sources::default();
            let mut ids: Vec<_> = texts.iter().map(|text| sources.add("name\n", text.clone())).collect();
            // A span of a text that these sources do not hold.
            let mut others = sources.clone();
            ids.push(others.add("other", "text"));
            let labels = spans.iter().filter_map(|(i, a, b, text)| {
                Some(Label::new(Span::new(*ids.get(*i)?, *a, *b), text.clone()))
            }).collect();
            let d = diagnostic(Level::Deny, labels, help.as_deref());
            let text = render(&d, &sources, colour);
            prop_assert!(!text.contains([NEW_FILE, SAME_FILE]));
            if !colour {
                prop_assert!(!text.contains(|c| c != '\n' && escape::is_hidden(c)), "{:?}", text);
            }
            prop_assert_eq!(short(&d, &sources).is_empty(), d.labels.is_empty());
        }
    }
}
