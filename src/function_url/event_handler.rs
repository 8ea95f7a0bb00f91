//! One event after another: decoded, answered by the gateway or published, encoded.

use std::{collections::BTreeSet, num::NonZeroUsize};

use bytes::Bytes;
use tracing::{info, warn};

use super::{
    StreamResponse,
    decode::{DecodedEvent, Invocation, decode},
    encode,
};
use crate::{
    deployment::{self, Publication, PublishOutcome},
    environment::{Environment, FunctionUrlAuthType, TrustedProxy},
    error::{InvalidConfiguration, chain},
    gateway::Gateway,
};

/// Works on the events of one process.
#[derive(Debug)]
pub struct EventHandler {
    pub gateway: Gateway,
    trusted_proxy: TrustedProxy,
    auth_type: FunctionUrlAuthType,
    keep_deployments: Option<NonZeroUsize>,
}

/// The response to an event.
pub enum EventOutcome {
    /// To a client's request.
    Response(StreamResponse),
    /// The edits of the routes table's stream were seen to. Those that are invalid are not tried again.
    Published,
    /// The event could not be worked on; Lambda sends it again.
    Failed(String),
}

impl EventHandler {
    pub fn new(gateway: Gateway, environment: &Environment) -> Self {
        Self {
            gateway,
            trusted_proxy: environment.trusted_proxy.clone(),
            auth_type: environment.function_url_auth_type,
            keep_deployments: environment.keep_deployments,
        }
    }

    /// Answers a request, or publishes the stages that the routes table's stream names.
    pub async fn handle(&self, event: &Bytes, invocation: Invocation) -> EventOutcome {
        let received_at = invocation.received_at;
        let request_id = invocation.request_id.clone();
        let response = match decode(event, invocation, &self.trusted_proxy, self.auth_type) {
            Ok(DecodedEvent::Request(request)) => {
                // A look that ended since the last response, while nobody waited.
                self.gateway.deployments.adopt_found();
                self.gateway.deployments.look_if_due(received_at);
                self.gateway.handle(&request).await
            }
            Ok(DecodedEvent::RoutesChanged(stages)) => return Box::pin(self.publish(stages)).await,
            Err(refused) => self.gateway.refuse(&request_id, received_at, &refused.error, &refused.request),
        };
        EventOutcome::Response(encode(response))
    }

    /// Does what is left to do when a response has gone out: Lambda freezes the process soon.
    pub async fn finish(&self) {
        self.gateway.drain().await;
        self.gateway.deployments.adopt().await;
    }

    /// The same where nothing freezes the process: what is under way already goes on beside the next event.
    pub async fn follow_up(&self) {
        self.gateway.follow_up().await;
        self.gateway.deployments.adopt().await;
    }

    async fn publish(&self, stages: BTreeSet<String>) -> EventOutcome {
        let live = &self.gateway.deployments;
        live.unload();
        for stage in &stages {
            let publication = Publication::of_edit(self.gateway.clock.now());
            match deployment::publish(live.store(), stage, publication).await {
                Ok(PublishOutcome::Published { deployment_id, routes, .. }) => {
                    info!(stage, deployment_id, routes, "published");
                    self.prune(stage).await;
                }
                Ok(PublishOutcome::Invalid { problems, .. }) => {
                    deployment::invalid_configuration(stage, &InvalidConfiguration(problems));
                }
                Ok(PublishOutcome::Restored { deployment_id, .. }) => {
                    info!(stage, deployment_id, "stored again what was not whole");
                }
                Ok(
                    PublishOutcome::Unchanged { .. }
                    | PublishOutcome::LeftAlone
                    | PublishOutcome::Applying(_),
                ) => {}
                Err(error) => return EventOutcome::Failed(chain(&error)),
            }
        }
        // This instance is warm, so likely the next one to be asked.
        live.refresh(self.gateway.clock.now()).await;
        EventOutcome::Published
    }

    /// Deletes old deployments of a stage that has just been published. A failure changes nothing that is served, and the
    /// next publish tries again.
    async fn prune(&self, stage: &str) {
        let Some(keep) = self.keep_deployments else { return };
        match deployment::prune(self.gateway.deployments.store(), stage, keep).await {
            Ok(0) => {}
            Ok(deleted) => info!(stage, deleted, "old deployments were deleted"),
            Err(error) => warn!(stage, cause = chain(&error), "old deployments could not be deleted"),
        }
    }
}
