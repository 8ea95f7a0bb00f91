//! The request that a target gets on a cached route: without what the key does not have.
//!
//! A target that saw more could put it into an answer that others get ("cache poisoning").

use std::borrow::Cow;

use http::{
    HeaderName,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, USER_AGENT},
};

use super::CachePolicy;
use crate::message::Request;

impl CachePolicy {
    /// Of headers and cookies those that the key has, and with a body what says how to read it.
    pub(super) fn of_the_key<'a>(&self, request: &'a Request) -> Cow<'a, Request> {
        if self.forwards_unkeyed_headers {
            return Cow::Borrowed(request);
        }
        let mut forwarded = request.clone();
        // `host` is in every key.
        let is_kept = |name: &HeaderName| {
            name == HOST
                || self.key.has_header(name)
                || (!request.body.is_empty() && (name == CONTENT_TYPE || name == CONTENT_ENCODING))
        };
        forwarded.headers = request
            .headers
            .iter()
            .filter(|(name, _)| is_kept(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !self.key.has_header(&COOKIE) {
            forwarded.cookies.clear();
        }
        if !self.key.has_header(&USER_AGENT) {
            forwarded.origin.user_agent.clear();
        }
        Cow::Owned(forwarded)
    }

    /// Whether the target would get credentials that the key does not have: then its answer is for this caller only.
    pub(super) fn forwards_unkeyed_credentials(&self, request: &Request) -> bool {
        let has_unkeyed = |name: &HeaderName, is_there| is_there && !self.key.has_header(name);
        self.forwards_unkeyed_headers
            && (has_unkeyed(&AUTHORIZATION, request.headers.contains_key(AUTHORIZATION))
                || has_unkeyed(&COOKIE, !request.cookies.is_empty()))
    }
}
