//! `tollgate auth explain` of a token: every rule, kept or broken, and nothing of the token.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use expect_test::expect;
use serde_json::{Value, json};

use super::{FAR, mock, token, with, world};
use crate::{authorizers::issuer::Issuer, harness::TestGateway, harness::tool::Ran};

fn explain(world: &TestGateway, arguments: &[&str]) -> Ran {
    world.tollgate(&[&["auth", "explain"], arguments].concat())
}

/// The outcome, which shows no part of the token but a few letters.
fn told(world: &TestGateway, token: &str, more: &[&str]) -> String {
    let text = explain(world, &[&[token], more].concat()).text(&[]);
    for part in token.split('.').filter(|part| part.len() > 8) {
        assert!(!text.contains(part), "{part}: {text}");
    }
    text
}

async fn orders() -> TestGateway {
    let routes = [
        mock("GET /orders/{id}", &json!({})),
        mock("POST /orders", &json!({ "authorizationScopes": ["orders:write", "orders:all"] })),
        mock("GET /search", &json!({ "authorizerId": "query" })),
        mock("GET /health", &json!({ "authorizationType": "NONE" })),
        mock("ANY /files/{proxy+}", &json!({})),
        mock("$default", &json!({})),
    ];
    world(&json!({}), &routes).await
}

#[tokio::test]
async fn a_good_token_keeps_every_rule_and_names_its_caller() {
    let world = orders().await;
    let good = token(&json!({ "email": "ada@hush.example", "nbf": 1_700_000_000, "iat": 1_700_000_000.5 }));
    let text = told(&world, &good, &["GET /v1/orders/7"]);
    assert!(!text.contains("hush"), "{text}");
    expect![[r#"
        exit 0
        stage       v1
        route       GET /orders/{id}, the most specific for the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE       KEPT  GOT                        EXPECTED
        token      yes   one                        a token in $request.header.authorization
        form       yes   parts: 3, characters: 342  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        yes   "k1"                       none, or one of "k1"; of a key for that alg
        signature  yes   64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        iss        yes   "https://issuer.example/"  "https://issuer.example/"
        aud        yes   "shop"                     one of "shop"; without aud, as client_id
        exp        yes   2100-01-01T00:00:00Z       a time to come, give or take 30 s
        nbf        yes   2023-11-14T22:13:20Z       nothing, or a time gone by, give or take 30 s
        iat        yes   2023-11-14T22:13:20Z       nothing, or a time gone by, give or take 30 s
        sub        yes   "ada"                      a text, or nothing
        tier       yes   "gold"                     "gold", or a list that has it

        principal   ada
        identity    @23:https://issuer.example/ada
        claims      aud, email, exp, iat, iss, nbf, sub, tier
        API key     none
        answer      let in
        --
    "#]]
    .assert_eq(&text);
    let header = format!("Authorization: Bearer {good}");
    assert_eq!(explain(&world, &["GET /v1/orders/7", "-H", &header]).text(&[]), text);
    let query = format!("GET /v1/search?a=1&token={good}");
    let in_query = told(&world, &good, &["GET /v1/search?a=1"]);
    assert!(in_query.starts_with("exit 0\n"), "{in_query}");
    assert_eq!(explain(&world, &[&query]).text(&[]), in_query);
}

#[tokio::test]
async fn a_bad_token_shows_all_that_it_breaks() {
    let world = orders().await;
    let bad = token(
        &json!({ "iss": "https://other.example/", "aud": ["shop2", "x"], "exp": 1, "nbf": FAR, "iat": "soon",
        "sub": 7, "tier": ["silver"] }),
    );
    expect![[r#"
        exit 3
        stage       v1
        route       GET /orders/{id}, the most specific for the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE       KEPT  GOT                        EXPECTED
        token      yes   one                        a token in $request.header.authorization
        form       yes   parts: 3, characters: 294  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        yes   "k1"                       none, or one of "k1"; of a key for that alg
        signature  yes   64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        iss        NO    "https://other.example/"   "https://issuer.example/"
        aud        NO    ["shop2","x"]              one of "shop"; without aud, as client_id
        exp        NO    1970-01-01T00:00:01Z       a time to come, give or take 30 s
        nbf        NO    2100-01-01T00:00:00Z       nothing, or a time gone by, give or take 30 s
        iat        NO    "soon"                     nothing, or a time gone by, give or take 30 s
        sub        NO    7                          a text, or nothing
        tier       NO    ["silver"]                 "gold", or a list that has it

        claims      aud, exp, iat, iss, nbf, sub, tier
        API key     none
        answer      refused: 401, bad token: issuer does not match
        --
    "#]]
    .assert_eq(&told(&world, &bad, &["GET /v1/orders/7"]));
    let bare = token(&json!({ "iss": null, "aud": null, "client_id": "other", "exp": null, "tier": null }));
    expect![[r#"
        exit 3
        stage       v1
        route       GET /orders/{id}, the most specific for the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE       KEPT  GOT                        EXPECTED
        token      yes   one                        a token in $request.header.authorization
        form       yes   parts: 3, characters: 183  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        yes   "k1"                       none, or one of "k1"; of a key for that alg
        signature  yes   64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        iss        NO    nothing                    "https://issuer.example/"
        aud        NO    "other"                    one of "shop"; without aud, as client_id
        exp        NO    nothing                    a time to come, give or take 30 s
        nbf        yes   nothing                    nothing, or a time gone by, give or take 30 s
        iat        yes   nothing                    nothing, or a time gone by, give or take 30 s
        sub        yes   "ada"                      a text, or nothing
        tier       NO    nothing                    "gold", or a list that has it

        claims      client_id, sub
        API key     none
        answer      refused: 401, bad token: issuer does not match
        --
    "#]]
    .assert_eq(&told(&world, &bare, &["GET /v1/orders/7"]));
}

#[tokio::test]
async fn a_text_that_is_no_token_says_where_it_is_wrong() {
    let world = orders().await;
    let ours = Issuer::ours();
    let claims = json!({ "sub": "ada" });
    let other_key = Issuer::new("k1", 2).token(&json!({ "exp": FAR, "tier": "gold" }));
    let tokens = [
        "hello-hello-hello".to_owned(),
        ours.signed(&json!({ "alg": "none" }), &claims),
        ours.signed(&json!({ "alg": "RS256", "kid": "k1" }), &claims),
        Issuer::new("k9", 1).token(&json!({ "exp": FAR, "tier": "gold" })),
        other_key,
        format!("{}!", token(&json!({}))),
    ];
    // The rules up to the payload, which are those that a text may break.
    let is_shown = |line: &&str| {
        ["form", "alg", "kid", "signature", "payload", "answer"].iter().any(|name| line.starts_with(name))
    };
    let mut texts = String::new();
    for token in &tokens {
        let text = told(&world, token, &["GET /v1/orders/7"]);
        text.lines().filter(is_shown).for_each(|line| texts += &format!("{line}\n"));
        texts.push('\n');
    }
    expect![[r#"
        form       NO    parts: 1, characters: 17  header.payload.signature
        alg        ?     -                         one that the issuer's keys are for; never none or HS256
        kid        ?     -                         none, or one of "k1"; of a key for that alg
        signature  ?     -                         made by that key, with that algorithm
        payload    ?     -                         a JSON object
        answer      refused: 401, bad token: token contains an invalid number of segments

        form       yes   parts: 3, characters: 125  header.payload.signature
        alg        NO    "none"                     one that the issuer's keys are for; never none or HS256
        kid        ?     nothing                    none, or one of "k1"; of a key for that alg
        signature  ?     64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        answer      refused: 401, bad token: the token's algorithm is not accepted

        form       yes   parts: 3, characters: 141  header.payload.signature
        alg        yes   "RS256"                    one that the issuer's keys are for; never none or HS256
        kid        NO    "k1"                       none, or one of "k1"; of a key for that alg
        signature  ?     64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        answer      refused: 401, bad token: the token's algorithm is not accepted

        form       yes   parts: 3, characters: 258  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        NO    "k9"                       none, or one of "k1"; of a key for that alg
        signature  ?     64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        answer      refused: 401, bad token: the token's key is unknown

        form       yes   parts: 3, characters: 258  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        yes   "k1"                       none, or one of "k1"; of a key for that alg
        signature  NO    64 bytes                   made by that key, with that algorithm
        payload    yes   one                        a JSON object
        answer      refused: 401, bad token: the token's signature is invalid

        form       yes   parts: 3, characters: 259  header.payload.signature
        alg        yes   "EdDSA"                    one that the issuer's keys are for; never none or HS256
        kid        ?     "k1"                       none, or one of "k1"; of a key for that alg
        signature  NO    no base64url               made by that key, with that algorithm
        payload    yes   one                        a JSON object
        answer      refused: 401, bad token: the token is malformed

    "#]]
    .assert_eq(&texts);
}

#[tokio::test]
async fn a_route_with_scopes_asks_for_one_of_them() {
    let world = orders().await;
    let held = token(&json!({ "scope": "orders:read orders:write" }));
    let text = told(&world, &held, &["POST /v1/orders"]);
    assert!(text.starts_with("exit 0\n"), "{text}");
    let others = token(&json!({ "scp": ["orders:read"] }));
    let lines = |text: String| {
        text.lines()
            .filter(|line| line.contains("scope") || line.starts_with("answer"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let texts = [held, others, token(&json!({})), "a.b.c".to_owned()]
        .map(|token| lines(told(&world, &token, &["POST /v1/orders"])));
    expect![[r#"
        authorizer  users (JWT), as the route says, with one of the scopes orders:write orders:all
        scope, scp  yes   orders:read orders:write   one of orders:write orders:all
        claims      aud, exp, iss, scope, sub, tier
        answer      let in

        authorizer  users (JWT), as the route says, with one of the scopes orders:write orders:all
        scope, scp  NO    orders:read                one of orders:write orders:all
        answer      refused: 403, the token has none of the scopes orders:write orders:all

        authorizer  users (JWT), as the route says, with one of the scopes orders:write orders:all
        scope, scp  NO    nothing                    one of orders:write orders:all
        answer      refused: 403, the token has none of the scopes orders:write orders:all

        authorizer  users (JWT), as the route says, with one of the scopes orders:write orders:all
        scope, scp  ?     -                        one of orders:write orders:all
        answer      refused: 401, bad token: the token is malformed
    "#]]
    .assert_eq(&texts.join("\n"));
}

#[tokio::test]
async fn no_token_is_a_refusal_and_an_open_route_needs_none() {
    let world = orders().await;
    let texts = [
        explain(&world, &["GET /v1/orders/7"]).text(&[]),
        explain(&world, &["GET /v1/health"]).text(&[]),
        told(&world, &token(&json!({})), &["GET /v1/health"]),
        explain(&world, &["GET /v1/orders"]).text(&[]),
        explain(&world, &["GET /nowhere"]).text(&[]),
        explain(&world, &["GET /v1/a/../b"]).text(&[]),
        explain(&world, &["a\nb", "GET /v1/orders/7"]).text(&[]),
    ];
    expect![[r#"
        exit 3
        stage       v1
        route       GET /orders/{id}, the most specific for the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE   KEPT  GOT      EXPECTED
        token  NO    nothing  a token in $request.header.authorization

        API key     none
        answer      refused: 401, no token
        --

        exit 0
        stage       v1
        route       GET /health, the most specific for the path
        access      no address lists and no policy
        authorizer  none: the route says NONE, where $api has one
        API key     none
        answer      let in
        --

        exit 0
        stage       v1
        route       GET /health, the most specific for the path
        access      no address lists and no policy
        authorizer  none: the route says NONE, where $api has one
        API key     none
        answer      let in
        --
        tollgate: the route asks no authorizer, so the token counts for nothing

        exit 3
        stage       v1
        route       $default, since no other route serves the path
        access      no address lists and no policy
        authorizer  users (JWT), as $api says

        RULE   KEPT  GOT      EXPECTED
        token  NO    nothing  a token in $request.header.authorization

        API key     none
        answer      refused: 401, no token
        --

        exit 4
        --
        tollgate: GET /nowhere would be refused: no stage serves host  and path /nowhere; say the host with a whole URL or with -H 'Host: …'

        exit 3
        --
        tollgate: GET /v1/a/../b would be refused: malformed request: a dot segment

        exit 3
        --
        tollgate: GET /v1/orders/7 would be refused: malformed request: a token that no header can have
    "#]]
    .assert_eq(&texts.join("\n"));
}

#[tokio::test]
async fn a_command_line_that_is_wrong_shows_no_token_either() {
    let world = orders().await;
    let token = token(&json!({}));
    let query = format!("GET /v2/search?token={token}");
    let texts = [&["GET /v1/orders/7", &*token][..], &[&query]].map(|arguments| {
        let text = explain(&world, arguments).text(&[]);
        assert!(token.split('.').all(|part| !text.contains(part)), "{text}");
        text
    });
    expect![[r#"
        exit 64
        --
        tollgate: the last argument is no request: expected a method and a path or a URL, such as GET /v1/orders/7?x=1

        exit 4
        --
        tollgate: GET /v2/search would be refused: no stage serves host  and path /v2/search; say the host with a whole URL or with -H 'Host: …'
    "#]]
    .assert_eq(&texts.join("\n"));
}

#[tokio::test]
async fn nothing_is_shown_that_a_terminal_would_obey() {
    const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\u{202e}";
    let world = orders().await;
    world.put_route(&json!({ "stage": "bad", "routeKey": "GET /x", "authorizerId": HOSTILE, "integration": { "type": "MOCK" } }));
    let token = token(&json!({ "sub": HOSTILE, "tier": HOSTILE, HOSTILE: 1 }));
    let method = format!("G{HOSTILE}ET /v1/orders/7");
    for (arguments, code) in [
        (&["auth", "explain", &token, "GET /v1/orders/7"][..], 3),
        (&["auth", "explain", &method], 3),
        (&["explain", "-H", "Host: a.example", &method], 3),
        (&["check", "bad", "--auth"], 3),
    ] {
        let ran = world.tollgate(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}");
        let told = ran.stdout + &ran.stderr;
        let is_obeyed =
            |character: char| character != '\n' && character.is_control() || character == '\u{202e}';
        assert!(told.contains("[2J") && !told.contains(is_obeyed), "{told:?}");
    }
}

#[tokio::test]
async fn the_route_is_named_with_the_reason() {
    let world = orders().await;
    let requests = ["GET /v1/orders/7", "HEAD /v1/orders/7", "PUT /v1/files/a/b", "GET /v1/else"];
    let texts = requests.map(|request| {
        let text = told(&world, &token(&json!({})), &[request]);
        let line = text.lines().find(|line| line.starts_with("route")).unwrap();
        format!("{request}\n{line}\n")
    });
    expect![[r#"
        GET /v1/orders/7
        route       GET /orders/{id}, the most specific for the path
        HEAD /v1/orders/7
        route       GET /orders/{id}, since the path has no HEAD, and no ANY
        PUT /v1/files/a/b
        route       ANY /files/{proxy+}, since the path has no PUT of its own
        GET /v1/else
        route       $default, since no other route serves the path
    "#]]
    .assert_eq(&texts.concat());
}

#[tokio::test]
async fn the_result_as_json_has_the_same() {
    let world = orders().await;
    let text = told(&world, &token(&json!({ "exp": 1 })), &["POST /v1/orders", "-o", "json"]);
    expect![[r#"
        exit 3
        {
          "access": null,
          "answer": "refused: 401, bad token: the token has expired",
          "apiKeyRequired": false,
          "authorizer": {
            "authorizationScopes": [
              "orders:write",
              "orders:all"
            ],
            "authorizerId": "users",
            "claims": [
              "aud",
              "exp",
              "iss",
              "sub",
              "tier"
            ],
            "identity": null,
            "principalId": null,
            "rules": [
              {
                "expected": "a token in $request.header.authorization",
                "got": "one",
                "isKept": true,
                "reason": null,
                "rule": "token"
              },
              {
                "expected": "header.payload.signature",
                "got": "parts: 3, characters: 246",
                "isKept": true,
                "reason": null,
                "rule": "form"
              },
              {
                "expected": "one that the issuer's keys are for; never none or HS256",
                "got": "\"EdDSA\"",
                "isKept": true,
                "reason": null,
                "rule": "alg"
              },
              {
                "expected": "none, or one of \"k1\"; of a key for that alg",
                "got": "\"k1\"",
                "isKept": true,
                "reason": null,
                "rule": "kid"
              },
              {
                "expected": "made by that key, with that algorithm",
                "got": "64 bytes",
                "isKept": true,
                "reason": null,
                "rule": "signature"
              },
              {
                "expected": "a JSON object",
                "got": "one",
                "isKept": true,
                "reason": null,
                "rule": "payload"
              },
              {
                "expected": "\"https://issuer.example/\"",
                "got": "\"https://issuer.example/\"",
                "isKept": true,
                "reason": null,
                "rule": "iss"
              },
              {
                "expected": "one of \"shop\"; without aud, as client_id",
                "got": "\"shop\"",
                "isKept": true,
                "reason": null,
                "rule": "aud"
              },
              {
                "expected": "a time to come, give or take 30 s",
                "got": "1970-01-01T00:00:01Z",
                "isKept": false,
                "reason": "the token has expired",
                "rule": "exp"
              },
              {
                "expected": "nothing, or a time gone by, give or take 30 s",
                "got": "nothing",
                "isKept": true,
                "reason": null,
                "rule": "nbf"
              },
              {
                "expected": "nothing, or a time gone by, give or take 30 s",
                "got": "nothing",
                "isKept": true,
                "reason": null,
                "rule": "iat"
              },
              {
                "expected": "a text, or nothing",
                "got": "\"ada\"",
                "isKept": true,
                "reason": null,
                "rule": "sub"
              },
              {
                "expected": "\"gold\", or a list that has it",
                "got": "\"gold\"",
                "isKept": true,
                "reason": null,
                "rule": "tier"
              },
              {
                "expected": "one of orders:write orders:all",
                "got": "nothing",
                "isKept": false,
                "reason": "the token has none of the scopes orders:write orders:all",
                "rule": "scope, scp"
              }
            ],
            "type": "JWT"
          },
          "isRefused": true,
          "routeKey": "POST /orders",
          "schemaVersion": 1,
          "stage": "v1"
        }
        --
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn a_token_may_come_from_stdin() {
    let world = orders().await;
    let endpoint = format!("http://{}", world.dynamodb().address);
    let mut tool = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["auth", "explain", "-", "GET /v1/orders/7", "-o", "json"])
        .env_clear()
        .envs([("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
        .env("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    tool.stdin.take().unwrap().write_all(format!("{}\n", token(&json!({}))).as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["authorizer"]["principalId"]), (Some(0), &json!("ada")));
}

#[tokio::test]
async fn a_pool_asks_for_the_kind_of_token_that_the_scopes_call_for() {
    let arn = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbC";
    let pool = json!({ "type": "COGNITO_USER_POOLS", "providerARNs": [arn], "jwks": Issuer::ours().jwks() });
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "authorizers": { "pool": pool }, "authorizerId": "pool" }));
    world.put_route(&mock("GET /x", &json!({})));
    world.put_route(&mock("POST /x", &json!({ "authorizationScopes": ["x:write"] })));
    world.go_live().await;
    let claims = json!({ "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC", "aud": null, "scope": "x:write" });
    let mut texts = Vec::new();
    for token_use in ["id", "access"] {
        let token = token(&with(claims.clone(), &json!({ "token_use": token_use })));
        for request in ["GET /v1/x", "POST /v1/x"] {
            let text = told(&world, &token, &[request]);
            let lines =
                text.lines().filter(|line| line.starts_with("token_use") || line.starts_with("answer"));
            texts.push(format!("{token_use}: {request}\n{}\n", lines.collect::<Vec<_>>().join("\n")));
        }
    }
    expect![[r#"
        id: GET /v1/x
        token_use  yes   "id"                                                         "id", since the route asks for no scopes
        answer      let in
        id: POST /v1/x
        token_use   NO    "id"                                                         "access", since the route asks for scopes
        answer      refused: 401, bad token: the token is not an access token
        access: GET /v1/x
        token_use  NO    "access"                                                     "id", since the route asks for no scopes
        answer      refused: 401, bad token: the token is not an ID token
        access: POST /v1/x
        token_use   yes   "access"                                                     "access", since the route asks for scopes
        answer      let in
    "#]].assert_eq(&texts.concat());
}
