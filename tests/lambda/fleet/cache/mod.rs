//! Fills of the cache by real gateways: many at once, and what becomes of one that is killed, frozen or without
//! its table, step by step.
//!
//! `COALESCED_KEYS` sets how many keys are missed at once, one after the other.

mod hold;
mod origin;
mod stand;
mod valve;

use std::{env, sync::Arc};

use futures_util::future::join_all;
use tollgate::local::world::GATEWAY;

use self::{
    hold::Hold,
    origin::Point,
    stand::{Got, Stand},
    valve::{Asked, Fate},
};

/// A place in a fill where it can be stopped.
#[derive(Clone, Copy, Debug)]
enum Step {
    Before(Asked),
    After(Asked),
    Target(Point),
}

/// Each in its order. The cookie of `/vain…` makes the lock one in vain.
const STEPS: [(&str, Step); 11] = [
    ("look", Step::Before(Asked::Look)),
    ("before-lock", Step::Before(Asked::Lock)),
    ("after-lock", Step::After(Asked::Lock)),
    ("target", Step::Target(Point::Start)),
    ("half-of-target", Step::Target(Point::Middle)),
    ("first-part", Step::Before(Asked::Part(0))),
    ("second-part", Step::Before(Asked::Part(1))),
    ("third-part", Step::Before(Asked::Part(2))),
    ("after-third-part", Step::After(Asked::Part(2))),
    ("vain-unlock", Step::Before(Asked::Unlock)),
    ("vain-unlocked", Step::After(Asked::Unlock)),
];

impl Stand {
    /// Once nobody works on anything, who comes next is held.
    async fn hold(&self, step: Step) -> Arc<Hold> {
        self.front.idle().await;
        let hold = Arc::new(Hold::default());
        match step {
            Step::Before(asked) => self.valve.set(asked, Fate::HeldBefore(Arc::clone(&hold))),
            Step::After(asked) => self.valve.set(asked, Fate::HeldAfter(Arc::clone(&hold))),
            Step::Target(point) => return self.origin.hold(point),
        }
        hold
    }

    /// So many times one after the other, and everybody gets a whole answer.
    async fn serves(&self, id: &str, times: usize) {
        for _ in 0..times {
            let got = self.get(id).await;
            assert!(is_whole(&got), "{id}: {got:?}");
        }
    }
}

const SHORT_MS: u64 = 2_000;

fn is_whole(got: &Got) -> bool {
    matches!(got, Got::Whole { .. })
}

/// Others wait for its lock, and then help themselves.
#[tokio::test]
async fn a_filler_that_is_killed_costs_nobody_else_an_answer() {
    let stand = Stand::start(2, SHORT_MS).await;
    for (id, step) in STEPS {
        let hold = stand.hold(step).await;
        let (first, ()) = tokio::join!(stand.get(id), async {
            hold.arrival().await;
            stand.front.host.kill(GATEWAY, stand.busy());
            stand.serves(id, 1).await;
        });
        hold.open();
        assert!(is_whole(&first) || first == Got::BrokeOff, "{id}: {first:?}");
        stand.serves(id, 2).await;
    }
    stand.front.stop().await;
}

/// What it still writes after its thaw meets what others have written meanwhile.
#[tokio::test]
async fn a_filler_that_is_frozen_tears_no_answer() {
    let stand = Stand::start(2, SHORT_MS).await;
    for (id, step) in STEPS {
        let hold = stand.hold(step).await;
        let (first, ()) = tokio::join!(stand.get(id), async {
            hold.arrival().await;
            let pid = stand.busy();
            stand.front.host.freeze(GATEWAY, pid);
            stand.serves(id, 1).await;
            hold.open();
            stand.front.host.thaw(GATEWAY, pid);
        });
        // The target's time may be over, as it would be without a cache.
        let is_late = matches!(step, Step::Target(_)) && matches!(first, Got::Error(504) | Got::BrokeOff);
        assert!(is_whole(&first) || is_late, "{id}: {first:?}");
        stand.serves(id, 3).await;
    }
    stand.front.stop().await;
}

#[tokio::test]
async fn a_table_that_fails_at_any_step_costs_nobody_an_answer() {
    let stand = Stand::start(2, SHORT_MS).await;
    let asked = STEPS.iter().filter_map(|(id, step)| match step {
        Step::Before(asked) => Some((id, *asked)),
        Step::After(_) | Step::Target(_) => None,
    });
    for (id, asked) in asked {
        for (name, fate) in [("refused", Fate::Refused), ("silent", Fate::Silent)] {
            let id = format!("{id}-{name}");
            stand.valve.set(asked, fate);
            for _ in 0..3 {
                let (one, other) = tokio::join!(stand.get(&id), stand.get(&id));
                assert!(is_whole(&one) && is_whole(&other), "{id}: {one:?} {other:?}");
            }
            stand.valve.reopen();
            stand.serves(&id, 1).await;
        }
    }
    stand.front.stop().await;
}

const INSTANCES: usize = 16;
const LONG_MS: u64 = 29_000;

#[tokio::test]
async fn of_many_misses_at_once_in_many_processes_two_at_most_reach_the_target() {
    let keys = env::var("COALESCED_KEYS").map_or(3, |text| text.parse().expect("COALESCED_KEYS is a number"));
    let stand = Stand::start(INSTANCES, LONG_MS).await;
    for key in 0..keys {
        let (calls, looks) = (stand.origin.calls(), stand.valve.looks());
        let id = format!("small-{key}");
        let hold = stand.origin.hold(Point::Start);
        let (answers, ()) = tokio::join!(join_all((0..200).map(|_| stand.get(&id))), async {
            hold.arrival().await;
            // Every instance has missed.
            while stand.valve.looks() < looks + INSTANCES {
                tokio::task::yield_now().await;
            }
            hold.open();
        });
        assert!(answers.iter().all(is_whole), "{answers:?}");
        let asked = stand.origin.calls() - calls;
        assert!(asked <= 2, "{asked} calls");
        let is_hit = |got: &Got| matches!(got, Got::Whole { status } if status.starts_with("tollgate; hit"));
        assert_eq!(answers.iter().filter(|got| is_hit(got)).count(), answers.len() - asked);
    }
    stand.front.stop().await;
}
