//! The result of a comparison, by route. Of two answers that differ it has the beginnings; secrets are masked.

use std::collections::BTreeMap;

use http::HeaderMap;

use super::{
    answer::{Answer, Excerpt},
    asking::NoAnswer,
    difference::Difference,
    left_out::LeftOut,
    request::ComparedRequest,
    secrets::Secrets,
};

/// The outcome of a whole comparison.
#[derive(Debug)]
pub struct ComparisonReport {
    /// The URLs of the sides.
    pub left: String,
    pub right: String,
    /// By their names.
    pub routes: Vec<ComparedRoute>,
    pub left_out: LeftOut,
}

/// The requests of one route.
#[derive(Debug, Default)]
pub struct ComparedRoute {
    pub route: String,
    pub requests: usize,
    /// Those that both sides have answered, differently.
    pub different: usize,
    /// Those that a side has not answered.
    pub unanswered: usize,
    /// Those that both sides have answered alike, by status.
    pub equal: BTreeMap<u16, usize>,
    /// All that are not equal, in the order of the requests.
    pub exchanges: Vec<Exchange>,
}

/// A request and what the sides said to it.
#[derive(Debug)]
pub struct Exchange {
    pub source: String,
    pub method: String,
    /// Path and query, without secrets.
    pub target: String,
    pub route: String,
    pub request_headers: Vec<SeenHeader>,
    pub left: SeenSide,
    pub right: SeenSide,
    pub differences: Vec<Difference>,
    /// Differences beyond those that are told.
    pub more_differences: usize,
}

/// A header as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHeader {
    pub name: String,
    pub value: String,
}

/// The answer of a side, or why there is none.
pub type SeenSide = Result<SeenAnswer, NoAnswer>;

/// An answer as it is shown. Of answers that are equal, the status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenAnswer {
    pub status: u16,
    pub headers: Vec<SeenHeader>,
    pub body: Excerpt,
}

/// The most differences of a request that are told.
const MOST_DIFFERENCES: usize = 50;
/// The most characters of a value in a difference.
const MOST_CHARS: usize = 500;

impl Exchange {
    /// The part of an exchange that a report shows. Secrets are masked.
    pub fn new(
        request: &ComparedRequest,
        route: String,
        [left, right]: [Result<Answer, NoAnswer>; 2],
        differences: Vec<Difference>,
        secrets: &Secrets,
    ) -> Self {
        let is_equal = differences.is_empty();
        let seen = |side: Result<Answer, NoAnswer>| {
            let answer = side?;
            let status = answer.status.as_u16();
            Ok(match is_equal {
                true => SeenAnswer { status, ..SeenAnswer::default() },
                false => SeenAnswer {
                    status,
                    headers: seen_headers(&answer.headers, secrets),
                    body: Excerpt::of(&answer.content, secrets),
                },
            })
        };
        let more_differences = differences.len().saturating_sub(MOST_DIFFERENCES);
        let shown = differences.into_iter().take(MOST_DIFFERENCES).map(|difference| {
            Difference {
                what: secrets.masked(&difference.what).into_owned(),
                left: secrets.masked(&difference.left).into_owned(),
                right: secrets.masked(&difference.right).into_owned(),
            }
            .cut(MOST_CHARS)
        });
        Self {
            source: request.source.clone(),
            method: request.method.to_string(),
            target: secrets.shown_target(&request.target),
            route,
            request_headers: if is_equal { Vec::new() } else { seen_headers(&request.headers, secrets) },
            left: seen(left),
            right: seen(right),
            differences: shown.collect(),
            more_differences,
        }
    }

    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }

    /// True where a side has not answered.
    pub fn is_unanswered(&self) -> bool {
        self.left.is_err() || self.right.is_err()
    }
}

/// Sorted by name.
fn seen_headers(headers: &HeaderMap, secrets: &Secrets) -> Vec<SeenHeader> {
    let mut seen: Vec<_> = headers
        .iter()
        .map(|(name, value)| SeenHeader {
            name: name.as_str().to_owned(),
            value: secrets.shown_header(name, &String::from_utf8_lossy(value.as_bytes())),
        })
        .collect();
    seen.sort_by(|a, b| a.name.cmp(&b.name));
    seen
}

impl ComparisonReport {
    pub fn new(left: String, right: String, exchanges: Vec<Exchange>, left_out: LeftOut) -> Self {
        let mut routes: BTreeMap<String, ComparedRoute> = BTreeMap::new();
        for exchange in exchanges {
            let name = || ComparedRoute { route: exchange.route.clone(), ..ComparedRoute::default() };
            let route = routes.entry(exchange.route.clone()).or_insert_with(name);
            route.requests += 1;
            if exchange.is_unanswered() {
                route.unanswered += 1;
            } else if !exchange.is_equal() {
                route.different += 1;
            }
            match &exchange.left {
                Ok(answer) if exchange.is_equal() => *route.equal.entry(answer.status).or_default() += 1,
                Ok(_) | Err(_) => route.exchanges.push(exchange),
            }
        }
        Self { left, right, routes: routes.into_values().collect(), left_out }
    }

    pub fn requests(&self) -> usize {
        self.routes.iter().map(|route| route.requests).sum()
    }

    pub fn different(&self) -> usize {
        self.routes.iter().map(|route| route.different).sum()
    }

    pub fn unanswered(&self) -> usize {
        self.routes.iter().map(|route| route.unanswered).sum()
    }

    pub fn equal(&self) -> usize {
        self.requests() - self.different() - self.unanswered()
    }

    /// True if there are answers that are equal, and each of them is 401 or 403.
    pub fn equals_are_refusals(&self) -> bool {
        let mut statuses = self.routes.iter().flat_map(|route| route.equal.keys()).peekable();
        statuses.peek().is_some() && statuses.all(|status| matches!(status, 401 | 403))
    }

    /// True if the left side, or the right one, has not answered a single request.
    pub fn is_silent(&self, side: fn(&Exchange) -> &SeenSide) -> bool {
        let asked: Vec<_> = self.routes.iter().flat_map(|route| &route.exchanges).collect();
        self.equal() == 0 && !asked.is_empty() && asked.iter().all(|exchange| side(exchange).is_err())
    }
}
