//! What a kept answer was given for.

use super::identity_sources::Identity;
use crate::{context::Context, digest::Sha256};

/// The digest of an authorizer and of all that makes its function's answer another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswerKey([u8; 32]);

/// `cacheScope`: the requests of one identity that a kept answer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheScope {
    /// Those with the same route key and method.
    Route,
    /// All that the authorizer is asked about, as on API Gateway.
    Api,
}

impl AnswerKey {
    /// `authorizer` is the digest of everything that the authorizer's items say.
    pub fn new(
        authorizer: &[u8; 32],
        scope: CacheScope,
        identity: &Identity<'_>,
        context: &Context<'_>,
    ) -> Self {
        let mut digest = Sha256::default().with(authorizer);
        digest.add_framed(context.stage);
        match scope {
            CacheScope::Api => digest.add([0]),
            CacheScope::Route => {
                digest.add([1]);
                digest.add_framed(context.route_key);
                digest.add_framed(context.request.method.as_str());
            }
        }
        identity.add_to(&mut digest);
        Self(digest.finish())
    }
}
