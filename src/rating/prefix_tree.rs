//! Distinct prefixes in order, each linked to the nearest shorter one that covers it.

use std::ops::Range;

use crate::words::e164::DialPrefix;

/// No prefix covers this one.
const ROOT: u32 = u32::MAX;
/// 15 digits of a number.
const PLACES: u32 = 15;

/// Longest-prefix match over a sorted array.
///
/// The predecessor of a number in the order of texts either is its longest prefix or lies below it, because every text
/// between a prefix and a number that begins with it begins with it too. So a match is one search and a few parent
/// links. A directory over the first digits leaves the search only a handful of neighbours. A look-up's time is that of
/// fetching memory, so the nodes are small and the directory fits a processor's second cache.
#[derive(Debug, Clone)]
pub(super) struct PrefixTree {
    nodes: Vec<Node>,
    /// For each run of leading digits, the index of the first prefix that is not below it.
    directory: Vec<u32>,
    /// What the digits behind the directory's are worth.
    unit: u64,
}

/// A prefix and what is kept for it.
#[derive(Debug, Clone, Copy)]
struct Node {
    key: Key,
    parent: u32,
    /// The first of the caller's items that belong to it.
    start: u32,
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
    /// Builds from prefixes in ascending order without repetitions, each with the index of its first item; linear.
    pub(super) fn new(prefixes: impl IntoIterator<Item = (DialPrefix, u32)>) -> Self {
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<u32> = Vec::new();
        for (i, (prefix, start)) in (0_u32..).zip(prefixes) {
            let key = Key::new(prefix);
            while open.last().is_some_and(|&top| !nodes[top as usize].key.is_prefix_of(key)) {
                open.pop();
            }
            nodes.push(Node { key, parent: open.last().copied().unwrap_or(ROOT), start });
            open.push(i);
        }
        // As many entries as prefixes, or up to ten times fewer.
        let digits = (2..6).rev().find(|d| 10_usize.pow(*d) <= nodes.len()).unwrap_or(2);
        let unit = 10_u64.pow(PLACES - digits);
        let mut directory = Vec::with_capacity(10_usize.pow(digits) + 1);
        let mut next = 0;
        for slot in 0..=10_u64.pow(digits) {
            while next < nodes.len() && nodes[next].key.lowest() < slot * unit {
                next += 1;
            }
            directory.push(next as u32);
        }
        Self { nodes, directory, unit }
    }

    /// The index of the longest prefix that covers the number.
    pub(super) fn longest(&self, number: DialPrefix) -> Option<usize> {
        let slot = (number.lowest() / self.unit) as usize;
        let (from, to) = (self.directory[slot] as usize, self.directory[slot + 1] as usize);
        let number = Key::new(number);
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

    /// The first item of a prefix; nothing behind the last one.
    pub(super) fn start(&self, at: usize) -> Option<usize> {
        self.nodes.get(at).map(|node| node.start as usize)
    }

    /// The prefixes that begin with `prefix` and are longer.
    pub(super) fn below(&self, prefix: DialPrefix) -> Range<usize> {
        let prefix = Key::new(prefix);
        let from = self.nodes.partition_point(|node| node.key <= prefix);
        let count = self.nodes[from..].partition_point(|node| prefix.is_prefix_of(node.key));
        from..from + count
    }
}
