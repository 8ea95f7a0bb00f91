//! Which texts are key sets, and which keys of one can be used.

use serde_json::{Value, json};

use super::{
    super::{KeySetError, TokenError, verify},
    Issuer, now, parse, rules,
};

const GOOD: &[u8] = br#"{"iss":"https://issuer.example","aud":"app","exp":1800000060}"#;

#[test]
fn a_text_that_is_no_usable_key_set_is_refused_with_the_reason() {
    let key = Issuer::new().key();
    let with = |name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let cases = [
        (json!({"keys": vec![key.clone(); 100]}).to_string(), None),
        (json!({"keys": vec![key.clone(); 101]}).to_string(), Some(KeySetError::TooManyKeys)),
        (json!({"keys": [key], "more": "a".repeat(149_000)}).to_string(), None),
        (json!({"keys": [key], "more": "a".repeat(150_000)}).to_string(), Some(KeySetError::TooLong)),
        ("{}".to_owned(), Some(KeySetError::NoKeys)),
        ("[]".to_owned(), Some(KeySetError::NoKeys)),
        (json!({"keys": {"a": key}}).to_string(), Some(KeySetError::NoKeys)),
        (json!({"keys": []}).to_string(), Some(KeySetError::NoUsableKey)),
        (json!({"keys": [null, 1, [], {}]}).to_string(), Some(KeySetError::NoUsableKey)),
        (json!({"keys": [key, with("d", json!("AA"))]}).to_string(), Some(KeySetError::PrivateKey)),
    ];
    for (text, expected) in cases {
        let start = text.chars().take(80).collect::<String>();
        assert_eq!(super::KeySet::parse(text.as_bytes()).err(), expected, "{start}");
    }
    for text in ["", "{", r#"{"keys":[],"keys":[]}"#, "\u{feff}{}", &"[".repeat(100_000)] {
        let refused = super::KeySet::parse(text.as_bytes()).err();
        assert!(matches!(refused, Some(KeySetError::NoJson(_))), "{refused:?}");
    }
}

/// A modulus of so many bits.
fn modulus(bits: usize, last: u8) -> String {
    let mut bytes = vec![0; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    *bytes.last_mut().unwrap() = last;
    base64_of(&bytes)
}

fn base64_of(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}

#[test]
fn a_key_is_used_only_if_it_can_verify_a_token() {
    let rsa = |n: String, e: &[u8]| json!({"kty": "RSA", "n": n, "e": base64_of(e)});
    let ec = |crv: &str, x: usize, y: usize| json!({"kty": "EC", "crv": crv, "x": base64_of(&vec![1; x]), "y": base64_of(&vec![1; y])});
    let okp = |crv: &str, x: usize| json!({"kty": "OKP", "crv": crv, "x": base64_of(&vec![1; x])});
    let and = |mut key: Value, name: &str, value: Value| {
        key[name] = value;
        key
    };
    let e = [1, 0, 1];
    let cases = [
        (rsa(modulus(2_048, 1), &e), true),
        (rsa(modulus(8_192, 1), &e), true),
        (rsa(modulus(2_047, 1), &e), false),
        (rsa(modulus(8_193, 1), &e), false),
        (rsa(modulus(2_048, 2), &e), false),
        (rsa(String::new(), &e), false),
        (rsa(base64_of(&[0; 300]), &e), false),
        (rsa(modulus(2_048, 1), &[]), false),
        (rsa(modulus(2_048, 1), &[0]), false),
        (rsa(modulus(2_048, 1), &[1]), false),
        (rsa(modulus(2_048, 1), &[3]), true),
        (rsa(modulus(2_048, 1), &[4]), false),
        (rsa(modulus(2_048, 1), &[0, 0, 0, 0, 0, 0, 0, 0, 3]), true),
        (rsa(modulus(2_048, 1), &[1, 0xff, 0xff, 0xff, 0xff]), true),
        (rsa(modulus(2_048, 1), &[2, 0, 0, 0, 1]), false),
        (rsa(modulus(2_048, 1), &[1; 9]), false),
        (rsa("*".to_owned(), &e), false),
        (json!({"kty": "RSA", "n": modulus(2_048, 1)}), false),
        (ec("P-256", 32, 32), true),
        (ec("P-256", 31, 32), false),
        (ec("P-256", 32, 33), false),
        (ec("P-384", 48, 48), true),
        (ec("P-384", 32, 32), false),
        (ec("P-521", 66, 66), true),
        (ec("P-521", 65, 66), false),
        (ec("secp256k1", 32, 32), false),
        (okp("Ed25519", 32), true),
        (okp("Ed25519", 31), false),
        (okp("X25519", 32), false),
        (okp("Ed448", 57), false),
        (json!({"kty": "oct", "k": "AA"}), false),
        (json!({"kty": 1}), false),
        (and(okp("Ed25519", 32), "use", json!("sig")), true),
        (and(okp("Ed25519", 32), "use", json!("enc")), false),
        (and(okp("Ed25519", 32), "use", json!(null)), false),
        (and(okp("Ed25519", 32), "key_ops", json!(["verify"])), true),
        (and(okp("Ed25519", 32), "key_ops", json!(["sign"])), false),
        (and(okp("Ed25519", 32), "key_ops", json!("verify")), false),
        (and(okp("Ed25519", 32), "alg", json!("EdDSA")), true),
        (and(okp("Ed25519", 32), "alg", json!("ES256")), false),
        (and(okp("Ed25519", 32), "alg", json!("HS256")), false),
        (and(okp("Ed25519", 32), "alg", json!(null)), false),
        (and(okp("Ed25519", 32), "kid", json!(1)), false),
        (and(rsa(modulus(2_048, 1), &e), "alg", json!("RSA-OAEP")), false),
        (and(rsa(modulus(2_048, 1), &e), "alg", json!("PS512")), true),
    ];
    for (key, expected) in cases {
        assert_eq!(parse(json!({"keys": [key]})).is_ok(), expected, "{key}");
    }
}

#[test]
fn a_token_is_tried_with_the_keys_of_its_kid_and_without_one_with_all() {
    let issuer = Issuer::new();
    let id = |id: &str| {
        let mut key = issuer.key();
        key["kid"] = json!(id);
        key
    };
    let other = json!({"kty": "OKP", "crv": "Ed25519", "x": base64_of(&[1; 32]), "kid": "a"});
    let (named, bare) = (r#"{"alg":"EdDSA","kid":"a"}"#, r#"{"alg":"EdDSA"}"#);
    let cases = [
        (vec![id("a")], named, None),
        (vec![other.clone(), id("a")], named, None),
        (vec![id("b")], named, Some(TokenError::UnknownKey)),
        (vec![issuer.key()], named, Some(TokenError::UnknownKey)),
        (vec![other.clone(), id("b")], named, Some(TokenError::Signature)),
        (vec![other.clone(), id("b")], bare, None),
        (vec![other], bare, Some(TokenError::Signature)),
    ];
    for (keys, header, expected) in cases {
        let keys = parse(json!({"keys": keys})).unwrap();
        let token = issuer.sign(header.as_bytes(), GOOD);
        assert_eq!(verify(&token, &keys, &rules(), now()).err(), expected, "{keys:?}");
    }
}
