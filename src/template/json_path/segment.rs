//! The parts of a compiled path.

use super::filter::Condition;

/// One part: each value that the parts before it found gives those that this one finds below it.
#[derive(Debug)]
pub(super) enum Segment {
    /// `.name`, `['name']`; several: `['a','b']`.
    Members(Vec<Box<str>>),
    /// `.*`, `[*]`.
    Wildcard,
    /// `[0]`, `[-1,2]`: from the end where negative.
    Indexes(Vec<i64>),
    /// `[1:3]`, `[-2:]`, `[:2]`.
    Slice(Slice),
    /// `[?(…)]`.
    Filter(Box<Condition>),
    /// `..`: what follows is looked for in the value and in everything below it.
    Scan,
    /// `.length()`, always the last part.
    Function(Function),
}

/// One has an end at least; a negative end counts from the list's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slice {
    From(i64),
    To(i64),
    Between(i64, i64),
}

/// A function at a path's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Average,
    First,
    Index(i64),
    Keys,
    Last,
    Length,
    Max,
    Min,
    StandardDeviation,
    Sum,
}

impl Segment {
    /// How many values it asks for by name or index, beyond the first.
    pub fn width(&self) -> usize {
        match self {
            Self::Members(names) => names.len().saturating_sub(1),
            Self::Indexes(indexes) => indexes.len().saturating_sub(1),
            Self::Wildcard | Self::Slice(_) | Self::Filter(_) | Self::Scan | Self::Function(_) => 0,
        }
    }

    /// True of a part that finds one value at most.
    pub fn is_definite(&self, place: SegmentPlace) -> bool {
        match self {
            // At the end the members become one object.
            Self::Members(names) => names.len() == 1 || place == SegmentPlace::Last,
            Self::Indexes(indexes) => indexes.len() == 1,
            Self::Function(_) => true,
            Self::Wildcard | Self::Slice(_) | Self::Filter(_) | Self::Scan => false,
        }
    }
}

/// The place of a part in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SegmentPlace {
    Within,
    Last,
}
