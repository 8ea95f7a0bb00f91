//! An action's result → the XML in which a service of the Query protocol answers.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use serde_json::Value;

/// `<PublishResponse><PublishResult>…</PublishResult></PublishResponse>`; entries of a list are `member`s.
pub fn document(action: &str, result: &Value) -> String {
    let mut inner = String::new();
    push(&mut inner, &format!("{action}Result"), result);
    format!("<{action}Response>{inner}</{action}Response>")
}

fn push(document: &mut String, name: &str, value: &Value) {
    document.push_str(&format!("<{name}>"));
    match value {
        Value::Null => {}
        Value::Object(members) => members.iter().for_each(|(name, value)| push(document, name, value)),
        Value::Array(entries) => entries.iter().for_each(|entry| push(document, "member", entry)),
        Value::String(text) => document.push_str(&escaped(text)),
        Value::Bool(_) | Value::Number(_) => document.push_str(&value.to_string()),
    }
    document.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
