//! Cold starts: from the start of the process to its first question for an event.

use std::time::Instant;

use anyhow::Result;

use crate::{statistics::Spread, test_bed::TestBed};

pub struct ColdStarts {
    pub function: String,
    /// Milliseconds, as those of the CPU.
    pub wall: Spread,
    pub cpu: Spread,
}

/// Starts each function `times` times, in turn. The last instance of each stays.
///
/// # Errors
/// A process does not start.
pub async fn measure(bed: &TestBed, functions: &[String], times: usize) -> Result<Vec<ColdStarts>> {
    let mut walls = vec![Vec::new(); functions.len()];
    let mut cpus = vec![Vec::new(); functions.len()];
    for _ in 0..times {
        for (index, function) in functions.iter().enumerate() {
            bed.end_instances(function).await;
            let begun_at = Instant::now();
            bed.start_instance(function).await?;
            walls[index].push(begun_at.elapsed().as_secs_f64() * 1_000.0);
            cpus[index].push(bed.cpu_time(function).await?.as_secs_f64() * 1_000.0);
        }
    }
    let measured = functions.iter().zip(walls).zip(cpus);
    Ok(measured
        .map(|((function, wall), cpu)| ColdStarts {
            function: function.clone(),
            wall: Spread::of(wall),
            cpu: Spread::of(cpu),
        })
        .collect())
}
