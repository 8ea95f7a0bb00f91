//! Many real gateways at one DynamoDB: together they admit no more than the plan allows, whatever happens to them.
//!
//! `FLEET_QUOTA` sets the size: so many requests are allowed, and about as many more are sent. `MANY_REQUEST_PROCESSES`
//! is the number of processes in the fleet whose processes work on 64 requests at a time.

mod cache;
mod canary;
mod freezable_proxy;
mod freezes;
mod gateway_cluster;
mod keyed_fleet;
mod many_requests;
mod one_key;
mod store_frozen;
mod upgrade;

use std::{
    collections::VecDeque,
    env,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tollgate::local::world::GATEWAY;

use self::{
    gateway_cluster::ClusterSize,
    keyed_fleet::{Decision, FinalCounts, Fleet, TimedDecision},
};

const INSTANCES: usize = 16;
const RATE: u32 = 400;
const BURST: u32 = 200;
/// T: how long a lease may be used.
const LEASE: Duration = Duration::from_secs(1);
/// Over T: what a frozen instance holds is worth nothing any more.
const FREEZE: Duration = Duration::from_millis(1_500);

fn quota_limit() -> usize {
    env::var("FLEET_QUOTA").map_or(1_000, |text| text.parse().expect("FLEET_QUOTA is a number"))
}

/// As Lambda has it, and as Lambda Managed Instances have it.
fn sizes() -> [ClusterSize; 2] {
    let processes = env::var("MANY_REQUEST_PROCESSES");
    let instances = processes.map_or(2, |text| text.parse().expect("MANY_REQUEST_PROCESSES is a number"));
    [INSTANCES.into(), ClusterSize { instances, events_at_a_time: 64 }]
}

/// The sizes of fleets, each with a plan that has a quota alone, and one that has a rate too.
fn sizes_and_plans() -> impl Iterator<Item = (ClusterSize, Value)> {
    sizes().into_iter().flat_map(|size| plans().map(|plan| (size, plan)))
}

fn plans() -> [Value; 2] {
    let quota = json!({ "limit": quota_limit(), "period": "MONTH" });
    let throttle = json!({ "rateLimit": RATE, "burstLimit": BURST });
    [json!({ "quota": quota }), json!({ "quota": quota, "throttle": throttle })]
}

fn count(answers: &[TimedDecision], decision: Decision) -> usize {
    answers.iter().filter(|answer| answer.decision == decision).count()
}

/// Until as many requests were over the quota as could be within it.
fn past_the_quota(answers: &[TimedDecision]) -> ControlFlow<()> {
    if count(answers, Decision::OverQuota) < quota_limit() {
        return ControlFlow::Continue(());
    }
    ControlFlow::Break(())
}

/// Holds whatever happens to the instances: no more was served than the plan allows.
fn assert_limits_held(answers: &[TimedDecision], counts: &FinalCounts, plan: &Value, size: ClusterSize) {
    println!("{} of {} served, {counts:?}", count(answers, Decision::Served), quota_limit());
    let limit = quota_limit();
    assert!(count(answers, Decision::Served) <= limit && counts.logged <= limit, "{counts:?}");
    assert!(counts.used <= limit as u64, "{counts:?}");
    assert!(counts.processes.len() >= size.instances, "not all instances took part: {counts:?}");
    if plan["throttle"].is_object() {
        assert_rate_held(answers, counts);
    }
}

/// Holds if every span τ has at most burst + rate × (τ + T) admissions: a request that was sent and answered within a
/// span was admitted in it.
fn assert_rate_held(answers: &[TimedDecision], counts: &FinalCounts) {
    let mut served: Vec<_> = answers.iter().filter(|answer| answer.decision == Decision::Served).collect();
    served.sort_by_key(|answer| answer.at);
    for first in &served {
        let within = served.iter().filter(|answer| answer.sent_at >= first.sent_at);
        for (number, answer) in (1_u32..).zip(within) {
            let span = answer.at - first.sent_at + LEASE;
            let most = f64::from(BURST) + f64::from(RATE) * span.as_secs_f64();
            let alone = u32::try_from(counts.alone).expect("a small number");
            assert!(f64::from(number - alone.min(number)) <= most, "{number} in {span:?}, T included");
        }
    }
}

/// Holds for an undisturbed fleet; not checked where the store timed out on a busy machine.
fn assert_all_is_spent(answers: &[TimedDecision], counts: &FinalCounts) {
    if counts.failures > 0 {
        return println!("the store failed: {counts:?}");
    }
    let served = count(answers, Decision::Served);
    assert!(served * 1_000 >= quota_limit() * 995, "{served} served, {counts:?}");
    assert_books_are_right(answers, counts);
}

/// The used quota is the number of served requests, and the key's usage is what its clients saw.
fn assert_books_are_right(answers: &[TimedDecision], counts: &FinalCounts) {
    let [served, throttled, over_quota] = [Decision::Served, Decision::Throttled, Decision::OverQuota]
        .map(|decision| count(answers, decision) as u64);
    assert_eq!(count(answers, Decision::NoAnswer), 0);
    assert_eq!(counts.used, served);
    let of = |kind| counts.usage.get(kind).copied().unwrap_or_default();
    assert_eq!(["served", "throttled", "overQuota"].map(of), [served, throttled, over_quota]);
}

#[tokio::test]
async fn a_fleet_serves_its_quota_and_not_one_request_more() {
    for (size, plan) in sizes_and_plans() {
        let fleet = Fleet::start(size, plan.clone()).await;
        let answers = fleet.traffic(past_the_quota).await;
        let counts = fleet.stop().await;
        assert_limits_held(&answers, &counts, &plan, size);
        assert_all_is_spent(&answers, &counts);
    }
}

#[tokio::test]
async fn a_fleet_whose_instances_are_killed_serves_no_more_than_its_quota() {
    for (size, plan) in sizes_and_plans() {
        let fleet = Fleet::start(size, plan.clone()).await;
        let (every, mut kills) = (quota_limit() / 20, 0);
        let answers = fleet
            .traffic(|answers| {
                let may_lose = count(answers, Decision::OverQuota) == 0;
                if let Some(pid) = fleet.any().filter(|_| may_lose && answers.len().is_multiple_of(every)) {
                    fleet.cluster.host.kill(GATEWAY, pid);
                    kills += 1;
                }
                past_the_quota(answers)
            })
            .await;
        let counts = fleet.stop().await;
        assert_limits_held(&answers, &counts, &plan, size);
        // Only what was leased to the killed is lost.
        assert!(2 * count(&answers, Decision::Served) > quota_limit(), "{kills} kills, {counts:?}");
        assert!(counts.processes.len() > size.instances, "nothing took the place of the killed: {counts:?}");
    }
}

#[tokio::test]
async fn a_fleet_whose_instances_are_frozen_serves_no_more_than_its_quota() {
    for plan in plans() {
        let fleet = Fleet::start(INSTANCES, plan.clone()).await;
        let thaw = |(pid, _): (u32, Instant)| fleet.cluster.host.thaw(GATEWAY, pid);
        let (every, mut frozen) = (quota_limit() / 20, VecDeque::<(u32, Instant)>::new());
        let answers = fleet
            .traffic(|answers| {
                let now = answers.last().map_or_else(Instant::now, |last| last.at);
                frozen.pop_front_if(|(_, since)| now - *since > FREEZE).into_iter().for_each(thaw);
                let may_freeze = frozen.len() < INSTANCES / 2 && answers.len().is_multiple_of(every);
                if let Some(pid) = fleet.any().filter(|_| may_freeze) {
                    fleet.cluster.host.freeze(GATEWAY, pid);
                    frozen.push_back((pid, now));
                }
                // Twice over: all that were frozen first are back.
                let flow = if now - answers[0].sent_at < 2 * FREEZE {
                    ControlFlow::Continue(())
                } else {
                    past_the_quota(answers)
                };
                if flow.is_break() {
                    frozen.drain(..).for_each(thaw);
                }
                flow
            })
            .await;
        let counts = fleet.stop().await;
        assert_limits_held(&answers, &counts, &plan, INSTANCES.into());
    }
}

#[tokio::test]
async fn an_instance_that_ends_gives_back_what_it_has_not_spent_and_writes_the_usage() {
    for (size, plan) in sizes_and_plans() {
        let fleet = Fleet::start(size, plan).await;
        let share = quota_limit() / 4;
        let until_served = |answers: &[TimedDecision]| {
            if count(answers, Decision::Served) < share {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let mut answers = fleet.traffic(until_served).await;
        for instance in fleet.cluster.host.instances(GATEWAY).iter().take(size.instances / 2) {
            fleet.cluster.host.shut_down_instance(GATEWAY, instance.pid).await;
        }
        answers.extend(fleet.traffic(until_served).await);
        let counts = fleet.stop().await;
        if counts.failures == 0 {
            assert_books_are_right(&answers, &counts);
        }
    }
}
