//! The values that conditions compare with, read by the kind of their operator.

use super::super::element::Element;
use crate::{
    address_range::{AddressRange, NotARange},
    calendar,
    policy_document::Wildcard,
};

/// The relation of a request's value to a condition's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub fn holds(self, own: u64, other: u64) -> bool {
        match self {
            Self::Equal => own == other,
            Self::Less => own < other,
            Self::LessOrEqual => own <= other,
            Self::Greater => own > other,
            Self::GreaterOrEqual => own >= other,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextComparison {
    Equal,
    EqualInAnyCase,
    /// With `*` and `?`.
    Like,
}

/// A text to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPattern {
    Exact(String),
    /// In lower case.
    AnyCase(String),
    Like(Wildcard),
}

impl TextPattern {
    fn parse(text: &str, comparison: TextComparison) -> Result<Self, &'static str> {
        match comparison {
            TextComparison::Equal | TextComparison::EqualInAnyCase if text.contains("${") => {
                Err("a text without policy variables (${…})")
            }
            TextComparison::Equal => Ok(Self::Exact(text.to_owned())),
            TextComparison::EqualInAnyCase => Ok(Self::AnyCase(text.to_lowercase())),
            TextComparison::Like => Wildcard::of_text(text).map(Self::Like),
        }
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(own) => own == text,
            Self::AnyCase(own) => *own == text.to_lowercase(),
            Self::Like(pattern) => pattern.matches(text),
        }
    }
}

pub fn patterns(element: &Element<'_>, comparison: TextComparison) -> Option<Vec<TextPattern>> {
    all(element, "a text or a list of texts", |text| {
        TextPattern::parse(text, comparison).map_err(str::to_owned)
    })
}

pub fn ranges(element: &Element<'_>) -> Option<Vec<AddressRange>> {
    all(element, "an address range such as 10.0.0.0/8, or a list of them", |text| {
        text.parse().map_err(|not: NotARange| not.to_string())
    })
}

pub fn booleans(element: &Element<'_>) -> Option<Vec<bool>> {
    all(element, "true or false", |text| match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("true or false".to_owned()),
    })
}

/// Dates, or seconds since 1970, in milliseconds.
pub fn dates(element: &Element<'_>) -> Option<Vec<u64>> {
    all(element, "a date such as 2027-01-31T09:05:00Z", |text| {
        let time = calendar::parse_timestamp_ms(text).or_else(|| epoch_ms(text));
        time.ok_or_else(|| "a date such as 2027-01-31T09:05:00Z, or seconds since 1970".to_owned())
    })
}

/// Seconds since 1970, in milliseconds.
pub fn epoch_seconds(element: &Element<'_>) -> Option<Vec<u64>> {
    all(element, "whole seconds since 1970", |text| {
        epoch_ms(text).ok_or_else(|| "whole seconds since 1970".to_owned())
    })
}

fn epoch_ms(text: &str) -> Option<u64> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse::<u64>().ok()?.checked_mul(1_000)
}

/// Reads one value or each of a list; `None`: some are wrong.
fn all<T>(
    element: &Element<'_>,
    expected: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<Vec<T>> {
    let each = element.each(expected)?.into_iter().map(|element| {
        let text = element.scalar(expected)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(expected) => element.fault(&expected),
        }
    });
    // All of them are read, so that every fault is told.
    each.collect::<Vec<_>>().into_iter().collect()
}
