//! How long an answer of the store is waited for, whether or not Lambda freezes the process meanwhile.

use std::time::Duration;

use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};

/// A wait in parts: a freeze is over one of them, not over the whole. What has come meanwhile is then read before
/// the wait ends, as is what is still on its way.
#[derive(Clone, Copy, Debug)]
pub struct Wait;

const PARTS: u32 = 4;

/// What `work` comes to; `None` if it takes longer.
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
    async fn a_frozen_process_gets_the_rest_of_its_wait() {
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
