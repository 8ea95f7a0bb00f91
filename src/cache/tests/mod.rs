//! What the tests of the cache share, and those that concern all of it.

mod entries;

use super::{CacheKey, CachePolicy, StageCache};
use crate::testing::{World, read};
use serde_json::{Value, json};

/// Some key; another number is another one.
pub(super) fn key(number: u8) -> CacheKey {
    let world = World::new(&format!("n={number}"));
    let item = json!({ "cachingEnabled": true, "cacheKeyParameters": "method.request.querystring.n" });
    policy(&item).key_of(&world.context(), &StageCache::default())
}

/// One of each mode, which gives stale answers.
pub(super) fn policies() -> [CachePolicy; 2] {
    ["API_GATEWAY", "HTTP"].map(|mode| {
        policy(&json!({ "cachingEnabled": true, "cacheMode": mode, "staleWhileRevalidate": 60, "staleIfError": 60 }))
    })
}

fn policy(item: &Value) -> CachePolicy {
    let (policy, problems) = read(item, |fields| CachePolicy::parse(&fields, None, &[]));
    assert_eq!(problems, Vec::<String>::new());
    policy.expect("caching is enabled")
}
