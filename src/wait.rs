//! Waits that end in time, even if Lambda freezes the process meanwhile.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::time::{Instant, Sleep, sleep};

/// The result of `work`; `None` if it takes longer.
///
/// The wait is in parts: a freeze takes one of them, not the whole. A response that has come meanwhile, or is still on
/// its way, is then read before the wait ends.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = in_parts(limit) => None,
    }
}

const PARTS: u32 = 4;

async fn in_parts(limit: Duration) {
    for _ in 0..PARTS {
        sleep(limit / PARTS).await;
    }
}

/// A timer that is due before those of a request, so that theirs cost no system call.
///
/// tokio writes to its own driver for a timer that is due before all others, and is woken by that at once. Every wait
/// of a request would be one; beside this timer none is, and this one is set anew once in 40 ms.
#[derive(Debug)]
pub struct EarliestTimer(Pin<Box<Sleep>>);

/// Less than a part of the shortest wait, which is of 200 ms.
const EARLIEST: Duration = Duration::from_millis(40);

impl Default for EarliestTimer {
    /// Due already.
    fn default() -> Self {
        Self(Box::pin(sleep(Duration::ZERO)))
    }
}

impl EarliestTimer {
    /// Sets the timer if it is not set.
    pub async fn set(&mut self) {
        poll_fn(|context| {
            if self.0.as_mut().poll(context).is_ready() {
                self.0.as_mut().reset(Instant::now() + EARLIEST);
                // Polled, it is known to the driver.
                let _due = self.0.as_mut().poll(context);
            }
            Poll::Ready(())
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_earliest_timer_is_set_anew_only_once_it_was_due() {
        let mut timer = EarliestTimer::default();
        timer.set().await;
        let first = timer.0.deadline();
        timer.set().await;
        assert_eq!(timer.0.deadline(), first);
        timer.0.as_mut().await;
        timer.set().await;
        assert!(timer.0.deadline() >= first + EARLIEST);
    }

    #[tokio::test]
    async fn a_wait_goes_on_after_a_freeze_that_was_longer_than_it() {
        let wait = tokio::spawn(in_parts(Duration::from_millis(8)));
        // The wait begins.
        tokio::task::yield_now().await;
        // A freeze: nothing of this thread runs.
        std::thread::sleep(Duration::from_millis(20));
        // A turn may end a part; there is one more than there are turns.
        for _ in 1..PARTS {
            tokio::task::yield_now().await;
        }
        assert!(!wait.is_finished());
        wait.await.unwrap();
    }
}
