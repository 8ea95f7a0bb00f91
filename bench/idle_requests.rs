//! The cost of a request after a pause: the gateway's last look at the stages is older than `MAX_STALE_SECONDS`, so
//! it looks before it answers. The pauses here are short, and so are the settings.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    cases::{Case, through_gateway},
    integration::Integration,
    scenario::{IdleScenario, SIZES},
    statistics::Spread,
    test_bed::TestBed,
};

/// Longer than the one second of `REFRESH_SECONDS` and `MAX_STALE_SECONDS`.
const PAUSE: Duration = Duration::from_millis(1_200);

/// Milliseconds.
pub struct IdleCost {
    pub scenario: IdleScenario,
    pub after_pause: Spread,
    /// The request right after it.
    pub warm: Spread,
    /// The difference of the two, pause by pause.
    pub added: Spread,
}

/// Sends two requests after each of so many pauses.
///
/// # Errors
/// The first wrong response ends it.
pub async fn measure(bed: &TestBed, pauses: usize) -> Result<Vec<IdleCost>> {
    let mut costs = Vec::new();
    for scenario in IdleScenario::ALL {
        let function = scenario.function();
        let case = through_gateway(bed, function, Integration::Mock, SIZES[0]);
        let (mut after_pause, mut warm) = (Vec::new(), Vec::new());
        // The first one starts the process.
        timed(bed, &case, 0).await?;
        for number in 0..pauses {
            bed.idle(function).await?;
            sleep(PAUSE).await;
            after_pause.push(timed(bed, &case, number).await?);
            // A look that goes on after the response is over now.
            bed.idle(function).await?;
            warm.push(timed(bed, &case, number).await?);
        }
        let added = after_pause.iter().zip(&warm).map(|(after_pause, warm)| after_pause - warm);
        costs.push(IdleCost {
            scenario,
            added: Spread::of(added),
            after_pause: Spread::of(after_pause),
            warm: Spread::of(warm),
        });
    }
    Ok(costs)
}

/// Milliseconds until the whole response is there.
async fn timed(bed: &TestBed, case: &Case, number: usize) -> Result<f64> {
    let sent_at = Instant::now();
    case.send(bed, number).await?;
    Ok(sent_at.elapsed().as_secs_f64() * 1_000.0)
}
