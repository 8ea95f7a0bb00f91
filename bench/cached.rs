//! The response cache: an answer that is remembered, found in the table, or fetched; all of a `MOCK`.

use std::{cell::Cell, net::SocketAddr, path::Path};

use anyhow::Result;
use serde_json::json;
use tollgate::local::{
    dynamodb::Dynamodb,
    example_api::put,
    function_settings::FunctionSettings,
    tables::{TableNames, create_missing},
};

use crate::{
    cases::{Case, Way, get, through_gateway},
    counter::Tally,
    integration::Integration,
    stand::{SIZES, Stand, environment, function, gateway, named_tables},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cached {
    MemoryHit,
    TableHit,
    Miss,
}

/// What so many requests cost at DynamoDB.
pub struct CacheUnits {
    pub kind: Cached,
    pub requests: usize,
    pub tally: Tally,
}

impl CacheUnits {
    /// A request, of the cache's table.
    pub fn calls_of_table(&self) -> f64 {
        let of_cache = self.tally.iter().filter(|(name, _)| name.ends_with(" cached-cache"));
        of_cache.map(|(_, units)| units.calls).sum::<usize>() as f64 / self.requests as f64
    }
}

/// The same answer, not cached.
pub const WITHOUT: Way = Way::Gateway(Integration::Mock, SIZES[0]);

/// Gateways with memory and without, each also with a DynamoDB that counts.
pub const FUNCTIONS: [&str; 4] = ["cached", "cached-in-table", "counted-cached", "counted-cached-in-table"];

impl Cached {
    pub const ALL: [Self; 3] = [Self::MemoryHit, Self::TableHit, Self::Miss];

    pub fn name(self) -> &'static str {
        match self {
            Self::MemoryHit => "MOCK, memory hit",
            Self::TableHit => "MOCK, table hit",
            Self::Miss => "MOCK, miss that is kept",
        }
    }

    pub fn function(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::Miss => FUNCTIONS[0],
            Self::TableHit => FUNCTIONS[1],
        }
    }

    fn counted(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::Miss => FUNCTIONS[2],
            Self::TableHit => FUNCTIONS[3],
        }
    }

    /// How `Cache-Status` begins.
    pub fn status(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::TableHit => "tollgate; hit",
            Self::Miss => "tollgate; fwd=uri-miss; stored",
        }
    }

    fn case_of(self, stand: &Stand, function: &str) -> Case {
        let base = format!("http://{}/v1/{function}", stand.url(function));
        let misses = Cell::new(0_u64);
        let request = move |_| match self {
            Self::MemoryHit | Self::TableHit => get(&format!("{base}-hit")),
            Self::Miss => get(&format!("{base}-{}", misses.replace(misses.get() + 1))),
        };
        Case { way: Way::Cached(self), request: Box::new(request) }
    }
}

/// All of them, and what they are compared with.
pub fn cases(stand: &Stand) -> Vec<Case> {
    let routes = SIZES[0];
    let mut cases = vec![through_gateway(stand, &gateway(routes), Integration::Mock, routes)];
    cases.extend(Cached::ALL.map(|kind| kind.case_of(stand, kind.function())));
    cases
}

/// Writes the routes that the functions have in common.
///
/// # Errors
/// A write fails.
pub fn functions(
    dynamodb: &Dynamodb,
    gateway_binary: &Path,
    (counting, lambda): (SocketAddr, SocketAddr),
) -> Result<[FunctionSettings; 4]> {
    let tables = named_tables("cached");
    write_routes(dynamodb, &tables)?;
    Ok(FUNCTIONS.map(|name| {
        let store = if name.starts_with("counted") { counting } else { dynamodb.address };
        let mut environment = environment(&tables, store, lambda);
        if name.ends_with("in-table") {
            environment.push(("CACHE_MEMORY_BYTES".to_owned(), "0".to_owned()));
        }
        function(name, gateway_binary, environment)
    }))
}

fn write_routes(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    let route = json!({ "stage": "v1", "routeKey": "GET /{id}", "cachingEnabled": true, "cacheTtlInSeconds": 3_600,
        "cacheKeyParameters": "method.request.path.id",
        "integration": { "type": "MOCK", "body": r#"{"message":"hello"}"# } });
    put(&dynamodb.database, tables.routes(), &route)?;
    Ok(())
}

/// Lets the gateways have what they answer with afterwards.
///
/// # Errors
/// No answer.
pub async fn fill(stand: &Stand) -> Result<()> {
    for kind in [Cached::MemoryHit, Cached::TableHit] {
        for function in [kind.function(), kind.counted()] {
            stand.send((kind.case_of(stand, function).request)(0)).await?;
        }
    }
    Ok(())
}

/// Sends so many requests of each kind.
///
/// # Errors
/// The first wrong answer ends it.
pub async fn measure(stand: &Stand, requests: usize) -> Result<Vec<CacheUnits>> {
    let mut units = Vec::new();
    for kind in Cached::ALL {
        let case = kind.case_of(stand, kind.counted());
        // What is remembered has been looked up just now.
        case.send(stand, 0).await?;
        stand.idle(kind.counted()).await?;
        stand.counter.take();
        for number in 0..requests {
            case.send(stand, number).await?;
        }
        // What an answer leaves to write is written before the next event is asked for.
        stand.idle(kind.counted()).await?;
        units.push(CacheUnits { kind, requests, tally: stand.counter.take() });
    }
    Ok(units)
}
