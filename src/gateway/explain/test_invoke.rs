//! The call that is explained, made: what API Gateway's console calls a test of a method.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{
    AskedVersion, Explained, ExplainedResponse,
    steps::{CallerKey, Way, follow},
};
use crate::{
    authorizers::{ApiKey, ApiKeys, ItemStore},
    aws::request_id::EndpointRequestId,
    deployment::Served,
    error::GatewayError,
    integrations::Clients,
    limits::{
        counters::{CounterStore, Counters},
        usage_plan::{self, Permit, UsagePlan},
    },
    message::{Body, Request, Response},
};

/// The means of a test invocation.
#[derive(Debug)]
pub struct TestInvocation<C> {
    pub clients: Clients,
    /// They are asked for nothing, and give the permit that every call needs.
    pub counters: Arc<Counters<C>>,
}

/// More of a body is not shown.
const MOST_BODY_BYTES: usize = 1 << 20;

/// Explains a request, and makes the call that it leads to, with the response as the client would get it. Nothing is
/// counted, the cache has no part in it, and an authorizer's function is not asked. `None`: it is refused before, or
/// the gateway answers by itself.
pub async fn test_invoke<S, C>(
    served: &Served,
    request: &Request,
    asked: AskedVersion,
    caller_key: &CallerKey,
    keys: &ApiKeys<S>,
    invocation: &TestInvocation<C>,
) -> (Explained, Option<ExplainedResponse>)
where
    S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone,
    C: CounterStore,
{
    let (explained, way) = follow(served, request, asked, caller_key, keys).await;
    let is_called = explained.route.as_ref().is_some_and(|route| route.integration.is_some());
    let Some(way) = way.filter(|_| is_called) else { return (explained, None) };
    let admitted = usage_plan::admit(&[], request.received_at, &invocation.counters).await;
    let Ok(permit) = admitted else { unreachable!("no rule refuses") };
    let outcome = invoke(&way, &permit, &invocation.clients, &explained).await;
    let response = way.answer(outcome);
    (explained, Some(ExplainedResponse::of(response, &way.secrets)))
}

async fn invoke(
    way: &Way<'_>,
    permit: &Permit,
    clients: &Clients,
    explained: &Explained,
) -> Result<Response, GatewayError> {
    let Some(matched) = &way.location.matched else { return Err(way.location.stage.deployment.not_found()) };
    let integration = &matched.route.integration;
    let context = way.location.context();
    let lookup = explained.route.as_ref().and_then(|route| route.lookup.as_ref());
    let request = lookup.and_then(|lookup| way.forwarded_request(matched.route, lookup, &context));
    let sent = match (&request, matched.route.cache.as_deref()) {
        (Some(request), Some(policy)) => policy.forwarded_context(&context, request),
        (Some(_) | None, _) => context,
    };
    let request_id = &mut EndpointRequestId::default();
    let response = integration.invoke(permit, &sent, clients, request_id).await?;
    let (head, body) = integration.finish(&context, response)?.into_parts();
    Ok(Response::from_parts(head, read(body).await.into()))
}

async fn read(mut body: Body) -> Bytes {
    let mut bytes = BytesMut::new();
    while let Some(Ok(piece)) = body.next().await {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST_BODY_BYTES {
            break;
        }
    }
    bytes.truncate(MOST_BODY_BYTES);
    bytes.freeze()
}
