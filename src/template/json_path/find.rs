//! Finds what a path names, part after part.

use std::rc::Rc;

use super::{
    JsonPath, Steps, TooManySteps,
    filter::{Condition, Scope},
    function::place,
    segment::{Function, Segment, SegmentPlace, Slice},
};
use crate::template::velocity::{OrderedMap, Value};

/// Finds what the path names from `start` on; `document` is what `$` of a filter is.
pub(super) fn find(
    path: &JsonPath,
    document: &Value,
    start: &Value,
    steps: &Steps,
) -> Result<Option<Value>, TooManySteps> {
    let finder = Finder { document, steps };
    let found = finder.all(&path.segments, start)?;
    Ok(if path.definite { found.last().cloned() } else { Some(Value::list(found)) })
}

/// True if the path finds something, or may find several values in something that is there.
pub(super) fn exists(
    path: &JsonPath,
    document: &Value,
    start: &Value,
    steps: &Steps,
) -> Result<bool, TooManySteps> {
    let is_definite = |segment: &&Segment| segment.is_definite(SegmentPlace::Within);
    let count = if path.definite {
        path.segments.len()
    } else {
        path.segments.iter().take_while(is_definite).count()
    };
    let found = Finder { document, steps }.all(&path.segments[..count], start)?;
    Ok(!found.is_empty())
}

struct Finder<'a> {
    document: &'a Value,
    steps: &'a Steps,
}

impl Finder<'_> {
    fn all(&self, path: &[Segment], start: &Value) -> Result<Vec<Value>, TooManySteps> {
        self.steps.take(1)?;
        let mut values = vec![start.clone()];
        let mut segments = path;
        while let [segment, rest @ ..] = segments {
            segments = rest;
            let place = if rest.is_empty() { SegmentPlace::Last } else { SegmentPlace::Within };
            let mut found = Vec::new();
            match (segment, rest) {
                (Segment::Function(function), _) => {
                    if matches!(path, [Segment::Scan, ..]) {
                        values = self.scanned_for(*function, values)?;
                    }
                    for value in &values {
                        self.steps.take(function.steps(value))?;
                        match function.apply(value) {
                            Ok(result) => found.push(result),
                            Err(_) => return Ok(Vec::new()),
                        }
                    }
                }
                (Segment::Scan, [next, rest @ ..]) => {
                    segments = rest;
                    let place = if rest.is_empty() { SegmentPlace::Last } else { SegmentPlace::Within };
                    for value in values {
                        self.scan(value, next, place, &mut found)?;
                    }
                }
                _ => {
                    for value in &values {
                        self.step(segment, place, value, &mut found)?;
                    }
                }
            }
            values = found;
        }
        Ok(values)
    }

    /// A function of what `..` finds is one of the list of all of it; `length()` counts what is in them.
    fn scanned_for(&self, function: Function, values: Vec<Value>) -> Result<Vec<Value>, TooManySteps> {
        let mut within = Vec::new();
        if function == Function::Length {
            for value in &values {
                self.step(&Segment::Wildcard, SegmentPlace::Last, value, &mut within)?;
            }
        } else {
            within = values;
        }
        Ok(vec![Value::list(within)])
    }

    /// What one part finds below one value.
    fn step(
        &self,
        segment: &Segment,
        place: SegmentPlace,
        value: &Value,
        found: &mut Vec<Value>,
    ) -> Result<(), TooManySteps> {
        self.steps.take(segment.width())?;
        let before = found.len();
        match (segment, value) {
            (Segment::Members(names), Value::Map(map)) => members(names, place, &map.borrow(), found),
            (Segment::Wildcard, Value::Map(map)) => found.extend(map.borrow().values().cloned()),
            (Segment::Wildcard, Value::List(items)) => found.extend(items.borrow().iter().cloned()),
            (Segment::Indexes(indexes), Value::List(items)) => {
                let items = items.borrow();
                let places = indexes.iter().filter_map(|&index| self::place(index, items.len()));
                found.extend(places.map(|at| items[at].clone()));
            }
            (Segment::Slice(slice), Value::List(items)) => slice.of(&items.borrow(), found),
            (Segment::Filter(condition), Value::Map(_)) => self.filter(condition, value, found)?,
            (Segment::Filter(condition), Value::List(items)) => {
                for item in items.borrow().iter() {
                    self.filter(condition, item, found)?;
                }
            }
            _ => {}
        }
        self.steps.take(1 + found.len() - before)
    }

    /// `..` and the part behind it: what that part finds in the value, then in all below it.
    fn scan(
        &self,
        start: Value,
        next: &Segment,
        place: SegmentPlace,
        found: &mut Vec<Value>,
    ) -> Result<(), TooManySteps> {
        let mut waiting = vec![start];
        while let Some(value) = waiting.pop() {
            match &value {
                Value::Map(map) => {
                    if self.is_scanned(next, place, &value)? {
                        self.step(next, place, &value, found)?;
                    }
                    let map = map.borrow();
                    self.steps.take(map.len())?;
                    let behind = waiting.len();
                    waiting.extend(map.values().filter(has_something_below).cloned());
                    waiting[behind..].reverse();
                }
                Value::List(items) => {
                    let items = items.borrow();
                    if self.is_scanned(next, place, &value)? {
                        self.step(next, place, &value, found)?;
                    }
                    self.steps.take(items.len())?;
                    waiting.extend(items.iter().rev().filter(has_something_below).cloned());
                }
                Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::Host(_) => {}
            }
        }
        Ok(())
    }

    /// True of an object or a list that the part behind `..` is looked for in.
    fn is_scanned(&self, next: &Segment, place: SegmentPlace, value: &Value) -> Result<bool, TooManySteps> {
        self.steps.take(next.width())?;
        Ok(match (next, value) {
            (Segment::Members(names), Value::Map(map)) => {
                let map = map.borrow();
                !next.is_definite(place) || names.iter().all(|name| map.contains_key(name))
            }
            (Segment::Wildcard, _) | (Segment::Indexes(_) | Segment::Slice(_), Value::List(_)) => true,
            (Segment::Filter(condition), _) => self.is_accepted(condition, value)?,
            _ => false,
        })
    }

    fn filter(
        &self,
        condition: &Condition,
        value: &Value,
        found: &mut Vec<Value>,
    ) -> Result<(), TooManySteps> {
        if self.is_accepted(condition, value)? {
            found.push(value.clone());
        }
        Ok(())
    }

    fn is_accepted(&self, condition: &Condition, value: &Value) -> Result<bool, TooManySteps> {
        condition.holds(Scope { document: self.document, current: value, steps: self.steps })
    }
}

fn has_something_below(value: &&Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

fn members(names: &[Box<str>], place: SegmentPlace, map: &OrderedMap, found: &mut Vec<Value>) {
    let members = names.iter().filter_map(|name| map.get(name).map(|member| (name, member)));
    if names.len() > 1 && place == SegmentPlace::Last {
        let merged = members.map(|(name, member)| (Rc::<str>::from(&**name), member.clone()));
        found.push(Value::map(merged.collect()));
    } else {
        found.extend(members.map(|(_, member)| member.clone()));
    }
}

impl Slice {
    fn of(self, items: &[Value], found: &mut Vec<Value>) {
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let from_end = |index: i64| if index < 0 { index.saturating_add(length) } else { index };
        let indexes = match self {
            Self::From(from) => from_end(from).max(0)..length,
            Self::To(to) => 0..from_end(to).min(length),
            // Both ends as they are: `[-3:-1]` works, `[1:-1]` is empty, as in Jayway.
            Self::Between(from, to) => from.max(-length)..to.min(length),
        };
        found.extend(indexes.filter_map(|index| place(index, items.len())).map(|at| items[at].clone()));
    }
}
