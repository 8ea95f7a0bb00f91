//! Connections to one server that nobody uses just now.
//!
//! One is looked at before it is used, so that what died while the process was frozen is never written to.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body::Body;
use tokio::time::Instant;

use super::connection::Connection;
use crate::message::BoxError;

/// More than the calls that one instance makes at once, with many requests at a time too; a process may have 1,024 files
/// open.
const MOST_KEPT: usize = 256;

/// The connections, of which the last that was used is used next.
#[derive(Debug)]
pub struct IdleConnections<B: Body + 'static> {
    idle: Mutex<Vec<IdleConnection<B>>>,
    /// A connection that was idle for so long is given up.
    idle_limit: Duration,
    /// One that was idle for so long is looked at before it is used.
    look_after: Duration,
}

#[derive(Debug)]
struct IdleConnection<B: Body + 'static> {
    /// Boxed, as everywhere: it is kilobytes, and handed on with every request.
    connection: Box<Connection<B>>,
    since: Instant,
}

impl<B: Body + 'static> IdleConnections<B> {
    pub fn new(idle_limit: Duration, look_after: Duration) -> Self {
        Self { idle: Mutex::default(), idle_limit, look_after }
    }

    fn locked(&self) -> MutexGuard<'_, Vec<IdleConnection<B>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn clear(&self) {
        let given_up = std::mem::take(&mut *self.locked());
        drop(given_up);
    }

    pub fn put(&self, connection: Box<Connection<B>>) {
        let since = Instant::now();
        let mut kept = self.locked();
        // The oldest are first. `take` finds only those that are needed.
        let too_old = kept.iter().take_while(|idle| since - idle.since >= self.idle_limit).count();
        kept.drain(..too_old);
        if kept.len() < MOST_KEPT {
            kept.push(IdleConnection { connection, since });
        }
    }
}

impl<B> IdleConnections<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// The connection that was used last, if it is still good.
    pub fn take(&self) -> Option<Box<Connection<B>>> {
        loop {
            let IdleConnection { connection, since } = self.locked().pop()?;
            let idle = since.elapsed();
            if idle < self.idle_limit && (idle < self.look_after || connection.is_open()) {
                return Some(connection);
            }
        }
    }
}
