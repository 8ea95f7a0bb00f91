//! The bounds of a rendering, and what it has used of them.

use super::{
    Number,
    render_error::{Bound, Fault},
};

/// The bounds of a rendering. Passing one ends it with an error, but for the turns of a loop.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Evaluated parts of the template; long texts and searches in them count more.
    pub steps: usize,
    /// The turns of one loop. A longer one ends there, and [`super::Variables::cut_loops`] says so.
    pub loop_turns: usize,
    /// Blocks, calls and operations inside one another.
    pub depth: usize,
    pub output_bytes: usize,
    /// The bytes of all texts, lists and maps that are made, those included that are no longer used.
    pub memory_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            steps: 2_000_000,
            loop_turns: 1000,
            depth: 160,
            output_bytes: 10 * 1024 * 1024,
            memory_bytes: 64 * 1024 * 1024,
        }
    }
}

/// The bytes of a text that are one step to go over.
const BYTES_OF_A_STEP: usize = 64;

/// Counts what a rendering uses.
pub(super) struct Meter<'b> {
    bounds: &'b Bounds,
    steps: usize,
    depth: usize,
    memory_bytes: usize,
}

impl<'b> Meter<'b> {
    pub(super) fn new(bounds: &'b Bounds) -> Self {
        Self { bounds, steps: 0, depth: 0, memory_bytes: 0 }
    }

    pub(super) fn loop_turns(&self) -> usize {
        self.bounds.loop_turns
    }

    pub(super) fn steps(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(steps);
        within(self.steps, self.bounds.steps, Bound::Steps)
    }

    /// The steps of going over `bytes` of a text.
    pub(super) fn walk(&mut self, bytes: usize) -> Result<(), Fault> {
        self.steps(1 + bytes / BYTES_OF_A_STEP)
    }

    /// The steps of reading the digits of a number; few take none.
    pub(super) fn digits(&mut self, number: &Number) -> Result<(), Fault> {
        self.steps(number.digit_bytes() / BYTES_OF_A_STEP)
    }

    /// Something of `bytes` is made.
    pub(super) fn make(&mut self, bytes: usize) -> Result<(), Fault> {
        self.memory_bytes = self.memory_bytes.saturating_add(bytes);
        within(self.memory_bytes, self.bounds.memory_bytes, Bound::Memory)?;
        self.walk(bytes)
    }

    pub(super) fn output(&self, bytes: usize) -> Result<(), Fault> {
        within(bytes, self.bounds.output_bytes, Bound::Output)
    }

    /// One level deeper; [`Meter::leave`] ends it.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        within(self.depth, self.bounds.depth, Bound::Depth)
    }

    /// Something is nested `depth` levels deep.
    pub(super) fn depth_of(&self, depth: usize) -> Result<(), Fault> {
        within(depth, self.bounds.depth, Bound::Depth)
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

fn within(used: usize, most: usize, bound: Bound) -> Result<(), Fault> {
    if used > most { Err(Fault::Bound { bound, most }) } else { Ok(()) }
}
