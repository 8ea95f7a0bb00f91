//! Waits that end in time, even if Lambda freezes the process meanwhile.

use std::time::Duration;

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
        tokio::time::sleep(limit / PARTS).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
