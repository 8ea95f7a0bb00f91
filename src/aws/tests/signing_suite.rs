//! AWS's own test suite of Signature Version 4: canonical requests and signatures to the byte.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, HOST},
};

use super::{KEY_ID, signer, time};
use crate::{
    aws::{canonical, service::SigningForm, signature::Signed},
    digest::{Sha256, push_hex},
};

const SUITE: &str = include_str!("signing_suite.txt");
const CASES: usize = 32;

/// One case of the suite; parts that it does not have are empty.
struct Case<'a> {
    name: &'a str,
    parts: Vec<(&'a str, &'a str)>,
}

impl<'a> Case<'a> {
    fn part(&self, name: &str) -> Option<&'a str> {
        self.parts.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }
}

/// A request as the suite writes it.
struct Written<'a> {
    method: Method,
    path: &'a str,
    query: &'a str,
    headers: HeaderMap,
    body: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let blocks = SUITE.split("\n==== ").skip(1);
    let cases = blocks.map(|block| {
        let mut parts = block.trim_end_matches('\n').split("\n---- ");
        let name = parts.next().unwrap();
        Case { name, parts: parts.map(|part| part.split_once('\n').unwrap()).collect() }
    });
    cases.collect()
}

fn written(text: &str) -> Written<'_> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (line, lines) = head.split_once('\n').unwrap();
    let (method, target) = line.strip_suffix(" HTTP/1.1").unwrap().split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = HeaderMap::new();
    // A folded header is one with spaces (RFC 9112 §5.2).
    for line in lines.replace("\n ", " ").lines() {
        let (name, value) = line.split_once(':').unwrap();
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    Written { method: method.parse().unwrap(), path, query, headers, body }
}

#[test]
fn signs_every_request_of_awss_own_test_suite() {
    let cases = cases();
    assert_eq!(cases.len(), CASES);
    for case in &cases {
        let expected = case.part("canonical request").unwrap();
        let Written { method, path, query, mut headers, body } = written(case.part("request").unwrap());
        if expected.contains("x-amz-content-sha256:") {
            let mut hash = String::new();
            push_hex(&mut hash, &Sha256::of(body));
            headers.insert("x-amz-content-sha256", hash.parse().unwrap());
        }
        assert!(headers.contains_key(HOST), "{}", case.name);

        let (region, service) = match case.part("scope") {
            None => ("us-east-1", "service"),
            Some("us-east-2/lambda") => ("us-east-2", "lambda"),
            Some(other) => panic!("an unknown scope: {other}"),
        };
        let date = expected.split("x-amz-date:").nth(1).unwrap().lines().next().unwrap();
        let signed = Signed { method: &method, path, query, body: body.as_bytes() };
        signer(case.part("token"), region, service).sign(signed, &mut headers, time(date));
        let authorization = headers.remove(AUTHORIZATION).unwrap();

        assert_eq!(
            canonical::request(signed, &headers, SigningForm::General).text,
            expected,
            "{}",
            case.name
        );
        let Some(signature) = case.part("signature") else { continue };
        let names = expected.lines().rev().nth(1).unwrap();
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/{}/{region}/{service}/aws4_request, SignedHeaders={names}, \
             Signature={signature}",
            &date[..8],
        );
        assert_eq!(authorization, expected.as_str(), "{}", case.name);
    }
}
