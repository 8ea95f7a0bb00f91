//! A step that panics: calling the function `panics`, loading the deployment `panics`. No request and no item is known
//! to make the gateway itself do so.

use tollgate::aws::call::ServiceCall;

/// Sees every call of Lambda.
pub fn lambda(call: &ServiceCall) {
    assert!(!call.path_and_query.path().contains("/functions/panics/"), "the code of this test");
}

/// Sees every call of DynamoDB.
pub fn dynamodb(call: &ServiceCall) {
    let loads = br#"":id":{"S":"panics"}"#;
    assert!(!call.body.windows(loads.len()).any(|part| part == loads), "the code of this test");
}
