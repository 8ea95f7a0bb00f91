//! The conditions of a statement: what must be so besides what is asked for.

mod operator;
mod values;

use std::{borrow::Cow, net::IpAddr, time::SystemTime};

use http::{HeaderName, header};

use self::{
    operator::{Comparison, Operator, Sense},
    values::{Order, TextPattern},
};
use super::{element::Element, signer::Signer};
use crate::{address_range::AddressRange, clock::milliseconds, message::Request};

/// The facts about a request that statements can ask for.
#[derive(Clone, Debug)]
pub struct ConditionContext<'a> {
    /// `None`: it is not known.
    pub source_ip: Option<IpAddr>,
    pub referer: Option<Cow<'a, str>>,
    pub user_agent: Option<Cow<'a, str>>,
    pub is_secure: bool,
    pub now: SystemTime,
    /// By AWS's word, whatever the route asks for. `None`: nobody has signed, or AWS says it in a way that is not known.
    pub signer: Option<Signer<'a>>,
}

impl<'a> ConditionContext<'a> {
    pub fn of(request: &'a Request) -> Self {
        let text = |name: HeaderName| {
            request.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
        };
        // Decoding leaves `http` or `https` there, as the platform says it; a function URL speaks HTTPS.
        let scheme = request.headers.get("x-forwarded-proto");
        Self {
            source_ip: request.origin.source_ip.parse().ok().map(|address: IpAddr| address.to_canonical()),
            referer: text(header::REFERER),
            user_agent: text(header::USER_AGENT),
            is_secure: scheme.is_none_or(|scheme| scheme == "https"),
            now: request.received_at,
            signer: request.origin.iam.as_ref().and_then(|iam| Signer::of_arn(&iam.user_arn)),
        }
    }
}

/// One operator with one key; with several values, one of them is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    SourceIp {
        ranges: Vec<AddressRange>,
        sense: Sense,
    },
    Text {
        key: ConditionKey,
        patterns: Vec<TextPattern>,
        sense: Sense,
    },
    SecureTransport {
        values: Vec<bool>,
        sense: Sense,
    },
    /// In milliseconds since 1970.
    Time {
        order: Order,
        times: Vec<u64>,
        sense: Sense,
    },
    /// `Null`: true if the key is absent.
    Absence {
        key: ConditionKey,
        expected: Vec<bool>,
    },
}

/// A condition key that can be known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKey {
    SourceIp,
    Referer,
    UserAgent,
    SecureTransport,
    CurrentTime,
    EpochTime,
}

const KEYS: [(&str, ConditionKey); 6] = [
    ("aws:SourceIp", ConditionKey::SourceIp),
    ("aws:Referer", ConditionKey::Referer),
    ("aws:UserAgent", ConditionKey::UserAgent),
    ("aws:SecureTransport", ConditionKey::SecureTransport),
    ("aws:CurrentTime", ConditionKey::CurrentTime),
    ("aws:EpochTime", ConditionKey::EpochTime),
];

impl Condition {
    /// Reads a map of operators, each a map of keys: all of them must hold. Whatever is wrong is noted.
    pub fn parse_all(element: &Element<'_>) -> Vec<Self> {
        let mut conditions = Vec::new();
        for (name, keys) in element.entries("a map of operators").unwrap_or_default() {
            match Operator::parse(name) {
                Ok(operator) => {
                    let keys = keys.entries("a map of condition keys").unwrap_or_default();
                    conditions
                        .extend(keys.iter().filter_map(|(key, values)| Self::parse(operator, key, values)));
                }
                Err(expected) => keys.note(&expected),
            }
        }
        conditions
    }

    fn parse(operator: Operator, name: &str, values: &Element<'_>) -> Option<Self> {
        let Some(key) = ConditionKey::named(name) else {
            let known = KEYS.map(|(name, _)| name).join(", ");
            return values.fault(&format!("a key that is known here: {known}"));
        };
        let Operator { comparison, sense } = operator;
        if !key.takes(comparison) {
            return values.fault(&format!("an operator for {name}: {}", key.operators()));
        }
        Some(match comparison {
            Comparison::Address => Self::SourceIp { ranges: values::ranges(values)?, sense },
            Comparison::Text(kind) => Self::Text { key, patterns: values::patterns(values, kind)?, sense },
            Comparison::Boolean => Self::SecureTransport { values: values::booleans(values)?, sense },
            Comparison::Date(order) => Self::Time { order, times: values::dates(values)?, sense },
            Comparison::Number(order) => Self::Time { order, times: values::epoch_seconds(values)?, sense },
            Comparison::Absence => Self::Absence { key, expected: values::booleans(values)? },
        })
    }

    pub fn holds(&self, context: &ConditionContext<'_>) -> bool {
        match self {
            Self::SourceIp { ranges, sense } => {
                sense.of(context.source_ip.map(|address| ranges.iter().any(|range| range.contains(address))))
            }
            Self::Text { key, patterns, sense } => {
                sense.of(key.text(context).map(|text| patterns.iter().any(|pattern| pattern.matches(&text))))
            }
            Self::SecureTransport { values, sense } => sense.of(Some(values.contains(&context.is_secure))),
            Self::Time { order, times, sense } => {
                // IAM knows whole seconds.
                let now = milliseconds(context.now) / 1_000 * 1_000;
                sense.of(Some(times.iter().any(|time| order.holds(now, *time))))
            }
            Self::Absence { key, expected } => expected.contains(&key.text(context).is_none()),
        }
    }

    /// Says if the client's address decides.
    pub fn asks_for_address(&self) -> bool {
        match self {
            Self::SourceIp { .. } => true,
            Self::Text { key, .. } | Self::Absence { key, .. } => *key == ConditionKey::SourceIp,
            Self::SecureTransport { .. } | Self::Time { .. } => false,
        }
    }
}

impl ConditionKey {
    /// The key of this name, in any case.
    fn named(name: &str) -> Option<Self> {
        KEYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, key)| *key)
    }

    fn takes(self, comparison: Comparison) -> bool {
        match comparison {
            Comparison::Address => self == Self::SourceIp,
            Comparison::Text(_) => !matches!(self, Self::CurrentTime | Self::EpochTime),
            Comparison::Boolean => self == Self::SecureTransport,
            Comparison::Date(_) => matches!(self, Self::CurrentTime | Self::EpochTime),
            Comparison::Number(_) => self == Self::EpochTime,
            Comparison::Absence => true,
        }
    }

    fn operators(self) -> &'static str {
        match self {
            Self::SourceIp => "IpAddress, NotIpAddress, String…, Null",
            Self::Referer | Self::UserAgent => "String…, Null",
            Self::SecureTransport => "Bool, String…, Null",
            Self::CurrentTime => "Date…, Null",
            Self::EpochTime => "Date…, Numeric…, Null",
        }
    }

    /// The value as a text; `None`: the request has none.
    fn text<'c>(self, context: &'c ConditionContext<'_>) -> Option<Cow<'c, str>> {
        match self {
            Self::SourceIp => context.source_ip.map(|address| address.to_string().into()),
            Self::Referer => context.referer.as_deref().map(Cow::Borrowed),
            Self::UserAgent => context.user_agent.as_deref().map(Cow::Borrowed),
            Self::SecureTransport => Some(if context.is_secure { "true" } else { "false" }.into()),
            Self::CurrentTime | Self::EpochTime => {
                Some((milliseconds(context.now) / 1_000).to_string().into())
            }
        }
    }
}

#[cfg(test)]
mod tests;
