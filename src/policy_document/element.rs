//! A place in a policy document while it is read. Reading goes on behind a fault, so that all of them are told at once.

use std::{borrow::Cow, cell::RefCell};

use serde_json::Value;

use crate::item::brief;

/// One thing that is wrong in a policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// `Statement[0].Condition.IpAddress.aws:SourceIp`; empty for the document itself.
    pub path: String,
    pub got: String,
    pub expected: String,
}

/// A value of the document, and where it stands.
#[derive(Debug)]
pub struct Element<'a> {
    pub path: String,
    pub value: &'a Value,
    faults: &'a RefCell<Vec<PolicyFault>>,
}

impl<'a> Element<'a> {
    pub fn document(value: &'a Value, faults: &'a RefCell<Vec<PolicyFault>>) -> Self {
        Self { path: String::new(), value, faults }
    }

    /// Says that this will not do.
    pub fn note(&self, expected: &str) {
        self.add(&self.path, &brief(self.value), expected);
    }

    /// The same; returns `None`, which stands for the value that could not be read.
    pub fn fault<T>(&self, expected: &str) -> Option<T> {
        self.note(expected);
        None
    }

    /// Says that `name` is missing in it.
    pub fn note_missing(&self, name: &str, expected: &str) {
        self.add(&self.path_of(name), "nothing", expected);
    }

    /// The names of a map, each with its value.
    pub fn entries(&self, expected: &str) -> Option<Vec<(&'a str, Self)>> {
        let Some(map) = self.value.as_object() else { return self.fault(expected) };
        let entry =
            |(name, value): (&'a String, &'a Value)| (name.as_str(), self.inner(self.path_of(name), value));
        Some(map.iter().map(entry).collect())
    }

    /// The values of a list, or the one that stands there without a list.
    pub fn each(&self, expected: &str) -> Option<Vec<Self>> {
        match self.value {
            Value::Array(values) if values.is_empty() => self.fault(expected),
            Value::Array(values) => {
                let element = |(index, value)| self.inner(format!("{}[{index}]", self.path), value);
                Some(values.iter().enumerate().map(element).collect())
            }
            value => Some(vec![self.inner(self.path.clone(), value)]),
        }
    }

    pub fn text(&self, expected: &str) -> Option<&'a str> {
        self.value.as_str().or_else(|| self.fault(expected))
    }

    /// A text, also where it is written as a number or as true or false.
    pub fn scalar(&self, expected: &str) -> Option<Cow<'a, str>> {
        match self.value {
            Value::String(text) => Some(text.into()),
            Value::Number(number) => Some(number.to_string().into()),
            Value::Bool(value) => Some(value.to_string().into()),
            Value::Null | Value::Array(_) | Value::Object(_) => self.fault(expected),
        }
    }

    fn add(&self, path: &str, got: &str, expected: &str) {
        let fault = PolicyFault { path: path.to_owned(), got: got.to_owned(), expected: expected.to_owned() };
        self.faults.borrow_mut().push(fault);
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn inner(&self, path: String, value: &'a Value) -> Self {
        Self { path, value, faults: self.faults }
    }
}
