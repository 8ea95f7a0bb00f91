//! Answers that are none, and the causes that the log has for them.

use serde_json::json;

use super::*;
use crate::http_client::tls_server::TlsServer;

/// The cause of having no keys, without the URL.
async fn cause(issuer: &TestIssuer, source: &JwksSource) -> String {
    // Short for what hangs, long for what does not.
    let keys = IssuerKeys::with_call_limit(Duration::from_millis(400));
    let error = keys.keys(source, Some("a"), at(0)).await.unwrap_err();
    chain(&error).replace(&issuer.url, "").replace("the issuer's keys cannot be had: no keys from ", "")
}

#[tokio::test]
async fn a_key_set_that_cannot_be_had_is_refused_with_the_cause() {
    let ten_megabytes = "a".repeat(10_000_000);
    let chunk = format!("{:x}\r\n{ten_megabytes}\r\n0\r\n\r\n", ten_megabytes.len());
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}");
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
    let too_long = "its answer is longer than 150000 bytes";
    let late = "its answer was not there within 400ms";
    let cases = [
        (Answer::Bytes(redirect.into()), "its status is 302 Found"),
        (Answer::of("404 Not Found", ""), "its status is 404 Not Found"),
        (Answer::of("204 No Content", ""), "its status is 204 No Content"),
        (Answer::of("200 OK", ten_megabytes), too_long),
        (Answer::Bytes(chunked.into()), too_long),
        (Answer::of("200 OK", "a".repeat(150_001)), too_long),
        (Answer::Silence, late),
        (Answer::Drip, late),
        (Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".into()), "its answer broke off"),
        (Answer::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".into()), "it cannot be called: no HTTP response"),
        (Answer::of("200 OK", "<html>"), "it is no key set that can be used: it is no JSON"),
        (Answer::of("200 OK", [0xff, 0]), "it is no key set that can be used: it is no JSON"),
        (Answer::json(&json!([])), "it is no key set that can be used: it has no list `keys`"),
        (Answer::keys(&[]), "it is no key set that can be used: none of its keys can verify a token"),
    ];
    let issuer = TestIssuer::start().await;
    for (answer, expected) in cases {
        issuer.says("/jwks", answer);
        let cause = cause(&issuer, &by_uri(&issuer)).await;
        assert!(cause.starts_with(&format!("/jwks: {expected}")), "{expected}: {cause}");
        assert_eq!(issuer.calls(), ["/jwks"], "{expected}");
    }
}

#[tokio::test]
async fn a_discovery_document_that_is_not_this_issuers_is_refused_with_the_cause() {
    let issuer = TestIssuer::start().await;
    let url = &issuer.url;
    let of = |issuer: &str, jwks_uri: &str| Answer::json(&json!({"issuer": issuer, "jwks_uri": jwks_uri}));
    let (none, other, jwks_uri) = (
        "it is no discovery document",
        "it is the discovery document of another issuer",
        "its jwks_uri may not be called",
    );
    let twice = format!(r#"{{"issuer":"https://other.example","issuer":"{url}","jwks_uri":"{url}/jwks"}}"#);
    let cases = [
        (of("https://other.example", &format!("{url}/jwks")), other),
        (of(&format!("{url}/"), &format!("{url}/jwks")), other),
        (of(&url.to_uppercase(), &format!("{url}/jwks")), other),
        (Answer::json(&json!({"issuer": [url], "jwks_uri": format!("{url}/jwks")})), other),
        (of(url, "http://169.254.169.254/latest/meta-data"), jwks_uri),
        (of(url, "https://169.254.169.254/latest/meta-data"), jwks_uri),
        (of(url, "http://8.8.8.8/jwks"), jwks_uri),
        (of(url, "file:///etc/passwd"), jwks_uri),
        (of(url, "/jwks"), jwks_uri),
        (Answer::json(&json!({"issuer": url})), none),
        (Answer::json(&json!({"issuer": url, "jwks_uri": 1})), none),
        (Answer::json(&json!({"jwks_uri": format!("{url}/jwks")})), none),
        (Answer::json(&json!([])), none),
        (Answer::of("200 OK", twice), none),
        (Answer::of("200 OK", "[".repeat(149_000)), none),
    ];
    for (answer, expected) in cases {
        issuer.says(DISCOVERY, answer);
        assert_eq!(cause(&issuer, &by_discovery(&issuer)).await, format!("{DISCOVERY}: {expected}"));
        assert_eq!(issuer.calls(), [DISCOVERY], "{expected}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_an_address_that_is_not_listed_gets_no_call() {
    let issuer = TestIssuer::start().await;
    let url = issuer.url.replace("127.0.0.1", "localhost");
    let listing = GuardedClient::new(&["10.0.0.0/8".to_owned()]).unwrap();
    for url in [format!("{url}/jwks"), format!("{}/jwks", url.replace("http:", "https:"))] {
        let cause = cause(&issuer, &JwksSource::at(&url, &listing).unwrap()).await;
        assert!(cause.contains("localhost has no address that is allowed"), "{cause}");
    }
    assert_eq!(issuer.calls(), NONE);
}

/// No key comes from whoever has only taken an issuer's address.
#[tokio::test]
async fn a_server_whose_certificate_nobody_has_signed_gives_no_keys() {
    let server = TlsServer::start(r#"{"keys":[]}"#).await;
    let url = format!("https://127.0.0.1:{}/jwks", server.port);
    let keys = IssuerKeys::with_call_limit(Duration::from_secs(20));
    let error = keys.keys(&JwksSource::at(&url, &client()).unwrap(), Some("a"), at(0)).await.unwrap_err();
    let cause = chain(&error);
    assert!(cause.ends_with("invalid peer certificate: UnknownIssuer"), "{cause}");
}

#[tokio::test]
async fn a_query_is_sent_and_not_logged() {
    let issuer = TestIssuer::start().await;
    let source = JwksSource::at(&format!("{}/jwks?secret=hush", issuer.url), &client()).unwrap();
    assert_eq!(cause(&issuer, &source).await, "/jwks: its status is 404 Not Found");
    assert_eq!(issuer.calls(), ["/jwks?secret=hush"]);
}
