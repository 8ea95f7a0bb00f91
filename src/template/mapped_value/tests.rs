//! The mapping words: what they parse to, and what they make of a request.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::json;

use super::*;
use crate::{
    caller::Caller,
    context::{PathParameter, StageVersion},
    error::Problem,
    item::{Item, Report, StageVariables},
    message::{Origin, Request},
};

const BODY: &str = r#"{
    "id": "o-1", "amount": 7.50, "big": 12345678901234567890123456789012345678, "paid": true, "note": null,
    "lines": [{"sku": "a"}, {"sku": "b"}], "customer": {"name": "Ü"}, "twice": 1, "twice": 2
}"#;

fn request(body: impl Into<Bytes>) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("x-user", "u 1".parse().unwrap());
    Request {
        id: "req-1".to_owned(),
        received_at: SystemTime::UNIX_EPOCH,
        deadline: SystemTime::UNIX_EPOCH,
        method: Method::POST,
        path: "/v1/orders/a%2Fb%20c".to_owned(),
        query: "q=a+b%2B&tag=x&tag=y&empty&=&a.b=dots".to_owned(),
        headers,
        cookies: vec!["a=1".to_owned(), "b=2".to_owned()],
        body: body.into(),
        origin: Origin {
            source_ip: "192.0.2.1".to_owned(),
            time_epoch: 1_700_000_000_123,
            ..Origin::default()
        },
    }
}

fn context<'a>(request: &'a Request, stage_variables: &'a StageVariables) -> Context<'a> {
    Context {
        request,
        stage: "v1",
        base_path: "/v1",
        path: "/orders/a%2Fb%20c",
        stage_variables,
        deployment_id: "d1",
        version: StageVersion::Own,
        route_key: "POST /orders/{id}",
        path_parameters: &[PathParameter { name: "id", value: "a%2Fb%20c" }],
        caller: Caller::default(),
        waited: Duration::ZERO,
    }
}

/// The mapped value that `value` parses to, or else its problems as (field, got, expected).
fn parse(value: &Value) -> Result<MappedValue, Vec<(String, String, String)>> {
    let stage_variables = StageVariables::from([("table".to_owned(), "orders-$v1".to_owned())]);
    let report = Report::default();
    let item = Item { table: "t", key: "k", stage_variables: &stage_variables, report: &report };
    let map = Map::new();
    let mapped = MappedValue::parse(&Fields::of(item, &map), "item", value, &["id".to_owned()]);
    let problems = report.into_findings().problems;
    let parts = |Problem { field, got, expected, .. }| (field, got, expected);
    assert_eq!(mapped.is_none(), !problems.is_empty(), "a problem if and only if nothing was parsed");
    mapped.ok_or_else(|| problems.into_iter().map(parts).collect())
}

fn evaluate(value: &Value, body: impl Into<Bytes>) -> Result<Option<Value>, String> {
    let (request, stage_variables) = (request(body), StageVariables::new());
    let context = context(&request, &stage_variables);
    let mapped = parse(value).unwrap_or_else(|problems| panic!("{problems:?}"));
    let answer = mapped.value(&Inputs::new(&context)).map(|value| value.map(Cow::into_owned));
    answer.map_err(|error| error.to_string())
}

#[test]
fn a_word_alone_keeps_its_json_type() {
    let number = |text| serde_json::from_str::<Value>(text).unwrap();
    let cases = [
        ("$request.path", Some(json!("/orders/a%2Fb%20c"))),
        ("$request.path.id", Some(json!("a/b c"))),
        ("$request.querystring.q", Some(json!("a b+"))),
        ("$request.querystring.tag", Some(json!("x,y"))),
        ("$request.querystring.empty", Some(json!(""))),
        ("$request.querystring.a.b", Some(json!("dots"))),
        ("$request.querystring.absent", None),
        ("$request.header.X-User", Some(json!("u 1"))),
        ("$request.header.cookie", Some(json!("a=1; b=2"))),
        ("$request.header.absent", None),
        ("$request.body.amount", Some(number("7.50"))),
        ("$request.body.big", Some(number("12345678901234567890123456789012345678"))),
        ("$request.body.paid", Some(json!(true))),
        ("$request.body.note", Some(Value::Null)),
        ("$request.body.lines", Some(json!([{"sku": "a"}, {"sku": "b"}]))),
        ("$request.body.lines[1].sku", Some(json!("b"))),
        ("$request.body.lines[2].sku", None),
        ("$request.body.lines.sku", None),
        ("$request.body.customer.name", Some(json!("Ü"))),
        ("$request.body.twice", Some(json!(2))),
        ("$request.body.absent.deeper", None),
        ("$context.routeKey", Some(json!("POST /orders/{id}"))),
        ("$context.path", Some(json!("/v1/orders/a%2Fb%20c"))),
        ("$context.identity.sourceIp", Some(json!("192.0.2.1"))),
        ("$context.identity.userAgent", None),
        ("$context.requestTimeEpoch", Some(json!(1_700_000_000_123_u64))),
        ("$stageVariables.table", Some(json!("orders-$v1"))),
    ];
    for (word, expected) in cases {
        assert_eq!(evaluate(&json!(word), BODY), Ok(expected), "{word}");
    }
}

#[test]
fn inside_text_a_word_is_text() {
    let cases = [
        ("", Some("")),
        ("plain", Some("plain")),
        ("$$", Some("$")),
        ("$$request.path.id costs 5$$", Some("$request.path.id costs 5$")),
        ("ORDER#${request.path.id}", Some("ORDER#a/b c")),
        ("${request.body.amount}", Some("7.50")),
        ("${request.body.big}${request.body.paid}", Some("12345678901234567890123456789012345678true")),
        ("<${request.body.lines}>", Some(r#"<[{"sku":"a"},{"sku":"b"}]>"#)),
        ("${request.body.id}$$${stageVariables.table}!", Some("o-1$orders-$v1!")),
        ("n=${request.body.note}", None),
        ("n=${request.body.absent}", None),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluate(&json!(text), BODY), Ok(expected.map(Value::from)), "{text}");
    }
}

#[test]
fn an_absent_value_leaves_its_field_out() {
    let mapped = json!({
        "id": "$request.body.id", "gone": "$request.body.absent", "n": 1, "flag": false, "nothing": null,
        "deep": {"gone": "x${request.body.absent}", "list": ["$request.body.absent", "$request.body.paid"]},
    });
    let expected = json!({"id": "o-1", "n": 1, "flag": false, "nothing": null, "deep": {"list": [true]}});
    assert_eq!(evaluate(&mapped, BODY), Ok(Some(expected)));
}

#[test]
fn only_a_mapped_value_that_needs_the_body_parses_it() {
    let deep = "[".repeat(1000);
    let cases: [(&str, &[u8], bool); 6] = [
        ("$request.path.id", b"{", true),
        ("$request.body", b"7", true),
        ("$request.body.x", b"", false),
        ("$request.body.x", b"{\"x\": 1} trailing", false),
        ("$request.body.x", b"{\"x\": \"\xff\"}", false),
        ("x${request.body}", deep.as_bytes(), false),
    ];
    for (word, body, works) in cases {
        let answer = evaluate(&json!(word), Bytes::copy_from_slice(body));
        assert_eq!(answer.is_ok(), works, "{word}: {answer:?}");
        assert!(works || answer.unwrap_err().starts_with("invalid request body: no JSON"));
    }
}

#[test]
fn a_body_of_more_values_than_an_item_holds_is_too_large() {
    let list = |values: usize| format!("[{}0]", "0,".repeat(values - 1));
    let most = json::MOST_VALUES - 1;
    assert_eq!(evaluate(&json!("$request.body[1]"), list(most)), Ok(Some(json!(0))));
    let too_large = format!("request of {} bytes is over the integration's limit", list(most + 1).len());
    assert_eq!(evaluate(&json!("$request.body[1]"), list(most + 1)), Err(too_large));
    assert_eq!(evaluate(&json!("$request.body"), format!("\"{}\"", ",".repeat(most * 2))).map(drop), Ok(()));
}

#[test]
fn a_word_that_means_nothing_is_a_problem_that_names_its_field() {
    let cases = [
        (json!("$request.path.other"), "item", "one of the route's path parameters (id)"),
        (json!({"a": ["x", "$context.nope"]}), "item.a[1]", "one of $context's variables"),
        (json!({"a": "$stageVariables.nope"}), "item.a", "one of the stage's variables (table)"),
        (json!("x${stageVariables.nope}"), "item", "one of the stage's variables (table)"),
        (json!("$5"), "item", "$$ for a plain $"),
        (json!("$"), "item", "$$ for a plain $"),
        (json!("costs $5"), "item", "$$ for a plain $"),
        (json!("${request.path.id"), "item", "$$ for a plain $"),
        (json!("$request.query.x"), "item", "$request.querystring.x"),
        (json!("$request.querystring."), "item", "$request.querystring.x"),
        (json!("$request.header.a b"), "item", "the name of a header"),
        (json!("$request.body..x"), "item", "fields and indices"),
        (json!("$request.body.x[-1]"), "item", "fields and indices"),
        (json!("$request.bodyx"), "item", "fields and indices"),
        (json!("$request.path.id/$request.path.id"), "item", "one of the route's path parameters (id)"),
    ];
    for (value, field, expected) in cases {
        let problems = parse(&value).map(drop).unwrap_err();
        assert_eq!(problems.len(), 1, "{value}");
        assert!(problems[0].0 == field && problems[0].2.contains(expected), "{value}: {problems:?}");
    }
    let both = parse(&json!({"a": "$x", "b": ["$y"]})).map(drop).unwrap_err();
    let fields: Vec<_> = both.iter().map(|(field, got, _)| (field.as_str(), got.as_str())).collect();
    assert_eq!(fields, [("item.a", r#""$x""#), ("item.b[0]", r#""$y""#)]);
}

#[test]
fn json_within_json_stays_text() {
    // The key by which serde_json finds JSON within JSON; see `json`.
    let body = r#"{"$serde_json::private::RawValue": "[1, 2]"}"#;
    let expected = json!({"$serde_json::private::RawValue": "[1, 2]"});
    assert_eq!(evaluate(&json!("$request.body"), body), Ok(Some(expected)));
}
