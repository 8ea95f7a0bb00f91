//! The cache at work: a request is answered from an entry, or by the target, whose answer becomes one.
//!
//! Of many who miss at once, one asks the target; the others wait for its answer, for a bounded time.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use http::{HeaderName, HeaderValue};

use super::{
    Bypass, CacheStatus, CacheStore, Responses, Stored,
    asked::{CacheOutcome, CacheRequest},
    conditional::not_modified_if_known,
    fill::Fill,
    mode_rules::{RequestDirective, Reuse},
    place::Refill,
    rfc9111::Variants,
};
use crate::{
    clock::{milliseconds, ms},
    context::Context,
    error::GatewayError,
    message::{Body, Response},
};

/// For longer than any answer takes that was asked for before.
const FORGOTTEN_FOR: Duration = Duration::from_secs(3_600);

const WARNING: HeaderName = HeaderName::from_static("warning");
/// RFC 7234 §5.5.7: 199 is a warning that is for people.
const MAY_NOT_INVALIDATE: HeaderValue =
    HeaderValue::from_static("199 tollgate \"Cache-Control of the request was ignored\"");

impl<S: CacheStore> Responses<S> {
    /// Answers from an entry, or by `call`, which gets the request's context as the target may see it. What is kept is
    /// for all; `finish` makes it this client's own: whatever a request decides that is not in the key, it decides
    /// there.
    pub async fn answer(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        call: impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
        finish: impl FnOnce(Response) -> Result<Response, GatewayError>,
    ) -> CacheOutcome {
        let (answered, is_warned) = self.answer_for_all(asked, call).await;
        let CacheOutcome { status, .. } = answered;
        let told = |response| self.told(response, asked, (status, is_warned), finish);
        CacheOutcome { outcome: answered.outcome.and_then(told), ..answered }
    }

    /// An answer that is not yet this client's own, and whether the client is to be warned that it asked in vain for
    /// another one.
    async fn answer_for_all(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        call: impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> (CacheOutcome, bool) {
        let CacheRequest { policy, stage, context, permission, .. } = asked;
        let request = context.request;
        match policy.bypass(context, stage) {
            Some(Bypass::Method(_) | Bypass::Ttl) => {
                return (CacheOutcome::of(call(context).await, None), false);
            }
            Some(Bypass::Credentials | Bypass::Precondition | Bypass::Body) => {
                return (CacheOutcome::of(call(context).await, Some(CacheStatus::Bypass)), false);
            }
            None => {}
        }
        let key = policy.key(context, stage);
        let directive = policy.rules().directive(&request.headers, *permission);
        let answered = match directive {
            RequestDirective::Forbidden => {
                CacheOutcome::of(Err(GatewayError::InvalidationForbidden), Some(CacheStatus::Bypass))
            }
            RequestDirective::Replace => self.fill(asked, Fill::wanted(key), &call).await,
            RequestDirective::Lookup | RequestDirective::LookupWithWarning => {
                self.look_up(asked, &key, &call).await
            }
        };
        (answered, directive == RequestDirective::LookupWithWarning)
    }

    /// Gets a new answer in the place of a stale one that was given.
    pub async fn refill(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        Refill { place, lock }: Refill,
        call: impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) {
        let key = asked.policy.key(&asked.context, asked.stage);
        let fill = Fill::of(key, place, Some(lock), Some(Reuse::Expired));
        if let Ok(response) = self.fill(asked, fill, &call).await.outcome {
            drain(response.into_body()).await;
        }
    }

    /// Forgets what is known of the URI that is asked for: it has changed.
    pub fn forget(self: &Arc<Self>, asked: &CacheRequest<'_>) {
        let key = asked.policy.key(&asked.context, asked.stage);
        let route_key = asked.context.route_key.to_owned();
        let now = self.clock.now();
        let now_ms = milliseconds(now);
        // What was asked for in this very millisecond may be from before, too.
        let list = Stored::from(Variants::since(now_ms + 1, now_ms + ms(FORGOTTEN_FOR)));
        let responses = Arc::clone(self);
        self.levels.remember(key.clone(), list.clone(), now);
        self.spawn_background(async move {
            responses.levels.put(&key, &route_key, list, now).await;
        });
    }

    /// With the headers that tell the client, in the client's form, and without the body, or the part of it, that it
    /// has.
    fn told(
        &self,
        mut response: Response,
        asked: &CacheRequest<'_>,
        (status, is_warned): (Option<CacheStatus>, bool),
        finish: impl FnOnce(Response) -> Result<Response, GatewayError>,
    ) -> Result<Response, GatewayError> {
        let request = asked.context.request;
        if let Some(status) = status {
            status.apply(&mut response);
        }
        if is_warned {
            response.headers_mut().append(WARNING, MAY_NOT_INVALIDATE);
        }
        if matches!(status, None | Some(CacheStatus::Bypass)) {
            return finish(response);
        }
        let (response, unsent) = not_modified_if_known(request, response);
        if let Some(body) = unsent {
            self.spawn_background(drain(body));
        }
        let response = finish(response)?;
        // A part is one of what this client gets.
        let is_kept = status.is_some_and(CacheStatus::is_from_an_entry);
        Ok(if is_kept { asked.policy.rules().part_of(request, response) } else { response })
    }
}

/// Reads what nobody reads: a body is kept when its last byte has gone by.
async fn drain(mut body: Body) {
    while let Some(Ok(_)) = body.next().await {}
}
