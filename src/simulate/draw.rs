//! Draws by key: what happens in one year, from one cause, in one event, does not depend on what else was drawn.
//!
//! A changed price or another cause therefore shifts no other draw, and threads may take the years in any order.

use rand_chacha::ChaCha8Core;
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::rand_core::block::BlockRngCore;

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

/// What one refill of the generator gives: four blocks of ChaCha, 32 numbers of 64 bits.
const WORDS: u64 = 32;

/// Keeps these streams apart from any other use of the generator.
const DOMAIN: &[u8; 8] = b"tr-years";

impl Keyed {
    /// Draws from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The draws of one cause in one year.
    #[must_use]
    pub fn year(&self, cause: u32, year: u64) -> YearDraws {
        let words = batch(self.seed, cause, year, FIRST);
        YearDraws { seed: self.seed, cause, year, place: FIRST, words }
    }
}

/// Which refill of the generator: the lower half of the numbers is for counts, starts and lengths, the upper for the rest.
type Place = u32;

const FIRST: Place = 0;
const OTHER: Place = 1 << 31;

type Words = <ChaCha8Core as BlockRngCore>::Results;

/// The draws of one cause in one year. The count and the first 15 events lie in one refill of the generator.
#[derive(Clone)]
pub struct YearDraws {
    seed: u64,
    cause: u32,
    year: u64,
    place: Place,
    words: Words,
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
        // Index 1 is left free, so that the two draws of an event are neighbours.
        let (half, index) = match purpose {
            Purpose::Count => (FIRST, 0),
            Purpose::Start => (FIRST, 2 + 2 * event),
            Purpose::Length => (FIRST, 3 + 2 * event),
            Purpose::Other => (OTHER, event),
        };
        // An event's number has 32 bits, so this stays below 2²⁹.
        let place = half + (index / WORDS) as Place;
        if place != self.place {
            self.words = batch(self.seed, self.cause, self.year, place);
            self.place = place;
        }
        let pair = (index % WORDS) as usize * 2;
        let words = self.words.as_ref();
        u64::from(words[pair]) | u64::from(words[pair + 1]) << 32
    }
}

/// One refill. All of the key is the generator's key: nothing but the key decides.
fn batch(seed: u64, cause: u32, year: u64, place: Place) -> Words {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&year.to_le_bytes());
    key[16..20].copy_from_slice(&cause.to_le_bytes());
    key[20..24].copy_from_slice(&place.to_le_bytes());
    key[24..].copy_from_slice(DOMAIN);
    let mut words = Words::default();
    ChaCha8Core::from_seed(key).generate(&mut words);
    words
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
        assert_eq!(draws.word(0, Purpose::Count), 0x9e6a_c2ab_8af6_49f5);
        assert_eq!(draws.word(0, Purpose::Start), 0x6824_ddb4_4ee5_4c8d);
        assert_eq!(draws.word(0, Purpose::Length), 0x2a16_f42e_b5c3_7ceb);
        assert_eq!(draws.word(14, Purpose::Length), 0xc9d6_67af_f954_38f9);
        assert_eq!(draws.word(15, Purpose::Start), 0x1256_a646_fe3a_994a);
        assert_eq!(draws.word(100, Purpose::Length), 0xe1c2_6a90_d03c_a552);
        assert_eq!(draws.word(0, Purpose::Other), 0x965c_b5c2_3c13_6fd6);
        assert_eq!(draws.word(40, Purpose::Other), 0x6efe_3fa4_7077_9867);
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
