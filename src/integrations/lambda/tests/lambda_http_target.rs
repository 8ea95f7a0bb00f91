//! Events 2.0 as a real target reads them: `lambda_http` 1.3.2, which panics on URLs that it cannot parse.

use http::{HeaderName, HeaderValue, Method};
use lambda_http::{RequestExt, request::RequestContext};
use proptest::{collection::vec, prelude::*, sample::select};

use super::Scene;
use crate::{
    functions::{event_headers, event_v2},
    path,
};

/// Any path that decoding lets through, in its canonical form.
fn path_below() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a", "Z", "0", "-", "_", "~", ".", "..", "/", "//", "!", "$", "&", "'", "(", ")", "*", "+", ",", ";",
        "=", ":", "@", "%20", "%2F", "%2f", "%25", "%252e", "%C3%A9", "%22", "%3C", "%3F", "%23", "%7B",
        "%7C", "%5E", "%60", "%6F", " ", "\"", "<", "{", "|", "}", "[", "^", "`", "é", "😀", "stage", "v1",
    ]);
    vec(piece, 0..12)
        .prop_filter_map("refused by decoding", |pieces| path::canonical_path(&pieces.concat()).ok())
}

/// Any query that decoding lets through, in its canonical form; escapes may be broken.
fn query() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a", "b", "&", "&", "=", "+", "%20", "%26", "%3D", "%", "%f", "%zz", "%C3%A9", "%FF", "%00", "%22",
        "/", "?", ":", "@", ",", ";", "'", "!", "*", "(", ")", "~", "[", "]", "{", "|", "}", " ", "\"", "#",
        "<", "\\", "^", "`", "é", "😀",
    ]);
    vec(piece, 0..12)
        .prop_filter_map("refused by decoding", |pieces| path::canonical_query(&pieces.concat()).ok())
}

fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let name = select(vec![
        "accept",
        "x-a",
        "x-b",
        "referer",
        "content-type",
        "x-forwarded-host",
        "connection",
        "origin",
    ]);
    let value = vec(prop_oneof![Just(b'\t'), 0x20_u8..=0x7e, 0x80_u8..=0xff], 0..20);
    (name, value)
        .prop_map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(&value).unwrap()))
}

fn scene() -> impl Strategy<Value = Scene> {
    let method = select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PURGE", "x-y!"]);
    let stage = select(vec![("stage", "/stage"), ("v1", "/other"), ("$default", ""), ("v1", "")]);
    let host =
        select(vec!["api1.lambda-url.eu-west-1.on.aws", "127.0.0.1:9000", "localhost", "api.example.com"]);
    let body = prop_oneof![".{0,20}".prop_map(String::into_bytes), vec(any::<u8>(), 0..20)];
    let cookies = vec("[a-z]{1,3}=[!#-+\\--:<-\\[\\]-~]{0,5}", 0..3);
    (
        method,
        stage,
        path_below(),
        query(),
        vec(header(), 0..6),
        (host, select(vec!["http", "https"])),
        body,
        cookies,
    )
        .prop_map(
            |(method, (stage, base_path), below, query, headers, (host, scheme), body, cookies)| {
                let target = format!("{base_path}{below}?{query}");
                let mut scene =
                    Scene::new(Method::from_bytes(method.as_bytes()).unwrap(), &target, "ANY /{proxy+}")
                        .header("host", host.as_bytes())
                        .header("x-forwarded-proto", scheme.as_bytes())
                        .parameter("proxy", below.trim_matches('/'))
                        .body(body);
                (scene.stage, scene.base_path, scene.path) = (stage, base_path, below);
                scene.request.headers.extend(headers);
                scene.request.cookies = cookies;
                scene
            },
        )
}

/// The expected `uri().path()`: lambda_http puts the stage before a path that does not start with it.
fn expected_path(scene: &Scene) -> String {
    let (stage, path) = (scene.stage, &scene.request.path);
    if stage == "$default" || path.starts_with(&format!("/{stage}/")) {
        path.clone()
    } else {
        format!("/{stage}{path}")
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> =
        path::query_pairs(query).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn lambda_http_takes_every_event_2_0_and_loses_nothing(scene in scene()) {
        let event = String::from_utf8(scene.view(event_v2::event)).unwrap();
        let got = lambda_http::request::from_str(&event).map_err(|error| TestCaseError::fail(error.to_string()))?;

        prop_assert!(matches!(got.request_context_ref(), Some(RequestContext::ApiGatewayV2(_))));
        prop_assert_eq!(got.method(), &scene.request.method);
        prop_assert_eq!(got.uri().path(), expected_path(&scene));
        prop_assert_eq!(got.uri().query().unwrap_or_default(), &scene.request.query);
        prop_assert_eq!(got.raw_http_path(), &scene.request.path);
        prop_assert_eq!(&got.body()[..], &scene.request.body[..]);

        let parameters = got.query_string_parameters();
        let mut names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
        names.dedup();
        let mut seen: Vec<(String, String)> = names.iter()
            .flat_map(|name| parameters.all(name).unwrap_or_default().into_iter().map(|value| ((*name).to_owned(), value.to_owned())))
            .collect();
        seen.sort_by(|(a, _), (b, _)| a.cmp(b));
        seen.dedup();
        let mut expected = pairs(&scene.request.query);
        expected.dedup();
        prop_assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>(), expected.iter().collect());

        let proxy = path::decode(&scene.path_parameters[0].1).into_owned();
        prop_assert_eq!(got.path_parameters().first("proxy").map(str::to_owned), Some(proxy));
        let cookie = got.headers().get("cookie").map(|value| value.to_str().unwrap().to_owned());
        prop_assert_eq!(cookie, (!scene.request.cookies.is_empty()).then(|| scene.request.cookies.join("; ")));
        for name in ["accept", "x-a", "x-b", "host"] {
            let sent: Vec<_> = scene.request.headers.get_all(name).iter().map(event_headers::text).collect();
            let named = scene.request.headers.get_all("connection").iter()
                .any(|line| line.to_str().unwrap_or_default().split(',').any(|word| word.trim().eq_ignore_ascii_case(name)));
            let expected = (!sent.is_empty() && !named).then(|| sent.join(","));
            prop_assert_eq!(got.headers().get(name).map(|value| value.to_str().unwrap().to_owned()), expected);
        }
    }
}
