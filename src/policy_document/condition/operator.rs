//! The operators of conditions: `StringNotLikeIfExists`.

use super::values::{Order, TextComparison};

/// An operator as it is written: the comparison, and how its outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    pub comparison: Comparison,
    pub sense: Sense,
}

/// The kind of values that an operator compares, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Address,
    Text(TextComparison),
    Number(Order),
    Date(Order),
    Boolean,
    Absence,
}

/// What the outcome of a comparison means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sense {
    /// `Not…`: none of the values may fit; an absent key fits none.
    pub is_negated: bool,
    /// `…IfExists`: an absent key will do.
    pub if_exists: bool,
}

impl Sense {
    /// `is_match` is `None` where the request does not have the key.
    pub fn of(self, is_match: Option<bool>) -> bool {
        match is_match {
            Some(is_match) => is_match != self.is_negated,
            None => self.is_negated || self.if_exists,
        }
    }
}

const NAMES: [(&str, Comparison, bool); 22] = {
    use Comparison::{Absence, Address, Boolean, Date, Number, Text};
    use Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    use TextComparison::{EqualInAnyCase, Like};
    [
        ("IpAddress", Address, false),
        ("NotIpAddress", Address, true),
        ("StringEquals", Text(TextComparison::Equal), false),
        ("StringNotEquals", Text(TextComparison::Equal), true),
        ("StringEqualsIgnoreCase", Text(EqualInAnyCase), false),
        ("StringNotEqualsIgnoreCase", Text(EqualInAnyCase), true),
        ("StringLike", Text(Like), false),
        ("StringNotLike", Text(Like), true),
        ("Bool", Boolean, false),
        ("Null", Absence, false),
        ("NumericEquals", Number(Equal), false),
        ("NumericNotEquals", Number(Equal), true),
        ("NumericLessThan", Number(Less), false),
        ("NumericLessThanEquals", Number(LessOrEqual), false),
        ("NumericGreaterThan", Number(Greater), false),
        ("NumericGreaterThanEquals", Number(GreaterOrEqual), false),
        ("DateEquals", Date(Equal), false),
        ("DateNotEquals", Date(Equal), true),
        ("DateLessThan", Date(Less), false),
        ("DateLessThanEquals", Date(LessOrEqual), false),
        ("DateGreaterThan", Date(Greater), false),
        ("DateGreaterThanEquals", Date(GreaterOrEqual), false),
    ]
};

impl Operator {
    /// Reads a name, in any case.
    ///
    /// # Errors
    ///
    /// The names that there are, in words for the operator.
    pub fn parse(name: &str) -> Result<Self, String> {
        let known = |name: &str| {
            let found = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
            found.map(|(_, comparison, is_negated)| (*comparison, *is_negated))
        };
        let without_suffix = name.len().checked_sub(IF_EXISTS.len()).and_then(|at| name.split_at_checked(at));
        let without_suffix = without_suffix.filter(|(_, suffix)| suffix.eq_ignore_ascii_case(IF_EXISTS));
        let found = match without_suffix {
            Some((name, _)) => known(name).filter(|(comparison, _)| *comparison != Comparison::Absence),
            None => known(name),
        };
        let (comparison, is_negated) = found.ok_or_else(|| {
            let names = NAMES.map(|(name, ..)| name).join(", ");
            format!("an operator of {names}; all but Null may end with {IF_EXISTS}")
        })?;
        Ok(Self { comparison, sense: Sense { is_negated, if_exists: without_suffix.is_some() } })
    }
}

const IF_EXISTS: &str = "IfExists";
