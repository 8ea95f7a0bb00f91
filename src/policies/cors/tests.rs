//! Preflights and answers as tables, whole responses compared.

use http::{HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{read, request, show};

fn cors(json: &Value) -> Cors {
    let (cors, problems) = read(json, Cors::parse);
    assert_eq!(problems, Vec::<String>::new());
    cors.expect("a configuration without problems")
}

fn with_headers(method: Method, headers: &[(&'static str, &str)]) -> Request {
    let mut request = request(method, "");
    for (name, value) in headers {
        request.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect(value));
    }
    request
}

/// A preflight from `https://a.com`: method, then the headers, if any are asked for.
fn preflight(cors: &Cors, method: &str, headers: Option<&str>) -> String {
    preflight_from(cors, "https://a.com", method, headers)
}

fn preflight_from(cors: &Cors, origin: &str, method: &str, headers: Option<&str>) -> String {
    let mut asked = vec![("origin", origin), ("access-control-request-method", method)];
    asked.extend(headers.map(|headers| ("access-control-request-headers", headers)));
    show(cors.preflight(&with_headers(Method::OPTIONS, &asked)))
}

/// An integration's answer with these headers, as the client gets it.
fn applied(cors: &Cors, origin: Option<&str>, answer: &[(&'static str, &'static str)]) -> String {
    let mut response = Response::new(Body::from("ok"));
    for (name, value) in answer {
        response.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
    cors.apply(&with_headers(Method::GET, &headers), &mut response);
    show(response)
}

const REFUSED: &str = "204 | vary=Origin";

#[test]
fn a_preflight_is_options_with_origin_and_method() {
    let both = [("origin", "null"), ("access-control-request-method", "GET")];
    let cases = [
        (Method::OPTIONS, &both[..], true),
        (Method::GET, &both[..], false),
        (Method::OPTIONS, &both[..1], false),
        (Method::OPTIONS, &both[1..], false),
        (Method::OPTIONS, &[], false),
    ];
    for (method, headers, expected) in cases {
        assert_eq!(
            Cors::preflight_method(&with_headers(method.clone(), headers)).is_some(),
            expected,
            "{method} {headers:?}"
        );
    }
}

#[test]
fn a_preflight_is_allowed_as_a_whole_or_not_at_all() {
    let cors = cors(&json!({
        "allowOrigins": ["https://a.com", "null"], "allowMethods": ["get", "PUT", "PURGE"],
        "allowHeaders": ["X-One", "Authorization"], "exposeHeaders": ["X-Total"], "maxAge": "600",
    }));
    let allowed = "204 | access-control-allow-headers=x-one,authorization | access-control-allow-methods=GET,PUT,PURGE \
                   | access-control-allow-origin=https://a.com | access-control-max-age=600 | vary=Origin";
    let cases = [
        ("https://a.com", "PUT", None, allowed.to_owned()),
        ("https://a.com", "PURGE", Some(""), allowed.to_owned()),
        ("https://a.com", "GET", Some("X-ONE, authorization,, accept-language"), allowed.to_owned()),
        ("null", "GET", None, allowed.replace("https://a.com", "null")),
        ("https://b.com", "GET", None, REFUSED.to_owned()),
        ("https://a.com", "DELETE", None, REFUSED.to_owned()),
        ("https://a.com", "put", None, REFUSED.to_owned()),
        ("https://a.com", "GET", Some("x-one,x-two"), REFUSED.to_owned()),
        ("https://a.com", "GET", Some("x-one x-two"), REFUSED.to_owned()),
    ];
    for (origin, method, headers, expected) in cases {
        assert_eq!(preflight_from(&cors, origin, method, headers), expected, "{origin} {method} {headers:?}");
    }
}

#[test]
fn cors_without_lists_allows_only_what_a_page_may_send_anyway() {
    let cors = cors(&json!({ "allowOrigins": "https://a.com" }));
    let allowed = "204 | access-control-allow-origin=https://a.com | vary=Origin";
    let cases = [
        ("GET", None, allowed),
        ("POST", Some("content-type,Accept"), allowed),
        ("PUT", None, REFUSED),
        ("GET", Some("x-one"), REFUSED),
    ];
    for (method, headers, expected) in cases {
        assert_eq!(preflight(&cors, method, headers), expected, "{method} {headers:?}");
    }
}

#[test]
fn a_star_in_cors_lists_is_answered_with_all_methods_and_the_requested_headers() {
    const METHODS: &str = "access-control-allow-methods=DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";
    let star =
        cors(&json!({ "allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"], "maxAge": -1 }));
    let credentials = cors(&json!({
        "allowOrigins": ["https://a.com"], "allowMethods": "*", "allowHeaders": ["*"], "allowCredentials": "true",
    }));
    let cases = [
        (
            &star,
            "PATCH",
            None,
            format!("204 | {METHODS} | access-control-allow-origin=* | access-control-max-age=0"),
        ),
        (
            &star,
            "PUT",
            Some("authorization,x-any"),
            format!(
                "204 | access-control-allow-headers=authorization,x-any | {METHODS} | access-control-allow-origin=* \
                 | access-control-max-age=0"
            ),
        ),
        (&star, "PROPFIND", None, "204".to_owned()),
        (&star, "GET", Some("no token"), "204".to_owned()),
        (
            &credentials,
            "PUT",
            Some("authorization"),
            format!(
                "204 | access-control-allow-credentials=true | access-control-allow-headers=authorization | {METHODS} \
                 | access-control-allow-origin=https://a.com | vary=Origin"
            ),
        ),
    ];
    for (cors, method, headers, expected) in cases {
        assert_eq!(preflight(cors, method, headers), expected, "{method} {headers:?}");
    }
}

#[test]
fn an_answer_says_who_may_read_it() {
    let listed = cors(&json!({ "allowOrigins": ["https://a.com"], "allowMethods": ["PUT"], "maxAge": 5 }));
    let credentials = cors(&json!({
        "allowOrigins": ["https://*.b.com"], "allowCredentials": true, "exposeHeaders": ["ETag", "X-Total"],
    }));
    let star = cors(&json!({ "allowOrigins": ["*"], "exposeHeaders": ["*"] }));
    let nobody = cors(&json!({ "allowOrigins": [] }));
    let everybody = "200 | access-control-allow-origin=* | access-control-expose-headers=* | ok";
    let cases = [
        (&listed, None, "200 | vary=Origin | ok"),
        (
            &listed,
            Some("https://a.com"),
            "200 | access-control-allow-origin=https://a.com | vary=Origin | ok",
        ),
        (&listed, Some("https://b.com"), "200 | vary=Origin | ok"),
        (&listed, Some("null"), "200 | vary=Origin | ok"),
        (
            &credentials,
            Some("https://x.b.com"),
            "200 | access-control-allow-credentials=true | access-control-allow-origin=https://x.b.com \
             | access-control-expose-headers=etag,x-total | vary=Origin | ok",
        ),
        (&credentials, Some("https://b.com"), "200 | vary=Origin | ok"),
        (&star, Some("https://any.com"), everybody),
        (&star, Some("null"), everybody),
        (&star, None, everybody),
        (&nobody, Some("https://a.com"), "200 | vary=Origin | ok"),
    ];
    for (cors, origin, expected) in cases {
        assert_eq!(applied(cors, origin, &[]), expected, "{origin:?}");
    }
}

#[test]
fn cors_headers_of_an_integration_are_dropped() {
    let cors = cors(&json!({ "allowOrigins": ["https://a.com"] }));
    let said = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://evil.com"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "1"),
        ("x-own", "1"),
    ];
    let allowed = "200 | access-control-allow-origin=https://a.com | vary=Origin | x-own=1 | ok";
    assert_eq!(applied(&cors, Some("https://a.com"), said), allowed);
    assert_eq!(applied(&cors, Some("https://evil.com"), said), "200 | vary=Origin | x-own=1 | ok");
}

#[test]
fn vary_is_merged_and_not_repeated() {
    let cors = cors(&json!({ "allowOrigins": ["https://a.com"] }));
    let cases: [(&[(&'static str, &'static str)], &str); 5] = [
        (&[("vary", "Accept-Encoding")], "200 | vary=Accept-Encoding, Origin | ok"),
        (&[("vary", "Accept"), ("vary", "Cookie")], "200 | vary=Accept, Cookie, Origin | ok"),
        (&[("vary", "Accept,origin")], "200 | vary=Accept,origin | ok"),
        (&[("vary", "*")], "200 | vary=* | ok"),
        (&[("vary", "Accept-Origin")], "200 | vary=Accept-Origin, Origin | ok"),
    ];
    for (answer, expected) in cases {
        assert_eq!(applied(&cors, None, answer), expected, "{answer:?}");
    }
}

#[test]
fn all_bad_values_of_a_cors_configuration_are_reported_at_once() {
    let json = json!({
        "allowOrigins": ["https://a.com/", "a.com"], "allowMethods": ["GET", "NO GO"], "allowHeaders": ["x:y"],
        "exposeHeaders": [""], "maxAge": 86401, "allowCredentials": "perhaps", "maxage": 1,
    });
    let origin = "*, null, or an origin as browsers send it: https://example.com, https://*.example.com, https://* or http://*";
    assert_eq!(
        read(&json, Cors::parse).1,
        [
            "allowCredentials: got \"perhaps\", expected true or false".to_owned(),
            format!("allowOrigins[0]: got \"https://a.com/\", expected {origin}"),
            format!("allowOrigins[1]: got \"a.com\", expected {origin}"),
            "allowMethods[1]: got \"NO GO\", expected a method, such as GET, or *".to_owned(),
            "allowHeaders[0]: got \"x:y\", expected a header's name, or *".to_owned(),
            "exposeHeaders[0]: got \"\", expected a header's name, or *".to_owned(),
            "maxAge: got 86401, expected a whole number of seconds from -1 to 86400".to_owned(),
            "maxage: got 1, expected nothing of this name; did you mean maxAge?".to_owned(),
        ]
    );
}

#[test]
fn credentials_for_everybody_are_a_problem() {
    let cases = [
        (
            json!({ "allowOrigins": ["https://a.com", "*"], "allowCredentials": true }),
            "allowOrigins: got *, expected origins by name, because allowCredentials is true",
        ),
        (
            json!({ "allowOrigins": ["https://a.com"], "allowCredentials": true, "exposeHeaders": ["*"] }),
            "exposeHeaders[0]: got \"*\", expected a header's name; * has no effect beside allowCredentials",
        ),
        (json!({}), "allowOrigins: got nothing, expected the origins that may call, or *"),
    ];
    for (json, expected) in cases {
        assert_eq!(read(&json, Cors::parse).1, [expected]);
    }
}

proptest! {
    /// No response of either kind ever lets in an origin that is not on the list.
    #[test]
    fn an_origin_that_is_not_listed_is_never_let_in(origin in prop_oneof![
        "[ -~]{0,30}",
        "https?://[a-z.]{0,6}(a\\.com|b\\.com)[a-z.:/]{0,4}",
    ]) {
        let cors = cors(&json!({ "allowOrigins": ["https://a.com", "http://b.com:81"], "allowMethods": ["*"] }));
        let listed = ["https://a.com", "http://b.com:81"].iter().any(|one| one.eq_ignore_ascii_case(&origin));
        let answers = [applied(&cors, Some(&origin), &[]), preflight_from(&cors, &origin, "GET", None)];
        for answer in answers {
            prop_assert_eq!(answer.contains("access-control-"), listed, "{}", answer);
        }
    }
}
