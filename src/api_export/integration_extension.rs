//! `integration` of a route → `x-amazon-apigateway-integration`, where API Gateway has one like it.

use serde_json::{Value, json};

use super::{
    function_target::{Transfer, invocation_uri},
    item_fields::{Fields, copy, map, text, word},
};
use crate::api_import::{definition::ApiKind, openapi::function_of};

const INVOCATION_TYPE: &str = "integration.request.header.X-Amz-Invocation-Type";
const JSON: &str = "application/json";

/// The integration as API Gateway writes it. `None`: it has no such thing.
pub fn integration(of_route: &Fields, kind: ApiKind) -> Option<Fields> {
    let mut fields = match word(of_route, "type")?.as_str() {
        "AWS_PROXY" if of_route.contains_key("integrationSubtype") => subtype(of_route),
        "AWS_PROXY" => function(of_route, kind)?,
        "HTTP_PROXY" => url(of_route)?,
        "AWS" => mapped(of_route, "aws")?,
        "HTTP" => mapped(of_route, "http")?,
        "MOCK" if is_templated(of_route) => mapped(of_route, "mock")?,
        "MOCK" => plain_mock(of_route)?,
        _ => return None,
    };
    copy(of_route, &["timeoutInMillis"], &mut fields);
    Some(fields)
}

/// The payload format of a function's event: what the gateway takes where the item does not say it.
pub fn payload_format_version(of_route: &Fields) -> String {
    text(of_route, "payloadFormatVersion").unwrap_or("2.0".to_owned())
}

fn subtype(of_route: &Fields) -> Fields {
    let mut fields = Fields::from_iter([("type".to_owned(), "aws_proxy".into())]);
    fields.insert("connectionType".to_owned(), "INTERNET".into());
    fields.insert("payloadFormatVersion".to_owned(), "1.0".into());
    let words = [
        "integrationSubtype",
        "payloadFormatVersion",
        "requestParameters",
        "credentials",
        "responseParameters",
    ];
    copy(of_route, &words, &mut fields);
    fields
}

fn function(of_route: &Fields, kind: ApiKind) -> Option<Fields> {
    let is_streamed = word(of_route, "responseTransferMode").as_deref() == Some("STREAM");
    let transfer = if is_streamed { Transfer::Streamed } else { Transfer::Buffered };
    let uri = invocation_uri(&text(of_route, "uri")?, transfer);
    let mut fields = Fields::from_iter([
        ("type".to_owned(), "aws_proxy".into()),
        ("httpMethod".to_owned(), "POST".into()),
        ("uri".to_owned(), uri.into()),
    ]);
    if is_streamed {
        fields.insert("responseTransferMode".to_owned(), "STREAM".into());
    }
    if kind == ApiKind::Http {
        fields.insert("payloadFormatVersion".to_owned(), payload_format_version(of_route).into());
        copy(of_route, &["responseParameters"], &mut fields);
    }
    if word(of_route, "invocationType").as_deref() == Some("EVENT") {
        fields.insert("requestParameters".to_owned(), json!({ INVOCATION_TYPE: "'Event'" }));
    }
    Some(fields)
}

fn url(of_route: &Fields) -> Option<Fields> {
    let mut fields = Fields::from_iter([
        ("type".to_owned(), "http_proxy".into()),
        ("uri".to_owned(), text(of_route, "uri")?.into()),
        ("httpMethod".to_owned(), word(of_route, "integrationMethod").unwrap_or("ANY".to_owned()).into()),
    ]);
    copy(of_route, &["requestParameters", "responseParameters"], &mut fields);
    Some(fields)
}

/// Says if a mock answers by templates, and not by a body that stands in the item.
fn is_templated(of_route: &Fields) -> bool {
    ["requestTemplates", "responses"].iter().any(|name| of_route.contains_key(*name))
}

fn mapped(of_route: &Fields, kind: &str) -> Option<Fields> {
    let mut fields = Fields::from_iter([("type".to_owned(), kind.into())]);
    if kind != "mock" {
        let uri = text(of_route, "uri")?;
        let is_service =
            uri.starts_with("arn:") && uri.contains(":apigateway:") && function_of(&uri).is_none();
        if kind == "aws" && !is_service {
            fields.insert("uri".to_owned(), invocation_uri(&uri, Transfer::Buffered).into());
            fields.insert("httpMethod".to_owned(), "POST".into());
        } else {
            fields.insert("uri".to_owned(), uri.into());
            fields
                .extend(word(of_route, "httpMethod").map(|method| ("httpMethod".to_owned(), method.into())));
        }
        copy(of_route, &["credentials"], &mut fields);
    }
    if let Some(behavior) = text(of_route, "passthroughBehavior") {
        fields.insert("passthroughBehavior".to_owned(), behavior.to_ascii_lowercase().into());
    }
    copy(of_route, &["contentHandling", "requestTemplates", "requestParameters"], &mut fields);
    match of_route.get("responses") {
        Some(Value::Array(list)) => {
            let by_pattern = list.iter().filter_map(|response| {
                let mut response = response.as_object()?.clone();
                let pattern = response.remove("selectionPattern");
                let pattern = pattern.and_then(|pattern| pattern.as_str().map(str::to_owned));
                let pattern = pattern.filter(|text| !text.is_empty()).unwrap_or("default".to_owned());
                Some((pattern, with_status_as_text(response)))
            });
            fields.insert("responses".to_owned(), Value::Object(by_pattern.collect()));
        }
        Some(Value::Object(by_pattern)) => {
            let by_pattern = by_pattern.iter().filter_map(|(pattern, response)| {
                Some((pattern.clone(), with_status_as_text(response.as_object()?.clone())))
            });
            fields.insert("responses".to_owned(), Value::Object(by_pattern.collect()));
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
    }
    Some(fields)
}

/// API Gateway writes statuses in quotes.
fn with_status_as_text(mut response: Fields) -> Value {
    if let Some(status) = text(&response, "statusCode") {
        response.insert("statusCode".to_owned(), status.into());
    }
    response.into()
}

/// A mock without templates, if nothing in its texts would mean something in one.
fn plain_mock(of_route: &Fields) -> Option<Fields> {
    let status = text(of_route, "statusCode").unwrap_or("200".to_owned());
    let mut parameters = Fields::new();
    let mut media_type = JSON.to_owned();
    for (name, value) in map(of_route, "headers").into_iter().flatten() {
        let value = value.as_str().filter(|value| !value.contains(['$', '#']))?;
        if name.eq_ignore_ascii_case("content-type") {
            media_type = value.to_owned();
        } else {
            parameters.insert(format!("method.response.header.{name}"), format!("'{value}'").into());
        }
    }
    let body = match of_route.get("body") {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    };
    if body.contains(['$', '#']) {
        return None;
    }
    let request = format!("{{\"statusCode\": {status}}}");
    let mut response = json!({ "statusCode": status, "responseTemplates": { media_type: body } });
    if !parameters.is_empty() {
        response["responseParameters"] = parameters.into();
    }
    let fields = json!({ "type": "mock", "requestTemplates": { JSON: request }, "responses": { "default": response } });
    fields.as_object().cloned()
}
