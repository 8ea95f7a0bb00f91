//! A test's words for an answer → the answer as Lambda, DynamoDB or an HTTP server would send it.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::query_answer;
use crate::local::{
    event_stream::{invoke_complete, payload_chunk},
    tables::attribute,
};

/// An error of an AWS service.
pub fn error(status: u16, code: &str, message: &str) -> Response<Body> {
    let type_name = format!("com.amazonaws.service#{code}");
    let body = json!({ "__type": type_name, "message": message, "Type": "User" });
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// A function's result. A map or a list in the place of a body is written as JSON, as a function does it.
pub fn function_answer(result: &Value, is_streaming: bool) -> Response<Body> {
    let mut result = result.clone();
    if let Value::Object(members) = &mut result
        && members.contains_key("statusCode")
        && let Some(body @ (Value::Object(_) | Value::Array(_))) = members.get("body")
    {
        let text = body.to_string();
        members.insert("body".to_owned(), text.into());
    }
    let payload = Bytes::from(result.to_string());
    if !is_streaming {
        return Response::new(payload.into());
    }
    let frames = [payload_chunk(payload), invoke_complete(None)].concat();
    let mut response = Response::new(frames.into());
    let content_type = HeaderValue::from_static("application/vnd.amazon.eventstream");
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}

/// `{ statusCode, headers, body }`; a body that is no text is JSON.
pub fn http_answer(result: &Value) -> Response<Body> {
    let body = match result.get("body") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    };
    let is_json = matches!(result.get("body"), Some(Value::Object(_) | Value::Array(_)));
    let mut response = Response::new(body.into());
    let status = result.get("statusCode").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    *response.status_mut() =
        status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::OK);
    for (name, value) in result.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&text).ok());
        response.headers_mut().extend(header);
    }
    if is_json {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().entry(http::header::CONTENT_TYPE).or_insert(json);
    }
    response
}

/// The answer of a service that is asked in JSON: the result as it is, `{}` for null.
pub fn json_answer(result: &Value) -> Response<Body> {
    let body = if result.is_null() { "{}".to_owned() } else { result.to_string() };
    let mut response = Response::new(body.into());
    let content_type = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}

/// The answer of a service that is asked by a form or a path: `{ statusCode, headers, body }`, or else what is in its
/// body. `xml_of` is the action whose answer is XML.
pub fn path_or_form_answer(xml_of: Option<&str>, result: &Value) -> Response<Body> {
    const NAMES: [&str; 3] = ["statusCode", "headers", "body"];
    match (result, xml_of) {
        (Value::Object(members), _) if members.keys().all(|name| NAMES.contains(&name.as_str())) => {
            http_answer(result)
        }
        (Value::Object(_), Some(action)) => {
            let mut response = Response::new(query_answer::document(action, result).into());
            response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            response
        }
        (_, Some(_) | None) => http_answer(&json!({ "body": result })),
    }
}

/// Plain items of an operation as DynamoDB sends them.
pub fn operation_answer(operation: &str, body: &Value, result: &Value) -> Response<Body> {
    let answer = match operation {
        "GetItem" => one("Item", result),
        "Query" | "Scan" => {
            let (items, last) = page(result);
            let mut answer = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
            if let Some(last) = last.and_then(Value::as_object) {
                answer["LastEvaluatedKey"] = attributes(last);
            }
            answer
        }
        "BatchGetItem" => {
            let tables = body.get("RequestItems").and_then(Value::as_object);
            let table = tables.and_then(|tables| tables.keys().next()).map_or("", String::as_str);
            json!({ "Responses": { table: page(result).0 }, "UnprocessedKeys": {} })
        }
        "PutItem" | "UpdateItem" | "DeleteItem" => one("Attributes", result),
        _ => json!({}),
    };
    json_answer(&answer)
}

/// An item where the answer has one.
fn one(name: &str, result: &Value) -> Value {
    match result {
        Value::Object(item) if !item.is_empty() => json!({ name: attributes(item) }),
        _ => json!({}),
    }
}

/// A list of items, or `{ items, lastEvaluatedKey }`.
fn page(result: &Value) -> (Vec<Value>, Option<&Value>) {
    let items = result.get("items").unwrap_or(result).as_array();
    let items = items.into_iter().flatten().filter_map(Value::as_object).map(attributes).collect();
    (items, result.get("lastEvaluatedKey"))
}

fn attributes(item: &Map<String, Value>) -> Value {
    Value::Object(item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
}
