//! What holds of every template, whoever made it: it stays within small bounds, and its errors have a place in it.
//!
//! `fuzz/` builds it too.

use super::variables::variables;
use crate::template::velocity::{Bounds, Place, Template};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Rendered,
    /// It cannot be read.
    Refused,
    /// It passed a bound, or a method failed.
    Failed,
}

/// Reads and renders a template, and panics if something does not hold.
pub fn outcome(template: &str) -> Outcome {
    let bounds = Bounds {
        steps: 20_000,
        loop_turns: 50,
        output_bytes: 20_000,
        memory_bytes: 200_000,
        ..Bounds::default()
    };
    let parsed = match Template::parse(template) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(is_within(error.place, template), "{error}\n{template}");
            return Outcome::Refused;
        }
    };
    match parsed.render(&mut variables(), &bounds) {
        Ok(text) => {
            assert!(text.len() <= bounds.output_bytes, "{}\n{template}", text.len());
            Outcome::Rendered
        }
        Err(error) => {
            assert!(is_within(error.place(), template), "{error}\n{template}");
            Outcome::Failed
        }
    }
}

fn is_within(place: Place, template: &str) -> bool {
    let line = template.split('\n').nth(place.line - 1);
    line.is_some_and(|line| place.column >= 1 && place.column <= line.chars().count() + 1)
}
