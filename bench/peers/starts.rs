//! Starts: from the start of a process until it takes requests, and the first request that it answers.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::{
    load::{Load, Subject},
    row::Row,
    servers::Setup,
};
use crate::{statistics::Spread, test_bed::TestBed};

/// A row that is not started yet.
pub struct Candidate {
    pub row: Row,
    pub routes: usize,
    /// The function's name; a server has none.
    pub function: Option<String>,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Starts {
    pub wall: Spread,
    /// Of the new process.
    pub cpu: Spread,
    /// The first request on the new process.
    pub first_request: Spread,
    /// Of the new process, until it has answered that.
    pub cold_cpu: Spread,
}

impl Candidate {
    /// Starts it so many times, each time with a first request. The last process stays.
    ///
    /// # Errors
    /// It does not start, or gives no answer.
    pub async fn measure(&self, bed: &TestBed, times: usize) -> Result<(Load, Starts)> {
        let (mut walls, mut cpus, mut firsts, mut cold_cpus) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        let mut last: Option<Load> = None;
        for _ in 0..times {
            if let Some(Load { subject: Subject::Server(server), .. }) = last.take() {
                server.stop().await;
            }
            let (load, wall) = self.start(bed).await?;
            walls.push(milliseconds(wall));
            cpus.push(milliseconds(load.cpu_time(bed).await?));
            let sent_at = Instant::now();
            load.send_unchecked(bed, 0).await?;
            firsts.push(milliseconds(sent_at.elapsed()));
            cold_cpus.push(milliseconds(load.cpu_time(bed).await?));
            last = Some(load);
        }
        let load = last.expect("started at least once");
        load.send(bed, 0).await?;
        let starts = Starts {
            wall: Spread::of(walls),
            cpu: Spread::of(cpus),
            first_request: Spread::of(firsts),
            cold_cpu: Spread::of(cold_cpus),
        };
        Ok((load, starts))
    }

    /// Ends what is left of the function, and starts one new process.
    async fn start(&self, bed: &TestBed) -> Result<(Load, Duration)> {
        let (subject, wall) = match (self.row, &self.function) {
            (Row::Server(proxy, work), _) => {
                let setup = Setup { proxy, work, routes: self.routes, invoke_api: bed.invoke_api };
                let server = setup.start().await?;
                let wall = server.start;
                (Subject::Server(Box::new(server)), wall)
            }
            (row, function) => {
                let function =
                    function.clone().or_else(|| row.function()).expect("all but servers are functions");
                bed.end_instances(&function).await;
                let begun_at = Instant::now();
                bed.start_instance(&function).await?;
                (Subject::Function(function), begun_at.elapsed())
            }
        };
        Ok((Load { subject, row: self.row, routes: self.routes }, wall))
    }
}
