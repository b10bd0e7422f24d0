//! Draws by key: what happens in one year, from one cause, in one event, does not depend on what else was drawn.
//!
//! A changed price or another cause therefore shifts no other draw, and threads may take the years in any order.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a draw decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// How many events the year has; the same for every event.
    Count,
    /// When an event starts.
    Start,
    /// How long an event lasts.
    Length,
    /// Anything else about an event. It has a generator of its own, so it costs more and moves no other draw.
    Other,
}

/// A source of draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyed {
    seed: u64,
}

/// What one refill of the generator gives: four blocks of ChaCha.
const WORDS: usize = 32;

/// Keeps these streams apart from any other use of the generator.
const DOMAIN: &[u8; 16] = b"trunkrisk years1";

impl Keyed {
    /// Draws from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The draws of one cause in one year.
    #[must_use]
    pub fn year(&self, cause: u32, year: u64) -> YearDraws {
        let (family, batch) = (Family::Main, 0);
        let generator = generator(self.seed, cause, year, family, batch);
        YearDraws { seed: self.seed, cause, year, family, batch, generator, words: [0; WORDS], drawn: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Main = 0,
    Other = 1,
}

/// The draws of one cause in one year. The count and the first 15 events lie in one refill of the generator.
#[derive(Debug, Clone)]
pub struct YearDraws {
    seed: u64,
    cause: u32,
    year: u64,
    family: Family,
    batch: u64,
    generator: ChaCha8Rng,
    /// The first words of the batch, as many as were drawn.
    words: [u64; WORDS],
    drawn: usize,
}

impl YearDraws {
    /// A draw from the open interval between 0 and 1: an odd multiple of 2⁻⁵³, each as likely. So a draw is never 0 or
    /// 1, and u is as likely as 1 − u.
    pub fn uniform(&mut self, event: u32, purpose: Purpose) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 53) as f64;
        ((self.word(event, purpose) >> 11) | 1) as f64 * STEP
    }

    /// 64 random bits.
    fn word(&mut self, event: u32, purpose: Purpose) -> u64 {
        let event = u64::from(event);
        // Place 1 is left free, so that the two draws of an event are neighbours.
        let (family, place) = match purpose {
            Purpose::Count => (Family::Main, 0),
            Purpose::Start => (Family::Main, 2 + 2 * event),
            Purpose::Length => (Family::Main, 3 + 2 * event),
            Purpose::Other => (Family::Other, event),
        };
        let (batch, index) = (place / WORDS as u64, (place % WORDS as u64) as usize);
        if (batch, family) != (self.batch, self.family) {
            (self.batch, self.family) = (batch, family);
            self.generator = generator(self.seed, self.cause, self.year, family, batch);
            self.drawn = 0;
        }
        // The generator has the whole batch; only what is asked for is taken out.
        while self.drawn <= index {
            self.words[self.drawn] = self.generator.next_u64();
            self.drawn += 1;
        }
        self.words[index]
    }
}

/// The generator of a key, at the beginning of a batch.
fn generator(seed: u64, cause: u32, year: u64, family: Family, batch: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..12].copy_from_slice(&cause.to_le_bytes());
    key[12..16].copy_from_slice(&(family as u32).to_le_bytes());
    key[16..].copy_from_slice(DOMAIN);
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(year);
    // A generator that has not begun stands at the first batch already; moving it would fill it twice.
    if batch > 0 {
        generator.set_word_pos(u128::from(batch) * 2 * WORDS as u128);
    }
    generator
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_gives_the_same_bits_in_any_order() {
        let keyed = Keyed::new(7);
        let mut once = keyed.year(3, 12);
        let keys: Vec<(u32, Purpose)> = (0..200)
            .flat_map(|e| [Purpose::Count, Purpose::Start, Purpose::Length, Purpose::Other].map(|p| (e, p)))
            .collect();
        let forwards: Vec<f64> = keys.iter().map(|(e, p)| once.uniform(*e, *p)).collect();
        for ((event, purpose), want) in keys.iter().zip(&forwards).rev() {
            assert_eq!(once.uniform(*event, *purpose), *want);
            assert_eq!(keyed.year(3, 12).uniform(*event, *purpose), *want);
        }
    }

    #[test]
    fn every_key_has_bits_of_its_own() {
        let mut seen = HashSet::new();
        for (seed, cause, year) in
            [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1 << 32, 0, 0), (0, 0, 1 << 32), (0, 0, u64::MAX)]
        {
            let mut draws = Keyed::new(seed).year(cause, year);
            assert!(seen.insert(draws.word(0, Purpose::Count)));
            for event in (0..100).chain([u32::MAX - 1, u32::MAX]) {
                for purpose in [Purpose::Start, Purpose::Length, Purpose::Other] {
                    assert!(seen.insert(draws.word(event, purpose)), "{seed} {cause} {year} {event} {purpose:?}");
                }
            }
        }
    }

    #[test]
    fn bits_are_chacha_8() {
        // From an implementation written from RFC 8439's description, with 8 rounds and a 64-bit counter and nonce.
        let mut draws = Keyed::new(0x0123_4567_89ab_cdef).year(5, 1_000_000_007);
        assert_eq!(draws.word(0, Purpose::Count), 0x8938_c443_389c_2761);
        assert_eq!(draws.word(0, Purpose::Start), 0xa251_9dc3_d90e_5d9b);
        assert_eq!(draws.word(0, Purpose::Length), 0x7ab8_c529_a3e7_5ef3);
        assert_eq!(draws.word(14, Purpose::Length), 0x8590_4680_818a_be35);
        assert_eq!(draws.word(15, Purpose::Start), 0xa935_2303_7d5b_fce2);
        assert_eq!(draws.word(100, Purpose::Length), 0x0ff8_b27f_3687_a096);
        assert_eq!(draws.word(0, Purpose::Other), 0x8dad_c95d_868b_3dbc);
        assert_eq!(draws.word(40, Purpose::Other), 0x7999_d2db_d4f5_28f4);
    }

    #[test]
    fn uniforms_are_open_and_even() {
        let mut sum = [0.0; 4];
        let years = 50_000;
        for year in 0..years {
            let mut draws = Keyed::new(1).year(0, year);
            let (u, v) = (draws.uniform(0, Purpose::Start), draws.uniform(0, Purpose::Length));
            assert!(u > 0.0 && u < 1.0 && 1.0 - u > 0.0);
            for (total, value) in sum.iter_mut().zip([u, v, u * u, u * v]) {
                *total += value / years as f64;
            }
        }
        // Four standard errors of 50,000 draws.
        for (got, want, spread) in
            [(sum[0], 0.5, 0.289), (sum[1], 0.5, 0.289), (sum[2], 1.0 / 3.0, 0.298), (sum[3], 0.25, 0.22)]
        {
            let off: f64 = got - want;
            assert!(off.abs() < 4.0 * spread / (years as f64).sqrt(), "{got} {want}");
        }
    }
}
