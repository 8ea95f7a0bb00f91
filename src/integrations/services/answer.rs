//! The response to an action that succeeded: what of the service's answer is a client's. ARNs and accounts are not.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::action::{Action, AnswerForm};
use crate::{
    aws::{
        call::CallError,
        xml_text::{all_texts, first_text},
    },
    error::GatewayError,
    json,
    message::{Body, Response, has_no_content},
};

/// The codes of an entry that was refused because the service is asked too much.
const THROTTLING: [&str; 3] =
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestThrottled"];

/// The response of a plain integration.
///
/// # Errors
/// `IntegrationFailure`: an entry or an execution has failed, or the answer cannot be read; `IntegrationThrottled`: an
/// entry was refused because the service is asked too much.
pub fn plain(action: &Action, status: Option<StatusCode>, body: &Bytes) -> Result<Response, GatewayError> {
    let accepted = status.unwrap_or(StatusCode::ACCEPTED);
    match action.answer {
        AnswerForm::NoContent => Ok(response(status.unwrap_or(StatusCode::NO_CONTENT), &json!({}))),
        AnswerForm::Accepted(names) if action.service.json_api().is_none() => {
            let field =
                |(wire, name): &(&str, &str)| Some(((*name).to_owned(), first_text(body, wire)?.into()));
            let shown: Map<String, Value> = names.iter().filter_map(field).collect();
            // A page of somebody else's. No answer at all is one of a service that did it.
            if shown.is_empty() && !body.is_empty() {
                return Err(GatewayError::BrokenAnswer("a service's answer without an id".into()));
            }
            Ok(response(accepted, &Value::Object(shown)))
        }
        AnswerForm::Accepted(names) => {
            let answer = read(body)?;
            let field = |(wire, name): &(&str, &str)| Some(((*name).to_owned(), shown(answer.get(*wire)?)));
            Ok(response(accepted, &Value::Object(names.iter().filter_map(field).collect())))
        }
        AnswerForm::AcceptedEntries { id, name, .. } if action.service.json_api().is_none() => {
            let failed = first_text(body, "Failed").unwrap_or_default();
            refuse_failed(&all_texts(failed.as_bytes(), "Code").collect::<Vec<_>>())?;
            Ok(response(accepted, &json!({ name: all_texts(body, id).collect::<Vec<_>>() })))
        }
        AnswerForm::AcceptedEntries { list, id, name } => {
            let answer = read(body)?;
            refuse_failed_entries(&answer, list)?;
            let entries = answer.get(list).and_then(Value::as_array).into_iter().flatten();
            let ids: Value = entries.filter_map(|entry| entry.get(id).cloned()).collect();
            Ok(response(accepted, &json!({ name: ids })))
        }
        AnswerForm::SyncExecution => execution_output(&read(body)?),
        AnswerForm::Execution => Ok(response(StatusCode::OK, &execution(&read(body)?))),
        AnswerForm::Messages => Ok(response(StatusCode::OK, &messages(&read(body)?))),
    }
}

/// The service's own answer: status, content type and body.
pub fn as_it_is(answer: http::Response<Bytes>) -> Response {
    let (head, body) = answer.into_parts();
    let content_type = head.headers.get(CONTENT_TYPE).cloned();
    let is_amz_json = |value: &HeaderValue| value.as_bytes().starts_with(b"application/x-amz-json");
    let content_type = content_type.filter(|value| !is_amz_json(value)).unwrap_or(JSON);
    let has_content = !body.is_empty() && !has_no_content(head.status);
    let mut response = Response::new(if has_content { body.into() } else { Body::empty() });
    *response.status_mut() = head.status;
    if has_content {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if !has_no_content(status) {
        *response.body_mut() = body.to_string().into();
        response.headers_mut().insert(CONTENT_TYPE, JSON);
    }
    response
}

fn read(body: &Bytes) -> Result<Map<String, Value>, GatewayError> {
    let answer = json::read(body).map_err(|error| CallError::Unreadable(error.into()));
    match answer {
        Ok(Value::Object(answer)) => Ok(answer),
        Ok(_) => Err(GatewayError::BrokenAnswer("a service's answer that is no object".into())),
        Err(error) => Err(GatewayError::IntegrationFailure(error.into())),
    }
}

/// Of an ARN, its last part: `arn:…:execution:machine:name` → `name`.
fn shown(value: &Value) -> Value {
    match value.as_str().filter(|text| text.starts_with("arn:")) {
        Some(arn) => arn.rsplit(':').next().unwrap_or_default().into(),
        None => value.clone(),
    }
}

/// SQS tells them in a list of their own, the others by a code in each.
fn refuse_failed_entries(answer: &Map<String, Value>, list: &str) -> Result<(), GatewayError> {
    let entries = |name: &str| answer.get(name).and_then(Value::as_array).into_iter().flatten();
    let code = |entry: &Value| entry.get("ErrorCode").and_then(Value::as_str).map(str::to_owned);
    let codes: Vec<String> = entries(list)
        .filter_map(code)
        .chain(entries("Failed").map(|entry| entry["Code"].as_str().unwrap_or_default().to_owned()))
        .collect();
    refuse_failed(&codes)
}

/// Entries of these codes have failed.
fn refuse_failed(codes: &[String]) -> Result<(), GatewayError> {
    let Some(first) = codes.first() else { return Ok(()) };
    let words = format!("{} entries failed, the first with {first}", codes.len()).into();
    if codes.iter().all(|code| THROTTLING.contains(&code.as_str())) {
        return Err(GatewayError::IntegrationThrottled(words));
    }
    Err(GatewayError::IntegrationFailure(words))
}

/// The output of an execution that a client has waited for.
fn execution_output(answer: &Map<String, Value>) -> Result<Response, GatewayError> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("status") != "SUCCEEDED" {
        let words =
            format!("the execution ended with {}: {}: {}", text("status"), text("error"), text("cause"));
        return Err(GatewayError::IntegrationFailure(words.into()));
    }
    let mut response = Response::new(text("output").to_owned().into());
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    Ok(response)
}

fn execution(answer: &Map<String, Value>) -> Value {
    let mut shown = Map::new();
    for name in ["name", "status", "startDate", "stopDate"] {
        shown.extend(answer.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(output) = answer.get("output").and_then(Value::as_str) {
        let output = json::read(output.as_bytes()).unwrap_or_else(|_| output.into());
        shown.insert("output".to_owned(), output);
    }
    Value::Object(shown)
}

fn messages(answer: &Map<String, Value>) -> Value {
    let messages = answer.get("Messages").and_then(Value::as_array).into_iter().flatten();
    let message = |message: &Value| {
        let mut shown = Map::new();
        for (wire, name) in [
            ("MessageId", "messageId"),
            ("Body", "body"),
            ("ReceiptHandle", "receiptHandle"),
            ("Attributes", "attributes"),
        ] {
            shown.extend(message.get(wire).map(|value| (name.to_owned(), value.clone())));
        }
        if let Some(attributes) = message.get("MessageAttributes").and_then(Value::as_object) {
            let text = |(name, value): (&String, &Value)| (name.clone(), value["StringValue"].clone());
            shown
                .insert("messageAttributes".to_owned(), Value::Object(attributes.iter().map(text).collect()));
        }
        Value::Object(shown)
    };
    json!({ "messages": messages.map(message).collect::<Value>() })
}
