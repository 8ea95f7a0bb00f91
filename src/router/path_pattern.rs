//! The path of a route as the operator writes it: `/orders/{id}`, `/files/{proxy+}`.

use std::{borrow::Cow, cmp::Ordering};

use super::Reading;
use crate::{
    context::PathParameter,
    path::{self, ESCAPED_SLASH},
};

/// More than any API has.
const MOST_PARAMETERS: usize = 25;

/// The path of a route, segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern<'a> {
    /// As written, without its method.
    written: &'a str,
    segments: Vec<Segment<'a>>,
}

/// One segment of a route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// As routing compares it. Empty: the path ends with a slash.
    Literal(Cow<'a, str>),
    /// `{name}`: one segment that is not empty.
    Parameter(&'a str),
    /// `{name+}`: all that is left, empty segments included, if it is not nothing.
    Greedy(&'a str),
}

impl<'a> PathPattern<'a> {
    pub(super) fn parse(written: &'a str) -> Result<Self, String> {
        let Some(inner) = written.strip_prefix('/') else {
            return Err("a path that begins with /".to_owned());
        };
        let count = inner.bytes().filter(|byte| *byte == b'/').count() + 1;
        let mut segments = Vec::with_capacity(count);
        for word in inner.split('/') {
            let is_last = segments.len() + 1 == count;
            let segment = Segment::parse(word)?;
            if !is_last && matches!(segment, Segment::Greedy(_)) {
                return Err(format!("{word} to be the path's last segment"));
            }
            if !is_last && matches!(&segment, Segment::Literal(text) if text.is_empty()) {
                return Err("a path without empty segments".to_owned());
            }
            if let Some(name) = segment.parameter_name()
                && segments.iter().any(|other: &Segment<'_>| other.parameter_name() == Some(name))
            {
                return Err(format!("the path parameter {name} once"));
            }
            segments.push(segment);
        }
        if segments.iter().filter(|segment| segment.parameter_name().is_some()).count() > MOST_PARAMETERS {
            return Err(format!("at most {MOST_PARAMETERS} path parameters"));
        }
        Ok(Self { written, segments })
    }

    pub(super) fn written(&self) -> &'a str {
        self.written
    }

    /// The names of its parameters, from left to right.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &'a str> {
        self.segments.iter().filter_map(Segment::parameter_name)
    }

    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// The path without the names of its parameters: two routes of one shape match the same paths.
    pub(super) fn shape(&self) -> String {
        self.segments.iter().fold(String::new(), |shape, segment| match segment {
            Segment::Literal(text) => shape + "/" + text,
            Segment::Parameter(_) => shape + "/{}",
            Segment::Greedy(_) => shape + "/{+}",
        })
    }

    /// True if it matches the same paths.
    pub fn is_shaped_as(&self, other: &Self) -> bool {
        self.compare_shape(other).is_eq()
    }

    /// Compares shapes, in any order of all of them.
    pub(super) fn compare_shape(&self, other: &Self) -> Ordering {
        compare_segments(&self.segments, &other.segments)
    }

    /// The path as a target may read it; `None`: as it is.
    pub(super) fn read_as(&self, reading: Reading) -> Option<Vec<Segment<'_>>> {
        if !self.segments.iter().any(Segment::is_odd) {
            return None;
        }
        let mut segments: Vec<_> =
            self.segments.iter().flat_map(|segment| segment.read_as(reading)).collect();
        if segments.is_empty() {
            segments.push(Segment::Literal("".into()));
        }
        (segments != self.segments).then_some(segments)
    }

    /// The path before its greedy parameter, which it would match with any more behind it; `None`: it has none.
    pub fn before_greedy(&self) -> Option<String> {
        let (last, before) = self.segments.split_last()?;
        let text = before.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            // No canonical path has braces, so that no literal is equal to it.
            Segment::Parameter(name) | Segment::Greedy(name) => format!("/{{{name}}}"),
        });
        (matches!(last, Segment::Greedy(_)) && !before.is_empty()).then(|| text.collect())
    }

    /// True if it matches one path only.
    pub fn is_literal(&self) -> bool {
        self.segments.iter().all(|segment| segment.parameter_name().is_none())
    }

    /// The values of its parameters in a path that it matches.
    pub(super) fn parameters(&self, path: &'a str) -> Vec<PathParameter<'a>> {
        let mut rest = path.strip_prefix('/').unwrap_or(path);
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let (word, after) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                Segment::Literal(_) => {}
                Segment::Parameter(name) => parameters.push(PathParameter { name, value: word }),
                Segment::Greedy(name) => parameters.push(PathParameter { name, value: rest }),
            }
            rest = after;
        }
        parameters
    }
}

impl<'a> Segment<'a> {
    fn parse(word: &'a str) -> Result<Self, String> {
        if word
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~'))
        {
            return Ok(Self::Literal(word.into()));
        }
        if !word.contains(['{', '}']) {
            let canonical = path::canonical_path(word).map_err(|what| format!("a path without {what}"))?;
            return Ok(Self::Literal(path::comparable(&canonical[1..]).into_owned().into()));
        }
        let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
        let name = name.ok_or("a path parameter that is a whole segment, as {id} or {proxy+}")?;
        let (name, greedy) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let is_legal =
            |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b':' | b'-');
        if name.is_empty() || !name.bytes().all(is_legal) {
            return Err("a path parameter named with letters, digits and . _ : -".to_owned());
        }
        Ok(if greedy { Self::Greedy(name) } else { Self::Parameter(name) })
    }

    /// Some target may read it otherwise.
    pub(super) fn is_odd(&self) -> bool {
        match self {
            Self::Literal(text) => {
                text.is_empty() || (text.as_bytes().contains(&b'%') && text.contains(ESCAPED_SLASH))
            }
            Self::Parameter(_) | Self::Greedy(_) => false,
        }
    }

    fn read_as(&self, reading: Reading) -> Vec<Segment<'_>> {
        match self {
            Self::Literal(text) => {
                reading.segments_of(text).into_iter().map(|text| Segment::Literal(text.into())).collect()
            }
            Self::Parameter(name) => vec![Segment::Parameter(name)],
            Self::Greedy(name) => vec![Segment::Greedy(name)],
        }
    }

    /// Whatever their parameters are called: literals first, by their texts.
    pub(super) fn compare_shape(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Literal(text), Self::Literal(other)) => text.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn parameter_name(&self) -> Option<&'a str> {
        match self {
            Self::Literal(_) => None,
            Self::Parameter(name) | Self::Greedy(name) => Some(name),
        }
    }

    /// The more specific, the less.
    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Parameter(_) => 1,
            Self::Greedy(_) => 2,
        }
    }
}

/// Compares paths whatever their parameters are called.
pub(super) fn compare_segments(segments: &[Segment<'_>], others: &[Segment<'_>]) -> Ordering {
    let differing = segments.iter().zip(others).map(|(segment, other)| segment.compare_shape(other));
    let first = differing.into_iter().find(|ordering| ordering.is_ne());
    first.unwrap_or_else(|| segments.len().cmp(&others.len()))
}
