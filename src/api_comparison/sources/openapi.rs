//! OpenAPI 3.0, 3.1 and Swagger 2.0: a request of each operation, with the examples of its parameters and its body.
//!
//! Where a parameter or a body has named `examples`, there is a request for each name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Found, form_encoded};
use crate::api_comparison::{
    left_out::LeftOutReason,
    request::{WrittenHeader, WrittenRequest},
};

const METHODS: [&str; 7] = ["get", "head", "options", "post", "put", "patch", "delete"];
/// A reference may lead to another one, so many times.
const MOST_REFERENCES: usize = 8;

/// The requests of a document, by path and method.
pub fn requests(name: &str, document: &Value) -> Found {
    let mut found = Found::default();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let item = resolved(document, item);
        for method in METHODS.iter().filter(|method| item[**method].is_object()) {
            Operation::of(document, path, method, item).add_requests(name, &mut found);
        }
    }
    found
}

/// The keys of a document's routes: `GET /orders/{id}`.
pub fn route_keys(document: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let item = resolved(document, item);
        let methods = METHODS.iter().filter(|method| item[**method].is_object());
        keys.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        if item["x-amazon-apigateway-any-method"].is_object() {
            keys.push(format!("ANY {path}"));
        }
    }
    keys
}

/// An operation with what a request of it needs.
struct Operation<'a> {
    document: &'a Value,
    method: &'a str,
    path: &'a str,
    parameters: Vec<Parameter<'a>>,
    body: Option<RequestBody<'a>>,
}

struct Parameter<'a> {
    name: &'a str,
    place: &'a str,
    need: Need,
    example: Example<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

struct RequestBody<'a> {
    content_type: &'a str,
    need: Need,
    example: Example<'a>,
}

/// The values that a document gives for one thing.
struct Example<'a> {
    only: Option<&'a Value>,
    named: Option<&'a serde_json::Map<String, Value>>,
}

impl<'a> Example<'a> {
    /// Of a parameter or a media type, which may have a schema.
    fn of(document: &'a Value, holder: &'a Value) -> Self {
        let schema = resolved(document, &holder["schema"]);
        // Of Swagger 2.0, a parameter is its own schema.
        let places = [
            &holder["example"],
            &holder["x-example"],
            &schema["example"],
            &schema["examples"][0],
            &schema["default"],
            &holder["default"],
            &schema["enum"][0],
            &holder["enum"][0],
        ];
        let only = places.into_iter().find(|value| !value.is_null());
        Self { only, named: holder["examples"].as_object().filter(|named| !named.is_empty()) }
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.named.into_iter().flat_map(|named| named.keys()).map(String::as_str)
    }

    /// The value of this name, or else any.
    fn value(&self, document: &'a Value, name: Option<&str>) -> Option<&'a Value> {
        let named = name.and_then(|name| self.named?.get(name));
        let first = || self.named.and_then(|named| named.values().next());
        let value =
            |example: &'a Value| Some(&resolved(document, example)["value"]).filter(|it| !it.is_null());
        named.and_then(value).or(self.only).or_else(|| first().and_then(value))
    }
}

impl<'a> Operation<'a> {
    fn of(document: &'a Value, path: &'a str, method: &'a str, item: &'a Value) -> Self {
        let operation = &item[method];
        let lists = [&item["parameters"], &operation["parameters"]];
        let all = lists.into_iter().filter_map(Value::as_array).flatten();
        let mut parameters: Vec<Parameter<'_>> = Vec::new();
        let mut body = None;
        for written in all.map(|parameter| resolved(document, parameter)) {
            let name = written["name"].as_str().unwrap_or_default();
            let place = written["in"].as_str().unwrap_or_default();
            let need = need(&written["required"]);
            let example = Example::of(document, written);
            if place == "body" {
                body = Some(RequestBody { content_type: "application/json", need, example });
                continue;
            }
            // The operation's own come before those of its path.
            parameters.retain(|known| known.name != name || known.place != place);
            parameters.push(Parameter { name, place, need, example });
        }
        let written = resolved(document, &operation["requestBody"]);
        if let Some((content_type, media)) = written["content"].as_object().and_then(|all| all.iter().next())
        {
            let example = Example::of(document, media);
            body = Some(RequestBody { content_type, need: need(&written["required"]), example });
        }
        Self { document, method, path, parameters, body }
    }

    fn add_requests(&self, file: &str, found: &mut Found) {
        let bodies = self.body.iter().flat_map(|body| body.example.names());
        let named = self.parameters.iter().flat_map(|parameter| parameter.example.names()).chain(bodies);
        let named: BTreeSet<&str> = named.collect();
        let names: Vec<Option<&str>> =
            if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
        for name in names {
            let example = name.map(|name| format!(" ({name})")).unwrap_or_default();
            let method = self.method.to_uppercase();
            let source = format!("{file}, {method} {}{example}", self.path);
            match self.request(name) {
                Ok(request) => found.requests.push(WrittenRequest { method, source, ..request }),
                Err(reason) => found.left_out.add(reason, &source),
            }
        }
    }

    /// The request with the examples of a name. Of a path and of what a query must have, the selection looks for values.
    ///
    /// # Errors
    ///
    /// Something else that it must have has no example.
    fn request(&self, name: Option<&str>) -> Result<WrittenRequest, LeftOutReason> {
        let mut request = WrittenRequest { url: self.path.to_owned(), ..WrittenRequest::default() };
        let mut query = Vec::new();
        for Parameter { name: parameter, place, need, example } in &self.parameters {
            // The default of what may be left out is what the API takes by itself.
            let Some(value) = example.value(self.document, name) else {
                match (need, *place) {
                    (Need::Required, "query") => request.missing_query.push((*parameter).to_owned()),
                    (Need::Required, "path") | (Need::Optional, _) => {}
                    (Need::Required, _) => return Err(LeftOutReason::NoValue),
                }
                continue;
            };
            match *place {
                "path" => {
                    let value = form_encoded(&text(value));
                    request.url = request.url.replace(&format!("{{{parameter}}}"), &value);
                }
                "query" => {
                    let values = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
                    let pair = |value| format!("{}={}", form_encoded(parameter), form_encoded(&text(value)));
                    query.extend(values.into_iter().map(pair));
                }
                "header" => {
                    request.headers.push(WrittenHeader { name: (*parameter).to_owned(), value: text(value) });
                }
                _ => {}
            }
        }
        if !query.is_empty() {
            request.url = format!("{}?{}", request.url, query.join("&"));
        }
        if let Some(RequestBody { content_type, need, example }) = &self.body {
            match (example.value(self.document, name), need) {
                (Some(body), _) => {
                    let value = (*content_type).to_owned();
                    request.headers.push(WrittenHeader { name: "content-type".to_owned(), value });
                    request.body = text(body).into_bytes();
                }
                (None, Need::Required) => return Err(LeftOutReason::NoBody),
                (None, Need::Optional) => {}
            }
        }
        Ok(request)
    }
}

/// A text as it is, all else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The value that a `$ref` within the document leads to, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    for _ in 0..MOST_REFERENCES {
        let Some(pointer) = value["$ref"].as_str().and_then(|to| to.strip_prefix('#')) else { return value };
        value = document.pointer(pointer).unwrap_or(&Value::Null);
    }
    &Value::Null
}

fn need(required: &Value) -> Need {
    if required == true { Need::Required } else { Need::Optional }
}
