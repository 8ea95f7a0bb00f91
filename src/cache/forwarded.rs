//! What a target gets of a request on a cached route: no header that the key does not have.
//!
//! A target that saw more could put it into an answer that others get ("cache poisoning"). The query it gets whole,
//! as API Gateway's targets do.

use std::borrow::Cow;

use http::{
    HeaderName, Method,
    header::{
        AUTHORIZATION, CONNECTION, COOKIE, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, PROXY_AUTHORIZATION,
        USER_AGENT,
    },
};

use super::{
    CachePolicy,
    key::{API_KEY, OF_A_BODY},
};
use crate::{context::Context, message::Request};

impl CachePolicy {
    /// Of headers and cookies those that the key has, and with a body what says how to read it.
    pub(super) fn of_the_key<'a>(&self, request: &'a Request) -> Cow<'a, Request> {
        if self.forwards_unkeyed_headers {
            return self.without_unkeyed_conditions(without_connection(request));
        }
        let mut forwarded = request.clone();
        // `host` is in every key.
        let is_kept = |name: &HeaderName| {
            name == HOST
                || self.key.has_header(name)
                || (!request.body.is_empty() && OF_A_BODY.contains(name))
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

    /// Asks for the answer, whatever the client has of it already: a 304 is of no use to others.
    fn without_unkeyed_conditions<'a>(&self, request: Cow<'a, Request>) -> Cow<'a, Request> {
        let is_read = [Method::GET, Method::HEAD].contains(&request.method);
        let mut forwarded = request;
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            if is_read && forwarded.headers.contains_key(&name) && !self.key.has_header(&name) {
                forwarded.to_mut().headers.remove(&name);
            }
        }
        forwarded
    }

    /// Whether the target gets headers that do not tell answers apart.
    pub fn forwards_unkeyed_headers(&self) -> bool {
        self.forwards_unkeyed_headers
    }

    /// The context of a forwarded request: who calls is in it only where the key has it.
    pub(super) fn forwarded_context<'a>(&self, context: &Context<'a>, request: &'a Request) -> Context<'a> {
        let api_key_id = context.api_key_id.filter(|_| !self.is_shared);
        Context { request, api_key_id, ..*context }
    }

    /// Whether the target would get credentials that the key does not have: then its answer is for this caller only.
    pub(super) fn forwards_unkeyed_credentials(&self, context: &Context<'_>) -> bool {
        let headers = &context.request.headers;
        let has_unkeyed = |name: &HeaderName, is_there| is_there && !self.key.has_header(name);
        let has_caller = context.api_key_id.is_some() && !self.is_shared;
        self.forwards_unkeyed_headers
            && ([AUTHORIZATION, PROXY_AUTHORIZATION]
                .iter()
                .any(|name| has_unkeyed(name, headers.contains_key(name)))
                || has_unkeyed(&COOKIE, !context.request.cookies.is_empty())
                || has_unkeyed(&API_KEY, headers.contains_key(API_KEY) && !has_caller))
    }
}

/// It goes no further anyway. What it names would not either, and the key may have it.
pub(super) fn without_connection(request: &Request) -> Cow<'_, Request> {
    let mut forwarded = Cow::Borrowed(request);
    if request.headers.contains_key(CONNECTION) {
        forwarded.to_mut().headers.remove(CONNECTION);
    }
    forwarded
}
