//! The DynamoDB units of a gateway's start and of its requests, counted by the proxy in front of DynamoDB.

use anyhow::Result;

use crate::{cases::through_gateway, counting_proxy::Tally, integration::Integration, test_bed::TestBed};

/// The units of one gateway's calls.
pub struct GatewayUnits {
    pub routes: usize,
    pub start: Tally,
    pub requests: usize,
    /// The units of `requests` requests each.
    pub by_integration: Vec<(Integration, Tally)>,
}

/// Starts the function and sends so many requests to routes of each integration.
///
/// # Errors
/// The first wrong answer ends it.
pub async fn measure(bed: &TestBed, function: &str, routes: usize, requests: usize) -> Result<GatewayUnits> {
    bed.counting_proxy.take();
    bed.start_instance(function).await?;
    let start = bed.counting_proxy.take();
    let mut by_integration = Vec::new();
    for integration in Integration::ALL {
        let case = through_gateway(bed, function, integration, routes);
        for number in 0..requests {
            case.send(bed, number).await?;
        }
        by_integration.push((integration, bed.counting_proxy.take()));
    }
    Ok(GatewayUnits { routes, start, requests, by_integration })
}
