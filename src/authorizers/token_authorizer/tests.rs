//! Tokens of several user pools, each judged by the pool that its `iss` names.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::{
    http_client::GuardedClient,
    testing::{TestRequest, read},
};

/// A user pool with a key of its own.
struct Pool {
    name: &'static str,
    key: Ed25519KeyPair,
}

impl Pool {
    fn new(name: &'static str, seed: u8) -> Self {
        Self { name, key: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap() }
    }

    fn issuer(&self) -> String {
        format!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_{}", self.name)
    }

    fn authorizer(&self) -> TokenAuthorizer {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        let arn = format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_{}", self.name);
        let jwks = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] });
        let json = json!({ "jwks": jwks, "providerARNs": [arn] });
        let parse = |fields: crate::item::Fields<'_>| {
            TokenAuthorizer::parse_cognito(&fields, [0; 32], &GuardedClient::default())
        };
        read(&json, parse).0.unwrap()
    }

    /// An ID token that names `issuer`.
    fn token(&self, issuer: &str) -> String {
        let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let claims = json!({ "iss": issuer, "sub": "ada", "exp": 1_000, "token_use": "id" });
        let signed = format!("{}.{}", encoded(json!({ "alg": "EdDSA" })), encoded(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

#[tokio::test]
async fn each_token_is_judged_by_the_keys_of_the_pool_that_it_names() {
    let (a, b, c) = (Pool::new("A", 1), Pool::new("B", 2), Pool::new("C", 3));
    let mut both = a.authorizer();
    both.issuers.extend(b.authorizer().issuers);
    let (tokens, issuers) = (VerifiedTokens::default(), IssuerKeys::default());
    let authorize = async |token: String| {
        let mut world = TestRequest::new("");
        world.request.headers.insert("authorization", token.parse().unwrap());
        let found = both.authorize(&world.context(), &[], &tokens, &issuers).await;
        found.map(|principal| principal.identity().clone()).map_err(|error| error.to_string())
    };
    for pool in [&a, &b] {
        let ada = PrincipalIdentity::of_subject(&pool.issuer(), "ada");
        for _ in 0..2 {
            assert_eq!(authorize(pool.token(&pool.issuer())).await, Ok(ada.clone()));
        }
    }
    let signature = Err("bad token: the token's signature is invalid".to_owned());
    assert_eq!(authorize(a.token(&b.issuer())).await, signature);
    assert_eq!(authorize(b.token(&a.issuer())).await, signature);
    let issuer = Err("bad token: issuer does not match".to_owned());
    assert_eq!(authorize(c.token(&c.issuer())).await, issuer);
    assert_eq!(authorize(a.token("")).await, issuer);
}
