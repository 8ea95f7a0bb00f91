//! Background work: it goes on beside requests, and is waited for before Lambda freezes the process.
//!
//! Nothing that must be correct depends on it: a freeze may interrupt it at any point.

use std::{
    mem,
    sync::{Mutex, PoisonError},
};

use tokio::task::JoinSet;

/// The tasks of one owner that are under way.
#[derive(Debug, Default)]
pub struct BackgroundWork {
    tasks: Mutex<JoinSet<()>>,
}

impl BackgroundWork {
    /// Starts `work` at once, on the runtime of the caller.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    /// Waits for all that is under way now, and for what that starts.
    pub async fn drain(&self) {
        while let Some(mut tasks) = self.take() {
            while tasks.join_next().await.is_some() {}
        }
    }

    /// What is under way; `None`: nothing.
    fn take(&self) -> Option<JoinSet<()>> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        (!tasks.is_empty()).then(|| mem::take(&mut *tasks))
    }

    /// Says if nothing was started since the last drain, or all of it was found to be done.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    /// A lock that is released when its fill ends, or a body that is stored when it was read.
    #[tokio::test]
    async fn a_drain_waits_for_work_that_the_work_under_way_starts() {
        let (background, is_done) = (Arc::new(BackgroundWork::default()), Arc::new(AtomicBool::new(false)));
        let (inner, done) = (Arc::clone(&background), Arc::clone(&is_done));
        background.spawn(async move {
            tokio::task::yield_now().await;
            inner.spawn(async move {
                tokio::task::yield_now().await;
                done.store(true, Ordering::Relaxed);
            });
        });
        background.drain().await;
        assert!(is_done.load(Ordering::Relaxed));
    }
}
