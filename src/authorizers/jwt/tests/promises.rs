//! What holds for any bytes.

use proptest::prelude::*;

use super::{
    super::{KeySet, verify},
    Issuer, NOW_SECONDS, now, rules, vectors,
};

#[test]
fn a_good_token_with_a_bit_of_any_character_flipped_is_refused() {
    let vectors = vectors::read();
    let good: Vec<_> = vectors.all.iter().filter(|vector| vector.name.ends_with(": good")).collect();
    assert_eq!(good.len(), 10);
    for vector in good {
        let keys = &vectors.key_sets[&vector.keys];
        assert!(verify(&vector.token, keys, &rules(), now()).is_ok(), "{}", vector.name);
        for at in 0..vector.token.len() {
            let mut flipped = vector.token.clone().into_bytes();
            flipped[at] ^= 1 << (at % 7);
            let flipped = String::from_utf8(flipped).unwrap();
            assert!(verify(&flipped, keys, &rules(), now()).is_err(), "{}: {flipped}", vector.name);
        }
    }
}

/// JSON as somebody who means harm writes it: names of claims with values of any kind.
fn hostile_json() -> impl Strategy<Value = String> {
    let names = "iss aud exp nbf iat sub scope scp alg kid crit keys kty n e x crv use key_ops \
                 $serde_json::private::Number $serde_json::private::RawValue";
    let name = prop::sample::select(names.split(' ').collect::<Vec<_>>());
    let number =
        prop_oneof!["-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,9})?", Just("1e308".to_owned())];
    let text = "[a-zA-Z0-9_ -]{0,40}".prop_map(|text| format!("\"{text}\""));
    let word =
        prop::sample::select(vec!["null", "true", "\"EdDSA\"", "\"RSA\"", "\"OKP\"", "\"AQAB\"", "NaN"]);
    let leaf = prop_oneof![number, text, word.prop_map(str::to_owned)];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let members = prop::collection::vec((name.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|list| format!("[{}]", list.join(","))),
            members.prop_map(|members| {
                let members = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics_and_none_is_a_token(text in "\\PC{0,200}", parts in "[A-Za-z0-9_=-]{0,60}(\\.[A-Za-z0-9_=-]{0,60}){0,4}") {
        let keys = Issuer::new().keys();
        prop_assert!(verify(&text, &keys, &rules(), now()).is_err());
        prop_assert!(verify(&parts, &keys, &rules(), now()).is_err());
    }

    #[test]
    fn no_header_and_no_payload_panics(header in hostile_json(), payload in hostile_json(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let issuer = Issuer::new();
        let good = br#"{"alg":"EdDSA"}"#;
        for token in [
            issuer.sign(header.as_bytes(), payload.as_bytes()),
            issuer.sign(good, payload.as_bytes()),
            issuer.sign(good, &bytes),
            issuer.sign(&bytes, payload.as_bytes()),
        ] {
            prop_assert!(verify(&token, &issuer.keys(), &rules(), now()).is_err());
        }
        // Whatever else a good token says.
        let payload = format!(r#"{{"iss":"https://issuer.example","aud":"app","exp":{},"more":{payload}}}"#, NOW_SECONDS + 1);
        if let Ok(claims) = verify(&issuer.sign(good, payload.as_bytes()), &issuer.keys(), &rules(), now()) {
            prop_assert_eq!(claims.as_text_1_0().len(), claims.as_text_2_0().len());
            prop_assert!(claims.token_scopes().is_empty());
        }
    }

    #[test]
    fn no_key_set_panics(text in hostile_json(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let keys = format!(r#"{{"keys":[{text}]}}"#);
        for set in [text.as_bytes(), keys.as_bytes(), &bytes] {
            if let Ok(keys) = KeySet::parse(set) {
                let token = Issuer::new().sign(br#"{"alg":"EdDSA"}"#, b"{}");
                prop_assert!(verify(&token, &keys, &rules(), now()).is_err());
            }
        }
    }

    #[test]
    fn a_token_is_good_from_its_first_moment_to_its_last_and_the_leeway_around_them(
        begins_in in -1_000_i64..1_000,
        lasts in 1_i64..1_000,
        leeway_seconds in 0_u64..=120,
    ) {
        let issuer = Issuer::new();
        let begins = i64::try_from(NOW_SECONDS).unwrap() + begins_in;
        let payload = format!(
            r#"{{"iss":"https://issuer.example","aud":"app","nbf":{begins},"exp":{}}}"#,
            begins + lasts
        );
        let token = issuer.sign(br#"{"alg":"EdDSA"}"#, payload.as_bytes());
        let mut rules = rules();
        rules.leeway_seconds = leeway_seconds;
        let leeway = i64::try_from(leeway_seconds).unwrap();
        let expected = begins_in <= leeway && begins_in + lasts > -leeway;
        prop_assert_eq!(verify(&token, &issuer.keys(), &rules, now()).is_ok(), expected);
    }
}
