//! The rows of the comparison: who answers, and what is asked.

use super::peer::{Framework, Proxy, Work};
use crate::scenario::{HELLO, TARGET};

/// One row of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The target through Lambda's Invoke API: the floor of all that call it.
    Invoke,
    /// The target's program behind a function URL of its own.
    Hello,
    Tollgate(TollgateCase),
    Function(Framework, Work),
    Server(Proxy, Work),
}

/// The way of a request through the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TollgateCase {
    Plain,
    Keyed,
    MemoryHit,
    TableHit,
}

impl TollgateCase {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Keyed, Self::MemoryHit, Self::TableHit];

    /// The function that is asked; its tables are named after it too.
    pub fn function(self) -> &'static str {
        match self {
            Self::Plain => "tollgate-plain",
            Self::Keyed => "tollgate-keyed",
            Self::MemoryHit => "tollgate-memory-hit",
            Self::TableHit => "tollgate-table-hit",
        }
    }
}

impl Row {
    pub fn all() -> Vec<Self> {
        let mut rows = vec![Self::Invoke, Self::Hello];
        rows.extend(TollgateCase::ALL.map(Self::Tollgate));
        for work in Work::ALL {
            rows.extend(Framework::ALL.map(|framework| Self::Function(framework, work)));
            rows.extend(Proxy::ALL.map(|proxy| Self::Server(proxy, work)));
        }
        rows
    }

    pub fn name(self) -> String {
        match self {
            Self::Invoke => "direct invoke".to_owned(),
            Self::Hello => "bare `lambda_http` hello".to_owned(),
            Self::Tollgate(TollgateCase::Plain) => "Tollgate".to_owned(),
            Self::Tollgate(TollgateCase::Keyed) => "Tollgate, key and plan".to_owned(),
            Self::Tollgate(TollgateCase::MemoryHit) => "Tollgate, memory hit".to_owned(),
            Self::Tollgate(TollgateCase::TableHit) => "Tollgate, table hit".to_owned(),
            Self::Function(framework, work) => with_work(framework.name(), work, "key and count"),
            Self::Server(proxy, work) => with_work(proxy.name(), work, "key and rate"),
        }
    }

    /// The function whose instances are measured; a server has none.
    pub fn function(self) -> Option<String> {
        match self {
            Self::Invoke => Some(TARGET.to_owned()),
            Self::Hello => Some(HELLO.to_owned()),
            Self::Tollgate(case) => Some(case.function().to_owned()),
            Self::Function(framework, work) => Some(format!("{}-{}", framework.id(), work.id())),
            Self::Server(..) => None,
        }
    }

    /// The same function with a DynamoDB that counts, if it uses DynamoDB.
    pub fn counted_function(self) -> Option<String> {
        match self {
            Self::Tollgate(_) | Self::Function(..) => {
                self.function().map(|function| format!("counted-{function}"))
            }
            Self::Invoke | Self::Hello | Self::Server(..) => None,
        }
    }

    /// The id of the peer that answers.
    pub fn peer(self) -> Option<&'static str> {
        match self {
            Self::Function(framework, _) => Some(framework.id()),
            Self::Server(proxy, _) => Some(proxy.id()),
            Self::Invoke | Self::Hello | Self::Tollgate(_) => None,
        }
    }

    /// True if a request brings an API key.
    pub fn work(self) -> Work {
        match self {
            Self::Tollgate(TollgateCase::Keyed) => Work::Keyed,
            Self::Invoke | Self::Hello | Self::Tollgate(_) => Work::Plain,
            Self::Function(_, work) | Self::Server(_, work) => work,
        }
    }

    /// The work of the keyed gateway that this row leaves out.
    pub fn leaves_out(self) -> &'static str {
        const PLAIN: &str = "no key, no limit";
        match self {
            Self::Invoke => "everything: the client must sign, and knows the function's name",
            Self::Hello => "everything: it answers itself",
            Self::Tollgate(TollgateCase::Plain) => PLAIN,
            Self::Tollgate(TollgateCase::Keyed) => {
                "nothing: hashed keys, rate and hard quota over all instances, access line"
            }
            Self::Tollgate(_) => "no key; the target is not called",
            Self::Function(_, Work::Plain) => "no key, no limit, no access line; routes are code",
            Self::Function(_, Work::Keyed) => {
                "no rate, only the quota; no access line; the key is read for every request"
            }
            Self::Server(_, Work::Plain) => "no key, no limit; runs and is paid for without requests",
            Self::Server(Proxy::Envoy, Work::Keyed) => {
                "no quota; the rate holds per process; keys in plain text in its configuration"
            }
            Self::Server(Proxy::Nginx, Work::Keyed) => {
                "no quota; the rate holds per process; keys in plain text in its configuration; no signing, which AWS's Invoke API wants"
            }
        }
    }
}

fn with_work(name: &str, work: Work, words: &str) -> String {
    match work {
        Work::Plain => name.to_owned(),
        Work::Keyed => format!("{name}, {words}"),
    }
}
