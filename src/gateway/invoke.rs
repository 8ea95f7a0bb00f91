//! The step that gets a client its response: calling the integration, and making the response the client's own.

use super::{Gateway, locate::Location};
use crate::{
    access_log::AccessLog, aws::request_id::EndpointRequestId, cache::CacheOutcome, context::Context,
    deployment::Route, error::GatewayError, limits::usage_plan::Permit, message::Response, xray::TargetCall,
};

impl Gateway {
    /// Calls the integration for a client, who waits.
    pub(super) async fn invoke(
        &self,
        route: &Route,
        permit: &Permit,
        context: &Context<'_>,
        log: &mut AccessLog,
    ) -> Result<Response, GatewayError> {
        let called_at = self.clock.now();
        let mut request_id = EndpointRequestId::default();
        let response = route.integration.invoke(permit, context, &self.clients, &mut request_id).await;
        log.integration(called_at, &response, request_id.as_deref());
        if let Some(xray) = &self.xray {
            let request = context.request;
            let call = TargetCall {
                route_key: &route.key,
                request_id: &request.id,
                began: called_at,
                ended: self.clock.now(),
                status: response.as_ref().ok().map(http::Response::status),
                aws_request_id: request_id.as_deref(),
            };
            xray.tell(&request.origin.trace_id, &call);
        }
        response
    }

    /// Makes a response this client's own: whatever a request decides that is not in the key, it decides here.
    pub(super) fn for_client(
        &self,
        location: &Location<'_>,
        route: &Route,
        outcome: CacheOutcome,
    ) -> Result<Response, GatewayError> {
        let context = location.context();
        let Some(cache_request) = location.cache_request() else {
            return route.integration.finish(&context, outcome.response?);
        };
        let is_cached = outcome.status.is_from_an_entry();
        let response = self.responses.client_response(&cache_request, outcome)?;
        let response = route.integration.finish(&context, response)?;
        // A part is one of what this client gets.
        Ok(if is_cached { cache_request.part_of(response) } else { response })
    }
}
