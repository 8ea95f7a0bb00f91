//! Scale: starts and CPU against routes; write units against instances and against keys.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use http::Request;
use http_body_util::Full;
use serde::Serialize;

use super::{
    comparison::UnitsPerRequest,
    effort::PeerEffort,
    functions::{FLEET, FLEET_INSTANCES, ROUTE_SCALE, fleet_tables, with_routes},
    load::Subject,
    peer::{Framework, Proxy, Work, install_error},
    row::{Row, TollgateCase},
    starts::{Candidate, Starts},
};
use crate::{
    key_items::{PLAN, write_key},
    statistics::Spread,
    test_bed::TestBed,
};

/// One subject with one number of routes.
#[derive(Serialize)]
pub struct RoutePoint {
    pub name: String,
    pub routes: usize,
    pub figures: Result<RouteFigures, String>,
}

#[derive(Serialize)]
pub struct RouteFigures {
    pub starts: Starts,
    /// Microseconds a request; the requests go to all routes.
    pub cpu: Spread,
    /// Megabytes.
    pub resident: f64,
}

/// A hot key on so many instances, or so many keys in turn on one.
#[derive(Serialize)]
pub struct WritePoint {
    pub instances: usize,
    pub keys: usize,
    pub figures: Result<WriteFigures, String>,
}

#[derive(Serialize)]
pub struct WriteFigures {
    pub requests_per_second: f64,
    pub units: UnitsPerRequest,
}

/// Every subject with every number of routes.
pub async fn routes(bed: &TestBed, effort: &PeerEffort) -> Vec<RoutePoint> {
    let mut rows = vec![Row::Tollgate(TollgateCase::Plain)];
    rows.extend(Framework::ALL.map(|framework| Row::Function(framework, Work::Plain)));
    rows.extend(Proxy::ALL.map(|proxy| Row::Server(proxy, Work::Plain)));
    let mut points = Vec::new();
    for row in rows {
        for routes in ROUTE_SCALE {
            eprintln!("{}, {routes} routes …", row.name());
            let figures = match row.peer().and_then(install_error) {
                Some(error) => Err(format!("not installed: {error}")),
                None => with_so_many(bed, row, routes, effort).await.map_err(|error| format!("{error:#}")),
            };
            points.push(RoutePoint { name: row.name(), routes, figures });
        }
    }
    points
}

async fn with_so_many(bed: &TestBed, row: Row, routes: usize, effort: &PeerEffort) -> Result<RouteFigures> {
    let id = row.peer().unwrap_or("tollgate");
    let candidate = Candidate { row, routes, function: Some(with_routes(id, routes)) };
    let (load, starts) = candidate.measure(bed, effort.scale_starts).await?;
    // As many requests as there are routes at most: a route that is asked for first may cost more.
    load.block(bed, 1, effort.scale_requests).await?;
    let mut cpu = Vec::new();
    for _ in 0..effort.rounds {
        cpu.push(load.block(bed, 1, effort.scale_requests / 3).await?.cpu);
    }
    let resident = load.resident(bed)?.iter().sum::<u64>() as f64 / 1e6;
    match load.subject {
        Subject::Function(name) => bed.end_instances(&name).await,
        Subject::Server(server) => server.stop().await,
    }
    Ok(RouteFigures { starts, cpu: Spread::of(cpu), resident })
}

/// A hot key on 1, 2, 4 … instances, each with one request at a time.
///
/// # Errors
/// The key cannot be written.
pub async fn instances(bed: &TestBed, effort: &PeerEffort) -> Result<Vec<WritePoint>> {
    write_key(&bed.dynamodb, &fleet_tables(), &key(0), "key-0", PLAN)?;
    let mut points = Vec::new();
    for count in (0..).map(|power| 1 << power).take_while(|count| *count <= FLEET_INSTANCES) {
        points.push(point(bed, effort.span, count, 1).await);
    }
    Ok(points)
}

/// 1, 10, 100 … keys in turn on one instance.
///
/// # Errors
/// A key cannot be written.
pub async fn keys(bed: &TestBed, effort: &PeerEffort) -> Result<Vec<WritePoint>> {
    eprintln!("writing {} keys …", effort.keys);
    for number in 0..effort.keys {
        write_key(&bed.dynamodb, &fleet_tables(), &key(number), &format!("key-{number}"), PLAN)?;
    }
    let mut points = Vec::new();
    for count in (0..).map(|power| 10_usize.pow(power)).take_while(|count| *count <= effort.keys) {
        points.push(point(bed, effort.span, 1, count).await);
    }
    Ok(points)
}

async fn point(bed: &TestBed, span: Duration, instances: usize, keys: usize) -> WritePoint {
    eprintln!("{instances} instances, {keys} keys …");
    let figures = units(bed, span, instances, keys).await.map_err(|error| format!("{error:#}"));
    WritePoint { instances, keys, figures }
}

/// The value of a key, as an API Gateway's may be.
fn key(number: usize) -> String {
    format!("bench-key-{number:010}-scale")
}

async fn units(bed: &TestBed, span: Duration, instances: usize, keys: usize) -> Result<WriteFigures> {
    // New ones: once a minute each would write the usage of its keys.
    bed.end_instances(FLEET).await;
    bed.start_instances(FLEET, instances).await?;
    // After it leases have their size, and each instance knows how many there are.
    let warm_up = requests(bed, span, instances, keys, 0).await?;
    bed.counting_proxy.take();
    let sent = requests(bed, span, instances, keys, warm_up).await?;
    let units = UnitsPerRequest::of(&bed.counting_proxy.take(), sent);
    Ok(WriteFigures { requests_per_second: sent as f64 / span.as_secs_f64(), units })
}

/// Sends requests for so long, one at a time an instance, the keys in turn from the `first` one on; returns their number.
async fn requests(
    bed: &TestBed,
    span: Duration,
    instances: usize,
    keys: usize,
    first: usize,
) -> Result<usize> {
    let uri = &format!("http://{}/v1/tenants/7/resources-0/1", bed.url(FLEET));
    let end = Instant::now() + span;
    let numbers = stream::iter(first..).take_while(|_| future::ready(Instant::now() < end));
    let sent = numbers.map(|number| async move {
        let request = Request::get(uri).header("x-api-key", key(number % keys)).body(Full::default())?;
        let response = bed.send(request).await?;
        anyhow::ensure!(response.status() == 200, "{}", response.status());
        Ok(())
    });
    sent.buffer_unordered(instances).try_fold(0, |count, ()| future::ready(Ok(count + 1))).await
}
