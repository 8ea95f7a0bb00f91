//! The tables of an API file: made where they are missing, with the items that they begin with.

use std::collections::BTreeMap;

use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};

use crate::{
    api_file::local_table::{KeyAttribute, LocalTable, TableIndex, TableKey},
    local::tables::{Creation, attributes, create_as, put, read},
};

/// Makes a table with its items. One that is there gets the items whose keys it does not have.
///
/// # Errors
///
/// The database failed.
pub fn seed(database: &Database, table: &LocalTable) -> Result<Creation, DynoxideError> {
    let creation = create_as(database, request(table))?;
    for item in &table.items {
        if creation == Creation::Created || !has(database, table, item)? {
            put(database, &table.name, &Value::Object(item.clone()))?;
        }
    }
    Ok(creation)
}

/// `CreateTable`: an index has all attributes.
fn request(table: &LocalTable) -> Value {
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let keys = std::iter::once(&table.key).chain(table.indexes.iter().map(|index| &index.key));
    types.extend(keys.flat_map(TableKey::attributes).map(|key| (key.name.as_str(), key.kind.letter())));
    let definitions: Vec<Value> =
        types.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&table.key),
        "AttributeDefinitions": definitions,
    });
    if !table.indexes.is_empty() {
        let index = |index: &TableIndex| json!({ "IndexName": index.name, "KeySchema": schema(&index.key), "Projection": { "ProjectionType": "ALL" } });
        request["GlobalSecondaryIndexes"] = table.indexes.iter().map(index).collect();
    }
    request
}

fn schema(key: &TableKey) -> Value {
    let element = |(attribute, kind): (&KeyAttribute, &str)| json!({ "AttributeName": attribute.name, "KeyType": kind });
    key.attributes().zip(["HASH", "RANGE"]).map(element).collect()
}

fn has(database: &Database, table: &LocalTable, item: &Map<String, Value>) -> Result<bool, DynoxideError> {
    let mut key = attributes(item);
    key.retain(|name, _| table.key.attributes().any(|attribute| attribute.name == *name));
    Ok(database.get_item(read(json!({ "TableName": table.name, "Key": key })))?.item.is_some())
}
