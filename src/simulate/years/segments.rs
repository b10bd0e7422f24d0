//! In which stretch of the calendar a moment lies, found without a search.

/// Stretches of time without gaps.
#[derive(Debug, Clone)]
pub struct Segments {
    /// Where each begins [s]; the first is 0.
    starts: Vec<f64>,
    /// The stretch at the begin of each bucket.
    buckets: Vec<u32>,
    per_second: f64,
}

/// Width of a bucket [s]: a floor's day has a few changes, hours apart.
const BUCKET: f64 = 4096.0;

impl Segments {
    /// From begins in order, the first at 0.
    #[must_use]
    pub fn new(starts: Vec<f64>) -> Self {
        let count = (starts.last().copied().unwrap_or(0.0) / BUCKET) as usize + 1;
        let mut at = 0;
        let buckets = (0..count)
            .map(|bucket| {
                while starts.get(at + 1).is_some_and(|next| *next <= bucket as f64 * BUCKET) {
                    at += 1;
                }
                at as u32
            })
            .collect();
        Self { starts, buckets, per_second: 1.0 / BUCKET }
    }

    /// The stretch of a moment [s]; the first before all, the last behind all.
    #[must_use]
    pub fn at(&self, t: f64) -> usize {
        let bucket = ((t * self.per_second) as usize).min(self.buckets.len() - 1);
        let mut at = self.buckets[bucket] as usize;
        // A product that was rounded up may name the next bucket.
        while at > 0 && self.starts[at] > t {
            at -= 1;
        }
        while self.starts.get(at + 1).is_some_and(|next| *next <= t) {
            at += 1;
        }
        at
    }

    /// Where a stretch ends [s]; the last never does.
    #[must_use]
    pub fn end(&self, at: usize) -> f64 {
        self.starts.get(at + 1).copied().unwrap_or(f64::INFINITY)
    }

    /// Where each begins [s].
    #[must_use]
    pub fn starts(&self) -> &[f64] {
        &self.starts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_a_search_finds_it(
            mut gaps in prop::collection::vec(prop_oneof![Just(4096.0), 0.001f64..100.0, 1000.0f64..1e6], 0..60),
            at in prop::collection::vec(0.0f64..1.2, 20),
        ) {
            gaps.insert(0, 0.0);
            let starts: Vec<f64> = gaps.iter().scan(0.0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
            let segments = Segments::new(starts.clone());
            let end = starts.last().copied().unwrap();
            for t in at.iter().map(|share| share * end).chain(starts.iter().copied()).chain([-1.0]) {
                let searched = starts.partition_point(|start| *start <= t).saturating_sub(1);
                prop_assert_eq!(segments.at(t), searched);
                prop_assert!(segments.end(searched) > t);
            }
        }
    }
}
