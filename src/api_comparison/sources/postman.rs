//! Postman collections, v2.1: <https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html>
//!
//! `auth` and scripts are not looked at: who compares gives the headers of each side.

use serde_json::Value;

use super::{Found, Values, form_encoded};
use crate::api_comparison::{
    left_out::LeftOutReason,
    request::{WrittenHeader, WrittenRequest},
};

/// Variables may name others, so many times.
const MOST_ROUNDS: usize = 5;

/// The requests of a collection, folders in their order. `values` come before the collection's own variables.
pub fn requests(name: &str, collection: &Value, values: &Values) -> Found {
    let mut variables = pairs(&collection["variable"], "key");
    variables.extend(values.clone());
    let mut reader = Reader { name, variables, found: Found::default() };
    reader.items(&collection["item"], "");
    reader.found
}

struct Reader<'a> {
    name: &'a str,
    variables: Values,
    found: Found,
}

struct RequestBody {
    body: String,
    /// Where no header says it.
    content_type: Option<&'static str>,
}

impl Reader<'_> {
    /// The reader of JSON has bounded the levels.
    fn items(&mut self, items: &Value, folder: &str) {
        for item in items.as_array().into_iter().flatten() {
            let name = format!("{folder}{}", item["name"].as_str().unwrap_or("?"));
            self.items(&item["item"], &format!("{name}/"));
            if !item["request"].is_null() {
                self.request(&item["request"], format!("{}, {name}", self.name));
            }
        }
    }

    fn request(&mut self, request: &Value, source: String) {
        let url = request.as_str().map_or_else(|| url(&request["url"]), str::to_owned);
        let url = self.resolved(&url);
        // The base URL is often a variable of an environment, which is another file.
        let url = match url.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
            Some((_, path)) => path.to_owned(),
            None => url,
        };
        if url.contains("{{") {
            return self.found.left_out.add(LeftOutReason::NoValue, &source);
        }
        let headers = enabled(&request["header"]).map(|it| WrittenHeader {
            name: self.resolved(it["key"].as_str().unwrap_or_default()),
            value: self.resolved(it["value"].as_str().unwrap_or_default()),
        });
        let mut headers: Vec<_> = headers.filter(|it| !it.value.contains("{{")).collect();
        let RequestBody { body, content_type } = self.body(&request["body"]);
        let is_told = headers.iter().any(|it| it.name.eq_ignore_ascii_case("content-type"));
        if let Some(content_type) = content_type.filter(|_| !is_told) {
            headers.push(WrittenHeader { name: "content-type".to_owned(), value: content_type.to_owned() });
        }
        self.found.requests.push(WrittenRequest {
            missing_query: Vec::new(),
            method: request["method"].as_str().unwrap_or("GET").to_owned(),
            url,
            headers,
            body: body.into_bytes(),
            stage: None,
            source,
        });
    }

    fn body(&self, body: &Value) -> RequestBody {
        match body["mode"].as_str() {
            Some("raw") => {
                let is_json = body["options"]["raw"]["language"] == "json";
                RequestBody {
                    body: self.resolved(body["raw"].as_str().unwrap_or_default()),
                    content_type: is_json.then_some("application/json"),
                }
            }
            Some("urlencoded") => {
                let text = |value: &Value| form_encoded(&self.resolved(value.as_str().unwrap_or_default()));
                let pairs = enabled(&body["urlencoded"]);
                let pairs = pairs.map(|it| format!("{}={}", text(&it["key"]), text(&it["value"])));
                RequestBody {
                    body: pairs.collect::<Vec<_>>().join("&"),
                    content_type: Some("application/x-www-form-urlencoded"),
                }
            }
            Some("graphql") => {
                RequestBody { body: body["graphql"].to_string(), content_type: Some("application/json") }
            }
            // Of forms with files, the files are not here.
            Some(_) | None => RequestBody { body: String::new(), content_type: None },
        }
    }

    /// The text with the values of `{{variables}}`; those without a value stay.
    fn resolved(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..MOST_ROUNDS {
            let mut resolved = text.clone();
            for (name, value) in self.variables.iter().filter(|(name, _)| text.contains(name.as_str())) {
                resolved = resolved.replace(&format!("{{{{{name}}}}}"), value);
            }
            if resolved == text {
                break;
            }
            text = resolved;
        }
        text
    }
}

/// The URL: `raw`, with the values of its `:path` variables.
fn url(url: &Value) -> String {
    let raw = url.as_str().or_else(|| url["raw"].as_str()).unwrap_or_default();
    let values = pairs(&url["variable"], "key");
    let (path, query) = raw.split_once('?').map_or((raw, None), |(path, query)| (path, Some(query)));
    let segments = path.split('/').map(|segment| {
        let value = segment.strip_prefix(':').and_then(|name| values.get(name));
        match (value.filter(|value| !value.is_empty()), segment.strip_prefix(':')) {
            (Some(value), _) => value.clone(),
            // Selection looks for a value.
            (None, Some(name)) => format!("{{{name}}}"),
            (None, None) => segment.to_owned(),
        }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

fn enabled(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten().filter(|it| it["disabled"] != true)
}

fn pairs(list: &Value, key: &str) -> Values {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    enabled(list).map(|it| (text(&it[key]), text(&it["value"]))).collect()
}
