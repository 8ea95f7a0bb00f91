//! All items of all tables as DynamoDB's JSON, in a file of a release, and what the release would not find in another's.

use std::{collections::BTreeMap, fs, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tollgate::local::{
    dynamodb::Dynamodb,
    tables::{TableNames, read},
};

type Item = Map<String, Value>;

#[derive(Deserialize, Serialize)]
pub struct RecordedTables {
    pub version: String,
    tables: BTreeMap<String, Vec<Item>>,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/upgrade");
const DEPLOYMENTS: &str = "tollgate-deployments";
const COUNTERS: &str = "tollgate-counters";
const CACHE: &str = "tollgate-cache";

/// Of a validation: another version makes its own.
const VALIDATION: &str = "validatedWith";

/// All recorded releases, the last one last.
pub fn releases() -> Vec<RecordedTables> {
    let files = fs::read_dir(FOLDER).unwrap();
    let mut releases: Vec<RecordedTables> =
        files.map(|file| serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap()).collect();
    let numbers = |version: &str| version.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>();
    releases.sort_by_key(|release| numbers(&release.version));
    releases
}

impl RecordedTables {
    /// What this version has written.
    pub fn of(dynamodb: &Dynamodb) -> Self {
        let names = TableNames::from_environment(|_| None);
        let tables = names.environment().map(|(_, name)| {
            let found = dynamodb.database.scan(read(json!({ "TableName": name }))).unwrap();
            let found = serde_json::to_value(found).unwrap();
            let mut items: Vec<Item> = serde_json::from_value(found["Items"].clone()).unwrap();
            items.sort_by_key(|item| key(&name, item));
            (name, items)
        });
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), tables: tables.collect() }
    }

    pub fn record(&self) {
        let path = PathBuf::from(FOLDER).join(format!("{}.json", self.version));
        fs::write(path, serde_json::to_string_pretty(self).unwrap() + "\n").unwrap();
    }

    pub fn write_into(&self, dynamodb: &Dynamodb) {
        for (table, items) in &self.tables {
            for item in items {
                dynamodb.database.put_item(read(json!({ "TableName": table, "Item": item }))).unwrap();
            }
        }
    }

    /// As a later version may write the gateway's own items.
    pub fn with_more_attributes(mut self) -> Self {
        for table in [DEPLOYMENTS, COUNTERS, CACHE] {
            for item in self.tables.get_mut(table).unwrap() {
                item.insert("ofALaterRelease".to_owned(), json!({ "M": { "format": { "N": "9" } } }));
            }
        }
        self
    }

    /// The first byte of a cached answer.
    pub fn entry_format(&self) -> u8 {
        let bytes = self.tables[CACHE].iter().find_map(|item| item.get("bytes")).unwrap();
        decoded(bytes)[0]
    }

    /// What `former` has and this has not, or has otherwise. What this has besides, `former` does not look at.
    pub fn differences_from(&self, former: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        for (table, items) in &former.tables {
            let today: BTreeMap<String, &Item> =
                self.tables[table].iter().map(|item| (key(table, item), item)).collect();
            for item in items {
                let key = key(table, item);
                match today.get(&key) {
                    Some(today) => differences.extend(item_differences(table, &key, item, today)),
                    None => differences.push(format!("{table} [{key}]: got no such item")),
                }
            }
        }
        differences
    }
}

fn item_differences(table: &str, key: &str, former: &Item, today: &Item) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, was) in former {
        let is = today.get(name).unwrap_or(&Value::Null);
        let is_as_it_was = match (table, name.as_str()) {
            (_, VALIDATION) => true,
            // An entry of another format is a miss, and the first one writes its own.
            (CACHE, "bytes" | "checksum" | "cacheKey") => is.is_object(),
            // Its format stands in its first bytes; the rest is compressed.
            (DEPLOYMENTS, "snapshot") => format_of(is) == format_of(was),
            _ => is == was,
        };
        if !is_as_it_was {
            differences.push(format!("{table} [{key}] {name}: got {is}, expected {was}"));
        }
    }
    differences
}

/// The head of a deployment: `format` and its number.
fn format_of(bytes: &Value) -> Option<Vec<u8>> {
    bytes.is_object().then(|| decoded(bytes)[..7].to_vec())
}

fn decoded(bytes: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(bytes["B"].as_str().unwrap()).unwrap()
}

/// What tells an item from others: of an entry its route, as its key may be made otherwise.
fn key(table: &str, item: &Item) -> String {
    let names: &[&str] = match table {
        "tollgate-stages" => &["stage"],
        "tollgate-routes" => &["stage", "routeKey"],
        "tollgate-api-keys" => &["keyHash"],
        "tollgate-usage-plans" => &["usagePlanId"],
        COUNTERS => &["counter"],
        DEPLOYMENTS => &["deploymentId", "part"],
        CACHE => &["routeKey", "part"],
        other => panic!("a table that no release has: {other}"),
    };
    let value = |name: &&str| item.get(*name).map_or_else(String::new, |value| value.to_string());
    names.iter().map(value).collect::<Vec<_>>().join(" ")
}
