//! Random bytes, and random numbers made of a few of them.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use ring::rand::{SecureRandom, SystemRandom};

/// Bytes that the kernel gives anew for each call: no other process has them, nor one that was restored from the same
/// snapshot (SnapStart).
pub fn random_bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    SystemRandom::new().fill(&mut bytes).expect("the kernel has random bytes");
    bytes
}

/// Random numbers without a call of the kernel for each (SplitMix64); nobody's secret depends on them.
#[derive(Debug)]
pub struct RandomNumbers {
    /// Asked when a number is first drawn: what is drawn before a snapshot is the same in all that are restored from it.
    seed: fn() -> u64,
    state: OnceLock<AtomicU64>,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl RandomNumbers {
    pub fn new(seed: fn() -> u64) -> Self {
        Self { seed, state: OnceLock::new() }
    }

    pub fn draw(&self) -> u64 {
        let state = self.state.get_or_init(|| AtomicU64::new((self.seed)()));
        let mut mixed = state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the reference implementation (Vigna, `splitmix64.c`) with this seed.
    #[test]
    fn the_numbers_of_a_seed_are_those_of_splitmix64() {
        let numbers = RandomNumbers::new(|| 1_234_567);
        let drawn = [(); 3].map(|()| numbers.draw());
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
