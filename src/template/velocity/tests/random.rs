//! Random templates: none panics, passes a bound, or names a place that is none.
//!
//! `TEMPLATES=1000000` says how many; each is made of its number alone, so that one that fails can be had again. `make
//! fuzz` renders templates of the same maker, which libFuzzer chooses.

use std::env;

use super::{
    bounded_rendering::{Outcome, outcome},
    template_maker::{Choices, Maker},
};

/// Numbers that follow one from another (splitmix64).
struct Random(u64);

impl Choices for Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}

#[test]
fn a_random_template_panics_never_and_stays_within_its_bounds() {
    let count: u64 = env::var("TEMPLATES").map_or(6000, |count| count.parse().unwrap());
    let (mut rendered, mut refused, mut failed) = (0_u64, 0_u64, 0_u64);
    for seed in 0..count {
        match outcome(&Maker::template(Random(seed))) {
            Outcome::Rendered => rendered += 1,
            Outcome::Refused => refused += 1,
            Outcome::Failed => failed += 1,
        }
    }
    // The makers make enough of each kind.
    let least = count / 200;
    assert!(rendered > least && refused > least && failed > least, "{rendered} {refused} {failed}");
}
