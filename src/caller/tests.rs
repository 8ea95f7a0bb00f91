//! Identities, digests and words of callers, of all kinds.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::message::CognitoIdentity;

fn token(identity: PrincipalIdentity) -> Principal {
    Principal::Token(TokenPrincipal {
        identity,
        id: Some("ada".to_owned()),
        claims: ClaimTexts {
            of_rest_apis: [("roles".to_owned(), "a,b".to_owned())].into(),
            of_http_apis: [("roles".to_owned(), "[a b]".to_owned())].into(),
        },
        scopes: Some(vec!["orders:read".to_owned()]),
        place: TokenPlace::Header(AUTHORIZATION),
    })
}

fn function(identity: PrincipalIdentity, id: Option<&str>, context: Value) -> Principal {
    Principal::Function(FunctionPrincipal {
        identity,
        id: id.map(str::to_owned),
        context: Arc::new(FunctionContext::new(context.as_object().unwrap().clone())),
        usage_identifier_key: Some("a-secret-key-of-20-characters".to_owned()),
        latency_ms: 7,
        places: [TokenPlace::Header(AUTHORIZATION), TokenPlace::Querystring("tenant".into())].into(),
    })
}

fn iam(user_arn: &str, cognito_identity_id: Option<&str>) -> Principal {
    Principal::Iam(IamPrincipal::new(IamIdentity {
        access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        account_id: "111122223333".to_owned(),
        caller_id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        cognito_identity: cognito_identity_id.map(|id| CognitoIdentity {
            amr: vec!["authenticated".to_owned()],
            identity_id: id.to_owned(),
            identity_pool_id: "pool".to_owned(),
        }),
        principal_org_id: None,
        user_arn: user_arn.to_owned(),
        user_id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
    }))
}

const ADA: &str = "arn:aws:iam::111122223333:user/ada";

/// What the identity is made of, which tells callers apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Facts {
    Subject(String, String),
    Token(String),
    PrincipalId(String, String),
    IdentitySources(String, String),
    Arn(String, Option<String>),
}

impl Facts {
    fn principal(&self) -> Principal {
        match self {
            Self::Subject(issuer, subject) => token(PrincipalIdentity::of_subject(issuer, subject)),
            Self::Token(digest) => token(PrincipalIdentity::of_token(digest)),
            Self::PrincipalId(authorizer, id) => {
                function(PrincipalIdentity::of_principal_id(authorizer, id), None, json!({}))
            }
            Self::IdentitySources(authorizer, digest) => {
                function(PrincipalIdentity::of_identity_sources(authorizer, digest), None, json!({}))
            }
            Self::Arn(arn, cognito) => iam(arn, cognito.as_deref()),
        }
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let pair = || ("[a:@1#fsic]{0,4}", "[a:@1#fsic]{0,4}");
    prop_oneof![
        pair().prop_map(|(issuer, subject)| Facts::Subject(issuer, subject)),
        "[0-9a-f]{2}".prop_map(Facts::Token),
        pair().prop_map(|(authorizer, id)| Facts::PrincipalId(authorizer, id)),
        pair().prop_map(|(authorizer, digest)| Facts::IdentitySources(authorizer, digest)),
        ("[a:@1#fsic]{0,4}", prop::option::of("[a:@1#fsic]{0,4}"))
            .prop_map(|(arn, cognito)| Facts::Arn(arn, cognito)),
    ]
}

#[test]
fn an_identity_is_the_keys_id_the_principals_or_both() {
    let ada = token(PrincipalIdentity::of_subject("https://issuer.example", "ada"));
    let identity = |api_key_id, principal| {
        Caller { api_key_id, principal, ..Caller::default() }
            .identity()
            .map(Cow::into_owned)
            .unwrap_or_default()
    };
    assert_eq!(identity(None, None), "");
    assert_eq!(identity(Some("k1"), None), "k1");
    assert_eq!(identity(None, Some(&ada)), "@22:https://issuer.exampleada");
    assert_eq!(identity(Some("k1"), Some(&ada)), "k1@22:https://issuer.exampleada");
    assert_eq!(identity(None, Some(&iam(ADA, None))), format!("@i{ADA}"));
}

proptest! {
    #[test]
    fn callers_that_differ_have_other_identities(
        keys in prop::array::uniform2(prop::option::of("[1a_-]{1,3}")),
        facts in prop::array::uniform2(prop::option::of(any_facts())),
    ) {
        let of = |index: usize| {
            let principal = facts[index].as_ref().map(Facts::principal);
            let caller = Caller { api_key_id: keys[index].as_deref(), principal: principal.as_ref(), ..Caller::default() };
            caller.identity().map(Cow::into_owned)
        };
        let is_one = keys[0] == keys[1] && facts[0] == facts[1];
        prop_assert_eq!(of(0) == of(1), is_one);
    }
}

#[test]
fn each_kind_stands_in_events_as_api_gateway_writes_it() {
    let v1 = |principal: &Principal| serde_json::to_value(principal.authorizer_v1()).unwrap();
    let v2 = |principal: &Principal| serde_json::to_value(principal.authorizer_v2()).unwrap();

    let token = token(PrincipalIdentity::of_subject("i", "ada"));
    assert_eq!(v1(&token), json!({ "claims": { "roles": "a,b" } }));
    assert_eq!(v2(&token), json!({ "jwt": { "claims": { "roles": "[a b]" }, "scopes": ["orders:read"] } }));

    let context = json!({ "tenant": 7, "integrationLatency": 1, "principalId": "eve" });
    let identity = || PrincipalIdentity::of_principal_id("partners", "ada");
    let named = function(identity(), Some("ada"), context.clone());
    assert_eq!(v1(&named), json!({ "principalId": "ada", "integrationLatency": 7, "tenant": "7" }));
    assert_eq!(v2(&named), json!({ "lambda": context }));
    let unnamed = function(identity(), None, context);
    assert_eq!(v1(&unnamed), json!({ "principalId": "eve", "integrationLatency": 7, "tenant": "7" }));

    let signed = iam(ADA, None);
    assert_eq!(v1(&signed), Value::Null);
    let expected = json!({ "iam": { "accessKey": "AKIAIOSFODNN7EXAMPLE", "accountId": "111122223333",
        "callerId": "AIDACKCEVSQ6C2EXAMPLE", "cognitoIdentity": null, "principalOrgId": null,
        "userArn": ADA, "userId": "AIDACKCEVSQ6C2EXAMPLE" } });
    assert_eq!(v2(&signed), expected);
}

#[test]
fn each_kind_answers_the_words_of_authorizer() {
    let identity = || PrincipalIdentity::of_principal_id("partners", "ada");
    let context = json!({ "tenant": 7, "principalId": "eve", "claims.roles": "no claim" });
    let token = token(PrincipalIdentity::of_subject("i", "ada"));
    let named = function(identity(), Some("ada"), context.clone());
    let unnamed = function(identity(), None, context);
    let signed = iam(ADA, None);
    let cases = [
        (&token, "principalId", Some("ada")),
        (&token, "claims.roles", Some("[a b]")),
        (&token, "roles", None),
        (&named, "principalId", Some("ada")),
        (&named, "tenant", Some("7")),
        (&named, "usageIdentifierKey", None),
        (&unnamed, "principalId", Some("eve")),
        (&signed, "principalId", Some(ADA)),
        (&signed, "userArn", None),
    ];
    for (principal, name, expected) in cases {
        let caller = Caller { principal: Some(principal), ..Caller::default() };
        assert_eq!(caller.authorizer_text(name), expected, "{name}");
    }
    assert_eq!(Caller::default().authorizer_text("principalId"), None);
}

#[test]
fn two_answers_of_one_principal_have_other_digests_if_they_say_other_things() {
    let identity = || PrincipalIdentity::of_principal_id("partners", "ada");
    let digest = |context| function(identity(), Some("ada"), context).digest().into_owned();
    assert_eq!(digest(json!({ "tenant": 7 })), digest(json!({ "tenant": 7 })));
    assert_ne!(digest(json!({ "tenant": 7 })), digest(json!({ "tenant": 8 })));
    // A role's keys are others every hour.
    let Principal::Iam(signed) = iam(ADA, None) else { panic!("an IAM caller") };
    let with = |change: fn(&mut IamIdentity)| {
        let mut caller = signed.caller().clone();
        change(&mut caller);
        IamPrincipal::new(caller).digest()
    };
    assert_eq!(with(|caller| caller.access_key = "ASIA…".to_owned()), signed.digest());
    assert_ne!(with(|caller| caller.user_id = "other".to_owned()), signed.digest());
    assert_ne!(with(|caller| caller.principal_org_id = Some("o-1".to_owned())), signed.digest());
}

#[test]
fn a_secret_is_not_in_what_is_printed() {
    let principal = function(PrincipalIdentity::of_principal_id("a", "b"), None, json!({}));
    assert_eq!(principal.usage_identifier_key(), Some("a-secret-key-of-20-characters"));
    assert!(!format!("{principal:?}").contains("a-secret-key"), "{principal:?}");
}
