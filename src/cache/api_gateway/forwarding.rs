//! The request that a target gets of a cached route: it has no header that the key does not have.
//!
//! A target that saw more could put it into an answer that others get ("cache poisoning"). The query it gets whole,
//! as API Gateway's targets do.

use std::borrow::Cow;

use http::{
    HeaderName, Method,
    header::{
        AUTHORIZATION, COOKIE, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, PROXY_AUTHORIZATION, USER_AGENT,
    },
};

use super::{
    super::{key::API_KEY, mode_rules::without_connection},
    ApiGatewayRules,
    key_parameters::OF_A_BODY,
};
use crate::{context::Context, message::Request};

impl ApiGatewayRules {
    /// Leaves in the request the headers and cookies that the key has, and with a body what says how to read it.
    pub(super) fn with_keyed_headers<'a>(&self, request: &'a Request) -> Cow<'a, Request> {
        if self.forwards_unkeyed_headers {
            return self.without_unkeyed_conditions(without_connection(request));
        }
        let mut forwarded = request.clone();
        // `host` is in every key.
        let is_keyed = |name: &HeaderName| {
            name == HOST
                || self.key_parameters.has_header(name)
                || (!request.body.is_empty() && OF_A_BODY.contains(name))
        };
        forwarded.headers = request
            .headers
            .iter()
            .filter(|(name, _)| is_keyed(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !self.key_parameters.has_header(&COOKIE) {
            forwarded.cookies.clear();
        }
        if !self.key_parameters.has_header(&USER_AGENT) {
            forwarded.origin.user_agent.clear();
        }
        Cow::Owned(forwarded)
    }

    /// Asks for the answer, whatever the client has of it already: a 304 is of no use to others.
    fn without_unkeyed_conditions<'a>(&self, request: Cow<'a, Request>) -> Cow<'a, Request> {
        let is_read = [Method::GET, Method::HEAD].contains(&request.method);
        let mut forwarded = request;
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            if is_read && forwarded.headers.contains_key(&name) && !self.key_parameters.has_header(&name) {
                forwarded.to_mut().headers.remove(&name);
            }
        }
        forwarded
    }

    /// True where the target would get credentials that the key does not have: its answer is for this caller only.
    pub(super) fn forwards_unkeyed_credentials(&self, context: &Context<'_>) -> bool {
        let headers = &context.request.headers;
        let has_unkeyed = |name: &HeaderName, is_there| is_there && !self.key_parameters.has_header(name);
        let has_caller = context.api_key_id.is_some() && !self.common.is_shared;
        self.forwards_unkeyed_headers
            && ([AUTHORIZATION, PROXY_AUTHORIZATION]
                .iter()
                .any(|name| has_unkeyed(name, headers.contains_key(name)))
                || has_unkeyed(&COOKIE, !context.request.cookies.is_empty())
                || has_unkeyed(&API_KEY, headers.contains_key(API_KEY) && !has_caller))
    }
}
