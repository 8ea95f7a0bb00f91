//! What the tests of the cache share, and those that concern all of it.

use super::{CacheKey, CachePolicy, StageCache};
use crate::policies::testing::{World, read};
use serde_json::{Value, json};

/// Some key; another number is another one.
pub(super) fn key(number: u8) -> CacheKey {
    let world = World::new(&format!("n={number}"));
    let item = json!({ "cachingEnabled": true, "cacheKeyParameters": "method.request.querystring.n" });
    policy(&item).key_of(&world.context(), &StageCache::default())
}

fn policy(item: &Value) -> CachePolicy {
    let (policy, problems) = read(item, |fields| CachePolicy::parse(&fields, None, &[]));
    assert_eq!(problems, Vec::<String>::new());
    policy.expect("caching is enabled")
}
