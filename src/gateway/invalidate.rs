//! The step after an integration's response: what a change makes worthless is forgotten, whichever route the change took.

use http::Method;

use super::{
    Gateway,
    locate::{Located, Location, locate},
    request_state::RequestState,
};
use crate::{
    authorizers::ApiKeyUse,
    cache::{CachePolicy, Uri, changed_uris},
    message::{Request, Response},
};

impl Gateway {
    /// Forgets the cached responses of each URI that `response` tells to be another one now (RFC 9111 §4.4).
    pub(super) fn forget_changed(&self, state: &RequestState<'_>, response: &Response) {
        for uri in changed_uris(state.location.request, response.status(), response.headers()) {
            self.forget(state, &uri);
        }
    }

    /// In each version of the stage that serves the URI: what has changed is behind all of them.
    fn forget(&self, state: &RequestState<'_>, uri: &Uri) {
        let request = state.location.request;
        let located = locate(state.served, &request.origin.domain_name, &Method::GET, &uri.path);
        for located in located.into_iter().flat_map(Located::versions) {
            self.forget_at(located, request, uri);
        }
    }

    fn forget_at(&self, located: Located<'_>, request: &Request, Uri { path, query }: &Uri) {
        let Ok(matched) = located.route() else { return };
        let route = matched.route;
        if !route.cache.as_deref().is_some_and(CachePolicy::follows_changes) {
            return;
        }
        let (path, query) = (path.clone(), query.clone());
        let read = Request { method: Method::GET, path, query, ..request.clone() };
        let location = Location::routed(&read, located.stage, matched);
        let Some(mut cache_request) = location.cache_request() else { return };
        // Whose responses they are is no matter, only that they are somebody's.
        let is_known = route.authorizer.is_some() || matches!(route.api_key, ApiKeyUse::Required(_));
        cache_request.context.caller.api_key_id = is_known.then_some("");
        self.responses.forget(&cache_request);
    }
}
