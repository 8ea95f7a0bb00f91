//! Fills of the cache by real gateways: many at once, and one that is killed, frozen or without its table at each
//! step.
//!
//! `COALESCED_KEYS` sets how many keys are missed at once, one after the other.

mod cached_cluster;
mod latch;
mod numbered_target;
mod table_proxy;

use std::{env, sync::Arc};

use futures_util::future::join_all;
use tollgate::local::world::GATEWAY;

use self::{
    cached_cluster::{CachedCluster, FetchOutcome},
    latch::Latch,
    numbered_target::Point,
    table_proxy::{Fault, TableCall},
};
use super::{gateway_cluster::ClusterSize, sizes};
use crate::harness::soon;

/// A place in a fill where it can be stopped.
#[derive(Clone, Copy, Debug)]
enum FillStep {
    Before(TableCall),
    After(TableCall),
    Target(Point),
}

/// The steps of a fill, in their order. The cookie of `/vain…` makes the answer one that cannot be kept.
const STEPS: [(&str, FillStep); 11] = [
    ("look", FillStep::Before(TableCall::Look)),
    ("before-lock", FillStep::Before(TableCall::Lock)),
    ("after-lock", FillStep::After(TableCall::Lock)),
    ("target", FillStep::Target(Point::Start)),
    ("half-of-target", FillStep::Target(Point::Middle)),
    ("first-part", FillStep::Before(TableCall::Part(0))),
    ("second-part", FillStep::Before(TableCall::Part(1))),
    ("third-part", FillStep::Before(TableCall::Part(2))),
    ("after-third-part", FillStep::After(TableCall::Part(2))),
    ("vain-unlock", FillStep::Before(TableCall::Unlock)),
    ("vain-unlocked", FillStep::After(TableCall::Unlock)),
];

impl CachedCluster {
    /// Waits until all gateways are idle, and then holds the next one that comes to this step.
    async fn hold(&self, step: FillStep) -> Arc<Latch> {
        self.cluster.idle().await;
        let latch = Arc::new(Latch::default());
        match step {
            FillStep::Before(asked) => self.table.set(asked, Fault::HeldBefore(Arc::clone(&latch))),
            FillStep::After(asked) => self.table.set(asked, Fault::HeldAfter(Arc::clone(&latch))),
            FillStep::Target(point) => return self.origin.hold(point),
        }
        latch
    }

    /// Asks so many times, one after the other; each answer is whole.
    async fn serves(&self, id: &str, times: usize) {
        for _ in 0..times {
            let outcome = self.get(id).await;
            assert!(is_whole(&outcome), "{id}: {outcome:?}");
        }
    }
}

const SHORT_MS: u64 = 2_000;

fn is_whole(outcome: &FetchOutcome) -> bool {
    matches!(outcome, FetchOutcome::Whole { .. })
}

/// Others wait for its lock, and then help themselves.
#[tokio::test]
async fn a_filler_that_is_killed_costs_nobody_else_an_answer() {
    let gateways = CachedCluster::start(2, SHORT_MS).await;
    for (id, step) in STEPS {
        let latch = gateways.hold(step).await;
        let (first, ()) = tokio::join!(gateways.get(id), async {
            latch.reached().await;
            gateways.cluster.host.kill(GATEWAY, gateways.busy());
            gateways.serves(id, 1).await;
        });
        latch.release();
        assert!(is_whole(&first) || first == FetchOutcome::BrokeOff, "{id}: {first:?}");
        gateways.serves(id, 2).await;
    }
    gateways.cluster.stop().await;
}

/// After its thaw it still writes, over what others have written meanwhile.
#[tokio::test]
async fn a_filler_that_is_frozen_tears_no_answer() {
    let gateways = CachedCluster::start(2, SHORT_MS).await;
    for (id, step) in STEPS {
        let latch = gateways.hold(step).await;
        let (first, ()) = tokio::join!(gateways.get(id), async {
            latch.reached().await;
            let pid = gateways.busy();
            gateways.cluster.host.freeze(GATEWAY, pid);
            gateways.serves(id, 1).await;
            latch.release();
            gateways.cluster.host.thaw(GATEWAY, pid);
        });
        // The target's time may be over, as it would be without a cache.
        let is_late = matches!(step, FillStep::Target(_))
            && matches!(first, FetchOutcome::Error(504) | FetchOutcome::BrokeOff);
        assert!(is_whole(&first) || is_late, "{id}: {first:?}");
        gateways.serves(id, 3).await;
    }
    gateways.cluster.stop().await;
}

#[tokio::test]
async fn a_table_that_fails_at_any_step_costs_nobody_an_answer() {
    let gateways = CachedCluster::start(2, SHORT_MS).await;
    let asked = STEPS.iter().filter_map(|(id, step)| match step {
        FillStep::Before(asked) => Some((id, *asked)),
        FillStep::After(_) | FillStep::Target(_) => None,
    });
    for (id, asked) in asked {
        for (name, fault) in [("refused", Fault::Refused), ("silent", Fault::Silent)] {
            let id = format!("{id}-{name}");
            gateways.table.set(asked, fault);
            for _ in 0..3 {
                let (one, other) = tokio::join!(gateways.get(&id), gateways.get(&id));
                assert!(is_whole(&one) && is_whole(&other), "{id}: {one:?} {other:?}");
            }
            gateways.table.reopen();
            gateways.serves(&id, 1).await;
        }
    }
    gateways.cluster.stop().await;
}

const LONG_MS: u64 = 29_000;

#[tokio::test]
async fn of_many_misses_at_once_in_many_processes_two_at_most_reach_the_target() {
    let keys = env::var("COALESCED_KEYS").map_or(3, |text| text.parse().expect("COALESCED_KEYS is a number"));
    for size in sizes() {
        two_at_most_reach_the_target(size, keys).await;
    }
}

async fn two_at_most_reach_the_target(size: ClusterSize, keys: usize) {
    let gateways = CachedCluster::start(size, LONG_MS).await;
    for key in 0..keys {
        let (calls, looks) = (gateways.origin.calls(), gateways.table.looks());
        let id = format!("small-{key}");
        let latch = gateways.origin.hold(Point::Start);
        let (answers, ()) = tokio::join!(join_all((0..200).map(|_| gateways.get(&id))), async {
            latch.reached().await;
            // Every instance has missed.
            soon(async {
                while gateways.table.looks() < looks + size.instances {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            latch.release();
        });
        assert!(answers.iter().all(is_whole), "{answers:?}");
        let asked = gateways.origin.calls() - calls;
        assert!(asked <= 2, "{asked} calls");
        let is_hit = |outcome: &FetchOutcome| matches!(outcome, FetchOutcome::Whole { status } if status.starts_with("tollgate; hit"));
        assert_eq!(answers.iter().filter(|outcome| is_hit(outcome)).count(), answers.len() - asked);
    }
    gateways.cluster.stop().await;
}
