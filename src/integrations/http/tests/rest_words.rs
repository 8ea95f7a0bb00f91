//! `integration.request.…` in `requestParameters`: what it changes, and what it cannot map.

use serde_json::{Value, json};

use super::target_requests::mapped;

#[test]
#[rustfmt::skip]
fn the_words_of_rest_apis_change_headers_query_and_path() {
    const URI: &str = "https://t.example/a%2Fb?k=1&q=x&q=y";
    let both = ["x-tag: client", "x-user: forged"];
    let cases: [(Value, &str, &[&str]); 12] = [
        (json!({"integration.request.header.X-User": "method.request.querystring.q"}), URI, &["x-tag: client", "x-user: y"]),
        (json!({"integration.request.header.x-user": "method.request.multivaluequerystring.q"}), URI, &["x-tag: client", "x-user: x,y"]),
        (json!({"integration.request.header.x-user": "'fixed'"}), URI, &["x-tag: client", "x-user: fixed"]),
        (json!({"integration.request.header.x-user": "method.request.body.user.id"}), URI, &["x-tag: client", "x-user: 7"]),
        (json!({"integration.request.header.x-user": "context.identity.sourceIp"}), URI, &["x-tag: client", "x-user: 192.0.2.7"]),
        // The client's own does not pass for what is mapped.
        (json!({"integration.request.header.x-user": "method.request.header.absent"}), URI, &["x-tag: client"]),
        (json!({"integration.request.querystring.q": "method.request.multivaluequerystring.q"}), URI, &both),
        (json!({"integration.request.querystring.q": "method.request.querystring.q"}), URI, &both),
        (json!({"integration.request.querystring.k": "method.request.header.x-tag"}), "https://t.example/a%2Fb?q=x&q=y&k=client", &both),
        (json!({"integration.request.path.id": "method.request.path.proxy"}), "https://t.example/c/d%3F?k=1&q=x&q=y", &both),
        (json!({"integration.request.path.id": "method.request.header.x-tag"}), "https://t.example/client?k=1&q=x&q=y", &both),
        (json!({"integration.request.header.x-user": "'1'", "append:header.x-user": "2"}), URI, &["x-tag: client", "x-user: 1", "x-user: 2"]),
    ];
    for (parameters, uri, headers) in cases {
        let expected = (uri.to_owned(), headers.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(mapped(&parameters, "q=x&q=y", r#"{"user": {"id": 7}}"#), Ok(expected), "{parameters}");
    }
}

#[test]
#[rustfmt::skip]
fn what_the_words_of_rest_apis_cannot_map_is_refused() {
    let cases = [
        (json!({"integration.request.path.id": "method.request.header.absent"}), "malformed request: nothing is mapped into {id} of the integration's path"),
        (json!({"integration.request.header.x-user": "method.request.body.text"}), "malformed request: what is mapped into header x-user is no header's value"),
        (json!({"integration.request.header.X-Amzn-Trace-Id": "'1'"}), "the integration's mapping failed: header x-amzn-trace-id cannot be mapped"),
    ];
    for (parameters, expected) in cases {
        assert_eq!(mapped(&parameters, "", r#"{"text": "a\nb"}"#), Err(expected.to_owned()), "{parameters}");
    }
}
