//! The callers of tests: tokens that the route's authorizer takes, and signers.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::api_under_test::ApiUnderTest;
use crate::{
    deployment::{RouteAuthorization, Served},
    error::GatewayError,
    gateway::{ExplainedCaller, explain_caller, with_token},
    local::token_key::TokenKey,
    message::{IamIdentity, Request},
};

/// The `sub` of a token that is for nobody else.
const SUBJECT: &str = "test-caller";

const GOOD_FOR: Duration = Duration::from_secs(3_600);

/// Puts a token with these claims where the route's authorizer looks for one. On a route that asks for none, or that
/// does not exist, the request stays as it is.
pub async fn with_claims(
    api: &ApiUnderTest,
    served: &Served,
    key: &TokenKey,
    request: Request,
    claims: &Map<String, Value>,
) -> Result<Request, GatewayError> {
    let Ok(ExplainedCaller { stage, authorizer, .. }) = explain_caller(served, request.clone(), None).await
    else {
        return Ok(request);
    };
    let RouteAuthorization::By(authorizer, _) = authorizer else { return Ok(request) };
    let item = api.authorizer(&stage, &authorizer.id).cloned().unwrap_or_default();
    let mut all = default_claims(api, &stage, &item, request.received_at);
    if claims.contains_key("scope") {
        all.insert("token_use".to_owned(), "access".into());
    }
    all.extend(claims.clone());
    // A claim that is null is not there.
    all.retain(|_, value| !value.is_null());
    with_token(served, request, &key.token(&Value::Object(all)))
}

/// The claims of a token that the authorizer takes.
fn default_claims(
    api: &ApiUnderTest,
    stage: &str,
    authorizer: &Value,
    now: SystemTime,
) -> Map<String, Value> {
    let jwt = authorizer.get("jwtConfiguration");
    let text = |value: &Value| value.as_str().map(|text| api.resolved(stage, text));
    let first = |value: &Value| match value {
        Value::Array(values) => values.first().and_then(text),
        value => text(value),
    };
    let issuer = jwt.and_then(|jwt| jwt.get("issuer")).and_then(text);
    let pool = authorizer.get("providerARNs").and_then(first).and_then(|arn| issuer_of_pool(&arn));
    let audience = jwt.and_then(|jwt| jwt.get("audience")).and_then(first);
    let seconds =
        |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut claims = Map::new();
    claims.extend(issuer.or(pool).map(|issuer| ("iss".to_owned(), issuer.into())));
    claims.extend(audience.map(|audience| ("aud".to_owned(), audience.into())));
    claims.insert("sub".to_owned(), SUBJECT.into());
    claims.insert("token_use".to_owned(), "id".into());
    claims.insert("iat".to_owned(), seconds(now).into());
    claims.insert("exp".to_owned(), seconds(now + GOOD_FOR).into());
    claims
}

/// `arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x` → the issuer's URL.
fn issuer_of_pool(arn: &str) -> Option<String> {
    let (before, pool) = arn.rsplit_once(":userpool/")?;
    let region = before.split(':').nth(3)?;
    Some(format!("https://cognito-idp.{region}.amazonaws.com/{pool}"))
}

/// Whom AWS would say that the request comes from.
pub fn signer(user_arn: &str) -> IamIdentity {
    IamIdentity {
        access_key: "AKIATESTTESTTESTTEST".to_owned(),
        account_id: user_arn.split(':').nth(4).unwrap_or_default().to_owned(),
        caller_id: "AIDATESTTESTTESTTEST".to_owned(),
        user_arn: user_arn.to_owned(),
        user_id: "AIDATESTTESTTESTTEST".to_owned(),
        ..IamIdentity::default()
    }
}
