//! Callers at the same time: one calls, and whatever becomes of that one, the others get an answer.

use std::{
    cell::Cell,
    future::{pending, poll_fn},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use proptest::prelude::*;
use tokio::sync::Notify;

use super::{
    kept_answers::{answer, key, start},
    *,
};

const TTL: Duration = Duration::from_secs(60);

fn allow() -> FunctionAnswer {
    answer(&json!({ "isAuthorized": true }))
}

/// Polls a future once.
fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn twenty_who_miss_at_once_call_once_and_share_the_answer_or_the_failure() {
    for is_good in [true, false] {
        let (answers, calls, go) = (FunctionAnswers::<&str>::default(), Cell::new(0), Notify::new());
        let ask = |partner| {
            let call = async {
                calls.set(calls.get() + 1);
                go.notified().await;
                if is_good { Ok(allow()) } else { Err("away") }
            };
            answers.get_or_call(key(partner), TTL, start(), call)
        };
        let open = async { go.notify_one() };
        let (answered, ()) = tokio::join!(join_all((0..20).map(|_| ask(1))), open);
        assert_eq!(calls.get(), 1);
        let expected = if is_good { Ok(Arc::new(allow())) } else { Err(Arc::new("away")) };
        assert_eq!(answered, vec![expected; 20]);
        go.notify_one();
        ask(1).await.ok();
        assert_eq!(calls.get(), if is_good { 1 } else { 2 }, "a failure is nobody's who comes later");
        go.notify_one();
        ask(2).await.ok();
        assert_eq!(calls.get(), if is_good { 2 } else { 3 }, "another identity's own");
        assert_eq!(answers.calls_under_way(), 0);
    }
}

#[test]
fn when_the_one_who_calls_is_given_up_the_next_one_who_waits_calls() {
    let (answers, calls) = (FunctionAnswers::<()>::default(), Cell::new(0));
    let ask = |is_good: bool| {
        let calls = &calls;
        let call = async move {
            calls.set(calls.get() + 1);
            if is_good { Ok(allow()) } else { pending().await }
        };
        answers.get_or_call(key(1), TTL, start(), Box::pin(call))
    };
    let mut first = Box::pin(ask(false));
    let mut second = pin!(ask(true));
    let mut third = pin!(ask(true));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(third.as_mut()).is_pending());
    assert_eq!(calls.get(), 1);
    drop(first);
    assert!(poll(third.as_mut()).is_pending(), "the second's turn comes first");
    assert!(matches!(poll(second.as_mut()), Poll::Ready(Ok(_))));
    assert!(matches!(poll(third.as_mut()), Poll::Ready(Ok(_))));
    assert_eq!(calls.get(), 2);
}

#[tokio::test]
async fn when_the_one_who_calls_panics_the_next_one_who_waits_calls() {
    let (answers, calls) = (FunctionAnswers::<()>::default(), Cell::new(0));
    let ask = || {
        let call = async {
            calls.set(calls.get() + 1);
            tokio::task::yield_now().await;
            assert!(calls.get() > 1, "the first one");
            Ok(allow())
        };
        AssertUnwindSafe(answers.get_or_call(key(1), TTL, start(), call)).catch_unwind()
    };
    let answered = join_all((0..3).map(|_| ask())).await;
    let outcomes: Vec<_> = answered.iter().map(|answered| matches!(answered, Ok(Ok(_)))).collect();
    assert_eq!((outcomes, calls.get()), (vec![false, true, true], 2));
    assert_eq!(answers.calls_under_way(), 0);
}

#[test]
fn a_call_that_all_have_given_up_is_forgotten() {
    let answers = FunctionAnswers::<()>::default();
    let ask = || answers.get_or_call(key(1), TTL, start(), pending());
    let (mut first, mut second) = (Box::pin(ask()), Box::pin(ask()));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    assert_eq!(answers.calls_under_way(), 1);
    drop(second);
    assert_eq!(answers.calls_under_way(), 1);
    drop(first);
    assert_eq!(answers.calls_under_way(), 0);
}

proptest! {
    /// Whoever is polled, gives up or fails in whatever order: two of one identity never call at the same time, nobody is
    /// left without an outcome, and nothing is left behind.
    #[test]
    fn one_of_an_identity_calls_at_a_time(steps in prop::collection::vec((0..6_usize, 0..3_u8), 1..60)) {
        let answers = FunctionAnswers::<()>::default();
        let (running, most) = (Rc::new(Cell::new(0)), Cell::new(0));
        struct Running(Rc<Cell<u32>>);
        impl Drop for Running {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        let ask = |is_good: bool| {
            let (running, most) = (Rc::clone(&running), &most);
            Box::pin(answers.get_or_call(key(1), TTL, start(), async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                let _running = Running(running);
                let mut polls = 0;
                poll_fn(|context| {
                    polls += 1;
                    context.waker().wake_by_ref();
                    if polls > 2 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                if is_good { Ok(allow()) } else { Err(()) }
            }))
        };
        let mut callers: Vec<_> = (0..6).map(|index| Some(ask(index == 5))).collect();
        for (index, step) in steps {
            let caller = &mut callers[index];
            match (caller.as_mut(), step) {
                (None, _) => *caller = Some(ask(index > 3)),
                (Some(_), 0) => *caller = None,
                (Some(asking), _) => {
                    if poll(asking.as_mut()).is_ready() {
                        *caller = None;
                    }
                }
            }
            prop_assert!(answers.calls_under_way() <= 1);
        }
        let mut turns = 0;
        while callers.iter().any(Option::is_some) {
            for caller in &mut callers {
                if caller.as_mut().is_some_and(|asking| poll(asking.as_mut()).is_ready()) {
                    *caller = None;
                }
            }
            turns += 1;
            prop_assert!(turns < 100);
        }
        prop_assert!(most.get() <= 1);
        prop_assert_eq!(answers.calls_under_way(), 0);
    }
}
