//! The steps of a rendering, kept as far as people read them.

use tollgate::template::velocity::{Place, TraceStep, Tracer};

/// One evaluated part.
pub struct Step {
    pub place: Place,
    pub source: String,
    pub result: String,
}

/// The first steps, and the references that printed nothing.
#[derive(Default)]
pub struct Recorder {
    pub steps: Vec<Step>,
    /// Further steps, which are not kept.
    pub left_out: usize,
    /// Each place once.
    pub empty: Vec<EmptyReference>,
}

/// A reference that printed nothing, though it is not a quiet one.
#[derive(PartialEq, Eq)]
pub struct EmptyReference {
    pub place: Place,
    pub source: String,
}

const MOST_STEPS: usize = 10_000;
const MOST_EMPTY: usize = 20;
/// The characters of a source or a result that are kept.
const MOST_CHARACTERS: usize = 1_000;

impl Tracer for Recorder {
    fn evaluated(&mut self, TraceStep { place, source, result }: TraceStep<'_>) {
        let is_loud = source.starts_with('$') && !source.starts_with("$!");
        if is_loud && result.is_empty() && self.empty.len() < MOST_EMPTY {
            let reference = EmptyReference { place, source: shortened(source, MOST_CHARACTERS) };
            if !self.empty.contains(&reference) {
                self.empty.push(reference);
            }
        }
        if self.steps.len() < MOST_STEPS {
            let (source, result) = (shortened(source, MOST_CHARACTERS), shortened(result, MOST_CHARACTERS));
            self.steps.push(Step { place, source, result });
        } else {
            self.left_out += 1;
        }
    }
}

/// The first characters of a text, with a sign where there are more.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
