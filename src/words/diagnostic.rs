//! What is said about a place in a file.

use std::num::NonZeroU32;
use std::sync::OnceLock;

use super::level::Level;

/// Which text a span lies in: an index into [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A stretch of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: NonZeroU32,
    /// Column in characters, from 1.
    pub column: NonZeroU32,
}

#[derive(Debug, Clone)]
struct Text {
    name: String,
    content: String,
    /// Byte offset of the start of every [`STRIDE`]th line; found when a place is first asked for.
    marks: OnceLock<Vec<u32>>,
}

/// Lines from one mark to the next: a deck has millions of lines, of which few are ever shown.
const STRIDE: usize = 64;

impl Text {
    fn marks(&self) -> &[u32] {
        self.marks.get_or_init(|| {
            let starts = self.content.bytes().zip(1_u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at);
            std::iter::once(0).chain(starts.skip(STRIDE - 1).step_by(STRIDE)).collect()
        })
    }

    /// The number of the line of a byte, from 0, and its first byte.
    fn line_of(&self, at: usize) -> (usize, usize) {
        let marks = self.marks();
        let mark = marks.partition_point(|start| *start as usize <= at).saturating_sub(1);
        let from = marks.get(mark).map_or(0, |start| *start as usize);
        let before = self.content.as_bytes().get(from..at).unwrap_or_default();
        let more = before.iter().filter(|byte| **byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(from, |end| from + end + 1);
        (mark * STRIDE + more, start)
    }
}

/// The texts that spans point into.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Text>,
    /// The number of the first text.
    first: u32,
    /// What stands before the names.
    under: Option<Box<str>>,
    /// Texts that were read apart, numbered from elsewhere.
    others: Vec<Sources>,
}

/// One line of a text, with a span's place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line without its end.
    pub text: &'a str,
    /// Bytes of the span within the line; never past its end.
    pub range: (usize, usize),
}

impl Sources {
    /// No texts yet, those to come numbered from here on: so that spans into two sets stay apart when one takes in the
    /// other. `under` stands before their names where they are not files as they are, such as `HEAD~1`.
    #[must_use]
    pub fn numbered_from(first: u32, under: Option<&str>) -> Self {
        Self { first, under: under.map(Box::from), ..Self::default() }
    }

    /// Takes in texts that were read apart, under numbers of their own.
    pub fn absorb(&mut self, other: Self) {
        self.others.push(other);
    }

    /// Keeps a text under the name that reports show.
    pub fn add(&mut self, name: impl Into<String>, content: impl Into<String>) -> SourceId {
        let content = content.into();
        let name = match &self.under {
            Some(under) => format!("{under}:{}", name.into()),
            None => name.into(),
        };
        self.texts.push(Text { name, content, marks: OnceLock::new() });
        SourceId(self.first.saturating_add(offset(self.texts.len() - 1)))
    }

    fn text(&self, id: SourceId) -> Option<&Text> {
        let own = id.0.checked_sub(self.first).and_then(|index| self.texts.get(index as usize));
        own.or_else(|| self.others.iter().find_map(|other| other.text(id)))
    }

    /// Whether a text was read apart: that of another revision or directory.
    #[must_use]
    pub fn apart(&self, id: SourceId) -> bool {
        self.others.iter().any(|other| other.text(id).is_some())
    }

    /// The name of a text.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.text(id).map_or("", |text| text.name.as_str())
    }

    /// A whole text.
    #[must_use]
    pub fn content(&self, id: SourceId) -> &str {
        self.text(id).map_or("", |text| text.content.as_str())
    }

    /// The part of a text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.content(span.source).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Where a span begins.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let one = NonZeroU32::MIN;
        let Some(text) = self.text(span.source) else { return Position { line: one, column: one } };
        let at = (span.start as usize).min(text.content.len());
        let (index, start) = text.line_of(at);
        let before = text.content.get(start..at).unwrap_or("");
        let column = offset(before.chars().count());
        Position { line: one.saturating_add(offset(index)), column: one.saturating_add(column) }
    }

    /// The line a span begins on.
    #[must_use]
    pub fn line(&self, span: Span) -> Line<'_> {
        let Some(text) = self.text(span.source) else { return Line { text: "", range: (0, 0) } };
        let at = (span.start as usize).min(text.content.len());
        let (_, start) = text.line_of(at);
        let rest = text.content.as_bytes().get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(text.content.len(), |end| at + end);
        let line = text.content.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let floor = |mut i: usize| {
            i = i.min(line.len());
            while !line.is_char_boundary(i) {
                i -= 1;
            }
            i
        };
        let from = floor(at.saturating_sub(start));
        let to = floor((span.end as usize).saturating_sub(start)).max(from);
        Line { text: line, range: (from, to) }
    }
}

/// Offsets are kept in 32 bits: no text of 4 GiB is ever read.
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Span {
    /// A span from byte offsets.
    #[must_use]
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start: offset(start), end: offset(end.max(start)) }
    }
}

/// A place and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

impl Label {
    /// A place and what is said about it.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// Something said about the inputs: what is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's code, such as `CAP002`.
    pub code: &'static str,
    /// The rule's name, such as `floor-not-absorbed`.
    pub name: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// The fact and the limit it broke, in one sentence.
    pub message: String,
    /// Where: the first label is the primary one. Empty where there is no text to point into.
    pub labels: Vec<Label>,
    /// What would be right.
    pub help: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_survive_crlf() {
        let mut sources = Sources::default();
        let id = sources.add("x", "é = 1\r\nab = 2\r\n");
        let at = |start, end| {
            let p = sources.position(Span::new(id, start, end));
            (p.line.get(), p.column.get())
        };
        assert_eq!(at(0, 1), (1, 1));
        assert_eq!(at(5, 6), (1, 5)); // é takes two bytes
        assert_eq!(at(8, 10), (2, 1));
        assert_eq!(sources.line(Span::new(id, 8, 10)), Line { text: "ab = 2", range: (0, 2) });
        assert_eq!(sources.line(Span::new(id, 5, 99)).range, (5, 6));
    }

    #[test]
    fn every_byte_of_a_long_text_has_its_line() {
        let content: String = (0..300).map(|i| "x".repeat(i % 5) + "\n").collect();
        let mut sources = Sources::default();
        let id = sources.add("x", content.clone());
        let (mut line, mut column) = (1, 1);
        for (at, byte) in content.bytes().enumerate() {
            let place = sources.position(Span::new(id, at, at + 1));
            assert_eq!((place.line.get(), place.column.get()), (line, column), "{at}");
            assert_eq!(sources.line(Span::new(id, at, at + 1)).text, "x".repeat((line as usize - 1) % 5), "{at}");
            (line, column) = if byte == b'\n' { (line + 1, 1) } else { (line, column + 1) };
        }
    }

    #[test]
    fn texts_read_apart_keep_their_places() {
        let mut sources = Sources::default();
        let mut others = Sources::numbered_from(1 << 20, None);
        let (one, other) = (sources.add("one", "a = 1"), others.add("other", "b = 2"));
        assert_eq!(sources.name(other), "");
        sources.absorb(others);
        assert_eq!((sources.name(one), sources.name(other)), ("one", "other"));
        assert_eq!((sources.apart(one), sources.apart(other)), (false, true));
        assert_eq!(sources.slice(Span::new(other, 4, 5)), "2");
    }

    #[test]
    fn spans_past_the_end_are_harmless() {
        let mut sources = Sources::default();
        let id = sources.add("x", "a\n");
        let beyond = Span::new(id, 50, 60);
        assert_eq!(sources.line(beyond), Line { text: "", range: (0, 0) });
        assert_eq!(sources.position(beyond).line.get(), 2);
        assert_eq!(sources.slice(beyond), "");
        let empty = sources.add("y", "");
        assert_eq!(sources.line(Span::new(empty, 0, 0)).range, (0, 0));
    }
}
