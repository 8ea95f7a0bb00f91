//! A latch: a task waits at it until the test releases it.

use tokio::sync::{Notify, watch};

use crate::harness::soon;

pub struct Latch {
    reached: Notify,
    is_released: watch::Sender<bool>,
}

impl Default for Latch {
    fn default() -> Self {
        Self { reached: Notify::new(), is_released: watch::Sender::new(false) }
    }
}

impl Latch {
    /// Waits until the test lets it go on.
    pub async fn wait(&self) {
        self.reached.notify_one();
        let open = self.is_released.subscribe().wait_for(|is_released| *is_released).await.map(drop);
        open.expect("the sender is there as long as this");
    }

    /// Waits until somebody waits here.
    pub async fn reached(&self) {
        soon(self.reached.notified()).await;
    }

    /// Lets all go on who wait here or will.
    pub fn release(&self) {
        self.is_released.send_replace(true);
    }
}
