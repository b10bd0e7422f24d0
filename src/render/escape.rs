//! Text from plans, decks and logs on its way to a terminal: data, never commands.

use std::borrow::Cow;

/// Whether a character moves the cursor, hides, or reorders the text around it.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' // soft hyphen
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}' // zero width, and marks of direction
                | '\u{2028}'..='\u{202e}' // line separators and bidi overrides
                | '\u{2060}'..='\u{206f}' // word joiner and bidi isolates
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}' // tags: invisible copies of ASCII
        )
}

/// Appends a character as a terminal may show it.
pub(super) fn push(out: &mut String, c: char) {
    if is_hidden(c) { out.extend(c.escape_default()) } else { out.push(c) }
}

/// Shows what a terminal would obey or hide as an escape: `\u{1b}`, `\n`, `\u{202e}`.
///
/// So are the commands that the log of a CI runner obeys: a word that begins with `::`, and `##[`.
/// The result is one line. Everything else is kept, wide characters included: it is data.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) && !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut begins = true;
    for (i, c) in text.char_indices() {
        let rest = text.get(i..).unwrap_or("");
        if (begins && rest.starts_with("::")) || rest.starts_with("##[") {
            out.push_str(if c == ':' { "\\u{3a}" } else { "\\u{23}" });
        } else {
            push(&mut out, c);
        }
        begins = c.is_whitespace();
    }
    Cow::Owned(out)
}

/// Cuts a text to at most `max_chars` characters, the last of which is then an ellipsis.
///
/// Shorten first and escape afterwards, so that no escape is cut in two.
#[must_use]
pub fn shorten(text: &str, max_chars: usize) -> Cow<'_, str> {
    if text.chars().nth(max_chars).is_none() {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    if max_chars > 0 {
        short.push('…');
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_survives() {
        assert_eq!(terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(terminal("one\r\ntwo\t\u{7f}\u{9b}"), "one\\r\\ntwo\\t\\u{7f}\\u{9b}");
        assert_eq!(terminal("\u{feff}x\u{202e}y\u{2066}z\u{200b}"), "\\u{feff}x\\u{202e}y\\u{2066}z\\u{200b}");
        assert!(matches!(terminal("Zürich 東京 🎧"), Cow::Borrowed("Zürich 東京 🎧")));
        assert_eq!(terminal("::error::x ::y a::b ##[z]"), "\\u{3a}:error::x \\u{3a}:y a::b \\u{23}#[z]");
        for c in ('\0'..=char::MAX).filter(|c| c.is_control()) {
            assert!(!terminal(&c.to_string()).contains(c), "{c:?}");
        }
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shorten("Zürich", 6), "Zürich");
        assert_eq!(shorten("Zürich", 5), "Züri…");
        assert_eq!(shorten("Zürich", 1), "…");
        assert_eq!(shorten("Zürich", 0), "");
        assert_eq!(shorten("", 0), "");
    }
}
