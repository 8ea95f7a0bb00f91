//! The routes of a stage → paths.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    document::DocumentWriter,
    item_fields::{Fields, is_false},
    options::Extensions,
};

/// The members of a path item for the methods that OpenAPI and API Gateway have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
/// API Gateway's member for the rest of them.
const ANY: &str = "x-amazon-apigateway-any-method";
/// The path that API Gateway exports a default route under.
const DEFAULT_PATH: &str = "/$default";

/// The place of a route in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePlace {
    pub path: String,
    pub method: String,
}

impl RoutePlace {
    /// The place of a route key with API Gateway's extensions. `None`: OpenAPI has none for it.
    pub fn of(key: &str) -> Option<Self> {
        if key == "$default" {
            return Some(Self { path: DEFAULT_PATH.to_owned(), method: ANY.to_owned() });
        }
        let (method, path) = key.split_once(' ')?;
        let method = match method.to_ascii_lowercase().as_str() {
            "any" => ANY.to_owned(),
            method if METHODS.contains(&method) => method.to_owned(),
            _ => return None,
        };
        Some(Self { path: path.trim().to_owned(), method })
    }
}

impl DocumentWriter<'_> {
    /// `paths`, and the operations for clients of what API Gateway has in one.
    pub fn paths(&mut self) -> Value {
        let mut paths = Fields::new();
        let routes = self.routes.clone();
        let places: BTreeSet<(String, String)> = routes
            .iter()
            .filter_map(|(key, _)| RoutePlace::of(key))
            .map(|place| (place.path, place.method))
            .collect();
        for (key, route) in &routes {
            if is_false(route.get("enabled")) {
                self.no_place(key, "it is switched off");
                continue;
            }
            let Some(RoutePlace { path, method }) = RoutePlace::of(key) else {
                self.no_place(key, "OpenAPI has no operation for it");
                continue;
            };
            let is_for_clients = self.options.extensions == Extensions::None;
            if is_for_clients && path == DEFAULT_PATH {
                self.no_place(key, "OpenAPI has no path for what no other route serves");
                continue;
            }
            let written = if is_for_clients { path.replace("+}", "}") } else { path.clone() };
            let names: Vec<String> = names(&written);
            let mut operation = self.operation(key, route, &names);
            if path == DEFAULT_PATH {
                operation.insert("isDefaultRoute".to_owned(), true.into());
            }
            let item = paths.entry(written).or_insert_with(|| json!({}));
            if is_for_clients && method == ANY {
                let free = METHODS.iter().filter(|method| {
                    **method != "options" && !places.contains(&(path.clone(), (**method).to_owned()))
                });
                free.for_each(|method| item[*method] = operation.clone().into());
            } else {
                item[method] = operation.into();
            }
        }
        paths.into()
    }

    /// Tells of a route that is not among the paths.
    fn no_place(&mut self, key: &str, why: &str) {
        if self.options.extensions != Extensions::All {
            self.left_out.push(format!("[{key}]: {why}"));
        }
    }
}

/// `id` and `proxy+` of `/files/{id}/{proxy+}`.
fn names(path: &str) -> Vec<String> {
    let parts = path.split('{').skip(1);
    parts.filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect()
}
