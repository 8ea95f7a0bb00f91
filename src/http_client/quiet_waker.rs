//! A waker that does not wake the task that polls just now.
//!
//! The two ends of a connection, which one task polls together, wake each other. Each time the scheduler would ask the
//! kernel for events (one `epoll_wait`) and poll the whole task again. Here they are polled again on the spot.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// More turns than a poll needs; then others have theirs.
const MOST_TURNS: u32 = 8;

/// Wakes the task that polled last, once it has ended to poll.
#[derive(Debug, Default)]
pub struct QuietWaker {
    task: AtomicWaker,
    is_polling: AtomicBool,
    was_woken: AtomicBool,
}

impl QuietWaker {
    /// Polls `work` until nothing of it was woken meanwhile.
    pub fn poll<T>(
        self: &Arc<Self>,
        context: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        for _ in 0..MOST_TURNS {
            let polled = self.poll_once(context, &mut work);
            // Another thread either sees that nobody polls, or is seen here.
            if polled.is_ready() || !self.was_woken.load(SeqCst) {
                return polled;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Polls `work` once. What it wakes is not polled again: its caller polls that next.
    pub fn poll_once<T>(
        self: &Arc<Self>,
        context: &mut Context<'_>,
        work: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.task.register(context.waker());
        let waker = Waker::from(Arc::clone(self));
        self.was_woken.store(false, SeqCst);
        self.is_polling.store(true, SeqCst);
        let polled = work(&mut Context::from_waker(&waker));
        self.is_polling.store(false, SeqCst);
        polled
    }
}

impl Wake for QuietWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.was_woken.store(true, SeqCst);
        if !self.is_polling.load(SeqCst) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[derive(Debug, Default)]
    struct CountedWakes(AtomicU32);

    impl Wake for CountedWakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    /// The number of times that the task was woken, and that the work was polled; the work wakes itself in its first
    /// `own_wakes` polls.
    fn poll(own_wakes: u32, quiet: &Arc<QuietWaker>, outer: &Arc<CountedWakes>) -> (u32, u32) {
        let task = Waker::from(Arc::clone(outer));
        let mut polls = 0;
        let polled = quiet.poll(&mut Context::from_waker(&task), |context| {
            polls += 1;
            if polls <= own_wakes {
                context.waker().wake_by_ref();
            }
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        (outer.0.load(SeqCst), polls)
    }

    #[test]
    fn what_wakes_itself_is_polled_again_and_wakes_nobody() {
        for (own_wakes, expected) in [(0, (0, 1)), (1, (0, 2)), (3, (0, 4)), (100, (1, MOST_TURNS))] {
            let quiet = Arc::default();
            assert_eq!(poll(own_wakes, &quiet, &Arc::default()), expected, "{own_wakes}");
        }
    }

    #[test]
    fn what_is_woken_later_wakes_the_task_that_polled_last() {
        let (quiet, first, last) = (Arc::default(), Arc::default(), Arc::default());
        poll(0, &quiet, &first);
        poll(0, &quiet, &last);
        Waker::from(Arc::clone(&quiet)).wake();
        assert_eq!((first.0.load(SeqCst), last.0.load(SeqCst)), (0, 1));
    }
}
