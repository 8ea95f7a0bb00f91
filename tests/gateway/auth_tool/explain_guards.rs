//! `tollgate auth explain`: address lists, the policy, an API key, an issuer that gives no keys.

use expect_test::expect;
use serde_json::json;

use super::{FAR, mock, token, world};
use crate::{
    authorizers::issuer::Issuer,
    harness::{TestGateway, free_port},
};

/// The lines that say which guard lets in whom.
fn guards(world: &TestGateway, arguments: &[&str]) -> String {
    let text = world.tollgate(&[&["auth", "explain"], arguments].concat()).text(&[]);
    let names = ["exit", "access", "API key", "answer", "tollgate"];
    let lines = text.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
    lines.map(|line| format!("{line}\n")).collect()
}

#[tokio::test]
async fn addresses_are_asked_and_an_api_key_is_named() {
    let routes = [
        mock("GET /office", &json!({ "ipAllow": ["198.51.100.0/24"] })),
        mock("GET /partners", &json!({ "apiKeyRequired": true })),
    ];
    let world = world(&json!({}), &routes).await;
    let good = token(&json!({}));
    let mut texts = String::new();
    for arguments in [
        &["GET /v1/office"][..],
        &["GET /v1/office", "--source-ip", "198.51.100.7"],
        &["GET /v1/office", "--source-ip", "203.0.113.7"],
        &["GET /v1/partners"],
    ] {
        texts += &format!("{}\n{}\n", arguments.join(" "), guards(&world, &[&[&*good], arguments].concat()));
    }
    expect![[r#"
        GET /v1/office
        exit 0
        access      as the client's address says, which is not known here
        API key     none
        answer      as the client's address says: --source-ip

        GET /v1/office --source-ip 198.51.100.7
        exit 0
        access      yes
        API key     none
        answer      let in

        GET /v1/office --source-ip 203.0.113.7
        exit 3
        access      no: access denied: the client's address is not in ipAllow
        API key     none
        answer      refused: 403, access denied: the client's address is not in ipAllow

        GET /v1/partners
        exit 0
        access      no address lists and no policy
        API key     asked for besides, in x-api-key
        answer      as the API key says

    "#]]
    .assert_eq(&texts);
}

#[tokio::test]
async fn an_issuer_that_gives_no_keys_is_said_to() {
    let nobody = free_port().local_addr().unwrap();
    let uri = format!("http://{nobody}/jwks");
    let world = TestGateway::new();
    world.put_route(
        &json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"], "authorizerId": "users",
        "authorizers": { "users": Issuer::ours().fetching(&json!({ "jwksUri": uri })) } }),
    );
    world.put_route(&mock("GET /x", &json!({})));
    world.go_live().await;
    let token = Issuer::ours().token(&json!({ "exp": FAR }));
    let ran = world.tollgate(&["auth", "explain", &token, "GET /v1/x"]);
    expect![[r#"
        exit 3
        stage       v1
        route       GET /x, the most specific for the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE       KEPT  GOT                        EXPECTED
        token      yes   one                        a token in $request.header.authorization
        form       yes   parts: 3, characters: 239  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        ?     "k1"                       that of a key of the issuer
        signature  ?     64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        iss        yes   "https://issuer.example/"  "https://issuer.example/"
        aud        yes   "shop"                     one of "shop"; without aud, as client_id
        exp        yes   2100-01-01T00:00:00Z       a time to come
        nbf        yes   nothing                    nothing, or a time gone by
        iat        yes   nothing                    nothing, or a time gone by
        sub        yes   "ada"                      a text, or nothing

        claims      aud, exp, iss, sub
        API key     none
        answer      refused: 503, a token cannot be verified now: the issuer's keys cannot be had: no keys from URI: it cannot be called: no connection: client error (Connect): tcp connect error: Connection refused (os error 111)
        --
    "#]].assert_eq(&ran.text(&[(&uri, "URI")]));
}

#[tokio::test]
async fn a_function_is_named_with_what_it_would_get_and_is_not_called() {
    let world = TestGateway::new();
    let authorizers = json!({
        "token": { "type": "TOKEN", "authorizerUri": "authorizer:live", "identityValidationExpression": "^p-[0-9]+$" },
        "partners": { "type": "REQUEST", "authorizerUri": "authorizer", "authorizerPayloadFormatVersion": "2.0",
            "identitySource": ["$request.header.x-partner", "$request.querystring.tenant"] },
    });
    world.put_route(&json!({ "routeKey": "$api", "authorizers": authorizers }));
    world.put_route(&mock("GET /token", &json!({ "authorizerId": "token" })));
    world.put_route(&mock("GET /partners", &json!({ "authorizerId": "partners" })));
    world.go_live().await;
    let mut texts = String::new();
    for arguments in [
        &["p-7", "GET /v1/token"][..],
        &["hush-hush", "GET /v1/token"],
        &["GET /v1/token"],
        &["GET /v1/partners?tenant=acme", "-H", "x-partner: hush-hush"],
        &["GET /v1/partners"],
    ] {
        texts += &world.tollgate(&[&["auth", "explain"], arguments].concat()).text(&[]);
        texts.push('\n');
    }
    assert!(!texts.contains("hush"), "{texts}");
    expect![[r#"
        exit 0
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  yes   one      a value
        identityValidationExpression         yes   a token  ^p-[0-9]+$, all of it

        API key     none
        answer      as the function authorizer:live, which gets the token and the ARN of the request, says; it is not asked here
        --

        exit 3
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  yes   one      a value
        identityValidationExpression         NO    a token  ^p-[0-9]+$, all of it

        API key     none
        answer      refused: 401, unauthorized: the token does not fit identityValidationExpression
        --

        exit 3
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  NO    nothing  a value
        identityValidationExpression         ?     -        ^p-[0-9]+$, all of it

        API key     none
        answer      refused: 401, unauthorized: the identity source method.request.header.Authorization is missing or empty
        --

        exit 0
        stage       v1
        route       GET /partners, the most specific for the path
        access      no address lists and no policy
        authorizer  partners (REQUEST), as the route says

        RULE                         KEPT  GOT  EXPECTED
        $request.header.x-partner    yes   one  a value
        $request.querystring.tenant  yes   one  a value

        API key     none
        answer      as the function authorizer, which gets the request in payload format 2.0, says; it is not asked here
        --

        exit 3
        stage       v1
        route       GET /partners, the most specific for the path
        access      no address lists and no policy
        authorizer  partners (REQUEST), as the route says

        RULE                         KEPT  GOT      EXPECTED
        $request.header.x-partner    NO    nothing  a value
        $request.querystring.tenant  NO    nothing  a value

        API key     none
        answer      refused: 401, unauthorized: the identity source $request.header.x-partner is missing or empty
        --

    "#]].assert_eq(&texts);
}
