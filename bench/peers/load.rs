//! The load on a row: requests one at a time or several at once, and the CPU time of the row's own processes.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Request, Response};
use http_body_util::Full;
use serde::Serialize;

use super::{
    functions::KEY,
    peer::Work,
    row::{Row, TollgateCase},
    servers::ProxyServer,
};
use crate::{cases::EVENT, process, scenario::TARGET, statistics::percentile, test_bed::TestBed};

/// The word in every right answer.
const WORD: &[u8] = b"hello";
/// So that requests to many routes jump, and no route is the hot one.
const STRIDE: usize = 617;

/// Whose answers are measured: a function with all of its instances, or a server.
pub enum Subject {
    Function(String),
    Server(Box<ProxyServer>),
}

/// A subject under requests of one kind.
pub struct Load {
    pub subject: Subject,
    pub row: Row,
    pub routes: usize,
}

/// The figures of one block of requests.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Block {
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Microseconds a request, of the subject's processes.
    pub cpu: f64,
    pub requests_per_second: f64,
}

impl Load {
    /// Sends so many requests, `at_once` of them at any time.
    ///
    /// # Errors
    /// The first wrong answer ends it.
    pub async fn block(&self, bed: &TestBed, at_once: usize, requests: usize) -> Result<Block> {
        let before = self.cpu_time(bed).await?;
        let begun_at = Instant::now();
        let sent = stream::iter(0..requests).map(|number| async move {
            let sent_at = Instant::now();
            self.send(bed, number).await?;
            Ok::<_, anyhow::Error>(sent_at.elapsed().as_secs_f64() * 1_000.0)
        });
        let mut latencies: Vec<f64> = sent.buffer_unordered(at_once).try_collect().await?;
        let seconds = begun_at.elapsed().as_secs_f64();
        let cpu = self.cpu_time(bed).await?.saturating_sub(before);
        Ok(Block {
            p50: percentile(&mut latencies, 0.5),
            p99: percentile(&mut latencies, 0.99),
            cpu: cpu.as_secs_f64() * 1e6 / requests as f64,
            requests_per_second: requests as f64 / seconds,
        })
    }

    /// Sends request number `number`.
    ///
    /// # Errors
    /// No answer, or a wrong one.
    pub async fn send(&self, bed: &TestBed, number: usize) -> Result<()> {
        let response = self.send_unchecked(bed, number).await?;
        let has_word = response.body().windows(WORD.len()).any(|window| window == WORD);
        let body = String::from_utf8_lossy(response.body());
        ensure!(response.status() == 200 && has_word, "{} {body}", response.status());
        if let Row::Tollgate(TollgateCase::MemoryHit | TollgateCase::TableHit) = self.row {
            let status = response.headers().get("cache-status").and_then(|value| value.to_str().ok());
            ensure!(status.is_some_and(|status| status.starts_with("tollgate; hit")), "{status:?}");
        }
        Ok(())
    }

    /// Sends the same request and takes any answer: the first one fills the cache.
    ///
    /// # Errors
    /// No answer.
    pub async fn send_unchecked(&self, bed: &TestBed, number: usize) -> Result<Response<Bytes>> {
        if let Row::Invoke = self.row {
            let uri = format!("http://{}/2015-03-31/functions/{TARGET}/invocations", bed.invoke_api);
            return bed.send(Request::post(uri).body(Full::from(EVENT))?).await;
        }
        let route = number * STRIDE % self.routes;
        let uri = format!("http://{}/v1/tenants/7/resources-{route}/1", self.address(bed));
        let request = Request::get(uri).header("accept", "application/json").header("user-agent", "bench");
        let request = match self.row.work() {
            Work::Plain => request,
            Work::Keyed => request.header("x-api-key", KEY),
        };
        bed.send(request.body(Full::default())?).await
    }

    fn address(&self, bed: &TestBed) -> SocketAddr {
        match &self.subject {
            Subject::Function(name) => bed.url(name),
            Subject::Server(server) => server.address,
        }
    }

    /// The processes of the subject.
    pub fn pids(&self, bed: &TestBed) -> Vec<u32> {
        match &self.subject {
            Subject::Function(name) => bed.host.instances(name).iter().map(|instance| instance.pid).collect(),
            Subject::Server(server) => vec![server.pid],
        }
    }

    /// Starts instances one after the other until there are so many: each start has the machine for itself.
    ///
    /// # Errors
    /// A process does not start.
    pub async fn start_instances(&self, bed: &TestBed, count: usize) -> Result<()> {
        if let Subject::Function(name) = &self.subject {
            for count in bed.host.instances(name).len() + 1..=count {
                bed.start_instances(name, count).await?;
            }
        }
        Ok(())
    }

    pub async fn cpu_time(&self, bed: &TestBed) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for pid in self.pids(bed) {
            process::wait_until_asleep(pid).await?;
            sum += process::cpu_time(pid)?;
        }
        Ok(sum)
    }

    /// The resident memory of each process, in bytes.
    pub fn resident(&self, bed: &TestBed) -> Result<Vec<u64>> {
        self.pids(bed)
            .into_iter()
            .map(|pid| Ok(process::memory(pid).context("its memory")?.resident))
            .collect()
    }
}
