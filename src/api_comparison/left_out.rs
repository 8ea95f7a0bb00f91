//! The requests of files that are not sent, by the reason.

use std::{collections::BTreeMap, fmt};

/// The reason why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutReason {
    NotUnderstood,
    UnsafeMethod,
    OtherServer,
    NoValue,
    NoBody,
    NotSendable,
    Duplicate,
    OverLimit,
}

/// Requests that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub count: usize,
    /// The first of them: `access.log:7`.
    pub first: String,
}

/// All that was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut(BTreeMap<LeftOutReason, Tally>);

impl fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUnderstood => "no request stands there",
            Self::UnsafeMethod => "the method may change something (--unsafe sends it)",
            Self::OtherServer => "it was for another server (--origin says where the API was)",
            Self::NoValue => "a parameter or a variable has no value (--value NAME=VALUE)",
            Self::NoBody => "it needs a body, of which there is no example",
            Self::NotSendable => "the path or the method cannot be sent",
            Self::Duplicate => "the same request was there before",
            Self::OverLimit => "there are more than --limit",
        })
    }
}

impl LeftOut {
    pub fn add(&mut self, reason: LeftOutReason, source: &str) {
        let first = || Tally { count: 0, first: source.to_owned() };
        self.0.entry(reason).or_insert_with(first).count += 1;
    }

    /// Adds what another file left out.
    pub fn extend(&mut self, others: Self) {
        for (reason, Tally { count, first }) in others.0 {
            self.0.entry(reason).or_insert(Tally { count: 0, first }).count += count;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (LeftOutReason, &Tally)> {
        self.0.iter().map(|(reason, tally)| (*reason, tally))
    }

    pub fn count(&self) -> usize {
        self.0.values().map(|tally| tally.count).sum()
    }
}
