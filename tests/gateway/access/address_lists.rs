//! `ipAllow` and `ipDeny`, of `$api` and of a route.

use expect_test::expect;
use serde_json::json;

use super::{FORBIDDEN, api, mock, outcomes, send_from};
use crate::harness::TestGateway;

const INSIDE: &str = "198.51.100.9";
const OUTSIDE: &str = "203.0.113.9";

#[tokio::test]
async fn a_route_lets_in_the_addresses_of_its_lists_and_of_the_apis() {
    let world = TestGateway::serving(&[
        api(&json!({ "ipAllow": ["198.51.100.0/24", "2001:db8::/32", "203.0.113.9"], "ipDeny": "198.51.100.66" })),
        mock("GET /open", &json!({})),
        mock("GET /office", &json!({ "ipAllow": ["198.51.100.0/25"] })),
        mock("GET /not-there", &json!({ "ipDeny": ["2001:db8:1::/48"] })),
    ])
    .await;
    let told = outcomes(
        &world,
        &[
            (INSIDE, "GET /v1/open"),
            ("::ffff:198.51.100.9", "GET /v1/open"),
            ("2001:db8:9::1", "GET /v1/open"),
            (OUTSIDE, "GET /v1/open"),
            ("203.0.113.10", "GET /v1/open"),
            ("198.51.100.66", "GET /v1/open"),
            ("::ffff:198.51.100.66", "GET /v1/open"),
            ("unknown", "GET /v1/open"),
            (INSIDE, "GET /v1/office"),
            ("198.51.100.129", "GET /v1/office"),
            (OUTSIDE, "GET /v1/office"),
            ("198.51.100.66", "GET /v1/office"),
            ("2001:db8:1::7", "GET /v1/not-there"),
            ("2001:db8:2::7", "GET /v1/not-there"),
            // The client says nothing of its address.
            (INSIDE, "GET /v1/office\nx-forwarded-for: 203.0.113.10"),
            ("203.0.113.10", "GET /v1/open\nx-forwarded-for: 198.51.100.9"),
        ],
    )
    .await;
    expect![[r"
        198.51.100.9 GET /v1/open: 200
        ::ffff:198.51.100.9 GET /v1/open: 200
        2001:db8:9::1 GET /v1/open: 200
        203.0.113.9 GET /v1/open: 200
        203.0.113.10 GET /v1/open: 403 access denied: the client's address is not in ipAllow
        198.51.100.66 GET /v1/open: 403 access denied: the client's address is in ipDeny
        ::ffff:198.51.100.66 GET /v1/open: 403 access denied: the client's address is in ipDeny
        unknown GET /v1/open: 403 access denied: the client's address is not known
        198.51.100.9 GET /v1/office: 200
        198.51.100.129 GET /v1/office: 403 access denied: the client's address is not in ipAllow
        203.0.113.9 GET /v1/office: 403 access denied: the client's address is not in ipAllow
        198.51.100.66 GET /v1/office: 403 access denied: the client's address is in ipDeny
        2001:db8:1::7 GET /v1/not-there: 403 access denied: the client's address is in ipDeny
        2001:db8:2::7 GET /v1/not-there: 200
        198.51.100.9 GET /v1/office, x-forwarded-for: 203.0.113.10: 200
        203.0.113.10 GET /v1/open, x-forwarded-for: 198.51.100.9: 403 access denied: the client's address is not in ipAllow
    "]]
    .assert_eq(&told);
    assert_eq!(send_from(&world, "203.0.113.10", "GET /v1/open").await, FORBIDDEN);
    assert_eq!(world.last_line()["errorResponseType"], "ACCESS_DENIED");
    assert_eq!(send_from(&world, "198.51.100.129", "GET /v1/office").await, FORBIDDEN);
    assert_eq!(world.last_line()["routeKey"], "GET /office");
}

#[tokio::test]
async fn the_apis_lists_come_before_everything_and_a_routes_before_its_key() {
    let cors = json!({ "allowOrigins": ["https://app.example"], "allowMethods": ["GET"] });
    let world = TestGateway::serving(&[
        api(&json!({ "ipDeny": ["203.0.113.9"], "corsConfiguration": cors,
            "throttle": { "perIp": { "rateLimit": 1, "burstLimit": 1 } } })),
        mock("GET /keyed", &json!({ "apiKeyRequired": true, "ipDeny": ["203.0.113.10"] })),
    ])
    .await;
    let preflight = "OPTIONS /v1/keyed\norigin: https://app.example\naccess-control-request-method: GET";
    let told = outcomes(
        &world,
        &[
            (OUTSIDE, "GET /v1/keyed"),
            (OUTSIDE, "GET /v1/nothing"),
            (OUTSIDE, "DELETE /v1/keyed"),
            (OUTSIDE, preflight),
            ("203.0.113.10", "GET /v1/keyed"),
            ("203.0.113.11", "GET /v1/keyed"),
            ("203.0.113.12", preflight),
        ],
    )
    .await;
    expect![[r"
        203.0.113.9 GET /v1/keyed: 403 access denied: the client's address is in ipDeny
        203.0.113.9 GET /v1/nothing: 403 access denied: the client's address is in ipDeny
        203.0.113.9 DELETE /v1/keyed: 403 access denied: the client's address is in ipDeny
        203.0.113.9 OPTIONS /v1/keyed, origin: https://app.example, access-control-request-method: GET: 403 access denied: the client's address is in ipDeny
        203.0.113.10 GET /v1/keyed: 403 access denied: the client's address is in ipDeny
        203.0.113.11 GET /v1/keyed: 403 bad API key: no key
        203.0.113.12 OPTIONS /v1/keyed, origin: https://app.example, access-control-request-method: GET: 204
    "]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_client_that_is_kept_out_is_not_asked_for_a_token() {
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": "GX9rI-FshTLGq8g4-s1ep4m-DHaykgM0A5v6iz02jWE" });
    let users = json!({ "type": "JWT", "jwks": { "keys": [key] },
        "jwtConfiguration": { "issuer": "https://login.example/", "audience": ["app"] } });
    let deny_put = json!([
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "execute-api:/v1/PUT/*" },
    ]);
    let world = TestGateway::serving(&[
        api(&json!({ "authorizers": { "users": users }, "authorizerId": "users", "policy": { "Statement": deny_put } })),
        mock("GET /me", &json!({ "ipAllow": ["198.51.100.0/24"] })),
        mock("PUT /me", &json!({})),
    ])
    .await;
    for (address, request, expected) in
        [(INSIDE, "GET /v1/me", "401"), (OUTSIDE, "GET /v1/me", "403"), (INSIDE, "PUT /v1/me", "403")]
    {
        assert_eq!(&send_from(&world, address, request).await[..3], expected, "{address} {request}");
    }
}

#[tokio::test]
async fn a_refusal_by_address_is_the_gateway_response_of_its_type() {
    let custom = json!({ "ACCESS_DENIED": { "statusCode": 451,
        "responseTemplates": { "text/plain": "not from $context.identity.sourceIp" } } });
    let world = TestGateway::serving(&[
        api(&json!({ "ipDeny": ["203.0.113.9"], "gatewayResponses": custom })),
        mock("GET /open", &json!({})),
    ])
    .await;
    let answer = send_from(&world, OUTSIDE, "GET /v1/open").await;
    assert_eq!(
        answer,
        "451\ncontent-type: text/plain\nx-amzn-errortype: AccessDeniedException\n\nnot from 203.0.113.9"
    );
}

#[tokio::test]
async fn no_cached_answer_goes_to_an_address_that_is_kept_out() {
    let cached = json!({ "cachingEnabled": true, "ipAllow": ["198.51.100.0/24"] });
    let world = TestGateway::serving(&[mock("GET /kept", &cached)]).await;
    for (address, expected) in [(INSIDE, "200"), (OUTSIDE, "403"), (INSIDE, "200"), (OUTSIDE, "403")] {
        let answer = send_from(&world, address, "GET /v1/kept").await;
        assert_eq!(&answer[..3], expected, "{address}");
    }
}

#[tokio::test]
async fn extra_slashes_lead_no_request_past_a_routes_addresses_or_another_stages() {
    let office = json!({ "ipAllow": ["198.51.100.0/24"] });
    let world = TestGateway::new();
    for item in [
        mock("GET /reports", &office),
        mock("ANY /admin/{proxy+}", &office),
        mock("GET /news", &json!({})),
        mock("ANY /{proxy+}", &json!({})),
        super::with(mock("ANY /{proxy+}", &json!({})), &json!({ "stage": "inner" })),
        super::with(api(&office), &json!({ "stage": "inner" })),
    ] {
        world.put_route(&item);
    }
    world.put_stage(&json!({ "stage": "inner", "basePath": "/v1/inner" }));
    world.publish("inner").await;
    world.go_live().await;
    let requests = [
        "GET /v1/reports",
        "GET /v1/reports/",
        "GET /v1/reports%2F",
        "HEAD /v1/reports//",
        "POST /v1/reports/",
        "GET /v1/admin//users",
        "GET /v1/admin%2Fusers",
        "GET /v1/news/",
        "GET /v1/inner/x",
        "GET /v1//inner/x",
        "GET /v1%2Finner/x",
    ];
    let told = outcomes(&world, &requests.map(|request| (OUTSIDE, request))).await;
    expect![[r"
        203.0.113.9 GET /v1/reports: 403 access denied: the client's address is not in ipAllow
        203.0.113.9 GET /v1/reports/: 404 no route
        203.0.113.9 GET /v1/reports%2F: 404 no route
        203.0.113.9 HEAD /v1/reports//: 404 no route
        203.0.113.9 POST /v1/reports/: 200
        203.0.113.9 GET /v1/admin//users: 403 access denied: the client's address is not in ipAllow
        203.0.113.9 GET /v1/admin%2Fusers: 404 no route
        203.0.113.9 GET /v1/news/: 200
        203.0.113.9 GET /v1/inner/x: 403 access denied: the client's address is not in ipAllow
        203.0.113.9 GET /v1//inner/x: 404 no route
        203.0.113.9 GET /v1%2Finner/x: 404 no stage serves host abc123.lambda-url.eu-west-1.on.aws and path /v1%2Finner/x
    "]]
    .assert_eq(&told);
}

#[tokio::test]
async fn another_instance_knows_a_routes_lists_before_it_reads_the_route() {
    let world = TestGateway::serving(&[
        mock("GET /reports", &json!({ "ipAllow": ["198.51.100.0/24"] })),
        mock("ANY /{proxy+}", &json!({})),
    ])
    .await;
    let another = world.another_instance().await;
    for (address, request, expected) in [
        (OUTSIDE, "GET /v1/reports/", "404"),
        (INSIDE, "GET /v1/reports/", "404"),
        (OUTSIDE, "GET /v1/reports", "403"),
        (INSIDE, "GET /v1/reports", "200"),
    ] {
        let answer = send_from(&another, address, request).await;
        assert_eq!(&answer[..3], expected, "{address} {request}");
    }
}
