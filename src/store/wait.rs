//! Waits for the store that end in time, even if Lambda freezes the process meanwhile.

use std::time::Duration;

use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};

/// A wait in parts: a freeze takes one of them, not the whole. A response that has come meanwhile, or is still on its
/// way, is then read before the wait ends.
#[derive(Clone, Copy, Debug)]
pub struct Wait;

const PARTS: u32 = 4;

/// The result of `work`; `None` if it takes longer.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = Wait.sleep(limit) => None,
    }
}

impl AsyncSleep for Wait {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(async move {
            for _ in 0..PARTS {
                tokio::time::sleep(duration / PARTS).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_goes_on_after_a_freeze_that_was_longer_than_it() {
        let wait = tokio::spawn(Wait.sleep(Duration::from_millis(8)));
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
