//! Endless rows of draws, each with a key of its own: what one row gives does not depend on how far another was read.

use rand_chacha::ChaCha8Core;
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::rand_core::block::BlockRngCore;

/// Keeps these rows apart from any other use of the generator.
const DOMAIN: &[u8; 8] = b"tr-calls";

/// One step between draws from 0 to 1.
const STEP: f64 = 1.0 / (1u64 << 53) as f64;

/// A row of draws.
#[derive(Clone)]
pub struct Stream {
    core: ChaCha8Core,
    words: <ChaCha8Core as BlockRngCore>::Results,
    next: usize,
}

impl Stream {
    /// The row of a run for a purpose, of which there may be several (`index`).
    #[must_use]
    pub fn new(seed: u64, run: u64, purpose: u32, index: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&run.to_le_bytes());
        key[16..20].copy_from_slice(&purpose.to_le_bytes());
        key[20..24].copy_from_slice(&index.to_le_bytes());
        key[24..].copy_from_slice(DOMAIN);
        let words = <ChaCha8Core as BlockRngCore>::Results::default();
        let next = words.as_ref().len();
        Self { core: ChaCha8Core::from_seed(key), words, next }
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        if self.next + 1 >= self.words.as_ref().len() {
            self.core.generate(&mut self.words);
            self.next = 0;
        }
        let words = self.words.as_ref();
        let word = u64::from(words[self.next]) | u64::from(words[self.next + 1]) << 32;
        self.next += 2;
        word
    }

    /// A draw from the open interval between 0 and 1: an odd multiple of 2⁻⁵³, each as likely.
    pub fn uniform(&mut self) -> f64 {
        ((self.word() >> 11) | 1) as f64 * STEP
    }

    /// A draw from the exponential law with mean 1, by inversion.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_differ_and_repeat() {
        let first = |seed, run, purpose, index| Stream::new(seed, run, purpose, index).word();
        let all = [first(1, 2, 3, 4), first(2, 2, 3, 4), first(1, 3, 3, 4), first(1, 2, 4, 4), first(1, 2, 3, 5)];
        for (i, word) in all.iter().enumerate() {
            assert!(!all[..i].contains(word), "{i}");
        }
        assert_eq!(all[0], first(1, 2, 3, 4));
        let (mut one, mut two) = (Stream::new(7, 0, 0, 0), Stream::new(7, 0, 0, 0));
        assert!((0..1000).all(|_| one.word() == two.word()));
    }

    #[test]
    fn draws_have_their_means() {
        let mut row = Stream::new(5, 0, 0, 0);
        let n = 200_000;
        let (mut u, mut e, mut ee) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            u += row.uniform();
            let x = row.exponential();
            e += x;
            ee += x * x;
        }
        let n = f64::from(n);
        // Four standard errors: 0.289, 1 and √20 for single draws.
        assert!((u / n - 0.5).abs() < 4.0 * 0.289 / n.sqrt());
        assert!((e / n - 1.0).abs() < 4.0 / n.sqrt());
        assert!((ee / n - 2.0).abs() < 4.0 * 20f64.sqrt() / n.sqrt());
    }
}
