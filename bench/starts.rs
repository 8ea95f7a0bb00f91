//! Cold starts: from the start of the process to its first question for an event.

use std::time::Instant;

use anyhow::Result;

use crate::{figures::Spread, stand::Stand};

pub struct Starts {
    pub function: String,
    /// Milliseconds.
    pub wall: Spread,
    pub cpu: Spread,
}

/// Starts each function so often, in turn. The last instance of each stays.
///
/// # Errors
/// A process does not start.
pub async fn measure(stand: &Stand, functions: &[String], times: usize) -> Result<Vec<Starts>> {
    let mut walls = vec![Vec::new(); functions.len()];
    let mut cpus = vec![Vec::new(); functions.len()];
    for _ in 0..times {
        for (index, function) in functions.iter().enumerate() {
            stand.end_instance(function).await;
            let begun_at = Instant::now();
            stand.start_instance(function).await?;
            walls[index].push(begun_at.elapsed().as_secs_f64() * 1_000.0);
            cpus[index].push(stand.cpu_time(function).await?.total.as_secs_f64() * 1_000.0);
        }
    }
    let measured = functions.iter().zip(walls).zip(cpus);
    Ok(measured
        .map(|((function, wall), cpu)| Starts {
            function: function.clone(),
            wall: Spread::of(wall),
            cpu: Spread::of(cpu),
        })
        .collect())
}
