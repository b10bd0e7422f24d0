//! `--set KEY=VALUE`: what-if changes of a plan, by key.

use super::fault::{FaultKind, did_you_mean};
use super::reader::Log;
use super::tree::{self, Entry, Node, Value};
use crate::words::diagnostic::{SourceId, Sources, Span};

/// Applies one change to a plan's tree. The argument's text becomes a source of its own, so that faults point into it.
pub fn apply(argument: &str, plan: &mut Node, sources: &mut Sources, log: &Log) {
    let id = sources.add(format!("--set {argument}"), argument);
    let whole = Span::new(id, 0, argument.len());
    let Some((path, value)) = parse(argument, id) else {
        log.faults.at(
            FaultKind::Syntax,
            whole,
            "not of the form KEY=VALUE",
            "here",
            "such as --set campaign.renewals.seats=80",
        );
        return;
    };
    set(plan, &path, value, whole, log);
}

/// Splits `a.b."c d"=value` into its keys and its value. A value that is no TOML is taken as a string.
fn parse(argument: &str, id: SourceId) -> Option<(Vec<(String, Span)>, Node)> {
    let equals = unquoted(argument, '=').next()?;
    let (path, value) = (argument.get(..equals)?, argument.get(equals + 1..)?);
    let mut keys = Vec::new();
    let mut start = 0;
    let dots: Vec<usize> = unquoted(path, '.').chain(std::iter::once(path.len())).collect();
    for end in dots {
        let raw = path.get(start..end)?;
        let trimmed = raw.trim();
        let key = trimmed
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .or_else(|| trimmed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')))
            .unwrap_or(trimmed);
        if key.is_empty() {
            return None;
        }
        let offset = start + raw.find(trimmed).unwrap_or(0);
        keys.push((key.to_owned(), Span::new(id, offset, offset + trimmed.len())));
        start = end + 1;
    }
    let node = value_node(value, id, equals + 1, argument.len());
    Some((keys, node))
}

/// Where a character stands outside quotes.
fn unquoted(text: &str, wanted: char) -> impl Iterator<Item = usize> + '_ {
    let mut quote = None;
    text.char_indices().filter_map(move |(i, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == wanted => return Some(i),
            _ => {}
        }
        None
    })
}

fn value_node(value: &str, id: SourceId, start: usize, end: usize) -> Node {
    let span = Span::new(id, start, end);
    let mut scratch = Sources::default();
    let text = scratch.add("", format!("v = {value}"));
    let log = Log::default();
    let parsed = tree::parse(&scratch, text, &log.faults);
    if log.faults.is_empty()
        && let Value::Table(entries) = parsed.value
        && let [only] = entries.as_slice()
        && only.key == "v"
    {
        let mut node = only.node.clone();
        place(&mut node, span);
        return node;
    }
    Node { value: Value::Text(value.trim().to_owned()), span }
}

/// Gives every part of a value the place of the argument.
fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| place(item, span)),
        Value::Table(entries) => entries.iter_mut().for_each(|entry| {
            entry.span = span;
            place(&mut entry.node, span);
        }),
        _ => {}
    }
}

fn set(node: &mut Node, path: &[(String, Span)], value: Node, whole: Span, log: &Log) {
    let Some(((key, span), rest)) = path.split_first() else {
        *node = value;
        return;
    };
    match &mut node.value {
        Value::Table(entries) => {
            let index = entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
                let empty = Node { value: Value::Table(Vec::new()), span: whole };
                entries.push(Entry { key: key.clone(), span: *span, node: empty });
                entries.len() - 1
            });
            if let Some(entry) = entries.get_mut(index) {
                set(&mut entry.node, rest, value, whole, log);
            }
        }
        Value::Array(items) => {
            let names: Vec<String> = items.iter().filter_map(|item| label(item).map(str::to_owned)).collect();
            let index = items
                .iter()
                .position(|item| label(item) == Some(key))
                .or_else(|| key.parse::<usize>().ok().filter(|i| *i < items.len()));
            match index.and_then(|i| items.get_mut(i)) {
                Some(item) => set(item, rest, value, whole, log),
                None => {
                    let known: Vec<&str> = names.iter().map(String::as_str).collect();
                    log.faults.at(
                        FaultKind::UnknownName,
                        *span,
                        format!("nothing here is called `{key}`"),
                        "unknown name",
                        did_you_mean(key, &known),
                    );
                }
            }
        }
        other => {
            let message = format!("`{key}` cannot be set: what holds it is {}", other.kind());
            log.faults.at(FaultKind::WrongType, *span, message, "no such key", "name a key of a block");
        }
    }
}

/// What an item of an array is called: its `name`, or a destination's `prefix`.
fn label(item: &Node) -> Option<&str> {
    let Value::Table(entries) = &item.value else { return None };
    ["name", "prefix", "rule"].iter().find_map(|key| {
        entries.iter().find(|entry| entry.key == *key).and_then(|entry| match &entry.node.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(plan: &str, argument: &str) -> (String, usize) {
        let mut sources = Sources::default();
        let id = sources.add("plan", plan);
        let log = Log::default();
        let mut tree = tree::parse(&sources, id, &log.faults);
        apply(argument, &mut tree, &mut sources, &log);
        (format!("{:?}", tree.value), log.faults.len())
    }

    #[test]
    fn finds_blocks_by_name_and_reads_values_as_toml_or_text() {
        let plan = "[[cause]]\nname = 'a b'\nsignal = '503'\n[pbx]\nx = 1\n";
        let (tree, faults) = changed(plan, "cause.a b.signal=timeout");
        assert!(tree.contains("Text(\"timeout\")") && !tree.contains("503") && faults == 0, "{tree}");
        let (tree, faults) = changed(plan, "cause.\"a b\".signal=\"404\"");
        assert!(tree.contains("Text(\"404\")") && faults == 0, "{tree}");
        let (tree, _) = changed(plan, "cause.0.share=0.5");
        assert!(tree.contains("Float(\"0.5\")"), "{tree}");
        let (tree, _) = changed(plan, "budget.incident=1");
        assert!(tree.contains("Integer(\"1\")"), "{tree}");
        let (tree, _) = changed(plan, "pbx.x=60s");
        assert!(tree.contains("Text(\"60s\")"), "{tree}");
    }

    #[test]
    fn what_cannot_be_set_is_a_fault() {
        let plan = "[[cause]]\nname = 'a'\n";
        for argument in ["", "x", "=1", ".=1", "a..b=1", "cause.zz.signal=1", "cause.a.name.x=1"] {
            assert_eq!(changed(plan, argument).1, 1, "{argument}");
        }
    }
}
