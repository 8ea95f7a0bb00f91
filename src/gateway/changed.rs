//! The step after an answer: what a change makes worthless is forgotten, whichever route the change took.

use std::sync::Arc;

use http::Method;

use super::{Gateway, Way, cached::asked};
use crate::{
    authorizers::ApiKeyUse,
    deployment::Served,
    message::{Request, Response},
    policies::cache::{Uri, changed_uris},
};

impl Gateway {
    /// Forgets the answers of each URI that `response` tells to be another one now (RFC 9111 §4.4).
    pub(super) fn forget_changed(&self, request: &Request, served: &Arc<Served>, response: &Response) {
        for uri in changed_uris(request, response.status(), response.headers()) {
            self.forget(request, served, uri);
        }
    }

    fn forget(&self, request: &Request, served: &Arc<Served>, Uri { path, query }: Uri) {
        let Ok(stage) = served.find(&request.origin.domain_name, &path) else { return };
        let Ok(matched) = stage.deployment.find(&Method::GET, stage.path) else { return };
        let cache = matched.route.cache.as_ref().zip(stage.settings.cache.as_ref());
        let Some(cache) = cache.filter(|(policy, _)| policy.follows_changes()) else { return };
        let read = Request { method: Method::GET, path: path.clone(), query, ..request.clone() };
        let way =
            Way { route_key: &matched.route.key, path_parameters: matched.path_parameters, ..Way::default() };
        let mut asked = asked((stage, matched.route, cache), &way, &read);
        // Whose answers they are is no matter, only that they are somebody's.
        asked.context.api_key_id = matches!(matched.route.api_key, ApiKeyUse::Required(_)).then_some("");
        self.responses.forget(&asked);
    }
}
