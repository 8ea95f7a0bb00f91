//! An entry of `tables`: a DynamoDB table that `tollgate dev` makes, and the items that it begins with. AWS knows nothing
//! of it.

use serde_json::{Map, Value};

use crate::{
    error::ItemId,
    item::{self, Fields, Parsed, brief},
};

/// The name of the section, which problems have for the table.
pub const TABLES: &str = "tables";

/// The gateway's own tables begin so.
const OF_THE_GATEWAY: &str = "tollgate-";

/// A table of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTable {
    pub name: String,
    pub key: TableKey,
    pub indexes: Vec<TableIndex>,
    pub items: Vec<Map<String, Value>>,
}

/// The key of a table or of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableKey {
    pub hash: KeyAttribute,
    pub sort: Option<KeyAttribute>,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableIndex {
    pub name: String,
    pub key: TableKey,
}

/// An attribute of a key, and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    pub name: String,
    pub kind: KeyKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Text,
    Number,
}

impl KeyKind {
    /// DynamoDB's word.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.as_str().is_some_and(|text| !text.is_empty()),
            Self::Number => value.is_number(),
        }
    }
}

impl TableKey {
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.hash).chain(&self.sort)
    }
}

impl LocalTable {
    /// Reads an entry with what is written under its name.
    pub fn parse(name: &str, map: &Map<String, Value>) -> Parsed<Self> {
        item::read(ItemId { table: TABLES, key: name }, map, |fields| {
            let name = checked_name(fields, name);
            let key = key(fields);
            let mut indexes = Some(Vec::new());
            for (name, fields) in fields.named_objects("indexes") {
                let index = key_of_index(name, &fields);
                fields.finish();
                indexes = indexes.zip(index).map(|(mut all, index)| {
                    all.push(index);
                    all
                });
            }
            let items = fields.read_or("items", Vec::new(), |name| {
                let is_list =
                    |value: &Value| value.as_array()?.iter().map(|item| item.as_object().cloned()).collect();
                fields.parsed(name, "a list of items, each a map", is_list)
            });
            let (key, items) = (key?, items?);
            items.iter().enumerate().for_each(|(at, item)| check_item(fields, &key, at, item));
            Some(Self { name: name?, key, indexes: indexes?, items })
        })
    }
}

fn checked_name(fields: &Fields<'_>, name: &str) -> Option<String> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (3..=255).contains(&name.len()) && name.chars().all(is_fine);
    if fits && !name.starts_with(OF_THE_GATEWAY) {
        return Some(name.to_owned());
    }
    let expected = "a name of 3 to 255 letters, digits, -, _ and ., which does not begin with tollgate-";
    fields.problem("*", &format!("{name:?}"), expected);
    None
}

fn key_of_index(name: &str, fields: &Fields<'_>) -> Option<TableIndex> {
    Some(TableIndex { name: name.to_owned(), key: key(fields)? })
}

fn key(fields: &Fields<'_>) -> Option<TableKey> {
    let hash = attribute(fields, "key");
    let sort = fields.read_or("sortKey", None, |name| attribute(fields, name).map(Some));
    let hash = fields.require("key", hash, EXPECTED);
    let key = TableKey { hash: hash?, sort: sort? };
    if key.sort.as_ref().is_some_and(|sort| sort.name == key.hash.name) {
        fields.problem("sortKey", &format!("{:?}", key.hash.name), "another attribute than key");
    }
    Some(key)
}

const EXPECTED: &str = "the name of an attribute, or with its type {id: N} (S or N)";

/// `id`, which is a text, or `{id: N}`.
fn attribute<'a>(fields: &Fields<'a>, name: &'a str) -> Option<KeyAttribute> {
    fields.parsed(name, EXPECTED, |value| {
        let (name, kind) = match value {
            Value::String(name) => (name, KeyKind::Text),
            Value::Object(map) => {
                let mut members = map.iter();
                let (name, kind) = members.next().filter(|_| map.len() == 1)?;
                let kind = match kind.as_str()? {
                    "S" => KeyKind::Text,
                    "N" => KeyKind::Number,
                    _ => return None,
                };
                (name, kind)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
        };
        (!name.is_empty()).then(|| KeyAttribute { name: name.clone(), kind })
    })
}

fn check_item(fields: &Fields<'_>, key: &TableKey, at: usize, item: &Map<String, Value>) {
    for attribute in key.attributes() {
        let value = item.get(&attribute.name).unwrap_or(&Value::Null);
        if !attribute.kind.fits(value) {
            let noun = match attribute.kind {
                KeyKind::Text => "a text",
                KeyKind::Number => "a number",
            };
            let got = if value.is_null() { "nothing".to_owned() } else { brief(value) };
            let expected = format!("{noun}, since it is of the key");
            fields.problem(&format!("items[{at}].{}", attribute.name), &got, &expected);
        }
    }
}
