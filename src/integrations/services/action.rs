//! The actions of services, as data: their fields, what they do, what becomes of their answers.

use super::destination::Destination;
use crate::aws::{call::Attempts, service::Service};

/// An action of a service.
#[derive(Debug)]
pub struct Action {
    /// `SendMessage`.
    pub name: &'static str,
    pub service: Service,
    pub fields: &'static [Field],
    pub entries: Entries,
    pub effect: Effect,
    /// The most bytes of values that the service takes in one call.
    pub most_bytes: usize,
    pub answer: AnswerForm,
}

/// The form in which the fields are sent.
#[derive(Clone, Copy, Debug)]
pub enum Entries {
    /// Side by side.
    None,
    /// As the one entry of a list of this name.
    One(&'static str),
    /// Beside a list of maps, each with fields of its own.
    Many(EntryList),
}

/// A list of maps in an action.
#[derive(Clone, Copy, Debug)]
pub struct EntryList {
    pub name: &'static str,
    pub wire: &'static str,
    pub fields: &'static [Field],
    pub most: usize,
    pub ids: EntryIds,
}

/// Says if entries have ids, which an entry may leave out: then it is its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryIds {
    /// In the field `Id`.
    Numbered,
    None,
}

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// Never done twice for one request.
    Writes,
}

impl Effect {
    pub fn attempts(self) -> Attempts {
        match self {
            Self::Reads => Attempts::Twice,
            Self::Writes => Attempts::Once,
        }
    }
}

/// A field of an action.
#[derive(Debug)]
pub struct Field {
    /// `queueUrl`.
    pub name: &'static str,
    /// `QueueUrl`.
    pub wire: &'static str,
    pub need: Need,
    pub kind: FieldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// The values that a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Whom or what it is sent to: no request chooses it.
    Destination(Destination),
    /// Text; a map or a list is its JSON. `$request.body` alone is the body as it came.
    Text,
    /// The same, as base64.
    Bytes,
    Integer {
        least: u64,
        most: u64,
    },
    /// A time: `2026-11-30T18:00:00Z`, or seconds since 1970.
    Time,
    /// A list of texts.
    Texts,
    /// A map of names and values: attributes of a message.
    Attributes,
}

/// What becomes of a service's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    /// 202 with some of its fields, by the names for the client.
    Accepted(&'static [(&'static str, &'static str)]),
    /// The same of each entry of a list; one that failed is an error.
    AcceptedEntries { list: &'static str, id: &'static str, name: &'static str },
    /// Nothing: 204.
    NoContent,
    /// The output of an execution: 200.
    SyncExecution,
    /// An execution, without its ARNs.
    Execution,
    /// The messages of a queue.
    Messages,
}

/// A field that no request chooses.
pub const fn destination(name: &'static str, wire: &'static str, form: Destination) -> Field {
    Field { name, wire, need: Need::Required, kind: FieldKind::Destination(form) }
}

pub const fn required(name: &'static str, wire: &'static str, kind: FieldKind) -> Field {
    Field { name, wire, need: Need::Required, kind }
}

pub const fn optional(name: &'static str, wire: &'static str, kind: FieldKind) -> Field {
    Field { name, wire, need: Need::Optional, kind }
}
