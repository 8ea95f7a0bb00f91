//! The gateway's DynamoDB tables: names, keys, TTL, stream; and making those that are missing.

use std::collections::BTreeMap;

use dynoxide::{Database, DynoxideError, actions::create_table::CreateTableRequest};
use serde_json::{Value, json};

/// The attribute that every table with a TTL uses for it.
const TTL_ATTRIBUTE: &str = "expiresAt";

struct Table {
    variable: &'static str,
    default_name: &'static str,
    key: &'static str,
    /// With its type.
    sort: Option<(&'static str, &'static str)>,
    extra: Extra,
}

enum Extra {
    None,
    Ttl,
    Stream,
}

#[rustfmt::skip]
const TABLES: [Table; 7] = [
    Table { variable: "STAGES_TABLE",      default_name: "tollgate-stages",      key: "stage",        sort: None,                    extra: Extra::None },
    Table { variable: "ROUTES_TABLE",      default_name: "tollgate-routes",      key: "stage",        sort: Some(("routeKey", "S")), extra: Extra::Stream },
    Table { variable: "API_KEYS_TABLE",    default_name: "tollgate-api-keys",    key: "keyHash",      sort: None,                    extra: Extra::None },
    Table { variable: "USAGE_PLANS_TABLE", default_name: "tollgate-usage-plans", key: "usagePlanId",  sort: None,                    extra: Extra::None },
    Table { variable: "DEPLOYMENTS_TABLE", default_name: "tollgate-deployments", key: "deploymentId", sort: Some(("part", "N")),     extra: Extra::None },
    Table { variable: "COUNTERS_TABLE",    default_name: "tollgate-counters",    key: "counter",      sort: None,                    extra: Extra::Ttl },
    Table { variable: "CACHE_TABLE",       default_name: "tollgate-cache",       key: "cacheKey",     sort: Some(("part", "N")),     extra: Extra::Ttl },
];

/// The tables' names, by the environment variable that carries each.
#[derive(Clone, Debug)]
pub struct TableNames(BTreeMap<&'static str, String>);

impl TableNames {
    /// Takes each name from `lookup`, or the default.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let name = |table: &Table| lookup(table.variable).unwrap_or_else(|| table.default_name.to_owned());
        Self(TABLES.iter().map(|table| (table.variable, name(table))).collect())
    }

    pub fn stages(&self) -> &str {
        &self.0["STAGES_TABLE"]
    }

    pub fn routes(&self) -> &str {
        &self.0["ROUTES_TABLE"]
    }

    /// As the gateway's environment takes them.
    pub fn environment(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.0.iter().map(|(variable, name)| ((*variable).to_owned(), name.clone()))
    }
}

/// Creates the gateway's tables as far as they are missing.
///
/// # Errors
/// When the database fails.
pub fn create_missing(database: &Database, names: &TableNames) -> Result<(), DynoxideError> {
    for table in &TABLES {
        let name = &names.0[table.variable];
        if !create(database, name, table.key, table.sort, matches!(table.extra, Extra::Stream))? {
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

/// Creates a table with a text key and perhaps a sort key of some type, if it is missing. True: it was.
///
/// # Errors
/// When the database fails.
pub fn create(
    database: &Database,
    name: &str,
    key: &str,
    sort: Option<(&str, &str)>,
    has_stream: bool,
) -> Result<bool, DynoxideError> {
    let sort = sort.map(|(name, kind)| (name, kind, "RANGE"));
    let keys = || std::iter::once((key, "S", "HASH")).chain(sort);
    let element = |(name, _, role)| json!({ "AttributeName": name, "KeyType": role });
    let definition = |(name, kind, _)| json!({ "AttributeName": name, "AttributeType": kind });
    let mut request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": keys().map(element).collect::<Vec<_>>(),
        "AttributeDefinitions": keys().map(definition).collect::<Vec<_>>(),
    });
    if has_stream {
        request["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": "KEYS_ONLY" });
    }
    match database.create_table(read::<CreateTableRequest>(request)) {
        Ok(_) => Ok(true),
        Err(DynoxideError::ResourceInUseException(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A request as DynamoDB's own JSON.
pub(super) fn read<T: serde::de::DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("the local world writes well-formed requests")
}
