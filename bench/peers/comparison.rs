//! The comparison: every row one request at a time and several at once, its starts, its memory, its units.

use std::ops::Add;

use anyhow::Result;
use serde::Serialize;
use uuid::Uuid;

use super::{
    effort::PeerEffort,
    functions::{AT_ONCE, ROUTES},
    load::{Block, Load, Subject},
    peer::{Work, install_error},
    row::Row,
    starts::{Candidate, Starts},
};
use crate::{counting_proxy::Tally, statistics::Spread, test_bed::TestBed};

/// One row and its figures, or why there are none.
#[derive(Serialize)]
pub struct ComparedRow {
    pub name: String,
    pub leaves_out: &'static str,
    pub is_keyed: bool,
    pub figures: Result<Figures, String>,
}

#[derive(Serialize)]
pub struct Figures {
    pub starts: Starts,
    pub one: LoadFigures,
    pub several: LoadFigures,
    /// Megabytes of one process.
    pub resident: f64,
    /// Megabytes of all processes that answered several requests at once.
    pub resident_sum: f64,
    /// `None`: it does not use DynamoDB.
    pub units: Option<UnitsPerRequest>,
}

/// The figures of all rounds.
#[derive(Serialize)]
pub struct LoadFigures {
    pub p50: Spread,
    pub p99: Spread,
    pub cpu: Spread,
    pub requests_per_second: Spread,
}

#[derive(Clone, Copy, Serialize)]
pub struct UnitsPerRequest {
    pub read: f64,
    pub write: f64,
}

/// A row that has started, and what is known of it so far.
struct Running {
    load: Load,
    starts: Starts,
    one: Vec<Block>,
    several: Vec<Block>,
}

/// # Errors
/// The host fails; a row that fails has its error in its place.
pub async fn measure(bed: &TestBed, effort: &PeerEffort) -> Vec<ComparedRow> {
    let mut running = Vec::new();
    for row in Row::all() {
        let started = start(bed, row, effort).await;
        if let Err(error) = &started {
            eprintln!("{}: {error}", row.name());
        }
        running.push((row, started));
    }
    for round in 0..effort.rounds {
        eprintln!("round {} of {} …", round + 1, effort.rounds);
        let mut order: Vec<usize> = (0..running.len()).collect();
        order.sort_by_cached_key(|_| Uuid::new_v4());
        for index in order {
            let (_, started) = &mut running[index];
            if let Ok(row) = started
                && let Err(error) = row.round(bed, effort).await
            {
                *started = Err(format!("{error:#}"));
            }
        }
    }
    let mut rows = Vec::new();
    for (row, started) in running {
        let figures = match started {
            Ok(running) => running.finish(bed, effort).await.map_err(|error| format!("{error:#}")),
            Err(error) => Err(error),
        };
        let is_keyed = row.work() == Work::Keyed;
        rows.push(ComparedRow { name: row.name(), leaves_out: row.leaves_out(), is_keyed, figures });
    }
    rows
}

async fn start(bed: &TestBed, row: Row, effort: &PeerEffort) -> Result<Running, String> {
    eprintln!("{} …", row.name());
    if let Some(error) = row.peer().and_then(install_error) {
        return Err(format!("not installed: {error}"));
    }
    let candidate = Candidate { row, routes: ROUTES, function: row.function() };
    let started = async {
        let (load, starts) = candidate.measure(bed, effort.starts).await?;
        load.start_instances(bed, AT_ONCE).await?;
        // The first ones make connections, and fill caches.
        for number in 0..ROUTES {
            load.send_unchecked(bed, number).await?;
        }
        load.block(bed, AT_ONCE, effort.several_requests).await?;
        load.block(bed, 1, effort.one_requests).await?;
        anyhow::Ok(Running { load, starts, one: Vec::new(), several: Vec::new() })
    };
    started.await.map_err(|error| format!("{error:#}"))
}

impl Running {
    async fn round(&mut self, bed: &TestBed, effort: &PeerEffort) -> Result<()> {
        self.one.push(self.load.block(bed, 1, effort.one_requests).await?);
        self.several.push(self.load.block(bed, AT_ONCE, effort.several_requests).await?);
        Ok(())
    }

    async fn finish(self, bed: &TestBed, effort: &PeerEffort) -> Result<Figures> {
        let resident: Vec<f64> = self.load.resident(bed)?.iter().map(|bytes| *bytes as f64 / 1e6).collect();
        let units = match self.load.row.counted_function() {
            Some(function) => Some(units(bed, self.load.row, function, effort.counted_requests).await?),
            None => None,
        };
        if let Subject::Server(server) = self.load.subject {
            server.stop().await;
        }
        Ok(Figures {
            starts: self.starts,
            one: LoadFigures::of(&self.one),
            several: LoadFigures::of(&self.several),
            resident: resident.iter().copied().fold(0.0, f64::max),
            resident_sum: resident.iter().sum(),
            units,
        })
    }
}

/// The units of so many requests, one at a time, after the first ones.
async fn units(bed: &TestBed, row: Row, function: String, requests: usize) -> Result<UnitsPerRequest> {
    let load = Load { subject: Subject::Function(function.clone()), row, routes: ROUTES };
    for number in 0..ROUTES {
        load.send_unchecked(bed, number).await?;
    }
    bed.idle(&function).await?;
    bed.counting_proxy.take();
    load.block(bed, 1, requests).await?;
    bed.idle(&function).await?;
    Ok(UnitsPerRequest::of(&bed.counting_proxy.take(), requests))
}

impl UnitsPerRequest {
    pub fn of(tally: &Tally, requests: usize) -> Self {
        let each = |units: f64| units / requests as f64;
        Self {
            read: each(tally.values().map(|units| units.read).fold(0.0, Add::add)),
            write: each(tally.values().map(|units| units.write).fold(0.0, Add::add)),
        }
    }
}

impl LoadFigures {
    fn of(blocks: &[Block]) -> Self {
        let spread = |figure: fn(&Block) -> f64| Spread::of(blocks.iter().map(figure));
        Self {
            p50: spread(|block| block.p50),
            p99: spread(|block| block.p99),
            cpu: spread(|block| block.cpu),
            requests_per_second: spread(|block| block.requests_per_second),
        }
    }
}
