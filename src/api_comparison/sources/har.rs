//! HAR 1.2, as browsers save it: <http://www.softwareishard.com/blog/har-12-spec/>

use serde_json::Value;

use crate::api_comparison::request::{WrittenHeader, WrittenRequest};

/// The requests of the entries.
pub fn requests(name: &str, entries: &[Value]) -> Vec<WrittenRequest> {
    let numbered = entries.iter().enumerate();
    numbered
        .map(|(index, entry)| request(&entry["request"], format!("{name}, entry {}", index + 1)))
        .collect()
}

fn request(request: &Value, source: String) -> WrittenRequest {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = request["headers"].as_array().into_iter().flatten();
    let headers = headers.map(|it| WrittenHeader { name: text(&it["name"]), value: text(&it["value"]) });
    WrittenRequest {
        missing_query: Vec::new(),
        method: text(&request["method"]),
        url: text(&request["url"]),
        headers: headers.collect(),
        body: body(&request["postData"]).into_bytes(),
        stage: None,
        source,
    }
}

/// The text, or the parameters of a form.
fn body(data: &Value) -> String {
    match (data["text"].as_str(), data["params"].as_array()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(parameters)) => {
            let text = |value: &Value| super::form_encoded(value.as_str().unwrap_or_default());
            let pairs = parameters.iter().map(|it| format!("{}={}", text(&it["name"]), text(&it["value"])));
            pairs.collect::<Vec<_>>().join("&")
        }
        (None, None) => String::new(),
    }
}
