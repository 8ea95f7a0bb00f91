//! Positions of places that mostly follow each other: a document in one line of 6 MB is not counted from its beginning for
//! each of them.

use crate::api_file::{Position, Source, Span};

#[derive(Debug, Default)]
pub(super) struct PositionCursor {
    last: Option<(Span, Position)>,
}

impl PositionCursor {
    pub fn position(&mut self, source: &Source, place: Span) -> Position {
        let position = self.behind_last(source, place).unwrap_or_else(|| source.position(place.start));
        self.last = Some((place, position));
        position
    }

    /// The position, if the place is in the line of the last one, and behind it.
    fn behind_last(&self, source: &Source, place: Span) -> Option<Position> {
        let (last, position) = self.last.as_ref()?;
        if last.file != place.file || last.start > place.start {
            return None;
        }
        let between = &source.text[last.start..place.start];
        let columns = between.chars().count();
        (!between.contains('\n')).then(|| Position { column: position.column + columns, ..*position })
    }
}
