//! A table as DynamoDB describes it: its status, its key, its indexes.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>

use std::collections::BTreeMap;

use serde_json::Value;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribedTable {
    /// `ACTIVE`, `CREATING`, …
    pub status: String,
    pub key: KeySchema,
    /// By their names.
    pub indexes: BTreeMap<String, DescribedIndex>,
}

/// An index of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribedIndex {
    /// `None`: it is local, and as its table is.
    pub status: Option<String>,
    pub key: KeySchema,
}

/// A key. A global index may have several attributes for either part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySchema {
    pub partition: Vec<KeyAttribute>,
    pub sort: Vec<KeyAttribute>,
}

/// An attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    pub name: String,
    /// `S`, `N` or `B`.
    pub letter: String,
}

impl KeySchema {
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.partition.iter().chain(&self.sort)
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&KeyAttribute> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// `pk (S), sk (N)`.
    pub fn text(&self) -> String {
        let text = |KeyAttribute { name, letter }: &KeyAttribute| format!("{name} ({letter})");
        self.attributes().map(text).collect::<Vec<_>>().join(", ")
    }

    /// `elements` are a `KeySchema`, `definitions` the `AttributeDefinitions` of the table.
    fn read(elements: &Value, definitions: &Value) -> Self {
        let mut schema = Self::default();
        for element in list(elements) {
            let name = &element["AttributeName"];
            let definition = list(definitions).iter().find(|other| other["AttributeName"] == *name);
            let attribute = KeyAttribute {
                name: text(name),
                letter: definition.map(|definition| text(&definition["AttributeType"])).unwrap_or_default(),
            };
            let part = if element["KeyType"] == "HASH" { &mut schema.partition } else { &mut schema.sort };
            part.push(attribute);
        }
        schema
    }
}

impl DescribedTable {
    /// Reads the `Table` of a `DescribeTable`.
    pub fn read(table: &Value) -> Self {
        let definitions = &table["AttributeDefinitions"];
        let index = |index: &Value| {
            let status = index["IndexStatus"].as_str().map(str::to_owned);
            let key = KeySchema::read(&index["KeySchema"], definitions);
            (text(&index["IndexName"]), DescribedIndex { status, key })
        };
        let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
        Self {
            status: text(&table["TableStatus"]),
            key: KeySchema::read(&table["KeySchema"], definitions),
            indexes: indexes.iter().flat_map(|name| list(&table[*name])).map(index).collect(),
        }
    }

    /// The key attributes of this name, of the table and of its indexes.
    pub fn key_attribute(&self, name: &str) -> Option<&KeyAttribute> {
        let keys = std::iter::once(&self.key).chain(self.indexes.values().map(|index| &index.key));
        keys.filter_map(|key| key.attribute(name)).next()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_global_index_may_have_several_attributes_for_either_part() {
        let element = |name: &str, role: &str| json!({ "AttributeName": name, "KeyType": role });
        let definition = |name: &str, letter: &str| json!({ "AttributeName": name, "AttributeType": letter });
        let table = DescribedTable::read(&json!({
            "TableStatus": "ACTIVE",
            "KeySchema": [element("sk", "RANGE"), element("pk", "HASH")],
            "AttributeDefinitions": [
                definition("pk", "S"), definition("sk", "N"), definition("city", "S"), definition("day", "B"),
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-city", "IndexStatus": "ACTIVE",
                "KeySchema": [
                    element("city", "HASH"), element("pk", "HASH"), element("day", "RANGE"), element("sk", "RANGE"),
                ],
            }],
        }));
        let index = &table.indexes["by-city"];
        let partition: Vec<&str> = index.key.partition.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((table.key.text().as_str(), table.status.as_str()), ("pk (S), sk (N)", "ACTIVE"));
        assert_eq!(
            (index.key.text().as_str(), partition),
            ("city (S), pk (S), day (B), sk (N)", vec!["city", "pk"])
        );
        assert_eq!(table.key_attribute("day").map(|it| it.letter.as_str()), Some("B"));
        assert_eq!(table.key_attribute("name"), None);
    }
}
