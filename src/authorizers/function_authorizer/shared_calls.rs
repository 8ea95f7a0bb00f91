//! Calls that are shared: of all who want the same at the same time one calls, and the others take what that one got.
//!
//! Nothing goes on in the background. Where the request that calls is given up or panics, the next that waits calls.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The calls that are under way.
#[derive(Debug)]
pub struct SharedCalls<K, T>(Mutex<HashMap<K, SharedCall<T>>>);

#[derive(Debug)]
struct SharedCall<T> {
    outcome: Arc<Outcome<T>>,
    /// The number of those who call or wait.
    callers: usize,
}

/// Held by the one who calls; `None` until that has an outcome.
type Outcome<T> = tokio::sync::Mutex<Option<T>>;

/// One caller's part in a call. When the last one goes, the call is forgotten.
struct Part<'a, K: Eq + Hash, T> {
    calls: &'a SharedCalls<K, T>,
    key: K,
    outcome: Arc<Outcome<T>>,
}

impl<K, T> Default for SharedCalls<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, T: Clone> SharedCalls<K, T> {
    /// The outcome of `call`, or that of another's with the same key who called at the same time.
    ///
    /// Who waits does so for as long as the other's call takes.
    pub async fn share(&self, key: K, call: impl Future<Output = T>) -> T {
        let part = self.join(key);
        let mut outcome = part.outcome.lock().await;
        if let Some(outcome) = &*outcome {
            return outcome.clone();
        }
        // Boxed: a call is kilobytes, and most requests only wait.
        let called = Box::pin(call).await;
        // Requests that come from now on make a call of their own.
        self.forget(&part);
        *outcome = Some(called.clone());
        called
    }

    fn join(&self, key: K) -> Part<'_, K, T> {
        let mut calls = self.lock();
        let call = calls.entry(key).or_insert_with(|| SharedCall { outcome: Arc::default(), callers: 0 });
        call.callers += 1;
        Part { calls: self, key, outcome: Arc::clone(&call.outcome) }
    }

    fn forget(&self, part: &Part<'_, K, T>) {
        let mut calls = self.lock();
        if calls.get(&part.key).is_some_and(|call| Arc::ptr_eq(&call.outcome, &part.outcome)) {
            calls.remove(&part.key);
        }
    }
}

impl<K, T> SharedCalls<K, T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, SharedCall<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn under_way(&self) -> usize {
        self.lock().len()
    }
}

impl<K: Eq + Hash, T> Drop for Part<'_, K, T> {
    fn drop(&mut self) {
        let mut calls = self.calls.lock();
        let Some(call) = calls.get_mut(&self.key).filter(|call| Arc::ptr_eq(&call.outcome, &self.outcome))
        else {
            return;
        };
        call.callers -= 1;
        if call.callers == 0 {
            calls.remove(&self.key);
        }
    }
}
