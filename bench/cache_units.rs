//! The DynamoDB calls of the response cache: of a memory hit, a table hit and a miss, all of a `MOCK`.

use anyhow::Result;

use crate::{cases, counting_proxy::Tally, scenario::CachedScenario, test_bed::TestBed};

/// The calls of so many requests.
pub struct CacheUnits {
    pub scenario: CachedScenario,
    pub requests: usize,
    pub tally: Tally,
}

impl CacheUnits {
    /// The calls of the cache's table, per request.
    pub fn table_calls_per_request(&self) -> f64 {
        let of_cache = self.tally.iter().filter(|(name, _)| name.ends_with(" cached-cache"));
        of_cache.map(|(_, units)| units.calls).sum::<usize>() as f64 / self.requests as f64
    }
}

/// Fills the cache with the responses of later hits.
///
/// # Errors
/// No response.
pub async fn fill(bed: &TestBed) -> Result<()> {
    for scenario in [CachedScenario::MemoryHit, CachedScenario::TableHit] {
        for function in [scenario.function(), scenario.counted_function()] {
            cases::cached(bed, function, scenario).send_unchecked(bed, 0).await?;
        }
    }
    Ok(())
}

/// Sends so many requests of each scenario.
///
/// # Errors
/// The first wrong response ends it.
pub async fn measure(bed: &TestBed, requests: usize) -> Result<Vec<CacheUnits>> {
    let mut units = Vec::new();
    for scenario in CachedScenario::ALL {
        let function = scenario.counted_function();
        let case = cases::cached(bed, function, scenario);
        // A response in memory has been looked up just now.
        case.send(bed, 0).await?;
        bed.idle(function).await?;
        bed.counting_proxy.take();
        for number in 0..requests {
            case.send(bed, number).await?;
        }
        // Writes after a response end before the next event is asked for.
        bed.idle(function).await?;
        units.push(CacheUnits { scenario, requests, tally: bed.counting_proxy.take() });
    }
    Ok(units)
}
