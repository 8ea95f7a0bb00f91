//! An item as the operator wrote it, read forgivingly; every problem says where it is.
//!
//! Items are edited by hand in the AWS console: a number may be written as a string, an enum in another
//! case, a list as a string set. What is wrong becomes a [`Problem`] and what is unknown a warning; reading
//! goes on, so that the operator sees all of it at once.

mod nested;
mod parsed;
mod place_in_text;
#[cfg(feature = "cli")]
mod recorded_fields;
mod spelling;
mod stage_variables;
mod unknown;
mod unsupported_fields;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::RangeInclusive,
};

use serde_json::{Map, Value};

#[cfg(feature = "cli")]
pub use self::recorded_fields::{FieldKind, RecordedField, recorded_fields};
pub use self::{
    parsed::{Findings, Parsed, Report},
    spelling::nearest,
    stage_variables::{StageVariables, resolve_stage_variables},
};
use crate::{
    error::{ItemId, Problem},
    userinfo::withheld,
};

/// Stands for what is not told.
pub const WITHHELD: &str = "…";

/// The item that is read, the stage variables that it may use, and the report on it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub table: &'a str,
    /// `stage=v1 routeKey=GET /orders`.
    pub key: &'a str,
    pub stage_variables: &'a StageVariables,
    pub report: &'a Report,
}

/// Reads a whole item of `table`.
pub fn read<T>(
    id: ItemId<'_>,
    map: &Map<String, Value>,
    read: impl FnOnce(&Fields<'_>) -> Option<T>,
) -> Parsed<T> {
    let report = Report::default();
    let none = StageVariables::new();
    let fields =
        Fields::of(Item { table: id.table, key: id.key, stage_variables: &none, report: &report }, map);
    let value = read(&fields);
    fields.finish();
    Parsed::new(value, report.into_findings())
}

/// Tells if a text has something in it that must not be shown.
type IsSecret = fn(&str) -> bool;

/// The attributes of an item, or the fields of a map in it.
#[derive(Debug)]
pub struct Fields<'a> {
    item: Item<'a>,
    path: String,
    map: &'a Map<String, Value>,
    known: RefCell<Vec<&'a str>>,
    is_secret: Cell<Option<IsSecret>>,
    /// Set where what is wrong hides which attributes are known.
    is_given_up: Cell<bool>,
    /// Said of an attribute that is like none that is known.
    they_are: Cell<Option<&'static str>>,
}

impl<'a> Fields<'a> {
    /// Reads the attributes of `item`.
    pub fn of(item: Item<'a>, map: &'a Map<String, Value>) -> Self {
        Self {
            item,
            path: String::new(),
            map,
            known: RefCell::default(),
            is_secret: Cell::default(),
            is_given_up: Cell::default(),
            they_are: Cell::default(),
        }
    }

    /// From here on nothing is told in which `is_secret` sees a secret, nor what an unknown attribute holds.
    pub fn withhold(&self, is_secret: IsSecret) {
        self.is_secret.set(Some(is_secret));
    }

    /// Names an attribute that is known, but read by somebody else.
    pub fn skip(&self, name: &'a str) {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Any);
        self.known.borrow_mut().push(name);
    }

    /// Tells a recorder what is read there.
    #[cfg(feature = "cli")]
    fn record(&self, name: &str, kind: impl FnOnce() -> FieldKind) {
        recorded_fields::record(|| RecordedField {
            table: self.item.table.to_owned(),
            key: self.item.key.to_owned(),
            path: format!("{}{name}", self.path),
            kind: kind(),
        });
    }

    /// The raw value; `None` if absent or null.
    pub fn value(&self, name: &'a str) -> Option<&'a Value> {
        self.skip(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// What `read` makes of a value, or the default where it is absent or null. `None`: it is wrong, which `read` reports.
    pub fn read_or<T>(
        &self,
        name: &'a str,
        default: T,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Option<T> {
        if self.value(name).is_some() { read(name) } else { Some(default) }
    }

    /// Parses the value. One that `parse` refuses is a problem.
    pub fn parsed<T>(
        &self,
        name: &'a str,
        expected: &str,
        parse: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let parsed = parse(value);
        if parsed.is_none() {
            self.problem(name, &self.shown(value), expected);
        }
        parsed
    }

    pub fn string(&self, name: &'a str) -> Option<String> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Text);
        self.parsed(name, "a string", text)
    }

    /// A string in which `${stageVariables.x}` has been replaced.
    pub fn resolved_string(&self, name: &'a str) -> Option<String> {
        let text = self.string(name)?;
        self.resolve(name, &text)
    }

    /// Replaces `${stageVariables.x}` in `text`, which was found at `field`.
    pub fn resolve(&self, field: &str, text: &str) -> Option<String> {
        match resolve_stage_variables(text, self.item.stage_variables) {
            Ok(resolved) => Some(resolved),
            Err(unknown) => {
                let known: Vec<_> = self.item.stage_variables.keys().map(String::as_str).collect();
                let expected = format!("one of the stage's variables ({})", known.join(", "));
                self.problem(field, &format!("${{stageVariables.{unknown}}}"), &expected);
                None
            }
        }
    }

    pub fn boolean(&self, name: &'a str) -> Option<bool> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Boolean);
        self.parsed(name, "true or false", |value| match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    pub fn integer(&self, name: &'a str, range: RangeInclusive<u64>) -> Option<u64> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Integer(range.clone()));
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |value| {
            let number = text(value)?.trim().parse().ok()?;
            range.contains(&number).then_some(number)
        })
    }

    /// One of a closed set of words, in any case.
    pub fn choice<T: Clone>(&self, name: &'a str, words: &[(&str, T)]) -> Option<T> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Choice(words.iter().map(|(word, _)| (*word).to_owned()).collect()));
        let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        self.parsed(name, &expected, |value| {
            let given = value.as_str()?.trim();
            words
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(given))
                .map(|(_, meaning)| meaning.clone())
        })
    }

    /// A list or a set of strings; a lone string is a list of one.
    pub fn strings(&self, name: &'a str) -> Option<Vec<String>> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Texts);
        self.parsed(name, "a list of strings", |value| match value {
            Value::Array(values) => values.iter().map(text).collect(),
            Value::String(text) => Some(vec![text.clone()]),
            _ => None,
        })
    }

    /// A map of strings; numbers and booleans in it are taken as text.
    pub fn string_map(&self, name: &'a str) -> Option<BTreeMap<String, String>> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::TextMap);
        self.parsed(name, "a map of strings", |value| {
            value.as_object()?.iter().map(|(name, value)| Some((name.clone(), text(value)?))).collect()
        })
    }

    /// Fails the item if `value` is absent because nothing was written there.
    pub fn require<T>(&self, name: &'a str, value: Option<T>, expected: &str) -> Option<T> {
        if value.is_none() && self.value(name).is_none() {
            let got = if self.map.contains_key(name) { "null" } else { "nothing" };
            self.problem(name, got, expected);
        }
        value
    }

    /// Says that what stands at `field` will not do.
    pub fn problem(&self, field: &str, got: &str, expected: &str) {
        self.item.report.add_problem(self.note(field, got, expected));
    }

    /// Says that what stands at `field` is passed over.
    pub fn warn(&self, field: &str, got: &str, expected: &str) {
        self.item.report.add_warning(self.note(field, got, expected));
    }

    fn has_problem(&self, field: &str) -> bool {
        self.item.report.has_problem_at(&self.note(field, "", ""))
    }

    fn shown(&self, value: &Value) -> String {
        match self.is_secret.get() {
            Some(is_secret) if is_secret(&value.to_string()) => WITHHELD.to_owned(),
            _ => brief(value),
        }
    }

    fn note(&self, field: &str, got: &str, expected: &str) -> Problem {
        let item = ItemId { table: self.item.table, key: self.item.key };
        Problem::new(item, &format!("{}{field}", self.path), got, expected)
    }
}

/// A value as JSON without passwords, cut at 80 characters.
pub fn brief(value: &Value) -> String {
    let json = value.to_string();
    let json = withheld(&json);
    match json.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json.into_owned(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
