//! A place where something waits until the test lets it go on.

use tokio::sync::{Notify, watch};

use crate::harness::soon;

pub struct Hold {
    arrived: Notify,
    is_open: watch::Sender<bool>,
}

impl Default for Hold {
    fn default() -> Self {
        Self { arrived: Notify::new(), is_open: watch::Sender::new(false) }
    }
}

impl Hold {
    /// Waits until the test lets it go on.
    pub async fn pass(&self) {
        self.arrived.notify_one();
        let open = self.is_open.subscribe().wait_for(|is_open| *is_open).await.map(drop);
        open.expect("the sender is there as long as this");
    }

    /// Waits until somebody waits here.
    pub async fn arrival(&self) {
        soon(self.arrived.notified()).await;
    }

    /// Lets all go on who wait here or will.
    pub fn open(&self) {
        self.is_open.send_replace(true);
    }
}
