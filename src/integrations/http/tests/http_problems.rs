//! Tables: items in, problems out.

use serde_json::{Value, json};

use super::*;

#[track_caller]
fn assert_problem(item: &Value, field: &str, got: &str, expected: &str) {
    let problems = parse(item, &[]).map(drop).unwrap_err();
    assert_eq!(problems, [(field.to_owned(), got.to_owned(), expected.to_owned())], "{item}");
}

#[test]
#[rustfmt::skip]
fn every_problem_of_a_uri_is_reported() {
    const SCHEME: &str = "a URL that begins with https:// or http://";
    const BEHIND: &str = "path parameters only behind the host, in the path or the query";
    const HOST: &str = "a host's name, a public address, or one that allowPrivateIntegrations of $api lists";
    const CHARACTERS: &str = "letters, digits, -._~!$&'()*+,;=:@/? and percent-encoded characters";
    const PARAMETERS: &str = "one of the route's path parameters (id, proxy)";
    const VARIABLES: &str = "one of the stage's variables (host, inside)";
    let whole = "<the uri>";
    let cases = [
        ("example.com/x", whole, SCHEME),
        ("/x", whole, SCHEME),
        ("ftp://t.example", whole, SCHEME),
        ("file:///etc/passwd", whole, SCHEME),
        ("https://", whole, "a URL with a host"),
        ("https:///x", whole, "a URL with a host"),
        ("https://:80/x", whole, "a URL with a host"),
        ("https://a b/", whole, "a URL with a host"),
        ("https://t.example:0/", whole, "a port from 1 to 65535"),
        ("https://t.example:/", whole, "a port from 1 to 65535"),
        ("https://u:p@t.example/", "https://…@t.example/", "a URL without user name and password"),
        ("https://u@t.example/", "https://…@t.example/", "a URL without user name and password"),
        ("https://{id}.example/", whole, BEHIND),
        ("https://t.example{proxy}", whole, BEHIND),
        ("https://t.example/#x", whole, "a URL without a fragment (#)"),
        ("https://t.example/a/../b", whole, "a path without the segments . and .."),
        ("https://t.example/%2e%2E/{id}", whole, "a path without the segments . and .."),
        ("https://t.example/{name}", "{name}", PARAMETERS),
        ("https://t.example/?a={proxy+}", "{proxy+}", PARAMETERS),
        ("https://t.example/{id", "{id", "a } for every {"),
        ("https://t.example/a b", "/a b", CHARACTERS),
        ("https://t.example/é", "/é", CHARACTERS),
        ("https://t.example/%4", "/%4", CHARACTERS),
        ("https://t.example/{id}}", "}", CHARACTERS),
        ("https://${stageVariables.nope}/", "${stageVariables.nope}", VARIABLES),
        ("http://127.0.0.1:9001/", whole, HOST),
        ("http://169.254.169.254/latest/meta-data", whole, HOST),
        ("http://[::ffff:127.0.0.1]/", whole, HOST),
        ("http://2130706433/", whole, HOST),
        ("http://0x7f.1/", whole, HOST),
        ("http://${stageVariables.inside}/", "http://10.1.2.3/", HOST),
    ];
    for (uri, got, expected) in cases {
        assert_problem(&json!({"uri": uri}), "uri", if got == whole { uri } else { got }, expected);
    }
}

#[test]
#[rustfmt::skip]
fn every_problem_of_an_http_integrations_other_fields_is_reported() {
    const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY (the request's own)";
    let cases = [
        (json!({}), "uri", "nothing", "a URL such as https://example.com/{proxy}"),
        (json!({"uri": [1]}), "uri", "[1]", "a string"),
        (json!({"uri": ""}), "uri", "\"\"", "a URL that begins with https:// or http://"),
        (json!({"uri": "https://t.example", "integrationMethod": "FETCH"}), "integrationMethod", "\"FETCH\"", METHODS),
        (json!({"uri": "https://t.example", "integrationMethod": 1}), "integrationMethod", "1", METHODS),
        (json!({"uri": "https://t.example", "requestParameters": "x"}), "requestParameters", "\"x\"", "a map of strings"),
    ];
    for (item, field, got, expected) in cases {
        assert_problem(&item, field, got, expected);
    }
}

#[test]
#[rustfmt::skip]
fn every_problem_of_request_parameters_is_reported() {
    const KEYS: &str =
        "append:header.x, overwrite:header.x, remove:header.x, the same with querystring.x, overwrite:path, or \
         integration.request.header.x";
    const PLACES: &str =
        "integration.request.header.x, integration.request.querystring.x or integration.request.path.x";
    const RESERVED: &str = "a header that is not reserved for the gateway or the connection";
    const PARAMETERS: &str = "one of the route's path parameters (id, proxy)";
    let cases = [
        ("header.x", json!("1"), "header.x", KEYS),
        ("set:header.x", json!("1"), "set:header.x", KEYS),
        ("append:path", json!("1"), "append:path", KEYS),
        ("remove:path", json!(""), "remove:path", KEYS),
        ("append:querystring.", json!("1"), "append:querystring.", KEYS),
        ("append:header.a b", json!("1"), "a b", "the name of a header"),
        ("append:header.", json!("1"), "\"\"", "the name of a header"),
        ("append:header.x", json!(["1"]), "[\"1\"]", "a string"),
        ("overwrite:header.Authorization", json!("1"), "authorization", RESERVED),
        ("remove:header.X-Amzn-Trace-Id", json!(""), "x-amzn-trace-id", RESERVED),
        ("append:header.host", json!("x"), "host", RESERVED),
        ("append:header.x-tollgate-origin", json!("x"), "x-tollgate-origin", RESERVED),
        ("append:header.x", json!("$request.path.name"), "\"$request.path.name\"", PARAMETERS),
        ("integration.request.body.x", json!("'1'"), "integration.request.body.x", PLACES),
        ("integration.request.path.name", json!("method.request.path.name"), "\"method.request.path.name\"", PARAMETERS),
        ("overwrite:path", json!("/${request.path.name}"), "\"/${request.path.name}\"", PARAMETERS),
    ];
    for (key, value, got, expected) in cases {
        let item = json!({"uri": "https://t.example", "requestParameters": {key: value}});
        assert_problem(&item, &format!("requestParameters.{key}"), got, expected);
    }
}

#[test]
#[rustfmt::skip]
fn every_problem_of_an_item_is_said_at_once() {
    let item = json!({
        "uri": "https://u@t.example/{a}?{b}", "integrationMethod": 1,
        "requestParameters": {"x": "", "append:header.te": "$nope"},
    });
    let problems = parse(&item, &[]).map(drop).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|(field, got, _)| format!("{field} {got}")).collect();
    let expected = [
        "integrationMethod 1", "requestParameters.append:header.te te", "requestParameters.append:header.te \"$nope\"",
        "requestParameters.x x", "uri https://…@t.example/{a}?{b}", "uri {a}", "uri {b}",
    ];
    assert_eq!(fields, expected);
}

#[test]
#[rustfmt::skip]
fn a_listed_private_address_may_be_named() {
    let cases =
        [("http://10.1.2.3/", "10.0.0.0/8"), ("http://[fd00::1]:81/", "fd00::/8"), ("http://127.0.0.1/", "127.0.0.1")];
    for (uri, listed) in cases {
        assert!(parse(&json!({"uri": uri}), &[listed]).is_ok(), "{uri}");
        assert!(parse(&json!({"uri": uri}), &["192.168.0.0/16"]).is_err(), "{uri}");
    }
}
