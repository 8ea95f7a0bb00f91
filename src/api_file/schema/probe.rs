//! Reads sample items until their readers ask for nothing new.
//!
//! A sample begins empty. What a reader asks for is put there: a map where it wants one, each word of a choice, and a
//! good value where it goes on only with a good one.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::{
    api_file::{first_request::FirstRequest, local_function::LocalFunction, local_table::LocalTable},
    authorizers::ApiKey,
    deployment::{DeploymentSource, read_only},
    item::{FieldKind, RecordedField, StageVariables, recorded_fields},
    limits::usage_plan::UsagePlan,
    stages::StageSettings,
};

/// The kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Stage,
    Api,
    Route,
    UsagePlan,
    ApiKey,
    Function,
    Table,
    FirstRequest,
}

/// Good values of fields, by their names: readers go on with them.
fn values(name: &str) -> Vec<Value> {
    let one = |value: Value| vec![value];
    match name {
        "uri" => vec![json!("x"), json!("https://a.example")],
        "tableName" => one(json!("t")),
        "gatewayResponses" => one(json!({ "DEFAULT_4XX": {} })),
        "apiStages" => vec![json!(["x"]), json!({ "x": { "GET /": {} } })],
        "transactItems" => {
            ["put", "update", "delete", "conditionCheck"].map(|kind| json!([{ kind: {} }])).to_vec()
        }
        "requestModels" => one(json!({ "application/json": "x" })),
        "indexes" => one(json!({ "x": { "key": "a" } })),
        _ => Vec::new(),
    }
}

/// What the readers of a kind of item ask for.
#[derive(Debug, Default)]
pub struct Probed {
    pub fields: Vec<RecordedField>,
    pub variants: Vec<Variant>,
}

/// The fields of a map that its reader asks for where others of them say these words.
#[derive(Debug)]
pub struct Variant {
    /// The map: `integration`, `authorizers.*`.
    pub map: &'static str,
    /// `type` is `DYNAMODB`, and `action` is `GetItem`.
    pub words: Vec<(&'static str, String)>,
    pub names: BTreeSet<String>,
}

/// The maps whose fields depend on words in them: their paths in a schema and in a sample, and the fields of the words.
const VARIABLE_MAPS: [(&str, &str, &[&str]); 2] =
    [("integration", "integration", &["type", "action"]), ("authorizers.*", "authorizers.x", &["type"])];

/// Finds every field that the readers of a kind of item ask for.
pub fn probe(kind: ItemKind) -> Probed {
    let mut found: Vec<RecordedField> = Vec::new();
    let mut variants: Vec<Variant> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut waiting = VecDeque::from([json!({})]);
    while let Some(sample) = waiting.pop_front() {
        let mut is_new = |field: &RecordedField| {
            seen.insert(format!("{} {} {:?}", discriminators(&sample, &field.path), field.path, field.kind))
        };
        let read = fields_read(kind, &sample);
        add_variants(&sample, &read, &mut variants);
        let new: Vec<_> = read.into_iter().filter(|field| is_new(field)).collect();
        for field in &new {
            waiting.extend(next_samples(&sample, field));
        }
        found.extend(new);
    }
    // A sample may hold a word that is none.
    let is_choice = |map: &str, (name, word): &(&str, String)| {
        let path = format!("{}.{name}", map.replace('*', "x"));
        let is_it = |kind: &FieldKind| matches!(kind, FieldKind::Choice(words) if words.contains(word));
        found.iter().any(|field| field.path == path && is_it(&field.kind))
    };
    variants.retain(|variant| variant.words.iter().all(|word| is_choice(variant.map, word)));
    Probed { fields: found, variants }
}

/// Adds the names that were asked for in the variable maps of a sample.
fn add_variants(sample: &Value, read: &[RecordedField], variants: &mut Vec<Variant>) {
    for (map, path, discriminators) in VARIABLE_MAPS {
        let Some(value) = at(sample, path) else { continue };
        let prefix = format!("{path}.");
        let names = read.iter().filter_map(|field| field.path.strip_prefix(&prefix));
        let names: Vec<&str> = names.filter_map(|rest| rest.split(['.', '[']).next()).collect();
        let mut words: Vec<(&str, String)> = Vec::new();
        for discriminator in discriminators {
            let Some(word) = value[discriminator].as_str() else { break };
            words.push((discriminator, word.to_owned()));
            let known = variants.iter().position(|variant| variant.map == map && variant.words == words);
            let at = known.unwrap_or(variants.len());
            if known.is_none() {
                variants.push(Variant { map, words: words.clone(), names: BTreeSet::new() });
            }
            variants[at]
                .names
                .extend(names.iter().filter(|name| !name.is_empty()).map(|name| (*name).to_owned()));
        }
    }
}

/// The words by which the reader of a field's map decides what else it reads.
fn discriminators(sample: &Value, path: &str) -> String {
    let integration = &sample["integration"];
    match path.split('.').next() {
        Some("integration") => {
            let change = integration["transactItems"][0].as_object();
            let change = change.map(|map| map.keys().cloned().collect::<String>());
            format!("{} {} {change:?}", integration["type"], integration["action"])
        }
        Some("authorizers") => sample["authorizers"]["x"]["type"].to_string(),
        Some(_) | None => String::new(),
    }
}

/// The sample with what the reader asked for.
fn next_samples(sample: &Value, field: &RecordedField) -> Vec<Value> {
    let path = field.path.trim_end_matches('.');
    let name = path.rsplit(['.', ']']).next().unwrap_or(path);
    let good = values(name);
    let mut values = match &field.kind {
        FieldKind::Choice(words) => words.iter().map(|word| Value::from(word.as_str())).collect(),
        _ if !good.is_empty() => good,
        FieldKind::Map => vec![json!({})],
        FieldKind::Maps => vec![json!([{}])],
        FieldKind::NamedMaps => vec![json!({ "x": {} })],
        // Some are asked for as what they are only where there is something.
        FieldKind::Any if at(sample, path).is_none() => vec![json!("x")],
        FieldKind::Any => Vec::new(),
        FieldKind::Text
        | FieldKind::Boolean
        | FieldKind::Integer(_)
        | FieldKind::Texts
        | FieldKind::TextMap => Vec::new(),
    };
    // What stands there already is not asked for again.
    values.retain(|value| at(sample, path).is_none_or(|present| present.is_string() && present != value));
    values.into_iter().filter_map(|value| with(sample, path, value)).collect()
}

/// `/integration/transactItems/0` of `integration.transactItems[0]`.
pub fn pointer(path: &str) -> String {
    let escaped = path.replace('~', "~0").replace('/', "~1");
    format!("/{}", escaped.replace(['.', '['], "/").replace(']', ""))
}

fn at<'a>(sample: &'a Value, path: &str) -> Option<&'a Value> {
    sample.pointer(&pointer(path))
}

fn with(sample: &Value, path: &str, value: Value) -> Option<Value> {
    let mut sample = sample.clone();
    // Another type has none of the fields of the one before: with them, every type would be tried with each word of
    // every other.
    let changed = VARIABLE_MAPS.iter().find(|(_, map, _)| path.strip_suffix(".type") == Some(map));
    if let Some((_, map, _)) = changed {
        *sample.pointer_mut(&pointer(map))? = json!({});
    }
    let pointer = pointer(path);
    let (parent, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    sample.pointer_mut(parent)?.as_object_mut()?.insert(name, value);
    Some(sample)
}

/// The fields that readers ask for in an item.
pub fn fields_read(kind: ItemKind, sample: &Value) -> Vec<RecordedField> {
    let Some(item) = sample.as_object() else { return Vec::new() };
    let fields = recorded_fields(|| read(kind, item));
    let is_of_it = |field: &RecordedField| match kind {
        ItemKind::Api => field.key.ends_with("$api"),
        ItemKind::Route => field.key.ends_with(ROUTE_KEY),
        ItemKind::Stage
        | ItemKind::UsagePlan
        | ItemKind::ApiKey
        | ItemKind::Function
        | ItemKind::Table
        | ItemKind::FirstRequest => true,
    };
    fields.into_iter().filter(is_of_it).collect()
}

const ROUTE_KEY: &str = "POST /{x}";

/// Reads an item as the gateway does; what is wrong with a sample does not matter.
fn read(kind: ItemKind, item: &Map<String, Value>) {
    let of_stage = |route_key: &str, item: &Map<String, Value>| {
        let mut item = item.clone();
        item.insert("stage".to_owned(), "v1".into());
        item.insert("routeKey".to_owned(), route_key.into());
        let stage_variables = &StageVariables::new();
        let source =
            DeploymentSource { table: "routes", stage: "v1", stage_variables, function_url_auth_type: None };
        read_only(source, &[item]);
    };
    match kind {
        ItemKind::Stage => drop(StageSettings::parse("stages", item)),
        ItemKind::Api => of_stage("$api", item),
        ItemKind::Route => of_stage(ROUTE_KEY, item),
        ItemKind::UsagePlan => drop(UsagePlan::parse("usagePlans", item)),
        ItemKind::ApiKey => drop(ApiKey::parse("apiKeys", item)),
        ItemKind::Function => drop(LocalFunction::parse("x", item)),
        ItemKind::Table => drop(LocalTable::parse("xxx", item)),
        ItemKind::FirstRequest => drop(FirstRequest::parse("try[0]", item)),
    }
}
