//! A frozen DynamoDB, which takes connections and requests and does not answer.

use std::{ops::ControlFlow, time::Duration};

use serde_json::{Value, json};

use super::keyed_fleet::{Decision, Fleet, TimedDecision};
use crate::harness::soon;

/// Two attempts of 200 ms and the pause between them are about half a second; the rest is for a busy machine.
const SOON: Duration = Duration::from_millis(1_500);

/// Sends twenty requests of a known key from the moment that the store is frozen; each is answered soon.
async fn answers_without_store(plan: Value, key_cache_seconds: &str) -> Vec<Decision> {
    let fleet = Fleet::start_with(1, plan, &[("KEY_CACHE_SECONDS", key_cache_seconds)]).await;
    for _ in 0..5 {
        assert_eq!(fleet.send(fleet.key.reveal()).await.decision, Decision::Served);
    }
    fleet.proxy.freeze();
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(fleet.send(fleet.key.reveal()).await);
    }
    let unknown = fleet.send("an-unknown-key-of-31-characters").await;
    assert_eq!((unknown.decision, unknown.retry_after), (Decision::Unavailable, Some(1)));
    answers.push(unknown);
    let slowest = answers.iter().map(|answer| answer.at - answer.sent_at).max();
    assert!(slowest < Some(SOON), "{slowest:?}");
    for answer in &answers {
        assert_eq!(answer.retry_after, (answer.decision == Decision::Unavailable).then_some(1));
    }

    fleet.proxy.thaw();
    let until_served = |answers: &[TimedDecision]| match answers.last().map(|last| last.decision) {
        Some(Decision::Served) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    soon(fleet.traffic(until_served)).await;
    let counts = fleet.stop().await;
    assert!(counts.failures > 0, "the store was not away: {counts:?}");
    answers.pop();
    answers.iter().map(|answer| answer.decision).collect()
}

#[tokio::test]
async fn a_throttled_key_is_served_while_the_store_is_frozen() {
    for key_cache_seconds in ["60", "0"] {
        let plan = json!({ "throttle": { "rateLimit": 1000, "burstLimit": 1000 } });
        let answers = answers_without_store(plan, key_cache_seconds).await;
        assert_eq!(answers, [Decision::Served; 20]);
    }
}

#[tokio::test]
async fn a_quota_is_served_from_what_is_leased_and_then_refused_while_the_store_is_frozen() {
    for key_cache_seconds in ["60", "0"] {
        let plan = json!({ "quota": { "limit": 1000, "period": "MONTH" } });
        let answers = answers_without_store(plan, key_cache_seconds).await;
        // Five requests have led to leases of a few units.
        let leased = answers.iter().take_while(|decision| **decision == Decision::Served).count();
        assert!((1..10).contains(&leased), "{leased}");
        assert_eq!(answers[leased..], vec![Decision::Unavailable; 20 - leased]);
    }
}
