//! Mapping templates of the grammar, as libFuzzer chooses them: by the code that they reach.
//!
//! The maker of templates, and what holds of each, are those of the unit tests.

#![no_main]

use libfuzzer_sys::fuzz_target;
// The tests' files say `crate::template`.
use tollgate::template;

#[path = "../../src/template/velocity/tests/bounded_rendering.rs"]
mod bounded_rendering;
#[path = "../../src/template/velocity/tests/template_maker.rs"]
mod template_maker;
#[path = "../../src/template/velocity/tests/variables.rs"]
mod variables;

use self::template_maker::{Choices, Maker};

/// A byte for each choice: a byte that libFuzzer changes is another choice. Behind the last one the first choice is
/// always taken, which ends every block.
struct Bytes<'a>(&'a [u8]);

impl Choices for Bytes<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % bound
    }
}

fuzz_target!(|choices: &[u8]| {
    bounded_rendering::outcome(&Maker::template(Bytes(choices)));
});
