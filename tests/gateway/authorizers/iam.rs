//! Routes that ask for a signature, on a function URL that checks them (`AWS_IAM`): AWS says who signed.

use expect_test::expect;
use serde_json::{Value, json};

use super::{HELLO, route};
use crate::harness::{TestGateway, event};

pub const ADA: &str = "arn:aws:iam::111122223333:user/ada";
const STAFF: &str = "arn:aws:sts::111122223333:assumed-role/staff-eu/bob@example.com";
const STRANGER: &str = "arn:aws:sts::999999999999:assumed-role/staff-eu/eve";

const UNSIGNED: &str = "403\ncontent-type: application/json\n\
    x-amzn-errortype: MissingAuthenticationTokenException\n\n{\"message\":\"Missing Authentication Token\"}";

pub const SIGNING: (&str, &str) = ("FUNCTION_URL_AUTH_TYPE", "AWS_IAM");

/// What AWS says of who signed.
fn iam(arn: &str) -> Value {
    json!({ "accessKey": "ASIAIOSFODNN7EXAMPLE", "accountId": "111122223333", "callerId": "AROACKCEVSQ6C2EXAMPLE:bob",
            "cognitoIdentity": null, "principalOrgId": "o-abc", "userArn": arn, "userId": "AROACKCEVSQ6C2EXAMPLE:bob" })
}

/// The event of a signed request.
pub fn signed(request: &str, arn: &str) -> Value {
    signed_as(request, &iam(arn))
}

fn signed_as(request: &str, iam: &Value) -> Value {
    let mut event = event(request);
    event["requestContext"]["authorizer"] = json!({ "iam": iam });
    event
}

fn refused(arn: &str, path: &str) -> String {
    format!(
        "403\ncontent-type: application/json\nx-amzn-errortype: AccessDeniedException\n\n\
         {{\"Message\":\"User: {arn} is not authorized to perform: execute-api:Invoke on resource: \
         arn:aws:execute-api:eu-west-1:********9012:abc123/v1/GET/{path}\"}}"
    )
}

/// Stage `v1` behind a function URL that checks signatures.
pub async fn serving(api: &Value, routes: &[Value]) -> TestGateway {
    let world = TestGateway::with_environment(&[SIGNING]);
    let mut item = json!({ "routeKey": "$api", "authorizers": { "staff": {
        "type": "AWS_IAM", "allow": ["arn:aws:iam::111122223333:role/staff-*"] } } });
    item.as_object_mut().unwrap().extend(api.as_object().unwrap().clone());
    world.put_route(&item);
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

#[tokio::test]
async fn a_route_lets_in_who_has_signed_and_is_on_its_authorizers_list() {
    let routes = [
        route("GET /any", &json!({ "authorizationType": "AWS_IAM" })),
        route("GET /staff", &json!({ "authorizationType": "AWS_IAM", "authorizerId": "staff" })),
        route("GET /named", &json!({ "authorizerId": "staff" })),
        route("GET /open", &json!({})),
    ];
    let world = serving(&json!({}), &routes).await;
    for (path, let_in) in [
        ("any", &[ADA, STAFF, STRANGER][..]),
        ("staff", &[STAFF]),
        ("named", &[STAFF]),
        ("open", &[ADA, STAFF, STRANGER]),
    ] {
        let request = format!("GET /v1/{path}");
        for arn in [ADA, STAFF, STRANGER] {
            let expected = if let_in.contains(&arn) { HELLO.to_owned() } else { refused(arn, path) };
            assert_eq!(world.send_event(&signed(&request, arn)).await, expected, "{path} {arn}");
        }
        let expected = if path == "open" { HELLO } else { UNSIGNED };
        assert_eq!(world.send(&request).await, expected, "{path}");
        assert_eq!(
            world.send(&format!("{request}\nauthorization: AWS4-HMAC-SHA256 Credential=x")).await,
            expected
        );
    }
}

#[tokio::test]
async fn the_default_of_the_api_may_ask_for_a_signature() {
    let api = json!({ "authorizerId": "staff" });
    let routes = [
        route("GET /default", &json!({})),
        route("GET /typed", &json!({ "authorizationType": "AWS_IAM" })),
        route("GET /open", &json!({ "authorizationType": "NONE" })),
    ];
    let world = serving(&api, &routes).await;
    for path in ["default", "typed"] {
        let request = format!("GET /v1/{path}");
        assert_eq!(world.send_event(&signed(&request, ADA)).await, refused(ADA, path));
        assert_eq!(world.send_event(&signed(&request, STAFF)).await, HELLO);
    }
    assert_eq!(world.send("GET /v1/open").await, HELLO);
    let world =
        serving(&json!({ "authorizationType": "AWS_IAM" }), &[route("GET /default", &json!({}))]).await;
    assert_eq!(world.send("GET /v1/default").await, UNSIGNED);
    assert_eq!(world.send_event(&signed("GET /v1/default", ADA)).await, HELLO);
}

#[tokio::test]
async fn what_aws_says_of_nobody_or_at_length_is_no_signature() {
    let world = serving(&json!({}), &[route("GET /any", &json!({ "authorizationType": "AWS_IAM" }))]).await;
    let without_arn = |arn: Value| {
        let mut iam = iam(ADA);
        iam["userArn"] = arn;
        iam
    };
    for iam in [
        json!(null),
        json!({}),
        without_arn(json!(null)),
        without_arn(json!("")),
        without_arn(json!(format!("arn:aws:iam::1:user/{}", "x".repeat(2_000)))),
    ] {
        assert_eq!(world.send_event(&signed_as("GET /v1/any", &iam)).await, UNSIGNED);
    }
    let mut event = event("GET /v1/any");
    event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": {} }, "lambda": null });
    assert_eq!(world.send_event(&event).await, UNSIGNED);
}

/// The deployment is in the tables whatever becomes of the URL: the route is closed then, and its neighbours go on.
#[tokio::test]
async fn behind_a_url_that_checks_no_signature_nobody_is_let_in() {
    let routes =
        [route("GET /any", &json!({ "authorizationType": "AWS_IAM" })), route("GET /open", &json!({}))];
    let world = serving(&json!({}), &routes).await;
    let now_open = world.another_instance().await;
    assert_eq!(now_open.send_event(&signed("GET /v1/any", ADA)).await, UNSIGNED);
    assert_eq!(now_open.last_line()["errorMessage"], "nobody has signed the request");
    assert_eq!(now_open.send_event(&signed("GET /v1/open", ADA)).await, HELLO);
}

async fn echoed(format: &str, iam: &Value) -> Value {
    let words = json!({ "authorizationType": "AWS_IAM",
        "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } });
    let open =
        json!({ "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } });
    let world = serving(&json!({}), &[route("GET /any", &words), route("GET /open", &open)]).await;
    let mut events = Vec::new();
    for path in ["any", "open"] {
        let answer = world.send_event(&signed_as(&format!("GET /v1/{path}"), iam)).await;
        let (_, body) = answer.split_once("\n\n").unwrap();
        events.push(serde_json::from_str::<Value>(body).unwrap()["requestContext"].clone());
    }
    json!(events)
}

#[tokio::test]
async fn an_event_in_payload_format_2_0_has_what_aws_has_said() {
    let contexts = echoed("2.0", &iam(STAFF)).await;
    assert_eq!(contexts[0]["authorizer"], json!({ "iam": iam(STAFF) }));
    assert_eq!(contexts[1].get("authorizer"), None, "the route has not asked");
    let mut of_pool = iam(STAFF);
    of_pool["cognitoIdentity"] = json!({ "amr": ["authenticated", "a", "b"], "identityId": "eu-west-1:1",
                                         "identityPoolId": "eu-west-1:2" });
    assert_eq!(echoed("2.0", &of_pool).await[0]["authorizer"], json!({ "iam": of_pool }));
}

#[tokio::test]
async fn an_event_in_payload_format_1_0_has_the_signer_as_its_identity() {
    let mut of_pool = iam(STAFF);
    of_pool["cognitoIdentity"] = json!({ "amr": ["authenticated", "a", "b"], "identityId": "eu-west-1:1",
                                         "identityPoolId": "eu-west-1:2" });
    let contexts = echoed("1.0", &of_pool).await;
    let expected = json!({
        "accessKey": "ASIAIOSFODNN7EXAMPLE", "accountId": "111122223333", "caller": "AROACKCEVSQ6C2EXAMPLE:bob",
        "cognitoAuthenticationProvider": "a,b", "cognitoAuthenticationType": "authenticated",
        "cognitoIdentityId": "eu-west-1:1", "cognitoIdentityPoolId": "eu-west-1:2", "principalOrgId": "o-abc",
        "sourceIp": "192.0.2.1", "user": "AROACKCEVSQ6C2EXAMPLE:bob", "userAgent": null, "userArn": STAFF });
    assert_eq!(contexts[0]["identity"], expected);
    assert_eq!(contexts[0].get("authorizer"), None);
    assert_eq!(contexts[1]["identity"]["userArn"], Value::Null, "the route has not asked");
}

#[tokio::test]
async fn words_and_the_access_log_name_the_signer() {
    let names = ["accountId", "caller", "cognitoIdentityId", "principalOrgId", "user", "userArn"];
    let body: serde_json::Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!(format!("${{context.identity.{name}}}"))))
        .collect();
    let words = json!({ "authorizerId": "staff", "integration": { "type": "MOCK", "body": body } });
    let api = json!({ "gatewayResponses": { "ACCESS_DENIED": { "responseTemplates": {
        "text/plain": "$context.identity.userArn|$context.authorizer.principalId|$context.error.message" } } } });
    let world = serving(&api, &[route("GET /a", &words)]).await;
    let answer = world.send_event(&signed("GET /v1/a", STAFF)).await;
    let expected = json!({ "accountId": "111122223333", "caller": "AROACKCEVSQ6C2EXAMPLE:bob", "cognitoIdentityId": "",
        "principalOrgId": "o-abc", "user": "AROACKCEVSQ6C2EXAMPLE:bob", "userArn": STAFF });
    assert_eq!(serde_json::from_str::<Value>(answer.split_once("\n\n").unwrap().1).unwrap(), expected);
    // Who is refused is no caller.
    let answer = world.send_event(&signed("GET /v1/a", ADA)).await;
    assert!(
        answer.ends_with(&format!(
            "\n\n||User: {ADA} is not authorized to perform: execute-api:Invoke on \
         resource: arn:aws:execute-api:eu-west-1:********9012:abc123/v1/GET/a"
        )),
        "{answer}"
    );
    world.send("GET /v1/a").await;
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":224,"sourceIp":"192.0.2.1","authorizerId":"staff","principalId":"arn:aws:sts::111122223333:assumed-role/staff-eu/bob@example.com"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":403,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":163,"sourceIp":"192.0.2.1","authorizerId":"staff","errorResponseType":"ACCESS_DENIED","errorMessage":"arn:aws:iam::111122223333:user/ada is not on the list of the authorizer"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":403,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":42,"sourceIp":"192.0.2.1","authorizerId":"staff","errorResponseType":"MISSING_AUTHENTICATION_TOKEN","errorMessage":"nobody has signed the request"}"#]].assert_eq(&world.log_lines().join("\n"));
}

#[tokio::test]
async fn callers_of_a_cached_route_are_kept_apart_by_their_arns_and_not_by_their_keys() {
    let words = json!({ "authorizationType": "AWS_IAM", "cachingEnabled": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    let world = serving(&json!({}), &[route("GET /a", &words)]).await;
    let with = |arn: &str, name: &str, value: Value| {
        let mut iam = iam(arn);
        iam[name] = value;
        iam
    };
    let pooled = |id: &str| {
        let pool = json!({ "amr": ["authenticated"], "identityId": id, "identityPoolId": "eu-west-1:2" });
        with(STAFF, "cognitoIdentity", pool)
    };
    let cases = [
        (iam(STAFF), "MISS"),
        (iam(ADA), "MISS"),
        (iam(STAFF), "HIT"),
        (with(STAFF, "accessKey", json!("ASIAOTHER")), "HIT"),
        (with(STAFF, "callerId", json!("AROAOTHER:bob")), "MISS"),
        (pooled("eu-west-1:ada"), "MISS"),
        (pooled("eu-west-1:bob"), "MISS"),
        (pooled("eu-west-1:ada"), "HIT"),
    ];
    for (index, (iam, status)) in cases.into_iter().enumerate() {
        let answer = world.send_event(&signed_as("GET /v1/a", &iam)).await;
        let event: Value = serde_json::from_str(answer.split_once("\n\n").unwrap().1).unwrap();
        let seen = &event["requestContext"]["authorizer"]["iam"];
        assert_eq!((&seen["userArn"], &seen["cognitoIdentity"]), (&iam["userArn"], &iam["cognitoIdentity"]));
        assert_eq!(world.last_line()["cacheStatus"], status, "case {index}");
    }
    assert_eq!(world.send("GET /v1/a").await, UNSIGNED, "what is kept is for callers only");
}

#[tokio::test]
async fn a_route_may_ask_for_a_signature_and_a_key() {
    const KEY: &str = "imported-key-of-the-tests";
    let words = json!({ "authorizationType": "AWS_IAM", "apiKeyRequired": true });
    let world = serving(&json!({}), &[route("GET /both", &words)]).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(KEY, &json!({ "id": "good", "usagePlanId": "gold" }));
    let keyed = format!("GET /v1/both\nx-api-key: {KEY}");
    assert_eq!(world.send(&keyed).await, UNSIGNED);
    let forbidden = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n{\"message\":\"Forbidden\"}";
    assert_eq!(world.send_event(&signed("GET /v1/both", ADA)).await, forbidden);
    assert_eq!(world.send_event(&signed(&keyed, ADA)).await, HELLO);
    let line = world.last_line();
    assert_eq!(["authorizerId", "principalId", "apiKeyId"].map(|name| &line[name]), ["AWS_IAM", ADA, "good"]);
}

/// A refused edit of a stage behind such a URL, as its publisher tells it.
async fn told(variables: &[(&str, &str)], api: &Value, routes: &[Value]) -> String {
    let world = TestGateway::with_environment(variables);
    super::told_by(&world, api, routes).await
}

#[tokio::test]
async fn a_route_that_asks_for_a_signature_is_a_problem_where_nobody_checks_them() {
    let staff = json!({ "type": "AWS_IAM", "allow": ["*"] });
    let api = json!({ "routeKey": "$api", "authorizers": { "staff": staff } });
    let routes = [
        route("GET /any", &json!({ "authorizationType": "AWS_IAM" })),
        route("GET /named", &json!({ "authorizerId": "staff" })),
    ];
    expect![[r#"
        problem [GET /any] authorizationType: got "AWS_IAM", expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)
        problem [GET /named] authorizerId: got "staff", expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)"#]].assert_eq(&told(&[], &api, &routes).await);
    expect![[r#""#]].assert_eq(&told(&[SIGNING], &api, &routes).await);
    let default = json!({ "routeKey": "$api", "authorizationType": "AWS_IAM" });
    expect!["problem [GET /a] authorizationType: got AWS_IAM of $api, expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)"].assert_eq(&told(&[], &default, &[route("GET /a", &json!({}))]).await);
}

#[tokio::test]
async fn a_wrong_word_about_signatures_is_a_problem() {
    let api = json!({ "routeKey": "$api", "authorizers": {
        "empty": { "type": "AWS_IAM", "allow": [] },
        "account": { "type": "AWS_IAM", "allow": ["111122223333"] },
        "path": { "type": "AWS_IAM", "allow": ["arn:aws:iam::111122223333:role/team/staff"] },
        "text": { "type": "AWS_IAM", "allow": 7 },
        "unknown": { "type": "AWS_IAM", "alow": ["*"] },
        "good": { "type": "AWS_IAM" },
        "AWS_IAM": { "type": "AWS_IAM" } } });
    let routes = [
        route("GET /scopes", &json!({ "authorizationType": "AWS_IAM", "authorizationScopes": ["read"] })),
        route("GET /type", &json!({ "authorizationType": "JWT", "authorizerId": "good" })),
    ];
    expect![[r#"
        problem [$api] authorizers: got "AWS_IAM", expected another name: AWS_IAM is what routes have that ask for any signature
        problem [$api] authorizers.account.allow: got "111122223333", expected ARNs of IAM users and roles, with * for any text, such as arn:aws:iam::111122223333:role/staff-*
        problem [$api] authorizers.empty.allow: got [], expected the ARNs of some callers: nobody could call
        problem [$api] authorizers.path.allow: got "arn:aws:iam::111122223333:role/team/staff", expected a role without its path: AWS does not say the path of who has assumed it, and no two roles of an account have one name
        problem [$api] authorizers.text.allow: got 7, expected a list of strings
        problem [$api] authorizers.unknown.alow: got ["*"], expected nothing of this name; did you mean allow?
        problem [GET /scopes] authorizationScopes: got ["read"], expected nothing: AWS_IAM is of type AWS_IAM, which has no scopes
        problem [GET /type] authorizationType: got "JWT", expected AWS_IAM, which good is"#]].assert_eq(&told(&[SIGNING], &api, &routes).await);
}
