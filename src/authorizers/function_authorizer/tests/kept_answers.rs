//! How long answers are kept, and how many.

use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::*;
use crate::{digest::Sha256, testing::TestRequest};

/// The key of who sends this.
pub fn key(partner: u32) -> AnswerKey {
    let sources = IdentitySources::parse(&json!("$context.stage")).unwrap();
    let world = TestRequest::new("");
    let context = world.context();
    let identity = sources.identity(&context).unwrap();
    AnswerKey::new(&Sha256::of(partner.to_le_bytes()), CacheScope::Api, &identity, &context)
}

pub fn answer(json: &Value) -> FunctionAnswer {
    decode(json, AnswerForm::Simple).unwrap()
}

pub fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_be_it_a_denial_and_a_failure_is_not() {
    for is_authorized in [true, false] {
        let answers = FunctionAnswers::<&str>::default();
        let calls = Cell::new(0);
        let ask = async |second: u64, failure: Option<&'static str>| {
            let call = async {
                calls.set(calls.get() + 1);
                failure.map_or_else(|| Ok(answer(&json!({ "isAuthorized": is_authorized }))), Err)
            };
            let now = start() + Duration::from_secs(second);
            let answered = answers.get_or_call(key(1), Duration::from_secs(60), now, call).await;
            (answered.map(|answer| decision(&answer, "GET /")), calls.get())
        };
        let said = || Ok(if is_authorized { "Allow" } else { r#"ExplicitDeny("isAuthorized")"# }.to_owned());
        assert_eq!(ask(100, Some("away")).await, (Err(Arc::new("away")), 1));
        assert_eq!(ask(100, Some("away")).await, (Err(Arc::new("away")), 2));
        assert_eq!(ask(100, None).await, (said(), 3));
        assert_eq!(ask(100, None).await, (said(), 3));
        assert_eq!(ask(159, Some("away")).await, (said(), 3));
        assert_eq!(ask(99, Some("away")).await, (Err(Arc::new("away")), 4), "the clock was set back");
        assert_eq!(ask(160, Some("away")).await, (Err(Arc::new("away")), 5));
        assert_eq!(ask(160, None).await, (said(), 6));
        assert_eq!(ask(219, None).await, (said(), 6));
    }
}

#[tokio::test]
async fn any_number_of_answers_takes_bounded_memory() {
    let answers = FunctionAnswers::<()>::default();
    for number in 0..20_000 {
        let size = if number % 100 == 0 { 100_000 } else { 500 };
        let call =
            async { Ok(answer(&json!({ "isAuthorized": true, "context": { "a": "x".repeat(size) } }))) };
        answers.get_or_call(key(number), Duration::from_secs(300), start(), call).await.unwrap();
        assert!(answers.weight() <= 4 << 20, "{}", answers.weight());
    }
    assert!(answers.weight() >= 2 << 20, "{}", answers.weight());
    assert_eq!(answers.calls_under_way(), 0);
}
