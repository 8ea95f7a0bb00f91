//! What a rendering tells to one who watches it.

use super::Place;

/// One evaluated part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceStep<'a> {
    pub place: Place,
    /// The part, as written.
    pub source: &'a str,
    /// What it gave: a printed text, the value that was set, `true`, `false`, the number of turns.
    pub result: &'a str,
}

/// Watches a rendering. A rendering without one pays nothing for it.
pub trait Tracer {
    fn evaluated(&mut self, step: TraceStep<'_>);
}
