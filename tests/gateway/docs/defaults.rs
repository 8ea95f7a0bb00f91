//! The tables of fields: a field that says its default is as if it were not there.

use serde_json::{Value, json};
use tollgate::{
    deployment::{DeploymentSource, parse},
    item::StageVariables,
};

use super::{Page, markdown};

/// The items of a stage in which the fields of a section stand.
#[derive(Clone)]
struct Items {
    api: Value,
    route: Value,
}

/// A field, and the value that the page says is its default.
#[derive(Debug)]
struct FieldDefault {
    field: String,
    value: Value,
}

/// The part of the items that a section's fields belong to.
enum Place {
    Api,
    Route,
    Integration,
}

#[test]
fn every_default_of_a_field_is_what_a_stage_is_without_it() {
    let cached = json!({ "routeKey": "GET /", "cachingEnabled": true, "apiKeyRequired": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    let of_lambda = || Items::of_a_route(json!({ "type": "AWS_PROXY", "uri": "echo" }));
    let of_a_url = || Items::of_a_route(json!({ "type": "HTTP_PROXY", "uri": "https://a.example" }));
    let of_a_mock = || Items::of_a_route(json!({ "type": "MOCK" }));
    let sections = [
        ("docs/items.md", "$api", Place::Api, of_lambda(), 5),
        ("docs/items.md", "Route", Place::Route, of_lambda(), 2),
        ("docs/caching.md", "Fields of a route", Place::Route, Items { route: cached, ..of_lambda() }, 6),
        ("docs/integrations.md", "Fields that all have", Place::Integration, of_lambda(), 1),
        ("docs/integrations.md", "AWS_PROXY", Place::Integration, of_lambda(), 4),
        ("docs/integrations.md", "HTTP_PROXY", Place::Integration, of_a_url(), 0),
        ("docs/integrations.md", "MOCK", Place::Integration, of_a_mock(), 1),
    ];
    for (path, section, place, items, at_least) in sections {
        let defaults = defaults(path, section);
        assert!(defaults.len() >= at_least, "{path}, {section}: {defaults:?}");
        for default in defaults {
            let said = items.with(&place, &default);
            assert_eq!(said.parsed(), items.parsed(), "{path}, {section}: {default:?}");
        }
    }
}

impl Items {
    fn of_a_route(integration: Value) -> Self {
        let route = json!({ "routeKey": "GET /", "integration": integration });
        Self { api: json!({ "routeKey": "$api" }), route }
    }

    /// The same with a field more. Where the field is what the example is about, as `cachingEnabled`, it stays.
    fn with(&self, place: &Place, default: &FieldDefault) -> Self {
        let mut items = self.clone();
        let map = match place {
            Place::Api => &mut items.api,
            Place::Route => &mut items.route,
            Place::Integration => &mut items.route["integration"],
        };
        map.as_object_mut().unwrap().entry(&default.field).or_insert_with(|| default.value.clone());
        items
    }

    /// The deployment that they are, problems and warnings with it.
    fn parsed(&self) -> String {
        let items = [&self.api, &self.route].map(|item| item.as_object().unwrap().clone());
        let source = DeploymentSource {
            table: "routes",
            stage: "v1",
            stage_variables: &StageVariables::new(),
            function_url_auth_type: None,
        };
        format!("{:#?}", parse(source, &items))
    }
}

/// The fields of a section that have one value as their default.
fn defaults(path: &str, section: &str) -> Vec<FieldDefault> {
    let page = Page::read(path);
    let tables = markdown::tables(markdown::section(&page.text, section));
    let mut defaults = Vec::new();
    for row in
        tables.iter().filter(|table| table.head[..2] == ["field", "default"]).flat_map(|table| &table.rows)
    {
        if let Some(value) = value(row[1]) {
            let fields = markdown::code_spans(row[0]).into_iter();
            defaults.extend(fields.map(|field| FieldDefault { field, value: value.clone() }));
        }
    }
    defaults
}

/// `` `true` ``, `` `2.0` ``, `29000`; no words such as "the stage's".
fn value(cell: &str) -> Option<Value> {
    let code =
        cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).filter(|code| !code.contains('`'));
    match code {
        Some("true") => Some(json!(true)),
        Some("false") => Some(json!(false)),
        Some(text) => Some(json!(text)),
        None => cell.parse::<u64>().ok().map(Value::from),
    }
}
