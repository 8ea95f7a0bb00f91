//! The gateway's DynamoDB tables: names, keys, TTL, stream; and making those that are missing.

use std::collections::BTreeMap;

use dynoxide::{Database, DynoxideError, actions::create_table::CreateTableRequest};
use serde_json::{Map, Value, json};

/// The attribute that every table with a TTL uses for it.
const TTL_ATTRIBUTE: &str = "expiresAt";

struct GatewayTable {
    variable: &'static str,
    default_name: &'static str,
    key: &'static str,
    sort_key: Option<SortKey<'static>>,
    extra: Extra,
}

enum Extra {
    None,
    Ttl,
    Stream,
}

/// A sort key's name and its type: `S`, `N` or `B`.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<'a> {
    pub name: &'a str,
    pub kind: &'a str,
}

/// A table to create, with a text key.
#[derive(Clone, Copy, Debug)]
pub struct NewTable<'a> {
    pub name: &'a str,
    pub key: &'a str,
    pub sort_key: Option<SortKey<'a>>,
    pub has_stream: bool,
}

impl<'a> NewTable<'a> {
    /// A table without a sort key and without a stream.
    pub fn new(name: &'a str, key: &'a str) -> Self {
        Self { name, key, sort_key: None, has_stream: false }
    }
}

/// The outcome of [`create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    Created,
    Existed,
}

const ROUTE_KEY: Option<SortKey> = Some(SortKey { name: "routeKey", kind: "S" });
const PART: Option<SortKey> = Some(SortKey { name: "part", kind: "N" });

#[rustfmt::skip]
const TABLES: [GatewayTable; 7] = [
    GatewayTable { variable: "STAGES_TABLE",      default_name: "tollgate-stages",      key: "stage",        sort_key: None,      extra: Extra::None },
    GatewayTable { variable: "ROUTES_TABLE",      default_name: "tollgate-routes",      key: "stage",        sort_key: ROUTE_KEY, extra: Extra::Stream },
    GatewayTable { variable: "API_KEYS_TABLE",    default_name: "tollgate-api-keys",    key: "keyHash",      sort_key: None,      extra: Extra::None },
    GatewayTable { variable: "USAGE_PLANS_TABLE", default_name: "tollgate-usage-plans", key: "usagePlanId",  sort_key: None,      extra: Extra::None },
    GatewayTable { variable: "DEPLOYMENTS_TABLE", default_name: "tollgate-deployments", key: "deploymentId", sort_key: PART,      extra: Extra::None },
    GatewayTable { variable: "COUNTERS_TABLE",    default_name: "tollgate-counters",    key: "counter",      sort_key: None,      extra: Extra::Ttl },
    GatewayTable { variable: "CACHE_TABLE",       default_name: "tollgate-cache",       key: "cacheKey",     sort_key: PART,      extra: Extra::Ttl },
];

/// The tables' names, by the environment variable that carries each.
#[derive(Clone, Debug)]
pub struct TableNames(BTreeMap<&'static str, String>);

impl TableNames {
    /// Takes each name from `lookup`, or the default.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let name =
            |table: &GatewayTable| lookup(table.variable).unwrap_or_else(|| table.default_name.to_owned());
        Self(TABLES.iter().map(|table| (table.variable, name(table))).collect())
    }

    pub fn stages(&self) -> &str {
        &self.0["STAGES_TABLE"]
    }

    pub fn routes(&self) -> &str {
        &self.0["ROUTES_TABLE"]
    }

    pub fn api_keys(&self) -> &str {
        &self.0["API_KEYS_TABLE"]
    }

    pub fn usage_plans(&self) -> &str {
        &self.0["USAGE_PLANS_TABLE"]
    }

    /// As the gateway's environment takes them.
    pub fn environment(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.0.iter().map(|(variable, name)| ((*variable).to_owned(), name.clone()))
    }
}

/// Creates the gateway's tables as far as they are missing.
///
/// # Errors
/// The database failed.
pub fn create_missing(database: &Database, names: &TableNames) -> Result<(), DynoxideError> {
    for table in &TABLES {
        let name = &names.0[table.variable];
        let has_stream = matches!(table.extra, Extra::Stream);
        let new = NewTable { name, key: table.key, sort_key: table.sort_key, has_stream };
        if create(database, new)? == Creation::Existed {
            continue;
        }
        if matches!(table.extra, Extra::Ttl) {
            let specification = json!({ "AttributeName": TTL_ATTRIBUTE, "Enabled": true });
            let request = json!({ "TableName": name, "TimeToLiveSpecification": specification });
            database.update_time_to_live(read(request))?;
        }
    }
    Ok(())
}

/// Creates a table if it is missing.
///
/// # Errors
/// The database failed.
pub fn create(database: &Database, table: NewTable) -> Result<Creation, DynoxideError> {
    let mut elements = vec![json!({ "AttributeName": table.key, "KeyType": "HASH" })];
    let mut definitions = vec![json!({ "AttributeName": table.key, "AttributeType": "S" })];
    if let Some(SortKey { name, kind }) = table.sort_key {
        elements.push(json!({ "AttributeName": name, "KeyType": "RANGE" }));
        definitions.push(json!({ "AttributeName": name, "AttributeType": kind }));
    }
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": elements,
        "AttributeDefinitions": definitions,
    });
    if table.has_stream {
        request["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": "KEYS_ONLY" });
    }
    create_as(database, request)
}

/// The same with a whole request.
///
/// # Errors
/// The database failed.
pub fn create_as(database: &Database, request: Value) -> Result<Creation, DynoxideError> {
    match database.create_table(read::<CreateTableRequest>(request)) {
        Ok(_) => Ok(Creation::Created),
        Err(DynoxideError::ResourceInUseException(_)) => Ok(Creation::Existed),
        Err(error) => Err(error),
    }
}

/// Writes an item given as plain JSON.
///
/// # Errors
/// The database failed.
///
/// # Panics
/// `item` is no object.
pub fn put(database: &Database, table: &str, item: &Value) -> Result<(), DynoxideError> {
    let item = attributes(item.as_object().expect("an item is an object"));
    database.put_item(read(json!({ "TableName": table, "Item": item }))).map(drop)
}

/// An item as DynamoDB's own JSON.
pub fn attributes(item: &Map<String, Value>) -> Map<String, Value> {
    item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// Plain JSON → DynamoDB's.
pub fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(map) => json!({ "M": attributes(map) }),
    }
}

/// A request as DynamoDB's own JSON.
///
/// # Panics
/// It is not well-formed.
pub fn read<T: serde::de::DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("the local world writes well-formed requests")
}
