//! Event after event, or many at a time: each is fetched, answered, and followed by what its response leaves to do.
//!
//! Lambda gives a process one event at a time, and freezes it between two. On Lambda Managed Instances it gives as many as
//! `AWS_LAMBDA_MAX_CONCURRENCY` says, and freezes nothing: there so many workers wait for events, each with its own.

use std::{
    num::NonZeroUsize,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, RwLock, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{error, warn};

use super::{
    decode::Invocation,
    event_handler::EventHandler,
    runtime_api::{EventReference, NextEvent, RuntimeApi},
};
use crate::{error::chain, message::BoxError, wait::EarliestTimer};

/// After so many failures in a row a worker asks for no more events.
const MOST_FAILURES: u32 = 3;
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);
/// The last words to an event whose time is over may take so long.
const BEYOND_DEADLINE: Duration = Duration::from_millis(500);
/// Lambda gives a process half a second between SIGTERM and its end; what it holds is to be returned in the rest.
const LAST_ANSWERS: Duration = Duration::from_millis(200);

/// The work of one process.
#[derive(Debug)]
pub struct EventLoop {
    pub handler: EventHandler,
    pub runtime_api: Arc<RuntimeApi>,
}

impl EventLoop {
    /// Answers event after event, until the Runtime API gives no more.
    ///
    /// # Errors
    ///
    /// The reason why it does not.
    pub async fn work_on_one(&self) -> Result<(), BoxError> {
        let mut timer = EarliestTimer::default();
        loop {
            let event = self.runtime_api.next().await?;
            timer.set().await;
            // All steps of a request in one future are deeper than the compiler looks.
            Box::pin(self.answer_and_finish(event)).await;
        }
    }

    async fn answer_and_finish(&self, event: NextEvent) {
        self.answer(&event).await;
        // A panic has been printed, and ends no more than this.
        drop(AssertUnwindSafe(self.handler.finish()).catch_unwind().await);
    }

    /// Answers up to `most` events at a time, until `end`, or until no worker gets events any more. Answers that are under
    /// way at the end have a moment to go out.
    ///
    /// # Errors
    ///
    /// The reason why the last worker gets none.
    pub async fn work_on_many(
        self: &Arc<Self>,
        most: NonZeroUsize,
        end: impl Future<Output = ()>,
    ) -> Result<(), BoxError> {
        let shared = Arc::new(SharedWork::new(most));
        let mut workers = JoinSet::new();
        for _ in 0..most.get() {
            workers.spawn(Arc::clone(self).work(Arc::clone(&shared)));
        }
        tokio::select! {
            ended = last_end(&mut workers) => ended,
            () = end => {
                drop(timeout(LAST_ANSWERS, shared.answering.write()).await);
                Ok(())
            }
        }
    }

    /// One worker: as [`Self::work_on_one`], beside others.
    async fn work(self: Arc<Self>, shared: Arc<SharedWork>) -> Result<(), BoxError> {
        let mut failures = 0;
        loop {
            let turn = shared.turn().await;
            let event = match self.runtime_api.next().await {
                Ok(event) => event,
                Err(error) if failures < MOST_FAILURES => {
                    failures += 1;
                    warn!(cause = chain(&*error), "no event was to be had; another is asked for");
                    sleep(PAUSE_AFTER_FAILURE).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            failures = 0;
            let answering = shared.answering.read().await;
            Box::pin(self.answer_in_time(&event)).await;
            drop((answering, event));
            let event_loop = Arc::clone(&self);
            // Beside the next event: what a response leaves to do may wait for a target.
            tokio::spawn(async move {
                event_loop.handler.follow_up().await;
                drop(turn);
            });
        }
    }

    /// Answers one event, and gives it up when its time is over: on Managed Instances nobody else ends it.
    async fn answer_in_time(&self, event: &NextEvent) {
        let (now, deadline) = (self.handler.gateway.clock.now(), event.deadline());
        // Emulators say none.
        if deadline == SystemTime::UNIX_EPOCH {
            return self.answer(event).await;
        }
        let left = deadline.duration_since(now).unwrap_or_default();
        if timeout(left + BEYOND_DEADLINE, self.answer(event)).await.is_err() {
            error!(requestId = event.request_id(), "an answer was given up: its time was over");
        }
    }

    /// Answers one event. Nothing of it may end the process: the next event is somebody else's.
    async fn answer(&self, event: &NextEvent) {
        let to = EventReference { request_id: event.request_id(), headers: &event.headers };
        match AssertUnwindSafe(self.respond(to, event)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                error!(requestId = to.request_id, cause = chain(&*error), "an answer was not taken")
            }
            Err(_) => drop(self.runtime_api.fail(to, "panicked").await),
        }
    }

    async fn respond(&self, to: EventReference<'_>, event: &NextEvent) -> Result<(), BoxError> {
        let invocation = Invocation {
            account_id: event.account_id().to_owned(),
            deadline: event.deadline(),
            request_id: to.request_id.to_owned(),
            trace_id: event.trace_id().to_owned(),
            received_at: self.handler.gateway.clock.now(),
        };
        let outcome = self.handler.handle(&event.body, invocation).await;
        self.runtime_api.respond(to, outcome).await
    }
}

/// What workers share besides the gateway.
#[derive(Debug)]
struct SharedWork {
    /// For an event, and what its response leaves to do: so much is under way at once and no more.
    turns: Arc<Semaphore>,
    /// Held by whoever answers an event; the end waits for all of them.
    answering: RwLock<()>,
}

impl SharedWork {
    /// For `most` events at a time, beside what as many responses have left to do.
    fn new(most: NonZeroUsize) -> Self {
        Self { turns: Arc::new(Semaphore::new(2 * most.get())), answering: RwLock::new(()) }
    }

    async fn turn(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.turns).acquire_owned().await.expect("nobody closes it")
    }
}

/// Waits until all workers have ended; the outcome is the last one's.
async fn last_end(workers: &mut JoinSet<Result<(), BoxError>>) -> Result<(), BoxError> {
    let mut outcome = Ok(());
    while let Some(ended) = workers.join_next().await {
        outcome = ended.unwrap_or_else(|panic| Err(panic.into()));
        if let Err(error) = &outcome {
            error!(cause = chain(&**error), left = workers.len(), "a worker ended");
        }
    }
    outcome
}
