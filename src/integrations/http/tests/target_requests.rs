//! Tables: items and requests in, requests to the target out.

use serde_json::json;

use super::*;

/// The URI that a request for `id` and `proxy` goes to.
fn sent_to(integration: &Value, query: &str, id: &str, proxy: &str) -> Result<String, String> {
    let (request, stage_variables, values) = (get(query), StageVariables::new(), parameters(id, proxy));
    let http = parse(integration, &[]).unwrap_or_else(|problems| panic!("{integration}: {problems:?}"));
    let sent = http.request(&context(&request, &stage_variables, &values));
    sent.map(|sent| sent.uri().to_string()).map_err(|error| error.to_string())
}

#[test]
#[rustfmt::skip]
fn path_parameters_and_the_query_go_into_the_uri_as_routed() {
    let cases = [
        ("https://t.example", "", "a", "b", "https://t.example/"),
        ("https://t.example?k=1", "", "a", "b", "https://t.example/?k=1"),
        ("HTTPS://T.Example:8443/X", "", "a", "b", "https://t.example:8443/X"),
        ("http://${stageVariables.host}/{id}", "", "a", "b", "http://target.example/a"),
        ("https://t.example/{proxy}", "", "a", "b/c//d", "https://t.example/b/c//d"),
        ("https://t.example/{id}/x/{proxy}", "q=1", "a%2Fb%20c", "d", "https://t.example/a%2Fb%20c/x/d?q=1"),
        ("https://t.example/{id}-{id}.json?v=2", "q=1&q=2", "a", "b", "https://t.example/a-a.json?v=2&q=1&q=2"),
        ("https://t.example/s?id={id}", "q=%20+x", "a%26b", "b", "https://t.example/s?id=a%26b&q=%20+x"),
        ("https://t.example/?{id}={proxy}", "", "a", "b/c", "https://t.example/?a=b%2Fc"),
        ("https://t.example/a%7Bb", "a?b=/c", "a", "b", "https://t.example/a%7Bb?a?b=/c"),
    ];
    for (uri, query, id, proxy, expected) in cases {
        assert_eq!(sent_to(&json!({"uri": uri}), query, id, proxy).as_deref(), Ok(expected), "{uri}");
    }
}

#[test]
#[rustfmt::skip]
fn a_hostile_parameter_stays_where_it_is() {
    let dots = Err("malformed request: the target's path would have a dot segment".to_owned());
    let cases = [
        ("https://t.example/{id}", "?admin=1", Ok("https://t.example/%3Fadmin=1")),
        ("https://t.example/{id}", "#x", Ok("https://t.example/%23x")),
        ("https://t.example/{id}", "@evil.example", Ok("https://t.example/@evil.example")),
        ("https://t.example/{id}", "//evil.example", Ok("https://t.example///evil.example")),
        ("https://t.example/{id}", "a\r\nHost: b", Ok("https://t.example/a%0D%0AHost:%20b")),
        ("https://t.example/{id}", "%0D%0A%00", Ok("https://t.example/%0D%0A%00")),
        ("https://t.example/{id}", "é{proxy}", Ok("https://t.example/%C3%A9%7Bproxy%7D")),
        ("https://t.example/s?id={id}", "1&admin=1", Ok("https://t.example/s?id=1%26admin%3D1")),
        ("https://t.example/s?id={id}", "1#+;x", Ok("https://t.example/s?id=1%23%2B%3Bx")),
        ("https://t.example/{id}", "..", dots.clone()),
        ("https://t.example/{id}/x", ".", dots.clone()),
        ("https://t.example/.{id}/x", ".", dots.clone()),
        ("https://t.example/{id}", "a/%2E%2e/b", dots.clone()),
        ("https://t.example/{id}", "a%2F..%5cb", dots.clone()),
        ("https://t.example/{id}", "a/..;/b", dots.clone()),
        ("https://t.example/{id}", "a/%2e%2E;x=1/b", dots.clone()),
        ("https://t.example/{id}", "a/..x;/b", Ok("https://t.example/a/..x;/b")),
        ("https://t.example/{id}", "a\\..\\b", dots),
        ("https://t.example/{id}", "..a/b..", Ok("https://t.example/..a/b..")),
    ];
    for (uri, id, expected) in cases {
        let expected = expected.map(str::to_owned);
        assert_eq!(sent_to(&json!({"uri": uri}), "", id, "b"), expected, "{uri} {id}");
    }
}

#[test]
fn the_method_is_the_requests_unless_the_item_says_another() {
    let cases = [
        (json!({}), Method::PATCH, Ok(Method::PATCH)),
        (json!({"integrationMethod": "ANY"}), Method::DELETE, Ok(Method::DELETE)),
        (json!({"integrationMethod": " post "}), Method::GET, Ok(Method::POST)),
        // REST APIs' name for it.
        (json!({"httpMethod": "GET"}), Method::DELETE, Ok(Method::GET)),
        (json!({}), Method::from_bytes(b"PURGE").unwrap(), Ok(Method::from_bytes(b"PURGE").unwrap())),
        (
            json!({}),
            Method::TRACE,
            Err("malformed request: TRACE asks for the request as the target gets it"),
        ),
        (json!({"integrationMethod": "GET"}), Method::TRACE, Ok(Method::GET)),
        (json!({}), Method::CONNECT, Err("malformed request: CONNECT asks for a tunnel, not for an answer")),
    ];
    for (mut item, method, expected) in cases {
        item["uri"] = json!("https://t.example");
        let (request, stage_variables) = (request(method, "", &[], "x"), StageVariables::new());
        let sent =
            parse(&item, &[]).unwrap().request(&context(&request, &stage_variables, &parameters("a", "b")));
        let sent = sent.map(|sent| sent.method().clone()).map_err(|error| error.to_string());
        assert_eq!(sent, expected.map_err(str::to_owned), "{item}");
    }
}

#[test]
#[rustfmt::skip]
fn headers_of_one_hop_and_secrets_stay_behind_and_the_caller_is_named() {
    const ADDED: [&str; 6] = [
        "accept: application/json",
        "user-agent: AmazonAPIGateway_api1",
        "x-amzn-apigateway-api-id: api1",
        "x-forwarded-for: 192.0.2.7",
        "x-forwarded-port: 443",
        "x-forwarded-proto: https",
    ];
    type Lines = &'static [(&'static str, &'static str)];
    let cases: [(Lines, &[&str], &[&str]); 7] = [
        (&[], &[], &[]),
        (
            &[
                ("connection", "keep-alive, X-Hop , host"), ("x-hop", "1"), ("content-length", "9"), ("content-md5", "x"),
                ("expect", "100-continue"), ("host", "gateway.example"), ("http2-settings", "x"), ("keep-alive", "x"),
                ("max-forwards", "1"), ("proxy-authenticate", "x"), ("proxy-authorization", "x"),
                ("proxy-connection", "x"), ("server", "x"), ("te", "trailers"), ("trailer", "x"),
                ("transfer-encoding", "chunked"), ("upgrade", "websocket"), ("www-authenticate", "x"),
                ("x-tollgate-origin", "secret"), ("authorization", "AWS4-HMAC-SHA256 Credential=x"),
            ],
            &[],
            &[],
        ),
        (&[("x-forwarded-for", "192.0.2.7")], &[], &[]),
        (&[("connection", "x-forwarded-for, user-agent"), ("x-forwarded-for", "192.0.2.7"), ("user-agent", "x")], &[], &[]),
        (
            &[("x-forwarded-for", "1.1.1.1, 192.0.2.70"), ("x-amzn-apigateway-api-id", "forged")],
            &["x-forwarded-for: 192.0.2.7"],
            &["x-forwarded-for: 1.1.1.1, 192.0.2.70, 192.0.2.7"],
        ),
        (
            &[("accept", "text/html"), ("user-agent", "curl"), ("x-forwarded-port", "80"), ("x-forwarded-proto", "http")],
            &["accept: application/json", "user-agent: AmazonAPIGateway_api1", "x-forwarded-port: 443", "x-forwarded-proto: https"],
            &["accept: text/html", "user-agent: curl", "x-forwarded-port: 80", "x-forwarded-proto: http"],
        ),
        (
            &[("authorization", "Bearer x"), ("accept-encoding", "gzip"), ("via", "1.1 x"), ("x-amzn-trace-id", "Root=1")],
            &[],
            &["accept-encoding: gzip", "authorization: Bearer x", "via: 1.1 x", "x-amzn-trace-id: Root=1"],
        ),
    ];
    for (given, less, more) in cases {
        let mut expected: Vec<_> = ADDED.iter().filter(|line| !less.contains(line)).chain(more).copied().collect();
        expected.sort_unstable();
        assert_eq!(lines(&target_headers::to_target(&request(Method::GET, "", given, ""))), expected, "{given:?}");
    }
}

#[test]
fn cookies_go_on_as_one_header() {
    let mut request = get("");
    request.cookies = vec!["a=1".to_owned(), "b=2; c".to_owned()];
    assert_eq!(target_headers::to_target(&request).get("cookie").unwrap(), "a=1; b=2; c");
}

#[test]
#[rustfmt::skip]
fn an_answers_headers_are_the_targets_less_those_of_its_connection() {
    let given = [
        ("connection", "close, x-hop"), ("x-hop", "1"), ("content-length", "3"), ("date", "now"), ("server", "nginx"),
        ("keep-alive", "x"), ("proxy-authenticate", "x"), ("te", "x"), ("trailer", "x"),
        ("transfer-encoding", "chunked"), ("upgrade", "h2c"), ("via", "1.1 x"), ("content-encoding", "gzip"),
        ("content-type", "text/plain"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("www-authenticate", "Basic"),
        ("location", "/elsewhere"),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        headers.append(name, HeaderValue::from_static(value));
    }
    headers.append("x-utf-8", HeaderValue::from_bytes("é".as_bytes()).unwrap());
    headers.append("x-latin-1", HeaderValue::from_bytes(b"\xe9").unwrap());
    let expected = [
        "content-encoding: gzip", "content-type: text/plain", "location: /elsewhere", "set-cookie: a=1",
        "set-cookie: b=2", "www-authenticate: Basic", "x-amzn-remapped-connection: close, x-hop",
        "x-amzn-remapped-content-length: 3", "x-amzn-remapped-date: now", "x-amzn-remapped-server: nginx",
        "x-latin-1: é", "x-utf-8: é",
    ];
    assert_eq!(lines(&target_headers::to_client(&headers)), expected);
}

/// The URI and the changed headers after `parameters` were applied.
pub(super) fn mapped(
    parameters: &Value,
    query: &str,
    body: &'static str,
) -> Result<(String, Vec<String>), String> {
    let given = [("x-tag", "client"), ("x-user", "forged"), ("user-agent", "curl"), ("accept", "*/*")];
    let (request, stage_variables) = (request(Method::POST, query, &given, body), StageVariables::new());
    let values = super::parameters("a%2Fb", "c/d%3F");
    let item = json!({"uri": "https://t.example/{id}?k=1", "requestParameters": parameters});
    let http = parse(&item, &[]).unwrap_or_else(|problems| panic!("{parameters}: {problems:?}"));
    let sent = http
        .request(&context(&request, &stage_variables, &values))
        .map_err(|error| crate::error::chain(&error))?;
    let ours = lines(sent.headers())
        .into_iter()
        .filter(|line| line.starts_with("x-tag") || line.starts_with("x-user"));
    Ok((sent.uri().to_string(), ours.collect()))
}

#[test]
#[rustfmt::skip]
fn request_parameters_change_headers_query_and_path() {
    const URI: &str = "https://t.example/a%2Fb?k=1&q=x";
    let both = ["x-tag: client", "x-user: forged"];
    let cases: [(Value, &str, &[&str]); 14] = [
        (json!({"append:header.X-Tag": "$request.querystring.q"}), URI, &["x-tag: client", "x-tag: x", "x-user: forged"]),
        (json!({"overwrite:header.x-tag": "${request.path.id}!"}), URI, &["x-tag: a/b!", "x-user: forged"]),
        (json!({"overwrite:header.x-user": "$request.body.user.id"}), URI, &["x-tag: client", "x-user: 7"]),
        (json!({"overwrite:header.x-user": "$request.body.absent"}), URI, &["x-tag: client"]),
        (json!({"append:header.x-user": "$request.body.absent"}), URI, &both),
        (json!({"remove:header.x-user": ""}), URI, &["x-tag: client"]),
        (json!({"append:querystring.q": "a&b=c#"}), "https://t.example/a%2Fb?k=1&q=x&q=a%26b%3Dc%23", &both),
        (json!({"overwrite:querystring.q": 5}), "https://t.example/a%2Fb?k=1&q=5", &both),
        (json!({"remove:querystring.q": "", "remove:querystring.k": ""}), "https://t.example/a%2Fb", &both),
        (json!({"overwrite:path": "/fixed path/%41"}), "https://t.example/fixed%20path/%41?k=1&q=x", &both),
        (json!({"overwrite:path": "$request.path"}), "https://t.example/things/a%2Fb/c?k=1&q=x", &both),
        (
            json!({"overwrite:path": "v2/${request.path.id}/$$/${request.path.proxy}/${request.body.deep}"}),
            "https://t.example/v2/a%2Fb/$/c/d%3F/%2F.x%2Fy%3F?k=1&q=x",
            &both,
        ),
        (
            json!({"append:header.x-tag": "2", "overwrite:header.x-tag": "1", "remove:header.x-user": ""}),
            URI,
            &["x-tag: 1", "x-tag: 2"],
        ),
        (json!({"overwrite:header.x-user": "$context.identity.sourceIp"}), URI, &["x-tag: client", "x-user: 192.0.2.7"]),
    ];
    let body = r#"{"user": {"id": 7}, "deep": "/.x/y?"}"#;
    for (parameters, uri, headers) in cases {
        let expected = (uri.to_owned(), headers.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(mapped(&parameters, "q=x", body), Ok(expected), "{parameters}");
    }
}

#[test]
fn an_encoded_name_in_the_query_is_the_same_name() {
    let parameters = json!({"overwrite:querystring.a b": "safe"});
    let sent = mapped(&parameters, "a+b=1&a%20b=2&%61%20b&A+b=3&", "").map(|(uri, _)| uri);
    assert_eq!(sent.as_deref(), Ok("https://t.example/a%2Fb?k=1&A+b=3&&a%20b=safe"));
}

#[test]
#[rustfmt::skip]
fn a_value_that_cannot_be_used_is_the_clients_error() {
    let cases = [
        (json!({"overwrite:header.x-user": "$request.body.text"}), "invalid request body: $request.body.text is no header's value"),
        (json!({"overwrite:path": "/${request.body.absent}"}), "invalid request body: $request.body.absent is absent"),
        (json!({"overwrite:path": "/x/${request.body.up}"}), "malformed request: the target's path would have a dot segment"),
    ];
    for (parameters, expected) in cases {
        let body = r#"{"text": "a\r\nb: c", "up": ".."}"#;
        assert_eq!(mapped(&parameters, "", body), Err(expected.to_owned()), "{parameters}");
    }
    let no_json = mapped(&json!({"append:querystring.q": "$request.body.x"}), "", "{").unwrap_err();
    assert!(no_json.starts_with("invalid request body: no JSON"), "{no_json}");
}

#[test]
fn a_type_is_checked_before_anything_is_sent() {
    let parameters = json!({"append:querystring.n": "$number(request.querystring.n)", "overwrite:header.x-user": "$boolean(request.body.yes)",
        "overwrite:path": "$number(request.querystring.n)", "overwrite:header.x-tag": "$json(request.querystring['j[0]'])"});
    let sent = mapped(&parameters, "n=%2B07.50&j[0]={%22a%22:+1}", r#"{"yes": "true"}"#).unwrap();
    let lines = ["x-tag: {\"a\":1}".to_owned(), "x-user: true".to_owned()];
    assert_eq!(
        sent,
        ("https://t.example/7.50?k=1&n=%2B07.50&j[0]={%22a%22:+1}&n=7.50".to_owned(), lines.to_vec())
    );
    let cases = [
        (
            "n=x",
            r#"{"yes": true}"#,
            "malformed request: $request.querystring.n is no number that DynamoDB can hold",
        ),
        ("n=1", r#"{"yes": 1}"#, "invalid request body: $request.body.yes is no boolean: true or false"),
        ("n=1&j[0]={", r#"{"yes": true}"#, "malformed request: $request.querystring['j[0]'] is no JSON"),
    ];
    for (query, body, expected) in cases {
        assert_eq!(mapped(&parameters, query, body), Err(expected.to_owned()), "{query}");
    }
}

#[test]
fn a_value_within_a_header_stays_within_its_quotes_and_its_cookie() {
    let body = r#"{"name": "a\"; role=\"admin\\"}"#;
    let quoted = json!({"overwrite:header.x-user": "name=\"${request.body.name}\"; role=\"guest\""});
    let (_, lines) = mapped(&quoted, "", body).unwrap();
    assert_eq!(lines[1], r#"x-user: name="a\"; role=\"admin\\"; role="guest""#);

    let cookie = json!({"overwrite:header.cookie": "a=${request.querystring.q}; b=1"});
    let item = json!({"uri": "https://t.example/{id}", "requestParameters": cookie});
    let (request, stage_variables) = (request(Method::POST, "q=1;+admin=1", &[], ""), StageVariables::new());
    let values = super::parameters("1", "");
    let sent = parse(&item, &[]).unwrap().request(&context(&request, &stage_variables, &values)).unwrap();
    assert_eq!(sent.headers()["cookie"], "a=1%3B%20admin=1; b=1");
    let split =
        mapped(&json!({"overwrite:header.x-user": "<${request.body.name}>"}), "", r#"{"name": "a\r\nb: c"}"#);
    assert_eq!(split, Err("invalid request body: $request.body.name is no header's value".to_owned()));
}
