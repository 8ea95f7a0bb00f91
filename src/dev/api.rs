//! What is served: the items of an API as the tables hold them, the functions and tables beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    api_file::{
        ApiFile, FileItem, FileStage, first_request::FirstRequest, local_function::LocalFunction,
        local_table::LocalTable,
    },
    authorizers::KeyValue,
    digest::Sha256,
    item::{Parsed, StageVariables, resolve_stage_variables},
    local::function_reference::FunctionReference,
};

/// An item as its table holds it.
pub type Item = Map<String, Value>;

/// An API with what it runs and is tried with.
#[derive(Clone, Default)]
pub struct DevApi {
    pub stages: Vec<DevStage>,
    pub usage_plans: Vec<Item>,
    pub api_keys: Vec<DevKey>,
    pub functions: Vec<LocalFunction>,
    pub tables: Vec<LocalTable>,
    pub first_requests: Vec<FirstRequest>,
}

/// A stage with its routes.
#[derive(Clone, Debug, PartialEq)]
pub struct DevStage {
    pub name: String,
    pub item: Item,
    /// `$api` too.
    pub routes: BTreeMap<String, Item>,
}

/// An API key of the file, with a value for this machine.
#[derive(Clone)]
pub struct DevKey {
    pub id: String,
    /// A file holds no value, so this one is made of the id: the same at each start.
    pub value: KeyValue,
    pub item: Item,
}

impl DevApi {
    /// The API of a file that is valid.
    pub fn of(file: &ApiFile) -> Self {
        Self {
            stages: file.stages.iter().map(DevStage::of).collect(),
            usage_plans: file
                .usage_plans
                .iter()
                .map(|plan| plan.to_item([("usagePlanId", &plan.name)]))
                .collect(),
            api_keys: file.api_keys.iter().filter_map(DevKey::of).collect(),
            functions: parsed(&file.functions, LocalFunction::parse),
            tables: parsed(&file.tables, LocalTable::parse),
            first_requests: parsed(&file.first_requests, FirstRequest::parse),
        }
    }

    /// An API of functions alone: each answers all requests below its name.
    pub fn of_functions(functions: Vec<LocalFunction>) -> Self {
        const STAGE: &str = "$default";
        let route = |key: String, function: &LocalFunction| {
            let item = json!({ "stage": STAGE, "routeKey": key, "integration": { "type": "AWS_PROXY", "uri": function.name } });
            (key, object(item))
        };
        let routes = functions.iter().flat_map(|function| {
            let name = &function.name;
            [format!("ANY /{name}"), format!("ANY /{name}/{{proxy+}}")].map(|key| route(key, function))
        });
        let stage = DevStage {
            name: STAGE.to_owned(),
            item: object(json!({ "stage": STAGE })),
            routes: routes.collect(),
        };
        let first = |function: &LocalFunction| FirstRequest {
            method: "GET".to_owned(),
            target: format!("/{}", function.name),
            headers: BTreeMap::new(),
            body: None,
        };
        let first_requests = functions.iter().map(first).collect();
        Self { stages: vec![stage], functions, first_requests, ..Self::default() }
    }

    /// The functions that routes and authorizers name, and that are not among those of the API.
    pub fn missing_functions(&self) -> BTreeSet<String> {
        let items = self.stages.iter().flat_map(|stage| stage.routes.values().map(move |item| (stage, item)));
        let named = items.flat_map(|(stage, item)| {
            let authorizers = item.get("authorizers").and_then(Value::as_object);
            let authorizers = authorizers.into_iter().flat_map(Map::values).map(|it| &it["authorizerUri"]);
            let integration =
                item.get("integration").filter(|integration| integration["type"] == "AWS_PROXY");
            let uris = integration.map(|integration| &integration["uri"]).into_iter().chain(authorizers);
            uris.filter_map(|uri| stage.function_of(uri.as_str()?)).collect::<Vec<_>>()
        });
        named.filter(|name| self.functions.iter().all(|function| function.name != *name)).collect()
    }

    /// Adds functions; one of a name that is there takes its place.
    #[must_use]
    pub fn with_functions(mut self, functions: &[LocalFunction]) -> Self {
        self.functions.retain(|own| functions.iter().all(|other| other.name != own.name));
        self.functions.extend_from_slice(functions);
        self
    }
}

impl DevStage {
    /// The name of the function that a URI leads to, with the stage's variables in it.
    fn function_of(&self, uri: &str) -> Option<String> {
        let variables = self.item.get("stageVariables").and_then(Value::as_object);
        let variables = variables.into_iter().flatten();
        let variables: StageVariables =
            variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        let uri = resolve_stage_variables(uri, &variables).ok()?;
        Some(FunctionReference::parse(&uri)?.name)
    }

    fn of(stage: &FileStage) -> Self {
        let name = &stage.settings.name;
        let items = stage.api.iter().chain(&stage.routes);
        let route =
            |item: &FileItem| (item.name.clone(), item.to_item([("stage", name), ("routeKey", &item.name)]));
        Self {
            name: name.clone(),
            item: stage.settings.to_item([("stage", name)]),
            routes: items.map(route).collect(),
        }
    }
}

impl DevKey {
    fn of(key: &FileItem) -> Option<Self> {
        let half = |part: &str| Sha256::of(format!("tollgate dev, {part} of {}", key.name));
        let random = [half("first half"), half("second half"), half("rest")].concat();
        let value = KeyValue::generate(&random)?;
        let item = key.to_item([("id", &key.name), ("keyHash", &value.hash().to_string())]);
        Some(Self { id: key.name.clone(), value, item })
    }
}

/// Reads entries that are valid.
fn parsed<T>(items: &[FileItem], parse: impl Fn(&str, &Item) -> Parsed<T>) -> Vec<T> {
    items.iter().filter_map(|item| parse(&item.name, &item.to_item([])).value.ok()).collect()
}

fn object(value: Value) -> Item {
    match value {
        Value::Object(item) => item,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Item::new(),
    }
}
