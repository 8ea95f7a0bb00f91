//! The place in an API file that a problem of an item is about.

use super::{
    file_items::FileItem,
    node::{Content, find},
    source::{Sources, Span},
    text_place::span_within,
};
use crate::error::Problem;

/// A field that nobody knows is told so in these words.
const UNKNOWN: &str = "nothing of this name";

/// The place that a problem is about: a value; the name before it where that is wrong, or where the value is long; or of
/// what is missing, where it should be.
pub fn place(item: &FileItem, problem: &Problem, sources: &Sources) -> Span {
    let Some(found) = find(&item.fields, &problem.field) else { return item.place };
    match &found.node.content {
        Content::List(_) | Content::Map(_) => found.name,
        Content::Text(text) if found.is_whole && problem.place.is_some() => {
            let within = problem.place.and_then(|place| span_within(sources, found.node.span, text, place));
            within.unwrap_or(found.node.span)
        }
        _ if !found.is_whole || problem.expected.starts_with(UNKNOWN) => found.name,
        // Nothing is written there.
        _ if found.node.span.start == found.node.span.end => found.name,
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => found.node.span,
    }
}
