//! Random numbers from a seed (SplitMix64): the same on every machine.

use std::{
    env,
    hash::{BuildHasher, Hasher, RandomState},
};

pub struct Random(u64);

/// So many of `full` random requests as `RANDOM_PERCENT` says; all of them without it.
pub fn share_of(full: usize) -> usize {
    let percent: usize = env::var("RANDOM_PERCENT").map_or(100, |percent| percent.parse().unwrap());
    full * percent / 100
}

impl Random {
    /// Chance from the seed in `SEED`, or from another one each time; the seed is printed.
    pub fn of_environment() -> (Self, u64) {
        let seed = env::var("SEED").ok().map(|seed| seed.parse().unwrap());
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        println!("SEED={seed}");
        (Self(seed), seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// Less than `end`, and small ones most often.
    pub fn small(&mut self, end: usize) -> usize {
        self.below(end).min(self.below(end))
    }

    /// The first ones most often.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.small(from.len())]
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}
