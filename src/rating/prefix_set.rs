//! A set of prefixes, asked for those that a number begins with.

use crate::words::e164::DialPrefix;

/// Longest-prefix match, a look-up for each length that occurs.
///
/// The codes of one length lie close together in real decks: all exchanges of all area codes, all codes of a country. So
/// most lengths are a row of bits with the count of bits before each word, which a cache holds where the prefixes
/// themselves would not fit: 800,000 exchanges take 200 kB.
#[derive(Debug, Clone)]
pub(super) struct PrefixSet {
    /// One for each length that occurs, longest first.
    levels: Vec<Level>,
}

/// The prefixes of one length.
#[derive(Debug, Clone)]
struct Level {
    digits: u8,
    codes: Codes,
    /// The place in the set of each code; nothing where they are all of it.
    places: Option<Vec<u32>>,
}

/// Codes of one length in ascending order.
#[derive(Debug, Clone)]
enum Codes {
    /// A bit for each code from the first one on.
    Dense { first: u64, words: Vec<Word> },
    /// Each code. For each stretch of codes, two to the power of `shift` of them from the first code on, the place of
    /// the first code that is not below it, and behind the last stretch their number.
    Sparse { codes: Vec<u64>, stretches: Vec<u32>, shift: u32 },
}

#[derive(Debug, Clone, Copy, Default)]
struct Word {
    bits: u64,
    /// Bits set in the words before.
    before: u32,
}

/// Bits that may be spent on a code: a word takes 128 for 64 codes, a sparse code up to 128.
const MOST_BITS: u64 = 64;

impl PrefixSet {
    /// Builds from prefixes in ascending order without repetitions; linear.
    pub(super) fn new(prefixes: impl ExactSizeIterator<Item = DialPrefix> + Clone) -> Self {
        let (mut counts, mut ends) = ([0_u32; 16], [(u64::MAX, 0_u64); 16]);
        for prefix in prefixes.clone() {
            let (digits, code) = (prefix.digits(), prefix.leading(prefix.digits()));
            let (count, (first, last)) = (&mut counts[usize::from(digits)], &mut ends[usize::from(digits)]);
            *count += 1;
            (*first, *last) = ((*first).min(code), (*last).max(code));
        }
        let levels = (1..=15_u8).rev().filter_map(|digits| {
            let (count, (first, last)) = (counts[usize::from(digits)], ends[usize::from(digits)]);
            if count == 0 {
                return None;
            }
            let own = prefixes.clone().filter(|prefix| prefix.digits() == digits).map(|prefix| prefix.leading(digits));
            let codes = if last - first < u64::from(count).saturating_mul(MOST_BITS) {
                Codes::dense(own, first, last)
            } else {
                Codes::sparse(own, count as usize, first, last)
            };
            let places = (count as usize != prefixes.len()).then(|| {
                let mut places = Vec::with_capacity(count as usize);
                places.extend((0_u32..).zip(prefixes.clone()).filter(|(_, p)| p.digits() == digits).map(|(at, _)| at));
                places
            });
            Some(Level { digits, codes, places })
        });
        Self { levels: levels.collect() }
    }

    /// The places of the prefixes that the number begins with, longest first.
    pub(super) fn matches(&self, number: DialPrefix) -> impl Iterator<Item = usize> + '_ {
        let digits = number.digits();
        self.levels.iter().filter(move |level| level.digits <= digits).filter_map(move |level| {
            let rank = level.codes.rank(number.leading(level.digits))?;
            Some(level.places.as_ref().map_or(rank, |places| places[rank] as usize))
        })
    }

    /// The place of the longest prefix that the number begins with.
    pub(super) fn longest(&self, number: DialPrefix) -> Option<usize> {
        self.matches(number).next()
    }
}

impl Codes {
    fn dense(codes: impl Iterator<Item = u64>, first: u64, last: u64) -> Self {
        let mut words = vec![Word::default(); ((last - first) / 64 + 1) as usize];
        for code in codes {
            words[((code - first) / 64) as usize].bits |= 1 << ((code - first) % 64);
        }
        let mut before = 0;
        for word in &mut words {
            word.before = before;
            before += word.bits.count_ones();
        }
        Self::Dense { first, words }
    }

    fn sparse(own: impl Iterator<Item = u64>, count: usize, first: u64, last: u64) -> Self {
        let mut codes = Vec::with_capacity(count);
        codes.extend(own);
        // About as many stretches as codes.
        let shift = ((last - first) / count as u64).max(1).ilog2();
        let mut stretches = Vec::with_capacity(((last - first) >> shift) as usize + 2);
        let mut next = 0_u32;
        for stretch in 0..=(last - first) >> shift {
            while codes.get(next as usize).is_some_and(|code| (code - first) >> shift < stretch) {
                next += 1;
            }
            stretches.push(next);
        }
        stretches.push(count as u32);
        Self::Sparse { codes, stretches, shift }
    }

    /// The place of a code among those of its length.
    fn rank(&self, code: u64) -> Option<usize> {
        match self {
            Self::Dense { first, words } => {
                let at = code.wrapping_sub(*first);
                let word = words.get(usize::try_from(at / 64).ok()?)?;
                let bit = 1 << (at % 64);
                (word.bits & bit != 0).then(|| (word.before + (word.bits & (bit - 1)).count_ones()) as usize)
            }
            Self::Sparse { codes, stretches, shift } => {
                let at = usize::try_from(code.checked_sub(*codes.first()?)? >> shift).ok()?;
                let (from, to) = (*stretches.get(at)? as usize, *stretches.get(at + 1)? as usize);
                codes.get(from..to)?.binary_search(&code).ok().map(|found| from + found)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn prefix(text: &str) -> DialPrefix {
        DialPrefix::parse(text).unwrap()
    }

    #[test]
    fn nothing_is_in_an_empty_set() {
        assert_eq!(
            PrefixSet::new(std::iter::empty::<DialPrefix>().collect::<Vec<_>>().into_iter()).longest(prefix("1")),
            None
        );
    }

    #[test]
    fn ends_of_words_and_stretches() {
        for codes in [vec![200, 263, 264, 327, 328], vec![100, 999_999], vec![100_000_000_000_000, 999_999_999_999_998]]
        {
            let known: Vec<DialPrefix> = codes.iter().map(|code: &u64| prefix(&code.to_string())).collect();
            let mut known = known;
            known.sort();
            let set = PrefixSet::new(known.iter().copied());
            for (at, own) in known.iter().enumerate() {
                assert_eq!(set.longest(*own), Some(at), "{own}");
            }
            for code in codes.iter().flat_map(|code| [code - 1, code + 1]) {
                if known.iter().any(|own| own.is_prefix_of(prefix(&code.to_string()))) {
                    continue;
                }
                assert_eq!(set.longest(prefix(&code.to_string())), None, "{code}");
            }
        }
    }

    proptest! {
        #[test]
        fn equals_a_naive_scan(
            mut known in prop::collection::btree_set("[1-3][0-9]{0,1}|[1-9][0-9]{2,14}|12[0-9]{2}", 0..40),
            numbers in prop::collection::vec("[1-9][0-9]{0,14}|12[0-9]{1,5}", 20),
        ) {
            // Every beginning of a few numbers, so that prefixes cover each other.
            let more: Vec<String> = numbers.iter().take(3).flat_map(|n| (1..=n.len()).map(|end| n[..end].to_owned())).collect();
            known.extend(more);
            let known: BTreeSet<DialPrefix> = known.iter().map(|text| prefix(text)).collect();
            let known: Vec<DialPrefix> = known.into_iter().collect();
            let set = PrefixSet::new(known.iter().copied());
            for number in numbers.iter().map(|text| prefix(text)) {
                let mut naive: Vec<usize> = (0..known.len()).filter(|at| known[*at].is_prefix_of(number)).collect();
                naive.reverse();
                prop_assert_eq!(set.matches(number).collect::<Vec<_>>(), naive);
            }
        }
    }
}
