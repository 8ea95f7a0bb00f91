//! The bills of a month: Tollgate's, and those of what stands in its place. The target's own is in none of them.

use super::{
    prices::{Billed, FreeTier},
    units::RequestUnits,
    workload::{HOURS, Workload},
};

/// What can stand before the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    Tollgate,
    RestApi,
    HttpApi,
    Alb,
}

/// The dollars of a month, line by line.
#[derive(Clone, Debug)]
pub struct Bill {
    pub lines: Vec<BillLine>,
}

#[derive(Clone, Copy, Debug)]
pub struct BillLine {
    pub billed: Billed,
    pub units: f64,
    pub dollars: f64,
}

/// Bytes of a GB of logs.
const LOG_GB: f64 = 1e9;
const MEMORY_MB_OF_A_GB: f64 = 1_024.0;

/// `Count`, `Latency`, `IntegrationLatency`, `4XXError`, `5XXError` of one stage (`infra/metrics.yaml`).
const METRICS: f64 = 5.0;
/// `CacheHitCount`, `CacheMissCount`.
const CACHE_METRICS: f64 = 2.0;
/// `ThrottleCount`.
const KEY_METRICS: f64 = 1.0;

/// An HTTP API bills a request once for each of them.
const HTTP_API_BYTES: f64 = 524_288.0;

/// An LCU of an ALB before a Lambda function: the one that there is most of is billed.
const LCU_NEW_CONNECTIONS: f64 = 25.0;
const LCU_ACTIVE_CONNECTIONS: f64 = 3_000.0;
const LCU_BYTES_AN_HOUR: f64 = 0.4e9;
/// Clients keep connections: each sends so many requests, and stays idle for so long.
const REQUESTS_OF_A_CONNECTION: f64 = 10.0;
const IDLE_SECONDS: f64 = 60.0;
/// Targets that take longer get no answer through: of a REST API only until its limit is raised.
const REST_API_TIMEOUT_MS: f64 = 29_000.0;
const HTTP_API_TIMEOUT_MS: f64 = 30_000.0;

/// Heads of the request and of its answer.
const HEAD_BYTES: f64 = 1_000.0;

impl Product {
    pub const PEERS: [Self; 3] = [Self::RestApi, Self::HttpApi, Self::Alb];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tollgate => "Tollgate",
            Self::RestApi => "REST API",
            Self::HttpApi => "HTTP API",
            Self::Alb => "ALB",
        }
    }

    pub fn bill(self, workload: &Workload, free_tier: FreeTier) -> Bill {
        let units = match self {
            Self::Tollgate => tollgate(workload),
            Self::RestApi => rest_api(workload),
            Self::HttpApi => http_api(workload),
            Self::Alb => alb(workload),
        };
        let line = |(billed, units): (Billed, f64)| BillLine {
            billed,
            units,
            dollars: billed.price().dollars(units, free_tier),
        };
        Bill { lines: units.into_iter().map(line).collect() }
    }

    /// The requests that reach the target.
    pub fn target_calls(self, workload: &Workload) -> f64 {
        match self {
            Self::Tollgate | Self::RestApi => workload.misses(),
            Self::HttpApi | Self::Alb => workload.requests,
        }
    }

    /// The answer that it does not give, to a target that it does not wait for.
    pub fn timeout(self, workload: &Workload) -> Option<&'static str> {
        let (timeout_ms, lack) = match self {
            Self::RestApi => (REST_API_TIMEOUT_MS, "answer after 29 s unless that is raised"),
            Self::HttpApi => (HTTP_API_TIMEOUT_MS, "answer after 30 s"),
            Self::Tollgate | Self::Alb => return None,
        };
        (workload.target_ms > timeout_ms).then_some(lack)
    }

    /// What it does not have of what the workload asks for.
    pub fn lacks(self, workload: &Workload) -> Vec<&'static str> {
        let with_keys: &[_] = match self {
            Self::Tollgate => &[],
            Self::RestApi => &["hard quotas"],
            Self::HttpApi | Self::Alb => &["API keys", "quotas"],
        };
        let with_cache: &[_] = match self {
            Self::Tollgate | Self::RestApi => &[],
            Self::HttpApi | Self::Alb => &["cache"],
        };
        let of_keys = workload.keys.map_or(&[][..], |_| with_keys);
        let of_cache = workload.hit_share.map_or(&[][..], |_| with_cache);
        let of_target = self.timeout(workload);
        of_target.iter().chain(of_keys).chain(of_cache).copied().collect()
    }
}

impl Bill {
    pub fn dollars(&self) -> f64 {
        self.lines.iter().map(|line| line.dollars).sum()
    }

    /// The dearest line.
    pub fn dearest(&self) -> Option<&BillLine> {
        self.lines.iter().max_by(|one, other| one.dollars.total_cmp(&other.dollars))
    }
}

fn tollgate(workload: &Workload) -> Vec<(Billed, f64)> {
    let Workload { requests, memory_mb, .. } = *workload;
    let of_one = RequestUnits::of(workload);
    let with_cache = workload.hit_share.map_or(0.0, |_| CACHE_METRICS);
    let with_keys = workload.keys.map_or(0.0, |_| KEY_METRICS);
    // A metric is billed for the hours in which it has data.
    let busy_hours = requests.min(HOURS) / HOURS;
    vec![
        (Billed::LambdaRequests, requests),
        (Billed::LambdaTime, requests * of_one.held_ms / 1_000.0 * memory_mb / MEMORY_MB_OF_A_GB),
        (Billed::WriteUnits, requests * of_one.write),
        (Billed::ReadUnits, requests * of_one.read),
        (Billed::LogLines, log_gb(workload)),
        (Billed::Metrics, (METRICS + with_cache + with_keys) * busy_hours),
    ]
}

fn rest_api(workload: &Workload) -> Vec<(Billed, f64)> {
    let cache = workload.hit_share.map(|_| (Billed::RestCache, HOURS));
    let own = [(Billed::RestRequests, workload.requests), (Billed::LogLines, log_gb(workload))];
    own.into_iter().chain(cache).collect()
}

fn http_api(workload: &Workload) -> Vec<(Billed, f64)> {
    let pieces = (workload.answer_bytes / HTTP_API_BYTES).ceil().max(1.0);
    vec![(Billed::HttpRequests, workload.requests * pieces), (Billed::LogLines, log_gb(workload))]
}

/// Its access log goes to S3, which takes it for nothing.
fn alb(workload: &Workload) -> Vec<(Billed, f64)> {
    let requests_per_second = workload.requests_per_second();
    let open_seconds = IDLE_SECONDS / REQUESTS_OF_A_CONNECTION + workload.target_ms / 1_000.0;
    let capacity = [
        requests_per_second / REQUESTS_OF_A_CONNECTION / LCU_NEW_CONNECTIONS,
        requests_per_second * open_seconds / LCU_ACTIVE_CONNECTIONS,
        requests_per_second * 3_600.0 * (workload.answer_bytes + HEAD_BYTES) / LCU_BYTES_AN_HOUR,
    ];
    let most = capacity.into_iter().fold(0.0, f64::max);
    vec![(Billed::AlbHours, HOURS), (Billed::AlbCapacity, most * HOURS)]
}

fn log_gb(workload: &Workload) -> f64 {
    workload.requests * workload.log_bytes / LOG_GB
}

#[cfg(test)]
mod tests;
