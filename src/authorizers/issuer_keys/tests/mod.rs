//! Keys of issuers that rotate, are away, hang or lie.

mod bad_issuers;
mod sources;
mod test_issuer;

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, SystemTime},
};

use futures_util::future::join_all;

use self::test_issuer::{Answer, DISCOVERY, TestIssuer};
use super::*;
use crate::http_client::GuardedClient;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

/// The client of an API that lists loopback.
fn client() -> GuardedClient {
    GuardedClient::new(&["127.0.0.0/8".to_owned()]).unwrap()
}

fn by_discovery(issuer: &TestIssuer) -> JwksSource {
    JwksSource::discovered(&issuer.url, &client()).unwrap()
}

fn by_uri(issuer: &TestIssuer) -> JwksSource {
    JwksSource::at(&format!("{}/jwks", issuer.url), &client()).unwrap()
}

/// The ids, out of `a`, `b` and `c`, of the keys that a token with this `kid` is verified with; or the causes.
async fn ids(keys: &IssuerKeys, source: &JwksSource, key_id: Option<&str>, seconds: u64) -> String {
    match keys.keys(source, key_id, at(seconds)).await {
        Ok(keys) => ["a", "b", "c"].into_iter().filter(|id| keys.has_key(id)).collect(),
        Err(error) => chain(&error),
    }
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const NONE: [&str; 0] = [];
const AWAY: &str = "503 Service Unavailable";

#[tokio::test]
async fn keys_are_fetched_where_the_discovery_document_says_and_kept_for_an_hour() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_discovery(&issuer);
    for seconds in [0, 1, HOUR - 1] {
        assert_eq!(ids(&keys, &source, Some("a"), seconds).await, "a");
        assert_eq!(ids(&keys, &source, None, seconds).await, "a");
    }
    assert_eq!(issuer.calls(), [DISCOVERY, "/jwks"]);
    issuer.says("/jwks", Answer::keys(&["b"]));
    assert_eq!(ids(&keys, &source, None, HOUR).await, "b");
    assert_eq!(issuer.calls(), [DISCOVERY, "/jwks"]);
}

#[tokio::test]
async fn a_burst_of_first_requests_shares_one_fetch_be_it_good_or_bad() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_uri(&issuer);
    issuer.says("/jwks", Answer::of(AWAY, ""));
    // They came over a time that is longer than the pause.
    let burst = || join_all((0..100).map(|nth| ids(&keys, &source, Some("a"), nth / 10)));
    let causes = burst().await;
    assert!(
        causes.iter().all(|cause| cause.ends_with("its status is 503 Service Unavailable")),
        "{causes:?}"
    );
    assert_eq!(issuer.calls(), ["/jwks"]);

    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_uri(&issuer);
    assert_eq!(join_all((0..100).map(|_| ids(&keys, &source, Some("a"), 0))).await, ["a"; 100]);
    assert_eq!(issuer.calls(), ["/jwks"]);
}

#[tokio::test]
async fn an_unknown_key_has_the_issuer_asked_once_in_ten_seconds_whatever_comes_in() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_uri(&issuer);
    assert_eq!(ids(&keys, &source, Some("a"), 0).await, "a");
    issuer.calls();
    let kids: Vec<String> = (0..100).map(|nth| format!("unknown-{nth}")).collect();
    let mut calls = Vec::new();
    for seconds in [9, 10, 19, 20, 1_000] {
        let found = join_all(kids.iter().map(|kid| ids(&keys, &source, Some(kid), seconds))).await;
        assert_eq!(found, ["a"; 100]);
        calls.push(issuer.calls().len());
    }
    assert_eq!(calls, [0, 1, 0, 1, 1]);
}

#[tokio::test]
async fn a_new_key_is_found_by_all_who_wait_for_it() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_discovery(&issuer);
    assert_eq!(ids(&keys, &source, Some("a"), 0).await, "a");
    issuer.calls();
    issuer.says("/jwks", Answer::keys(&["a", "b"]));
    assert_eq!(join_all((0..100).map(|_| ids(&keys, &source, Some("b"), 60))).await, ["ab"; 100]);
    assert_eq!(issuer.calls(), [DISCOVERY, "/jwks"]);
}

#[tokio::test]
async fn old_keys_serve_for_a_day_more_while_the_issuer_is_away() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_uri(&issuer);
    assert_eq!(ids(&keys, &source, Some("a"), 0).await, "a");
    issuer.calls();
    issuer.says("/jwks", Answer::of(AWAY, ""));
    let mut calls = Vec::new();
    for seconds in [HOUR, HOUR + 9, HOUR + 10, HOUR + DAY - 1] {
        assert_eq!(join_all((0..10).map(|_| ids(&keys, &source, Some("a"), seconds))).await, ["a"; 10]);
        calls.push(issuer.calls().len());
    }
    assert_eq!(calls, [1, 0, 1, 1]);
    let expected = format!(
        "the issuer's keys cannot be had: no keys from {}/jwks: its status is 503 Service Unavailable",
        issuer.url
    );
    // A new key may be the issuer's own: nobody but the issuer can say.
    assert_eq!(ids(&keys, &source, Some("b"), HOUR + DAY - 1).await, expected);
    assert_eq!(ids(&keys, &source, Some("a"), HOUR + DAY).await, expected);
    issuer.says("/jwks", Answer::keys(&["b"]));
    assert_eq!(ids(&keys, &source, Some("b"), HOUR + DAY + 1).await, "b");
}

#[tokio::test]
async fn nobody_waits_for_newer_keys_beside_the_one_who_fetches_them() {
    let issuer = TestIssuer::start().await;
    let keys = IssuerKeys::with_call_limit(Duration::from_millis(50));
    let source = by_uri(&issuer);
    assert_eq!(ids(&keys, &source, Some("a"), 0).await, "a");
    issuer.says("/jwks", Answer::Silence);
    let mut fetching = pin!(ids(&keys, &source, Some("a"), HOUR));
    let is_pending = poll_fn(|context| Poll::Ready(fetching.as_mut().poll(context).is_pending())).await;
    assert!(is_pending);
    let mut other = pin!(ids(&keys, &source, Some("a"), HOUR));
    let found = poll_fn(|context| Poll::Ready(other.as_mut().poll(context))).await;
    assert_eq!(found, Poll::Ready("a".to_owned()));
    assert_eq!(fetching.await, "a");
}

#[tokio::test]
async fn without_any_keys_a_request_is_refused_with_503_and_the_issuer_asked_again_a_second_later() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_discovery(&issuer);
    issuer.says(DISCOVERY, Answer::of(AWAY, ""));
    let error = keys.keys(&source, None, at(0)).await.unwrap_err();
    assert_eq!(error.retry_after, Duration::from_secs(1));
    let refusal = GatewayError::from(error).refusal();
    assert_eq!(refusal.status.as_u16(), 503);
    keys.keys(&source, None, at(0)).await.unwrap_err();
    assert_eq!(issuer.calls(), [DISCOVERY]);
    issuer.says(
        DISCOVERY,
        Answer::json(&serde_json::json!({"issuer": issuer.url, "jwks_uri": format!("{}/jwks", issuer.url)})),
    );
    assert_eq!(ids(&keys, &source, None, 1).await, "a");
}

#[tokio::test]
async fn a_fetch_whose_request_is_given_up_does_not_stop_the_next() {
    let (issuer, keys) = (TestIssuer::start().await, IssuerKeys::default());
    let source = by_uri(&issuer);
    {
        let mut given_up = pin!(ids(&keys, &source, None, 0));
        poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context).is_pending())).await;
    }
    assert_eq!(ids(&keys, &source, None, 0).await, "the issuer's keys cannot be had");
    assert_eq!(ids(&keys, &source, None, 1).await, "a");
}

#[tokio::test]
async fn keys_are_those_of_one_source_and_one_list_of_addresses() {
    let (one, other, keys) = (TestIssuer::start().await, TestIssuer::start().await, IssuerKeys::default());
    other.says("/jwks", Answer::keys(&["b"]));
    assert_eq!(ids(&keys, &by_discovery(&one), None, 0).await, "a");
    assert_eq!(ids(&keys, &by_discovery(&other), None, 0).await, "b");
    one.calls();
    // Another deployment of the same API.
    assert_eq!(ids(&keys, &by_discovery(&one), None, 0).await, "a");
    assert_eq!(one.calls(), NONE);
    let wider = GuardedClient::new(&["127.0.0.0/8".to_owned(), "10.0.0.0/8".to_owned()]).unwrap();
    let source = JwksSource::discovered(&one.url, &wider).unwrap();
    assert_eq!(ids(&keys, &source, None, 0).await, "a");
    assert_eq!(one.calls(), [DISCOVERY, "/jwks"]);
}
