//! Tests that concern all of the cache, and the keys and policies that tests share.

mod damaged_bytes;
mod stored_bytes;

use super::{CacheKey, CachePolicy, StageCache};
use crate::{
    template::parameter::{IntegrationParameters, RouteParameters},
    testing::{TestRequest, read},
};
use serde_json::{Value, json};

/// Some key; another number is another one.
pub(super) fn key(number: u8) -> CacheKey {
    let world = TestRequest::new(&format!("n={number}"));
    let item = json!({ "cachingEnabled": true, "cacheKeyParameters": "method.request.querystring.n" });
    policy(&item).key(&world.context(), &StageCache::default())
}

/// One of each mode, which gives stale answers.
pub(super) fn policies() -> [CachePolicy; 2] {
    ["API_GATEWAY", "HTTP"].map(|mode| {
        policy(&json!({ "cachingEnabled": true, "cacheMode": mode, "staleWhileRevalidate": 60, "staleIfError": 60 }))
    })
}

fn policy(item: &Value) -> CachePolicy {
    let (policy, problems) = read(item, |fields| {
        let parameters = RouteParameters { path: &[], integration: &IntegrationParameters::default() };
        CachePolicy::parse(&fields, None, parameters)
    });
    assert_eq!(problems, Vec::<String>::new());
    policy.expect("caching is enabled")
}

/// A gateway that hashes them in another way asks for nothing that the table has.
#[test]
fn a_key_is_the_same_in_each_version_of_the_gateway() {
    let expected = "v1#39985f2e6dc03fa0f0253b41f5360e5659fae64f9d5303196a63a7114e8219b5";
    assert_eq!(key(1).to_string(), expected);
}
