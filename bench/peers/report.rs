//! Writes the results as bench/PEERS.md shows them.

use std::fs;

use super::{
    PeerResults, Run,
    comparison::{ComparedRow, Figures, LoadFigures},
    effort::PeerEffort,
    functions::{AT_ONCE, ROUTES},
    peer::tool,
    scale::{RoutePoint, WritePoint},
};
use crate::{
    results::{line, machine},
    statistics::Spread,
};

pub fn write(run: &Run<'_>, effort: &PeerEffort, results: &PeerResults) -> String {
    let mut text = head(run, effort);
    missing(&mut text, results);
    text += "![CPU a request, by row](plots/peers.svg)\n\n";
    load_table(&mut text, &results.rows, "One request at a time", |figures| &figures.one);
    load_table(&mut text, &results.rows, &format!("{AT_ONCE} requests at a time"), |figures| {
        &figures.several
    });
    start_table(&mut text, &results.rows);
    unit_table(&mut text, &results.rows);
    leaves_out_table(&mut text, &results.rows);
    route_tables(&mut text, &results.routes);
    write_tables(&mut text, results);
    text
}

fn head(run: &Run<'_>, effort: &PeerEffort) -> String {
    let (machine, used) = machine();
    let Run { date, commit, .. } = run;
    let PeerEffort { rounds, one_requests, several_requests, starts, .. } = effort;
    let versions = fs::read_to_string(tool("versions.txt")).unwrap_or_default();
    let versions = versions.trim();
    format!(
        "# Tollgate beside its peers\n\n\
         Written by `make bench-peers`; not edited by hand. {date}, commit {commit}, {machine}\n\n\
         **The work.** `GET /v1/tenants/7/resources-N/1`, one of {ROUTES} routes, is answered by one Lambda function, \
         the target, through Lambda's Invoke API; the target is a bare `lambda_http` function. Rows with a key check an \
         API key and a limit first. The frameworks do it as their pages show: a middleware with a `GetItem` of \
         the key and a conditional `UpdateItem` of its counter, on the gateway's own tables. The servers have the key and \
         a rate in their configuration. [What each leaves out](#what-each-leaves-out) stands below.\n\n\
         **Method.** Everything runs on one machine, on {used} of its cores: the local Lambda host, its Invoke API, DynamoDB (dynoxide) and \
         the client in one process, and every function and server in its own. The local services look at no \
         signature; AWS does. There is no TLS and no network, so what a row waits for costs the same everywhere, and \
         the differences are CPU time. Requests go on kept connections; every answer is checked. {rounds} rounds \
         after a warm-up, in each {one_requests} requests of every row one at a time and {several_requests} with \
         {AT_ONCE} at a time, the rows in a random order. A Lambda instance works on one event at a time: for \
         {AT_ONCE} the host has {AT_ONCE} instances of every function, also of the target. Envoy has one worker thread, nginx \
         one process. A figure is the median of the rounds, with the lowest and the highest in brackets. CPU is user + system \
         time of the row's own processes, without the target's, from the kernel's scheduler statistics. {starts} starts of each.\n\n\
         **Versions.** {versions}\n\n"
    )
}

/// The rows without figures, with the reason.
fn missing(text: &mut String, results: &PeerResults) {
    let rows = results.rows.iter().map(|row| (row.name.clone(), row.figures.as_ref().err()));
    let routes = results.routes.iter();
    let routes = routes
        .map(|point| (format!("{}, {} routes", point.name, point.routes), point.figures.as_ref().err()));
    let writes = results.instances.iter().chain(&results.keys);
    let writes = writes.map(|point| {
        (format!("{} instances, {} keys", point.instances, point.keys), point.figures.as_ref().err())
    });
    let missing: Vec<_> =
        rows.chain(routes).chain(writes).filter_map(|(name, error)| Some((name, error?))).collect();
    if missing.is_empty() {
        return;
    }
    *text += "**Not measured:**\n\n";
    for (name, error) in missing {
        let error = error.lines().next().unwrap_or_default();
        *text += &format!("- {name}: `{}`\n", error.replace('`', "'"));
    }
    *text += "\n";
}

fn load_table(text: &mut String, rows: &[ComparedRow], title: &str, load: fn(&Figures) -> &LoadFigures) {
    *text += &format!(
        "## {title}\n\n| | p50, ms | p99, ms | CPU a request, µs | × hello | requests a second |\n|---|---|---|---|---|---|\n"
    );
    let hello = rows.iter().find(|row| row.name.contains("hello")).and_then(|row| row.figures.as_ref().ok());
    let hello = hello.map_or(f64::NAN, |figures| load(figures).cpu.median);
    for (row, figures) in measured(rows) {
        let LoadFigures { p50, p99, cpu, requests_per_second } = load(figures);
        let cells = [
            row.name.clone(),
            format!("{p50:.2}"),
            format!("{p99:.2}"),
            format!("{cpu:.0}"),
            format!("{:.1}", cpu.median / hello),
            format!("{:.0}", requests_per_second.median),
        ];
        line(text, &cells);
    }
    *text += "\nThe direct invoke's CPU is the target's.\n\n";
}

fn measured(rows: &[ComparedRow]) -> impl Iterator<Item = (&ComparedRow, &Figures)> {
    rows.iter().filter_map(|row| Some((row, row.figures.as_ref().ok()?)))
}

fn start_table(text: &mut String, rows: &[ComparedRow]) {
    *text += &format!(
        "## Starts and memory\n\nA function has started when it asks for its first event, a server when it takes its first \
         connection. The first request after that opens connections and, in some, loads code. Resident memory after \
         all requests, MB of 1,000,000 bytes: of one process, and the sum of the {AT_ONCE} that serve {AT_ONCE} requests at a time \
         (pages that they share are counted in each).\n\n\
         | | start, wall, ms | start, CPU, ms | first request, ms | CPU of both, ms | memory | for {AT_ONCE} at a time |\n|---|---|---|---|---|---|---|\n"
    );
    for (row, figures) in measured(rows) {
        let cells = [
            row.name.clone(),
            format!("{:.1}", figures.starts.wall),
            format!("{:.1}", figures.starts.cpu),
            format!("{:.1}", figures.starts.first_request),
            format!("{:.1}", figures.starts.cold_cpu),
            format!("{:.1}", figures.resident),
            format!("{:.0}", figures.resident_sum),
        ];
        line(text, &cells);
    }
    *text += "\n";
}

fn unit_table(text: &mut String, rows: &[ComparedRow]) {
    *text += "## DynamoDB units a request\n\nFrom the `ConsumedCapacity` of every call, one instance, one request at a time. \
              Read units are half a unit for each eventually consistent read. Servers use no DynamoDB.\n\n\
              | | read | write |\n|---|---|---|\n";
    for (row, figures) in measured(rows) {
        if let Some(units) = figures.units {
            line(text, &[row.name.clone(), format!("{:.4}", units.read), format!("{:.4}", units.write)]);
        }
    }
    *text += "\n";
}

fn leaves_out_table(text: &mut String, rows: &[ComparedRow]) {
    *text += "## What each leaves out\n\nOf the work of \"Tollgate, key and plan\":\n\n| | leaves out |\n|---|---|\n";
    for row in rows {
        line(text, &[row.name.as_str(), row.leaves_out]);
    }
    *text += "\n";
}

fn route_tables(text: &mut String, points: &[RoutePoint]) {
    *text += "## Against the number of routes\n\nWithout keys; requests go to all routes. Some build their router at the start, some at the first request. The lines of theory are Tollgate's: a start \
              reads the routes' keys and builds a trie of path segments, which alone takes 0.15 µs a route with warm caches and 0.3 µs \
              with cold ones (1.5 to 3 ms for 10,000); finding a route is one walk over the segments of the request's path, with a binary \
              search among the literals at each, 0.1 to 0.25 µs, so CPU a request is level.\n\n\
              ![Start and CPU a request against routes](plots/routes.svg)\n\n\
              | | routes | start and first request, CPU, ms | start, wall, ms | CPU a request, µs | memory, MB |\n|---|---|---|---|---|---|\n";
    for point in points {
        let Ok(figures) = &point.figures else { continue };
        let spread = |spread: Spread| format!("{spread:.1}");
        let cells = [
            point.name.clone(),
            point.routes.to_string(),
            spread(figures.starts.cold_cpu),
            spread(figures.starts.wall),
            format!("{:.0}", figures.cpu),
            format!("{:.1}", figures.resident),
        ];
        line(text, &cells);
    }
    *text += "\n";
}

fn write_tables(text: &mut String, results: &PeerResults) {
    *text += "## Write units against instances\n\nTollgate, a key with a rate and a quota, `MOCK`; as many real processes, each with one \
              request at a time, as fast as they answer. Theory: each instance renews its lease once in T = max(1 s, \
              N/350), so N instances write c·N/T units a second, c from 1 to 1.9, whatever the rate. A counter that is \
              written for every request, as in the frameworks above, is 1.\n\n\
              ![Write units a request against instances](plots/instances.svg)\n\n";
    write_table(text, "instances", &results.instances, |point| point.instances);
    *text += "## Write units against keys\n\nThe same gateway as one instance, its requests by so many keys in turn. Theory: a key is \
              written once in T = 1 s, or for each of its requests where they are rarer: min(1, c·K/(rate·T)). A key that comes for the first \
              time is read: that is the read units. The very first request of a key that has no counter yet costs a second \
              unit, for the write that is refused since there is none; with many keys most requests here are such ones. Once a minute each instance also writes the usage of every key that it has seen, K/(60·rate) \
              write units a request more, but no point here lasts so long.\n\n\
              ![Write units a request against keys](plots/keys.svg)\n\n";
    write_table(text, "keys", &results.keys, |point| point.keys);
}

fn write_table(text: &mut String, what: &str, points: &[WritePoint], number: fn(&WritePoint) -> usize) {
    *text += &format!(
        "| {what} | requests a second | write units a request | read units a request |\n|---|---|---|---|\n"
    );
    for point in points {
        let Ok(figures) = &point.figures else { continue };
        let cells = [
            number(point).to_string(),
            format!("{:.0}", figures.requests_per_second),
            format!("{:.4}", figures.units.write),
            format!("{:.4}", figures.units.read),
        ];
        line(text, &cells);
    }
    *text += "\n";
}
