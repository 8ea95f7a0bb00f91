//! `$context`.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::World;
use crate::{
    caller::{
        ClaimTexts, FunctionContext, FunctionPrincipal, IamPrincipal, Principal, PrincipalIdentity,
        TokenPlace, TokenPrincipal,
    },
    message::{CognitoIdentity, IamIdentity, Origin},
};

/// [LS: test_integration_mock_with_vtl_map_assignation and its kin]: names and their order, and that maps print nothing.
#[test]
fn the_keys_are_those_recorded_in_their_order() {
    #[rustfmt::skip]
    World::new().gives(&[
        ("#foreach($key in $context.keySet())$key #end",
         "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol requestOverride stage \
          domainPrefix requestTimeEpoch requestId identity domainName deploymentId responseOverride apiId "),
        ("[$context.get('identity')][$context.identity][$context.get('requestOverride')][$context.responseOverride][$context]", "[][][][][]"),
        ("#foreach($key in $context.identity.keySet())$key=$context.identity.get($key) #end",
         "cognitoIdentityPoolId= accountId= cognitoIdentityId= caller= sourceIp=192.0.2.1 principalOrgId= accessKey= \
          cognitoAuthenticationType= cognitoAuthenticationProvider= userArn= userAgent= user= "),
        ("#foreach($key in $context.requestOverride.keySet())$key #end", "path header querystring "),
        ("#foreach($key in $context.responseOverride.keySet())$key #end", "header "),
        ("[#foreach($key in $context.authorizer.keySet())$key#end][$context.authorizer.claims.sub]", "[][]"),
        ("$context.identity.size() $context.identity.containsKey('user') $context.identity.containsKey('x')", "12 true false"),
    ]);
}

#[test]
fn the_request_is_in_it() {
    let mut world = World::new();
    world.request.request.origin = Origin {
        account_id: "111122223333".to_owned(),
        api_id: "abc123".to_owned(),
        domain_name: "api.example.com".to_owned(),
        domain_prefix: "api".to_owned(),
        protocol: "HTTP/1.1".to_owned(),
        source_ip: "192.0.2.7".to_owned(),
        user_agent: "curl/8".to_owned(),
        time: "14/Apr/2025:22:12:48 +0000".to_owned(),
        time_epoch: 1_744_668_768_123,
        ..Origin::default()
    };
    #[rustfmt::skip]
    world.gives(&[
        ("$context.accountId $context.apiId $context.domainName $context.domainPrefix $context.protocol",
         "111122223333 abc123 api.example.com api HTTP/1.1"),
        ("$context.httpMethod $context.path $context.resourcePath $context.stage $context.deploymentId $context.resourceId",
         "GET /v1/orders/7 /orders/{id} v1 d1 GET /orders/{id}"),
        ("$context.requestId $context.extendedRequestId",
         "0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d 0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d"),
        ("$context.identity.sourceIp $context.identity.userAgent $context.requestTime", "192.0.2.7 curl/8 14/Apr/2025:22:12:48 +0000"),
        // reference/vtl.md §C 40: it behaves as a number.
        ("#set($seconds = $context.requestTimeEpoch / 1000)#set($before = $seconds - 60)$context.requestTimeEpoch $seconds $before",
         "1744668768123 1744668768 1744668708"),
        ("[$context.nope][$context.isCanaryRequest][$context.error.message][$context.identity.apiKeyId]", "[][][][]"),
        ("$context['requestId'].length()", "36"),
    ]);
}

#[test]
fn claims_are_texts() {
    let claims = BTreeMap::from([
        ("sub".to_owned(), "u-1".to_owned()),
        ("cognito:username".to_owned(), "ada".to_owned()),
        ("cognito:groups".to_owned(), "admin,staff".to_owned()),
    ]);
    let world = World::new().principal(Principal::Token(TokenPrincipal {
        identity: PrincipalIdentity::of_subject("https://issuer.example", "u-1"),
        id: Some("u-1".to_owned()),
        claims: ClaimTexts { of_rest_apis: claims, of_http_apis: BTreeMap::new() },
        scopes: None,
        place: TokenPlace::Header(http::header::AUTHORIZATION),
    }));
    #[rustfmt::skip]
    world.gives(&[
        ("$context.authorizer.claims.sub $context.authorizer.principalId [$context.authorizer.claims]", "u-1 u-1 []"),
        ("$context.authorizer.claims['cognito:username']", "ada"),
        // reference/vtl.md §C 42
        ("#if($context.authorizer.claims['cognito:groups'].contains(\"admin\"))yes#end", "yes"),
        ("#foreach($key in $context.authorizer.claims.keySet())$key;#end", "cognito:groups;cognito:username;sub;"),
        ("#foreach($key in $context.keySet())#if($key == 'authorizer')$foreach.count#end#end", "19"),
    ]);
}

#[test]
fn the_context_of_a_functions_answer_is_texts() {
    let context = json!({ "tenant": "acme", "level": 3, "admin": true, "principalId": "not this" });
    let world = World::new().principal(Principal::Function(FunctionPrincipal {
        identity: PrincipalIdentity::of_principal_id("partners", "p-1"),
        id: Some("p-1".to_owned()),
        context: Arc::new(FunctionContext::new(context.as_object().unwrap().clone())),
        usage_identifier_key: None,
        latency_ms: 12,
        places: Arc::new([]),
    }));
    #[rustfmt::skip]
    world.gives(&[
        ("#foreach($key in $context.authorizer.keySet())$key=$context.authorizer.get($key);#end",
         "principalId=p-1;integrationLatency=12;admin=true;level=3;tenant=acme;"),
        ("$context.authorizer.tenant.toUpperCase() [$context.authorizer.nope]", "ACME []"),
        ("#if($context.authorizer.admin == 'true')yes#end", "yes"),
    ]);
}

#[test]
fn a_signers_facts_are_in_identity_and_no_authorizer_is_there() {
    let iam = IamIdentity {
        access_key: "AKIA".to_owned(),
        account_id: "111122223333".to_owned(),
        caller_id: "AIDA".to_owned(),
        cognito_identity: Some(CognitoIdentity {
            amr: vec!["authenticated".to_owned(), "login.example".to_owned()],
            identity_id: "eu-west-1:i".to_owned(),
            identity_pool_id: "eu-west-1:p".to_owned(),
        }),
        principal_org_id: Some("o-1".to_owned()),
        user_arn: "arn:aws:iam::111122223333:user/ada".to_owned(),
        user_id: "AIDA".to_owned(),
    };
    let world = World::new().principal(Principal::Iam(IamPrincipal::new(iam)));
    #[rustfmt::skip]
    world.gives(&[
        ("#foreach($key in $context.identity.keySet())$key=$context.identity.get($key) #end",
         "cognitoIdentityPoolId=eu-west-1:p accountId=111122223333 cognitoIdentityId=eu-west-1:i caller=AIDA sourceIp=192.0.2.1 \
          principalOrgId=o-1 accessKey=AKIA cognitoAuthenticationType=authenticated cognitoAuthenticationProvider=login.example \
          userArn=arn:aws:iam::111122223333:user/ada userAgent= user=AIDA "),
        ("[$context.authorizer][$context.authorizer.principalId]", "[][]"),
    ]);
}

#[test]
fn an_api_key_is_in_identity_where_one_is_asked_for() {
    let mut world = World::new().header("x-api-key", "secret");
    world.gives(&[("[$context.identity.apiKey][$context.identity.apiKeyId]", "[][]")]);
    world.caller.api_key_id = Some("acme-1");
    world.gives(&[("$context.identity.apiKey $context.identity.apiKeyId", "secret acme-1")]);
}
