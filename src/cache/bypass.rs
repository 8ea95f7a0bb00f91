//! Which requests on a cached route the cache has no part in.

use std::fmt;

use http::Method;

use super::{CachePolicy, Mode, StageCache, rfc9111};
use crate::context::Context;

/// Why a request passes the cache by; displays in the operator's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// The route keeps answers to this method, and the request has another.
    Method(Method),
    /// Answers are kept for no time.
    Ttl,
    /// Only the target can judge it.
    Precondition,
    /// No key of HTTP mode has it.
    Body,
    /// The target would get credentials that the key does not have: its answer is for this caller only.
    Credentials,
}

impl CachePolicy {
    /// `None`: the request is answered through the cache.
    pub fn bypass(&self, context: &Context<'_>, stage: &StageCache) -> Option<Bypass> {
        if !self.covers(&context.request.method) {
            Some(Bypass::Method(self.method.clone()))
        } else {
            match self.mode {
                Mode::ApiGateway if self.ttl(stage).is_zero() => Some(Bypass::Ttl),
                Mode::ApiGateway => self.forwards_unkeyed_credentials(context).then_some(Bypass::Credentials),
                Mode::Http => rfc9111::bypass(context.request),
            }
        }
    }

    /// Whether answers to requests of this method may come from the cache.
    fn covers(&self, method: &Method) -> bool {
        *method == self.method || (*method == Method::HEAD && self.method == Method::GET)
    }
}

impl fmt::Display for Bypass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(kept) => write!(f, "only answers to {kept} are kept"),
            Self::Ttl => f.write_str("cacheTtlInSeconds is 0"),
            Self::Precondition => f.write_str("If-Match or If-Unmodified-Since is for the target to judge"),
            Self::Body => f.write_str("the request has a body"),
            Self::Credentials => f.write_str(
                "forwardUnkeyedHeaders, and the request has a cookie or Authorization that is not in the key",
            ),
        }
    }
}
