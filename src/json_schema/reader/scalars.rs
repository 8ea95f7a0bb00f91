//! Words on values of any type, on numbers and on texts.

use serde_json::{Number, Value};

use super::SchemaReader;
use crate::json_schema::{
    canonical::canonical,
    exact_number::{Divisor, ExactNumber},
    format::Format,
    keyword::{Bound, Keyword, OneOfValues, Type, Types},
    words::shown,
};

impl SchemaReader<'_, '_> {
    pub(super) fn any_value(&mut self, keywords: &mut Vec<Keyword>) {
        let integers = self.dialect.integers();
        let expected = Type::ALL.map(|(name, _)| name).join(" or ");
        let types = self.parsed("type", &expected, |value| match value {
            Value::String(name) => Type::named(name).map(|kind| [kind].into()),
            Value::Array(names) if !names.is_empty() => {
                names.iter().map(|name| Type::named(name.as_str()?)).collect()
            }
            _ => None,
        });
        keywords.extend(types.map(|allowed| Keyword::Type(Types { allowed, integers })));
        let values = self.parsed("enum", "a list of values", |value| {
            let list = value.as_array().filter(|list| !list.is_empty())?;
            Some(OneOfValues {
                canonical: list.iter().map(canonical).collect(),
                written: shown(value).into(),
            })
        });
        keywords.extend(values.map(Keyword::Enum));
        if let Some(value) = self.map.get("const").filter(|_| !self.is_draft_4()) {
            let canonical = [canonical(value)].into();
            keywords.push(Keyword::Const(OneOfValues { canonical, written: shown(value).into() }));
        }
    }

    pub(super) fn numbers(&mut self, keywords: &mut Vec<Keyword>) {
        let divisor = self.parsed("multipleOf", "a number above 0 of at most 18 digits", |value| {
            let number = as_number(value)?;
            Some((Divisor::of(&ExactNumber::of(number))?, number.as_str().into()))
        });
        keywords.extend(divisor.map(|(divisor, written)| Keyword::MultipleOf(divisor, written)));
        self.limits(["maximum", "exclusiveMaximum"], Keyword::Maximum, keywords);
        self.limits(["minimum", "exclusiveMinimum"], Keyword::Minimum, keywords);
    }

    /// In draft 4 the second word says what the first one is; in 2020-12 it is a limit of its own.
    fn limits(
        &mut self,
        [inclusive, exclusive]: [&str; 2],
        keyword: fn(Bound) -> Keyword,
        keywords: &mut Vec<Keyword>,
    ) {
        let is_exclusive = self.is_draft_4() && self.boolean(exclusive) == Some(true);
        keywords.extend(self.bound(inclusive, is_exclusive).map(keyword));
        if !self.is_draft_4() {
            keywords.extend(self.bound(exclusive, true).map(keyword));
        }
    }

    fn bound(&mut self, name: &str, is_exclusive: bool) -> Option<Bound> {
        self.parsed(name, "a number", |value| {
            let number = as_number(value)?;
            let limit = ExactNumber::of(number).into_owned();
            Some(Bound { limit, written: number.as_str().into(), is_exclusive })
        })
    }

    pub(super) fn texts(&mut self, keywords: &mut Vec<Keyword>) {
        keywords.extend(self.count("maxLength").map(Keyword::MaxLength));
        keywords.extend(self.count("minLength").map(Keyword::MinLength));
        if let Some(source) = self.parsed("pattern", "a regular expression", Value::as_str) {
            keywords.extend(self.pattern(&["pattern"], source).map(Keyword::Pattern));
        }
        keywords.extend(self.checked_format().map(Keyword::Format));
    }
}

impl SchemaReader<'_, '_> {
    /// The format, if it is one that is checked; in 2020-12 it only says what is meant.
    pub(super) fn checked_format(&self) -> Option<Format> {
        self.map.get("format").filter(|_| self.is_draft_4()).and_then(Value::as_str).and_then(Format::named)
    }
}

fn as_number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}
