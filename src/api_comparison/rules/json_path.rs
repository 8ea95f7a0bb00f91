//! Paths into JSON: `$.items[*].id`, `$['a b'][0]`, `$..traceId`. A part of RFC 9535: no filters, no slices.

use std::iter::Peekable;
use std::str::Chars;

/// The places that a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Member(String),
    Element(usize),
    /// `.*`, `[*]`
    Any,
    /// `..`: what follows, at any depth.
    AnyDepth,
}

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    Member(String),
    Element(usize),
}

impl JsonPath {
    /// The words of a problem with what is none.
    pub const EXPECTED: &str = "a path such as $.items[*].id or $..traceId";

    /// Reads a path, with or without `$` at its beginning. `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = match text.strip_prefix('$') {
            Some(rest) => rest.to_owned(),
            None if text.starts_with('[') => text.to_owned(),
            None => format!(".{text}"),
        };
        let mut segments = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek()) {
                ('.', Some('.')) => {
                    characters.next();
                    segments.push(Segment::AnyDepth);
                    if characters.peek() != Some(&'[') {
                        segments.push(name(&mut characters)?);
                    }
                }
                ('.', Some(_)) => segments.push(name(&mut characters)?),
                ('[', _) => segments.push(bracket(&mut characters)?),
                _ => return None,
            }
        }
        // A value as a whole is `$` alone.
        Some(Self(segments))
    }

    /// Says if it leads to this place.
    pub fn leads_to(&self, place: &[PathStep]) -> bool {
        leads_to(&self.0, place)
    }
}

fn leads_to(path: &[Segment], place: &[PathStep]) -> bool {
    match (path, place) {
        ([], rest) => rest.is_empty(),
        ([Segment::AnyDepth, path @ ..], place) => {
            (0..=place.len()).any(|from| leads_to(path, &place[from..]))
        }
        ([_, ..], []) => false,
        ([segment, path @ ..], [step, place @ ..]) => {
            let fits = match (segment, step) {
                (Segment::Any, _) => true,
                (Segment::Member(name), PathStep::Member(other)) => name == other,
                (Segment::Element(index), PathStep::Element(other)) => index == other,
                (Segment::Member(_) | Segment::Element(_) | Segment::AnyDepth, _) => false,
            };
            fits && leads_to(path, place)
        }
    }
}

/// A name behind a dot, or `*`.
fn name(characters: &mut Peekable<Chars<'_>>) -> Option<Segment> {
    let mut name = String::new();
    while let Some(character) = characters.next_if(|c| !".[]'\"".contains(*c)) {
        name.push(character);
    }
    match name.as_str() {
        "" => None,
        "*" => Some(Segment::Any),
        _ => Some(Segment::Member(name)),
    }
}

/// `*]`, `0]`, `'a b']`
fn bracket(characters: &mut Peekable<Chars<'_>>) -> Option<Segment> {
    let quote = characters.next_if(|c| matches!(c, '\'' | '"'));
    let mut inner = String::new();
    loop {
        match (characters.next()?, quote) {
            ('\\', Some(_)) => inner.push(characters.next()?),
            (character, Some(quote)) if character == quote => {
                return (characters.next()? == ']').then_some(Segment::Member(inner));
            }
            (']', None) if inner == "*" => return Some(Segment::Any),
            (']', None) => return inner.parse().ok().map(Segment::Element),
            (character, _) => inner.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_places_that_it_says() {
        let member = |name: &str| PathStep::Member(name.to_owned());
        let item = |index| vec![member("items"), PathStep::Element(index), member("id")];
        let cases = [
            ("$", vec![], true),
            ("$.items[*].id", item(3), true),
            ("items[*].id", item(3), true),
            ("$.items[0].id", item(3), false),
            ("$['items'][3][\"id\"]", item(3), true),
            ("$..id", item(3), true),
            ("$..[3].id", item(3), true),
            ("$..id", vec![member("id")], true),
            ("$.*.*.id", item(3), true),
            ("$.items", item(3), false),
            ("$.items[*].id.more", item(3), false),
            ("$['a.b\\'c']", vec![member("a.b'c")], true),
        ];
        for (path, place, expected) in cases {
            assert_eq!(JsonPath::parse(path).unwrap().leads_to(&place), expected, "{path}");
        }
        for text in ["$.", "$..", "$[", "$[]", "$['a'", "$.a[?(@.b)]", "$x", "$.a[-1]", "$[1:2]", ""] {
            assert_eq!(JsonPath::parse(text), None, "{text:?}");
        }
    }
}
