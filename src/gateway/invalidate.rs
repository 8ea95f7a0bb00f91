//! The step after an answer: what a change makes worthless is forgotten, whichever route the change took.

use http::Method;

use super::{Gateway, Way, cached::CachedRoute};
use crate::{
    authorizers::ApiKeyUse,
    cache::{Uri, changed_uris},
    deployment::Served,
    message::{Request, Response},
};

impl Gateway {
    /// Forgets the answers of each URI that `response` tells to be another one now (RFC 9111 §4.4).
    pub(super) fn forget_changed(&self, request: &Request, served: &Served, response: &Response) {
        for uri in changed_uris(request, response.status(), response.headers()) {
            self.forget(request, served, uri);
        }
    }

    fn forget(&self, request: &Request, served: &Served, Uri { path, query }: Uri) {
        let Ok(stage) = served.find(&request.origin.domain_name, &path) else { return };
        let Ok(matched) = stage.deployment.find(&Method::GET, stage.path) else { return };
        let cached = CachedRoute::of(stage, matched.route);
        let Some(cached) = cached.filter(|cached| cached.policy.follows_changes()) else { return };
        let read = Request { method: Method::GET, path: path.clone(), query, ..request.clone() };
        let api_key = matched.route.api_key;
        let way = Way::to(matched);
        let mut asked = cached.asked(&way, &read);
        // Whose answers they are is no matter, only that they are somebody's.
        asked.context.api_key_id = matches!(api_key, ApiKeyUse::Required(_)).then_some("");
        self.responses.forget(&asked);
    }
}
