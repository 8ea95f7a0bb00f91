//! Media types in headers: their names, and which of them a client accepts (RFC 9110 §8.3 and §12.5.1).

use std::cmp::Reverse;

use http::{HeaderMap, header::ACCEPT};

use crate::header_list::{elements, split_unquoted};

/// The media types that a client accepts, in its own order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept<'a>(Vec<Range<'a>>);

/// An element of `Accept`: `text/html`, `text/*;q=0.5`, `*/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Range<'a> {
    media_type: MediaType<'a>,
    /// In thousandths; `None`: it has a weight that is none.
    weight: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct MediaType<'a> {
    name: &'a str,
    /// Without the character set, which clients write and servers need not, and what follows the weight.
    parameters: Vec<MediaTypeParameter<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct MediaTypeParameter<'a> {
    name: &'a str,
    value: &'a str,
}

/// A client's preference for a type: more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    /// In thousandths.
    weight: u16,
    specificity: Specificity,
    /// The position of the range in `Accept`.
    position: Reverse<usize>,
}

/// The specificity of a range: more says more of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    Any,
    Kind,
    Type,
    TypeWithParameters(usize),
}

/// A media type without its parameters.
pub fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

impl<'a> Accept<'a> {
    /// `None`: the client does not say.
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges = lines.flat_map(elements);
        headers.contains_key(ACCEPT).then(|| Self(ranges.map(Range::parse).collect()))
    }

    /// The type or the range that stands first, whatever its weight; empty where there is none.
    pub fn first(&self) -> &'a str {
        self.0.first().map_or("", |range| range.media_type.name)
    }

    /// The index of the type in `offered` that the client wants most; `None`: it accepts none of them. Of those that it
    /// wants as much: a type that it names before one that a range has, then the first in `Accept`, then the first in
    /// `offered`.
    pub fn best<'b>(&self, offered: impl Iterator<Item = &'b str>) -> Option<usize> {
        let wanted = |(index, text)| Some((self.preference(&MediaType::parse(text))?, Reverse(index)));
        let (_, Reverse(best)) = offered.enumerate().filter_map(wanted).max()?;
        Some(best)
    }

    /// The preference by the range that says most of the type; `None`: it is not accepted.
    fn preference(&self, offered: &MediaType<'_>) -> Option<Preference> {
        let ranges = self.0.iter().enumerate().filter_map(|(index, range)| {
            let (specificity, weight) = (range.specificity(offered)?, range.weight?);
            Some(Preference { weight, specificity, position: Reverse(index) })
        });
        let most_specific = ranges.max_by_key(|range| (range.specificity, range.position))?;
        (most_specific.weight > 0).then_some(most_specific)
    }
}

impl<'a> Range<'a> {
    fn parse(element: &'a str) -> Self {
        let media_type = MediaType::parse(element);
        let weight = parameters(element)
            .find(MediaTypeParameter::is_weight)
            .map_or(Some(1_000), |own| weight(own.value));
        Self { media_type, weight }
    }

    /// `None`: the range does not have the type.
    fn specificity(&self, offered: &MediaType<'_>) -> Option<Specificity> {
        let MediaType { name, parameters } = &self.media_type;
        let specificity = match name.strip_suffix("/*") {
            Some("*") => Specificity::Any,
            Some(own) if kind(offered.name).eq_ignore_ascii_case(own) => Specificity::Kind,
            None if !name.eq_ignore_ascii_case(offered.name) => return None,
            None if parameters.is_empty() => Specificity::Type,
            None => Specificity::TypeWithParameters(parameters.len()),
            Some(_) => return None,
        };
        let is_offered =
            |own: &MediaTypeParameter<'_>| offered.parameters.iter().any(|other| own.is_same(other));
        parameters.iter().all(is_offered).then_some(specificity)
    }
}

impl<'a> MediaType<'a> {
    fn parse(text: &'a str) -> Self {
        let parameters = parameters(text).take_while(|parameter| !parameter.is_weight());
        let parameters = parameters.filter(|parameter| !parameter.name.eq_ignore_ascii_case("charset"));
        Self { name: essence(text), parameters: parameters.collect() }
    }
}

impl MediaTypeParameter<'_> {
    fn is_weight(&self) -> bool {
        self.name.eq_ignore_ascii_case("q")
    }

    fn is_same(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(other.name) && self.value.eq_ignore_ascii_case(other.value)
    }
}

fn kind(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

fn parameters(text: &str) -> impl Iterator<Item = MediaTypeParameter<'_>> {
    let parameters = split_unquoted(text, |c| c == ';').skip(1).map(|text| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        MediaTypeParameter { name: name.trim(), value: value.trim().trim_matches('"') }
    });
    parameters.filter(|parameter| !parameter.name.is_empty())
}

/// `0.5` → 500; digits after the third count for nothing. `None`: it is no weight (RFC 9110 §12.4.2).
pub fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}")[..3].parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_weight_is_from_0_to_1() {
        let cases = [
            ("1", Some(1_000)),
            ("1.000", Some(1_000)),
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.0019", Some(1)),
            ("1.001", None),
            ("2", None),
            ("-1", None),
            (".5", None),
            ("0.x", None),
            ("", None),
            ("NaN", None),
        ];
        for (text, expected) in cases {
            assert_eq!(weight(text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_media_type_of_accept_is_its_first_element_that_is_not_empty() {
        let cases = [
            (None, None),
            (Some(""), Some("")),
            (Some("image/png;q=0, text/html"), Some("image/png")),
            (Some(", text/html;level=\"1,2\""), Some("text/html")),
        ];
        for (line, expected) in cases {
            let headers = line.map(|line| (ACCEPT, HeaderValue::from_static(line))).into_iter().collect();
            assert_eq!(Accept::of(&headers).map(|accept| accept.first()), expected, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn any_line_accepts_one_of_the_offered_or_none(line in "[ -~\u{80}-\u{ff}]{0,40}") {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_bytes(line.as_bytes()).unwrap())]);
            let best = Accept::of(&headers).unwrap().best(["text/html", "a/b;c=d", ""].into_iter());
            prop_assert!(best.is_none_or(|best| best < 3));
        }

        #[test]
        fn a_media_type_that_is_accepted_alone_is_chosen(name in "[a-z]{1,5}/[a-z]{1,5}", weight in 1..1_000u16) {
            let line = format!("{name};q=0.{weight:03}");
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::try_from(line).unwrap())]);
            let offered = ["other/type", &name].into_iter();
            prop_assert_eq!(Accept::of(&headers).unwrap().best(offered), Some(1));
        }
    }
}
