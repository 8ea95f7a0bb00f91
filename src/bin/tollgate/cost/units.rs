//! What one request of Tollgate takes: DynamoDB units, and the time for which it holds an instance.
//!
//! The constants are the gateway's own or what `make bench` has metered (`bench/RESULTS.md`); a test holds the formulas
//! against its rows. Of a request's way only its length is an estimate.

use super::workload::Workload;

/// The gateway's own work at 128 MB and one call, to the target or to the cache's table.
const OWN_MS: f64 = 6.5;
/// A miss that is kept: 126 µs of CPU more than its route without the cache, doubled, since a bare function took twice
/// as long on other machines, at the 7.2 % of a processor that 128 MB have; and three calls of DynamoDB of 4 ms.
const FILL_MS: f64 = 15.5;

/// `REFRESH_SECONDS` and the eventually consistent read of the stages.
const REFRESH_SECONDS: f64 = 5.0;
const REFRESH_READ: f64 = 0.5;

/// `KEY_CACHE_SECONDS` and the eventually consistent read of a key.
const KEY_CACHE_SECONDS: f64 = 60.0;
const KEY_READ: f64 = 0.5;
/// A lease lasts T = max(1 s, instances / 350), at most 10 s, and has at most 1,000 requests.
const SHORTEST_LEASE_SECONDS: f64 = 1.0;
const LONGEST_LEASE_SECONDS: f64 = 10.0;
const LEASE_WRITES_PER_SECOND: f64 = 350.0;
const LARGEST_LEASE: f64 = 1_000.0;
/// Leases are renewed before they are spent: a hot key in 64 instances takes 1.37 times as many writes as one a T.
const LEASE_RENEWAL: f64 = 1.37;
/// An instance adds what it has counted of a key to the key's day.
const USAGE_SECONDS: f64 = 60.0;

/// The lock of a fill is an item of its own.
const LOCK_WRITE: f64 = 1.0;
const WRITE_UNIT_BYTES: f64 = 1_024.0;
const READ_UNIT_BYTES: f64 = 4_096.0;
const EVENTUAL_READ: f64 = 0.5;

/// Of one request, on average.
#[derive(Clone, Copy, Debug)]
pub struct RequestUnits {
    pub write: f64,
    pub read: f64,
    /// The time for which an instance is held, and billed.
    pub held_ms: f64,
}

/// The way of the requests of one key, or of all, through the instances.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    pub requests_per_second: f64,
    /// Those at work at a time, at least one.
    pub instances: f64,
    pub keys: f64,
}

impl RequestUnits {
    pub fn of(workload: &Workload) -> Self {
        let held_ms = held_ms(workload);
        let requests_per_second = workload.requests_per_second();
        // Little's law.
        let instances = (requests_per_second * held_ms / 1_000.0).max(1.0);
        let all = Traffic { requests_per_second, instances, keys: 1.0 };
        let mut units = Self { write: 0.0, read: REFRESH_READ * all.first_within(REFRESH_SECONDS), held_ms };
        if let Some(keys) = workload.keys {
            let keyed = Traffic { keys, ..all };
            units.write += keyed.lease_writes() + keyed.first_within(USAGE_SECONDS);
            units.read += KEY_READ * keyed.first_within(KEY_CACHE_SECONDS);
        }
        if let Some(hit_share) = workload.hit_share {
            units.write += (1.0 - hit_share) * (LOCK_WRITE + parts(workload, WRITE_UNIT_BYTES));
            units.read += EVENTUAL_READ * parts(workload, READ_UNIT_BYTES);
        }
        units
    }
}

impl Traffic {
    /// The share of the requests that are the first one of their key at their instance for so long.
    fn first_within(&self, seconds: f64) -> f64 {
        let of_key_and_instance = self.requests_per_second / self.keys / self.instances;
        1.0 / (1.0 + of_key_and_instance * seconds)
    }

    /// Writes of a request for leases of its key's plan.
    pub fn lease_writes(&self) -> f64 {
        let lease_seconds =
            (self.instances / LEASE_WRITES_PER_SECOND).clamp(SHORTEST_LEASE_SECONDS, LONGEST_LEASE_SECONDS);
        (LEASE_RENEWAL * self.first_within(lease_seconds)).clamp(1.0 / LARGEST_LEASE, 1.0)
    }
}

fn held_ms(workload: &Workload) -> f64 {
    let Some(hit_share) = workload.hit_share else { return workload.target_ms + OWN_MS };
    hit_share * OWN_MS + (1.0 - hit_share) * (workload.target_ms + OWN_MS + FILL_MS)
}

/// Units of an entry; even an empty one takes one.
fn parts(workload: &Workload, unit_bytes: f64) -> f64 {
    (workload.answer_bytes / unit_bytes).ceil().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULTS: &str = include_str!("../../../../bench/RESULTS.md");
    /// The bench sends for so long, in seconds.
    const SPAN: f64 = 4.0;

    fn cells(line: &str) -> Vec<&str> {
        line.split('|').map(str::trim).collect()
    }

    /// Kind of key, instances, requests a second, write units a request.
    fn metered_keys() -> Vec<(&'static str, f64, f64, f64)> {
        let (_, section) = RESULTS.split_once("## API keys and usage plans").unwrap();
        let rows = section.lines().map(cells).filter(|row| row.len() == 9);
        let row = |row: Vec<&'static str>| {
            let number = |at: usize| row[at].parse::<f64>().ok();
            Some((row[1], number(2)?, number(3)? / SPAN, number(4)?))
        };
        rows.filter_map(row).collect()
    }

    #[test]
    fn leases_take_the_writes_that_the_bench_has_metered() {
        let mut compared = 0;
        for (kind, instances, requests_per_second, write) in metered_keys() {
            let traffic = match kind {
                "hot key" => Traffic { requests_per_second, instances, keys: 1.0 },
                // One instance takes what comes so slowly.
                "key at 100 requests a second" => Traffic { requests_per_second, instances: 1.0, keys: 1.0 },
                // Each request has a key of its own.
                "cold key" => Traffic { requests_per_second, instances, keys: f64::INFINITY },
                _ => continue,
            };
            let reckoned = traffic.lease_writes();
            assert!(
                (write / 1.5..=write * 1.5).contains(&reckoned),
                "{kind}, {instances}: {write} {reckoned}"
            );
            compared += 1;
        }
        assert_eq!(compared, 9);
    }

    #[test]
    fn the_cache_takes_the_units_that_the_bench_has_metered() {
        let row = |case: &str| {
            let (_, section) = RESULTS.split_once("## The response cache").unwrap();
            let row = section.lines().map(cells).find(|row| row.get(1) == Some(&case)).unwrap();
            [6, 7].map(|at| row[at].parse::<f64>().unwrap())
        };
        let workload = Workload {
            // So many that the refresh hardly shows.
            requests: 1e12,
            target_ms: 0.0,
            memory_mb: 128.0,
            hit_share: None,
            keys: None,
            log_bytes: 0.0,
            answer_bytes: 5.0,
        };
        for (case, hit_share) in [("MOCK, table hit", 1.0), ("MOCK, miss that is kept", 0.0)] {
            let units = RequestUnits::of(&Workload { hit_share: Some(hit_share), ..workload });
            let [read, write] = row(case);
            assert!((units.read - read).abs() < 0.005 && (units.write - write).abs() < 0.001, "{units:?}");
        }
        let plain = RequestUnits::of(&workload);
        assert!(plain.read < 0.005 && plain.write == 0.0, "{plain:?}");
    }
}
