//! The fields that readers ask for, recorded while they read samples: a JSON Schema is made of them, so that it knows no
//! field that nobody reads, and every one that somebody does.

use std::{cell::RefCell, ops::RangeInclusive};

/// A field that a reader asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedField {
    pub table: String,
    /// The item's key, as problems have it.
    pub key: String,
    /// With dots into maps and `[0]` into lists.
    pub path: String,
    pub kind: FieldKind,
}

/// The values that a reader takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Known, and read by somebody else or nobody.
    Any,
    Text,
    Boolean,
    Integer(RangeInclusive<u64>),
    Choice(Vec<String>),
    Texts,
    TextMap,
    Map,
    /// A list of maps.
    Maps,
    /// A map of maps by names that are no fields.
    NamedMaps,
}

thread_local! {
    static RECORDED: RefCell<Option<Vec<RecordedField>>> = const { RefCell::new(None) };
}

/// Returns the fields that `read` asks for in this thread.
pub fn recorded_fields(read: impl FnOnce()) -> Vec<RecordedField> {
    RECORDED.set(Some(Vec::new()));
    read();
    RECORDED.take().unwrap_or_default()
}

/// Says if fields are recorded in this thread: then nobody asks what is wrong with an item.
pub(super) fn is_recording() -> bool {
    RECORDED.with_borrow(Option::is_some)
}

/// Records a field, if somebody wants to know.
pub(super) fn record(field: impl FnOnce() -> RecordedField) {
    RECORDED.with_borrow_mut(|recorded| {
        if let Some(recorded) = recorded {
            recorded.push(field());
        }
    });
}
