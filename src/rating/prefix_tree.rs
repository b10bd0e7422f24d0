//! Distinct prefixes in order, each linked to the nearest shorter one that covers it.

use std::ops::Range;

use crate::words::e164::DialPrefix;

/// No prefix covers this one.
const ROOT: u32 = u32::MAX;

/// Longest-prefix match over a sorted array.
///
/// The predecessor of a number in the order of texts either is its longest prefix or lies below it, because every text
/// between a prefix and a number that begins with it begins with it too. So a match is one search and a few parent
/// links. A directory over equal stretches of numbers, about as many as prefixes, leaves the search only a handful of
/// neighbours. A look-up's time is that of fetching memory, so the nodes are small, and it takes one of the directory and
/// one of the nodes.
#[derive(Debug, Clone)]
pub(super) struct PrefixTree {
    nodes: Vec<Node>,
    /// For each stretch of numbers, the index of the first prefix that is not below it.
    directory: Vec<u32>,
    /// The first number of the first stretch.
    first: u64,
    /// A stretch has two to this power of numbers.
    shift: u32,
}

/// A prefix and what is kept for it.
#[derive(Debug, Clone, Copy)]
struct Node {
    key: Key,
    parent: u32,
    /// What the caller keeps for it.
    item: u32,
}

/// A prefix in eight bytes: its lowest number, and its length in the last four bits. Ordered as texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

/// How many 15-digit numbers begin with a prefix of so many digits; four bits of length cannot pass its end.
const SPANS: [u64; 16] = {
    let mut spans = [1; 16];
    let mut digits = 15;
    while digits > 0 {
        spans[digits - 1] = spans[digits] * 10;
        digits -= 1;
    }
    spans
};

impl Key {
    fn new(prefix: DialPrefix) -> Self {
        // 10¹⁵ numbers take 50 bits.
        Self(prefix.lowest() << 4 | u64::from(prefix.digits()))
    }

    fn lowest(self) -> u64 {
        self.0 >> 4
    }

    fn is_prefix_of(self, other: Self) -> bool {
        self <= other && other.lowest() - self.lowest() < SPANS[(self.0 & 15) as usize]
    }
}

impl PrefixTree {
    /// Builds from prefixes in ascending order without repetitions, each with what is kept for it; linear.
    pub(super) fn new(prefixes: impl IntoIterator<Item = (DialPrefix, u32)>) -> Self {
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<u32> = Vec::new();
        for (i, (prefix, item)) in (0_u32..).zip(prefixes) {
            let key = Key::new(prefix);
            while open.last().is_some_and(|&top| !nodes[top as usize].key.is_prefix_of(key)) {
                open.pop();
            }
            nodes.push(Node { key, parent: open.last().copied().unwrap_or(ROOT), item });
            open.push(i);
        }
        let first = nodes.first().map_or(0, |node| node.key.lowest());
        let span = nodes.last().map_or(0, |node| node.key.lowest()) - first;
        let wanted = nodes.len().max(1).next_power_of_two().ilog2();
        let shift = (u64::BITS - span.leading_zeros()).saturating_sub(wanted);
        let slots = (span >> shift) + 1;
        let mut directory = Vec::with_capacity(slots as usize + 1);
        let mut next = 0;
        for slot in 0..=slots {
            while next < nodes.len() && nodes[next].key.lowest() - first < slot << shift {
                next += 1;
            }
            directory.push(next as u32);
        }
        Self { nodes, directory, first, shift }
    }

    /// The index of the longest prefix that covers the number.
    pub(super) fn longest(&self, number: DialPrefix) -> Option<usize> {
        let number = Key::new(number);
        // Numbers behind the last stretch are looked for in it.
        let last = self.directory.len() - 2;
        let slot = ((number.lowest().checked_sub(self.first)? >> self.shift) as usize).min(last);
        let (from, to) = (self.directory[slot] as usize, self.directory[slot + 1] as usize);
        // In the number's own slot, what is not above it; the slot before ends with its predecessor otherwise.
        let mut at = (from + self.nodes[from..to].partition_point(|node| node.key <= number)).checked_sub(1)?;
        while !self.nodes[at].key.is_prefix_of(number) {
            at = self.parent(at)?;
        }
        Some(at)
    }

    /// The nearest shorter prefix that covers this one.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        let parent = self.nodes[at].parent;
        (parent != ROOT).then_some(parent as usize)
    }

    /// What is kept for a prefix.
    pub(super) fn item(&self, at: usize) -> Option<u32> {
        self.nodes.get(at).map(|node| node.item)
    }

    /// The prefixes that begin with `prefix` and are longer.
    pub(super) fn below(&self, prefix: DialPrefix) -> Range<usize> {
        let prefix = Key::new(prefix);
        let from = self.nodes.partition_point(|node| node.key <= prefix);
        let count = self.nodes[from..].partition_point(|node| prefix.is_prefix_of(node.key));
        from..from + count
    }
}
