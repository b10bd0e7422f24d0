//! Rows that differ in their code alone, as most rows of most decks do: what stands around the code is read once.

use super::scan::Cell;

/// What a row says besides its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The number of its terms.
    pub terms: u32,
    /// Its codes are refused.
    pub blocked: bool,
    /// It states no increment.
    pub unstated: bool,
}

/// The text of a record before and behind its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rest<'a> {
    before: &'a str,
    behind: &'a str,
}

/// What the rest of a record was read as.
///
/// A later record takes the place of an earlier one: so the room is bounded, and one that was forgotten is read again.
#[derive(Debug)]
pub(super) struct Repeats<'a> {
    /// The first and last column of the code; nothing where others stand between them, or they say more than the code.
    code: Option<(usize, usize)>,
    known: Vec<Option<(Rest<'a>, Known)>>,
}

/// Records that are kept; a power of two.
const SLOTS: usize = 1 << 12;

impl<'a> Repeats<'a> {
    /// For columns of the code, of which some may say something else as well.
    pub(super) fn new(code: &[usize], says_more: impl Fn(usize) -> bool) -> Self {
        let together = code.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let ends = code.first().copied().zip(code.last().copied());
        let apart = together && !code.iter().any(|column| says_more(*column));
        Self { code: ends.filter(|_| apart), known: vec![None; SLOTS] }
    }

    /// The text around the code of a record, which begins at a byte: its first cell may begin behind a quote.
    pub(super) fn rest(&self, text: &'a str, start: usize, cells: &[Cell]) -> Option<Rest<'a>> {
        let (first, last) = self.code?;
        let (before, behind) = (start..cells.get(first)?.start, cells.get(last)?.end..cells.last()?.end);
        // Where the code is the last cell, nothing is behind it, not even its end.
        Some(Rest { before: text.get(before)?, behind: text.get(behind)? })
    }

    /// What a rest was read as.
    pub(super) fn get(&self, rest: Rest<'a>) -> Option<Known> {
        let (other, known) = self.known[rest.slot()]?;
        (other == rest).then_some(known)
    }

    /// Keeps what a rest was read as.
    pub(super) fn keep(&mut self, rest: Rest<'a>, known: Known) {
        self.known[rest.slot()] = Some((rest, known));
    }
}

impl Rest<'_> {
    fn slot(self) -> usize {
        // Multiplies by the odd number nearest to 2⁶⁴ over the golden ratio, eight bytes at a time.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut hash = self.before.len() as u64;
        for part in [self.before, self.behind] {
            let mut chunks = part.as_bytes().chunks_exact(8);
            for chunk in &mut chunks {
                let word = chunk.try_into().map_or(0, u64::from_le_bytes);
                hash = (hash.rotate_left(5) ^ word).wrapping_mul(SPREAD);
            }
            for byte in chunks.remainder() {
                hash = (hash.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(SPREAD);
            }
        }
        (hash >> 32) as usize & (SLOTS - 1)
    }
}
