//! What the gateway costs at DynamoDB: a door before it asks for every call's `ConsumedCapacity` and adds it up.

use anyhow::Result;

use crate::{cases::through_gateway, counter::Tally, integration::Integration, stand::Stand};

/// What one gateway's calls cost.
pub struct GatewayUnits {
    pub routes: usize,
    pub start: Tally,
    pub requests: usize,
    /// Of so many requests each.
    pub by_integration: Vec<(Integration, Tally)>,
}

/// Starts the function and sends so many requests to routes of each integration.
///
/// # Errors
/// The first wrong answer ends it.
pub async fn measure(stand: &Stand, function: &str, routes: usize, requests: usize) -> Result<GatewayUnits> {
    stand.counter.take();
    stand.start_instance(function).await?;
    let start = stand.counter.take();
    let mut by_integration = Vec::new();
    for integration in Integration::ALL {
        let case = through_gateway(stand, function, integration, routes);
        for number in 0..requests {
            case.send(stand, number).await?;
        }
        by_integration.push((integration, stand.counter.take()));
    }
    Ok(GatewayUnits { routes, start, requests, by_integration })
}
