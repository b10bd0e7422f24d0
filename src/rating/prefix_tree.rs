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
/// links. A directory over the first digits leaves the search only a handful of neighbours.
#[derive(Debug, Clone)]
pub(super) struct PrefixTree {
    prefixes: Vec<DialPrefix>,
    parents: Vec<u32>,
    /// For each run of leading digits, the index of the first prefix that is not below it.
    directory: Vec<u32>,
    /// What the digits behind the directory's are worth.
    unit: u64,
}

impl PrefixTree {
    /// Builds from prefixes in ascending order without repetitions; linear.
    pub(super) fn new(prefixes: Vec<DialPrefix>) -> Self {
        let mut parents = Vec::with_capacity(prefixes.len());
        let mut open: Vec<u32> = Vec::new();
        for (i, prefix) in (0_u32..).zip(&prefixes) {
            while open.last().is_some_and(|&top| !prefixes[top as usize].is_prefix_of(*prefix)) {
                open.pop();
            }
            parents.push(open.last().copied().unwrap_or(ROOT));
            open.push(i);
        }
        // Some ten entries for each prefix, from a thousand to a million (4 MB).
        let digits = (3..6).find(|d| 10_usize.pow(*d) >= prefixes.len().saturating_mul(4)).unwrap_or(6);
        let unit = 10_u64.pow(PLACES - digits);
        let mut directory = Vec::with_capacity(10_usize.pow(digits) + 1);
        let mut next = 0;
        for slot in 0..=10_u64.pow(digits) {
            while next < prefixes.len() && prefixes[next].lowest() < slot * unit {
                next += 1;
            }
            directory.push(next as u32);
        }
        Self { prefixes, parents, directory, unit }
    }

    /// The index of the longest prefix that covers the number.
    pub(super) fn longest(&self, number: DialPrefix) -> Option<usize> {
        let slot = (number.lowest() / self.unit) as usize;
        let (from, to) = (self.directory[slot] as usize, self.directory[slot + 1] as usize);
        // In the number's own slot, what is not above it; the slot before ends with its predecessor otherwise.
        let mut at = (from + self.prefixes[from..to].partition_point(|p| *p <= number)).checked_sub(1)?;
        while !self.covers(at, number) {
            at = self.parent(at)?;
        }
        Some(at)
    }

    /// Whether a prefix that is not above a number is one of its prefixes.
    fn covers(&self, at: usize, number: DialPrefix) -> bool {
        let prefix = self.prefixes[at];
        prefix <= number && number.lowest() - prefix.lowest() < prefix.span()
    }

    /// The nearest shorter prefix that covers this one.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        let parent = self.parents[at];
        (parent != ROOT).then_some(parent as usize)
    }

    /// The prefixes that begin with `prefix` and are longer.
    pub(super) fn below(&self, prefix: DialPrefix) -> Range<usize> {
        let from = self.prefixes.partition_point(|p| *p <= prefix);
        let count = self.prefixes[from..].partition_point(|p| prefix.is_prefix_of(*p));
        from..from + count
    }
}
