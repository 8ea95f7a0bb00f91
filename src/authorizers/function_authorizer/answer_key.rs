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
        add_text(&mut digest, context.stage.as_bytes());
        match scope {
            CacheScope::Api => digest.add([0]),
            CacheScope::Route => {
                digest.add([1]);
                add_text(&mut digest, context.route_key.as_bytes());
                add_text(&mut digest, context.request.method.as_str().as_bytes());
            }
        }
        for lines in identity.lines() {
            digest.add(length(lines.len()));
            lines.iter().for_each(|line| add_text(&mut digest, line));
        }
        Self(digest.finish())
    }
}

/// With its length before it, so that no text runs into the next one.
fn add_text(digest: &mut Sha256, text: &[u8]) {
    digest.add(length(text.len()));
    digest.add(text);
}

fn length(length: usize) -> [u8; 8] {
    (length as u64).to_le_bytes()
}
