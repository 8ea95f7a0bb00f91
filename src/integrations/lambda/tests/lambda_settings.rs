//! Settings: what an item may say, and what it is told.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{Lambda, PayloadFormat};
use crate::{
    http_client::GuardedClient,
    integrations::ParseContext,
    item::{Fields, Item, Report, StageVariables},
};

/// The settings as read, or else every problem as text.
fn parse(item: &Value) -> Result<String, Vec<String>> {
    let report = Report::default();
    let stage_variables = StageVariables::from([("alias".to_owned(), "live".to_owned())]);
    let none: Arc<[String]> = Arc::default();
    let parse_context = ParseContext {
        path_parameters: &[],
        stage_and_route: "v1 GET /",
        binary_media_types: &none,
        http_client: &GuardedClient::default(),
    };
    let item_of = Item { table: "routes", key: "GET /", stage_variables: &stage_variables, report: &report };
    let lambda = Lambda::parse(&Fields::of(item_of, item.as_object().unwrap()), &parse_context);
    let problems = report.into_findings().problems;
    match lambda {
        Some(Lambda { path, format, mode, .. }) if problems.is_empty() => {
            let format = if matches!(format, PayloadFormat::V1(_)) { "1.0" } else { "2.0" };
            Ok(format!("{path} {format} {mode:?}"))
        }
        Some(_) | None => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn settings_are_read_forgivingly() {
    let cases = [
        (json!({"uri": "orders"}), "/2015-03-31/functions/orders/invocations 2.0 Buffered"),
        (
            json!({"uri": "orders:${stageVariables.alias}", "payloadFormatVersion": "1.0"}),
            "/2015-03-31/functions/orders%3Alive/invocations 1.0 Buffered",
        ),
        (
            json!({"uri": "orders", "payloadFormatVersion": 1}),
            "/2015-03-31/functions/orders/invocations 1.0 Buffered",
        ),
        (
            json!({"uri": "orders", "payloadFormatVersion": 2.0}),
            "/2015-03-31/functions/orders/invocations 2.0 Buffered",
        ),
        (
            json!({"uri": "orders", "invocationType": "event", "responseTransferMode": "buffered"}),
            "/2015-03-31/functions/orders/invocations 2.0 Event",
        ),
        (
            json!({"uri": "orders", "responseTransferMode": "STREAM"}),
            "/2021-11-15/functions/orders/response-streaming-invocations 2.0 Stream",
        ),
        (
            json!({"uri": "orders", "integrationMethod": "POST", "invocationType": null}),
            "/2015-03-31/functions/orders/invocations 2.0 Buffered",
        ),
    ];
    for (item, expected) in cases {
        assert_eq!(parse(&item).as_deref(), Ok(expected), "{item}");
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let item = json!({
        "uri": "or ders", "payloadFormatVersion": 3, "invocationType": "DryRun", "responseTransferMode": "CHUNKED",
        "integrationMethod": "GET"
    });
    let problems = parse(&item).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|problem| problem.split(": ").next().unwrap()).collect();
    let expected =
        ["integrationMethod", "uri", "payloadFormatVersion", "invocationType", "responseTransferMode"];
    assert_eq!(fields, expected.map(|field| format!("routes [GET /] {field}")));

    let cases = [
        (json!({}), "uri: got nothing"),
        (
            json!({"uri": "o", "invocationType": "Event", "responseTransferMode": "STREAM"}),
            "responseTransferMode: got \"STREAM\"",
        ),
        (json!({"uri": "orders:${stageVariables.nope}"}), "uri: got ${stageVariables.nope}"),
        (
            json!({"uri": "arn:aws:sqs:eu-west-1:123456789012:q"}),
            "uri: got \"arn:aws:sqs:eu-west-1:123456789012:q\"",
        ),
    ];
    for (item, expected) in cases {
        let problems = parse(&item).unwrap_err();
        assert!(problems.len() == 1 && problems[0].contains(expected), "{item}: {problems:?}");
    }
}
