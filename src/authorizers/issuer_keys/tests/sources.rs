//! The URLs that an item may name.

use super::{super::jwks_source::JwksLocation, *};

#[test]
fn keys_are_at_https_urls_and_at_http_urls_of_listed_addresses_only() {
    let listing = GuardedClient::new(&["10.0.0.0/8".to_owned()]).unwrap();
    let long = format!("https://issuer.example/{}", "a".repeat(2_048));
    let cases = [
        ("https://issuer.example/jwks", true, true),
        ("https://issuer.example:8443/jwks?kind=a", true, true),
        ("HTTPS://issuer.example", true, true),
        ("https://8.8.8.8/jwks", true, true),
        ("https://10.1.2.3/jwks", false, true),
        ("http://10.1.2.3:8080/jwks", false, true),
        ("http://issuer.internal/jwks", false, true),
        ("http://8.8.8.8/jwks", false, false),
        ("https://169.254.169.254/jwks", false, false),
        ("https://2130706433/jwks", false, false),
        ("https://user:secret@issuer.example/", false, false),
        ("https://issuer.example/#a", false, false),
        ("https://issuer.example:0/", false, false),
        ("https://issuer.example:99999/", false, false),
        ("https:///jwks", false, false),
        ("ftp://issuer.example/", false, false),
        ("issuer.example", false, false),
        ("/jwks", false, false),
        ("", false, false),
        (&long, false, false),
    ];
    for (url, without_list, with_list) in cases {
        let found = [&GuardedClient::default(), &listing].map(|client| JwksSource::at(url, client).is_ok());
        assert_eq!(found, [without_list, with_list], "{url}");
    }
}

#[test]
fn a_discovery_document_is_below_its_issuer() {
    let cases = [
        ("https://issuer.example", Some("https://issuer.example/.well-known/openid-configuration")),
        ("https://issuer.example/", Some("https://issuer.example/.well-known/openid-configuration")),
        ("https://issuer.example/a/", Some("https://issuer.example/a/.well-known/openid-configuration")),
        ("https://issuer.example?a=1", None),
        ("issuer.example", None),
        ("http://issuer.example", None),
    ];
    for (issuer, expected) in cases {
        let source = JwksSource::discovered(issuer, &GuardedClient::default());
        let found = source.ok().map(|source| match &source.key().location {
            JwksLocation::Discovery { document, .. } => document.to_string(),
            JwksLocation::Jwks(url) => url.to_string(),
        });
        assert_eq!(found.as_deref(), expected, "{issuer}");
    }
}
