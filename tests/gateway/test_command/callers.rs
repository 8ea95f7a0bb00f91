//! Callers of tests: tokens, keys, signers and what an authorizer's function says of them.

use super::assert_passes;

const API: &str = r#"
tollgate: 1
stages:
  v1:
    stageVariables: { issuer: issuer.example }
    api:
      authorizers:
        users:
          type: JWT
          jwtConfiguration: { issuer: "https://${stageVariables.issuer}/", audience: [shop, other] }
          algorithms: [RS256]
          requiredClaims: { tier: gold }
        query: { type: JWT, identitySource: $request.querystring.token, jwtConfiguration: { issuer: "https://b.example", audience: [b] } }
        pool: { type: COGNITO_USER_POOLS, providerARNs: ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x"] }
        partners: { type: REQUEST, authorizerUri: partners, enableSimpleResponses: true, identitySource: [$request.header.x-who] }
        staff: { type: AWS_IAM, allow: ["arn:aws:iam::111122223333:user/staff-*"] }
    routes:
      GET /users: &mock
        authorizerId: users
        integration: { type: MOCK, body: { who: "${context.authorizer.principalId}" } }
      POST /users: { authorizerId: users, authorizationScopes: ["a:write"], integration: { type: MOCK } }
      GET /query: { authorizerId: query, integration: { type: MOCK } }
      GET /pool: { authorizerId: pool, integration: { type: MOCK } }
      POST /pool: { authorizerId: pool, authorizationScopes: [a], integration: { type: MOCK } }
      GET /partners: { authorizerId: partners, integration: { type: MOCK, body: { who: "${context.authorizer.tenant}" } } }
      GET /staff: { authorizationType: AWS_IAM, authorizerId: staff, integration: { type: MOCK } }
      GET /keyed: { apiKeyRequired: true, integration: { type: MOCK } }
usagePlans: { starter: { quota: { limit: 2, period: DAY } } }
apiKeys:
  acme-1: { usagePlanId: starter }
  paused: { usagePlanId: starter, enabled: false }
"#;

#[test]
fn a_token_is_what_the_routes_authorizer_takes_but_for_the_claims_that_are_said() {
    assert_passes(
        API,
        r#"
- request: { path: /v1/users, caller: { claims: { tier: gold } } }
  expect: { status: 200, body: { who: test-caller }, log: { principalId: test-caller } }
- request: { path: /v1/users, caller: { claims: { tier: gold, sub: ada } } }
  expect: { body: { who: ada } }
- request: { path: /v1/users, caller: { claims: {} } }
  expect: { status: 401 }
- request: { path: /v1/users, caller: { claims: { tier: gold, aud: nobody } } }
  expect: { status: 401 }
- request: { path: /v1/users, caller: { claims: { tier: gold, iss: null } } }
  expect: { status: 401 }
- request: { method: POST, path: /v1/users, caller: { claims: { tier: gold, scope: "a:read" } } }
  expect: { status: 403 }
- request: { method: POST, path: /v1/users, caller: { claims: { tier: gold, scope: "a:write" } } }
  expect: { status: 200 }
- request: { path: /v1/query, caller: { claims: {} } }
  expect: { status: 200 }
- request: { path: /v1/pool, caller: { claims: {} } }
  expect: { status: 200 }
- request: { method: POST, path: /v1/pool, caller: { claims: { scope: a } } }
  expect: { status: 200 }
- at: +2h
  request: { path: /v1/users, caller: { claims: { tier: gold } } }
  expect: { status: 200 }
"#,
    );
}

#[test]
fn a_key_counts_by_its_id_and_its_value_can_stand_in_a_header() {
    assert_passes(
        API,
        r#"
- request: { path: /v1/keyed, apiKey: acme-1 }
  expect: { status: 200, log: { apiKeyId: acme-1 } }
- request: { path: /v1/keyed, headers: { x-api-key: $keys.acme-1 } }
  expect: { status: 200 }
- request: { path: /v1/keyed, apiKey: acme-1 }
  expect: { status: 429, log: { errorResponseType: QUOTA_EXCEEDED } }
- at: +1d
  request: { path: /v1/keyed, apiKey: acme-1 }
  expect: { status: 200 }
- request: { path: /v1/keyed, apiKey: paused }
  expect: { status: 403 }
- request: GET /v1/keyed
  expect: { status: 403 }
"#
        .replace(
            "- request: { path: /v1/keyed, apiKey: paused }",
            "- at: +1d\n  request: { path: /v1/keyed, apiKey: paused }",
        )
        .replace("- request: GET /v1/keyed", "- at: +1d\n  request: GET /v1/keyed")
        .as_str(),
    );
}

#[test]
fn an_authorizers_function_and_a_signer_are_what_the_test_says() {
    assert_passes(
        API,
        r#"
- request: { path: /v1/partners, headers: { x-who: acme } }
  authorizer: { isAuthorized: true, context: { tenant: acme } }
  expect: { status: 200, body: { who: acme } }
- request: { path: /v1/partners, headers: { x-who: other } }
  authorizer: { isAuthorized: false }
  expect: { status: 403 }
- request: GET /v1/partners
  expect: { status: 401 }
- request: { path: /v1/staff, caller: { userArn: "arn:aws:iam::111122223333:user/staff-ada" } }
  expect: { status: 200 }
- request: { path: /v1/staff, caller: { userArn: "arn:aws:iam::111122223333:user/guest" } }
  expect: { status: 403 }
- request: GET /v1/staff
  expect: { status: 403 }
"#,
    );
}
