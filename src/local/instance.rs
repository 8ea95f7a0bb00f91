//! One instance of a function: its life from start to end, and the one event that it works on.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::timeout,
};

use super::{
    extensions::{Extensions, ShutdownNotice},
    function_settings::FunctionSettings,
    invocation::{QueuedInvocation, RunningInvocation},
    invoke_result::{FunctionError, InvokeOutcome, InvokeResult, STREAM_DEPTH, StreamedPayload},
};

/// The time that a process with an extension may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The one that gives an instance its events and hears of its life.
pub(super) trait InstanceOwner: Send + Sync {
    /// The instance waits for an event.
    fn ready(self: Arc<Self>, number: u64);
    /// The instance has answered, and will ask for its next event.
    fn answered(&self, number: u64);
    /// The instance's process has ended, perhaps with an event still undelivered.
    fn gone(self: Arc<Self>, number: u64, end: InstanceEnd);
}

/// The reason why an instance is no more.
pub(super) enum InstanceEnd {
    /// It never asked for its first event.
    Init(Box<dyn FnOnce(&str) -> FunctionError + Send>),
    Later,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Life {
    Starting,
    Initialised,
    Ended,
}

pub(super) struct FunctionInstance {
    /// Counts the instances of the function; unlike the pid, never used again.
    pub number: u64,
    pub pid: u32,
    pub settings: Arc<FunctionSettings>,
    pub extensions: Extensions,
    owner: Arc<dyn InstanceOwner>,
    /// Given to this instance, not yet begun: at most one.
    inbox: Mutex<Option<QueuedInvocation>>,
    delivered: Notify,
    current: Mutex<Option<RunningInvocation>>,
    init_error: Mutex<Option<Bytes>>,
    life: watch::Sender<Life>,
}

impl FunctionInstance {
    pub fn new(
        number: u64,
        pid: u32,
        settings: Arc<FunctionSettings>,
        owner: Arc<dyn InstanceOwner>,
    ) -> Self {
        Self {
            number,
            pid,
            settings,
            extensions: Extensions::default(),
            owner,
            inbox: Mutex::default(),
            delivered: Notify::new(),
            current: Mutex::default(),
            init_error: Mutex::default(),
            life: watch::Sender::new(Life::Starting),
        }
    }

    /// Waits until the process has asked for its first event, or is no more.
    pub async fn started(&self) {
        let mut life = self.life.subscribe();
        // Never an error: the sender is borrowed.
        drop(life.wait_for(|life| *life != Life::Starting).await);
    }

    /// The process has ended; `how`, as in `exit status 1`, is for whoever still waits for it.
    pub fn end(&self, how: String) {
        // First: what begins from now on fails by itself.
        let before = self.life.send_replace(Life::Ended);
        if let Some(current) = lock(&self.current).take() {
            let error = FunctionError::exited(&current.request_id, &how);
            current.fail(error);
        }
        let end = if before == Life::Starting { self.failed_init(how) } else { InstanceEnd::Later };
        Arc::clone(&self.owner).gone(self.number, end);
    }

    fn failed_init(&self, how: String) -> InstanceEnd {
        let told = lock(&self.init_error).take();
        InstanceEnd::Init(Box::new(move |request_id| match told {
            Some(payload) => FunctionError { payload },
            None => FunctionError::exited(request_id, &how),
        }))
    }

    /// Keeps the process's own account of its failed start, Lambda's JSON.
    pub fn set_init_error(&self, payload: Bytes) {
        *lock(&self.init_error) = Some(payload);
    }

    /// Takes the invocation that the process never began. Only the owner knows when nothing more will be delivered.
    pub fn undelivered(&self) -> Option<QueuedInvocation> {
        lock(&self.inbox).take()
    }

    pub fn deliver(&self, invocation: QueuedInvocation) {
        *lock(&self.inbox) = Some(invocation);
        self.delivered.notify_one();
    }

    /// The process asks for its next event: it is done with the one before, and waits.
    pub async fn next(&self) -> QueuedInvocation {
        self.finish();
        Arc::clone(&self.owner).ready(self.number);
        loop {
            if let Some(invocation) = self.undelivered() {
                return invocation;
            }
            self.delivered.notified().await;
        }
    }

    fn finish(&self) {
        self.life.send_if_modified(|life| {
            let first = *life == Life::Starting;
            if first {
                *life = Life::Initialised;
            }
            first
        });
        if let Some(current) = lock(&self.current).take() {
            let error = FunctionError::no_response(&current.request_id);
            current.fail(error);
        }
    }

    /// From now on the process works on this event, and has the function's timeout for it.
    pub fn begin(
        self: &Arc<Self>,
        request_id: String,
        executed_version: String,
        reply: oneshot::Sender<InvokeResult>,
    ) {
        let limit = self.settings.timeout;
        let (instance, id) = (Arc::clone(self), request_id.clone());
        let deadline = tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            instance.time_out(&id, limit);
        })
        .abort_handle();
        let current =
            RunningInvocation { request_id, executed_version, reply: Some(reply), stream: None, deadline };
        let mut slot = lock(&self.current);
        if *self.life.borrow() == Life::Ended {
            let error = FunctionError::exited(&current.request_id, "before the event began");
            current.fail(error);
        } else {
            *slot = Some(current);
        }
    }

    fn time_out(&self, request_id: &str, limit: Duration) {
        let current = lock(&self.current).take_if(|current| current.request_id == request_id);
        if let Some(current) = current {
            let error = FunctionError::timed_out(request_id, limit);
            current.fail(error);
            self.signal(Signal::SIGKILL);
        }
    }

    /// Returns false if the process does not work on this request (any more).
    pub fn works_on(&self, request_id: &str) -> bool {
        lock(&self.current)
            .as_ref()
            .is_some_and(|current| current.request_id == request_id && current.reply.is_some())
    }

    /// The process has given its response whole.
    pub fn answer(&self, request_id: &str, outcome: InvokeOutcome) {
        // First: the caller's next request must already find this instance on its way back.
        self.owner.answered(self.number);
        let mut current = lock(&self.current);
        if let Some(current) = current.as_mut().filter(|current| current.request_id == request_id) {
            current.send(outcome);
        }
    }

    /// Answers with a stream; what is sent to it goes to the caller.
    pub fn open_stream(
        &self,
        request_id: &str,
        content_type: Option<String>,
    ) -> mpsc::Sender<Result<Bytes, FunctionError>> {
        let (sender, chunks) = mpsc::channel(STREAM_DEPTH);
        let mut current = lock(&self.current);
        if let Some(current) = current.as_mut().filter(|current| current.request_id == request_id) {
            current.stream = Some(sender.clone());
            current.send(InvokeOutcome::Streamed(StreamedPayload { content_type, chunks }));
        }
        sender
    }

    /// The process has sent the last of its stream.
    pub fn close_stream(&self, request_id: &str) {
        // First, as above.
        self.owner.answered(self.number);
        let mut current = lock(&self.current);
        if let Some(current) = current.as_mut().filter(|current| current.request_id == request_id) {
            current.stream = None;
        }
    }

    /// Sends a signal; nothing happens when the process has already ended.
    pub fn signal(&self, signal: Signal) {
        if *self.life.borrow() != Life::Ended
            && let Ok(pid) = i32::try_from(self.pid)
        {
            // An error: the process has ended just now.
            kill(Pid::from_raw(pid), signal).ok();
        }
    }

    /// Ends the process as Lambda does: a process with an extension is told and gets SIGTERM, another only
    /// SIGKILL.
    pub async fn shut_down(&self) {
        let mut life = self.life.subscribe();
        if self.extensions.shut_down(SHUTDOWN_TIMEOUT) == ShutdownNotice::Sent {
            self.signal(Signal::SIGTERM);
            self.signal(Signal::SIGCONT);
            if timeout(SHUTDOWN_TIMEOUT, life.wait_for(|life| *life == Life::Ended)).await.is_ok() {
                return;
            }
        }
        self.signal(Signal::SIGKILL);
    }
}

/// Nothing panics while it holds one of these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl InstanceOwner for Nobody {
        fn ready(self: Arc<Self>, _number: u64) {}
        fn answered(&self, _number: u64) {}
        fn gone(self: Arc<Self>, _number: u64, _end: InstanceEnd) {}
    }

    #[tokio::test]
    async fn an_event_that_begins_after_the_end_fails_at_once() {
        let settings = Arc::new(FunctionSettings::new("orders", "orders"));
        let instance = Arc::new(FunctionInstance::new(1, u32::MAX, settings, Arc::new(Nobody)));
        instance.end("exit status 1".to_owned());
        let (reply, mut answer) = oneshot::channel();
        instance.begin("id".to_owned(), "1".to_owned(), reply);
        let InvokeOutcome::Failed(error) = answer.try_recv().expect("an answer").outcome else {
            panic!("a failure")
        };
        assert_eq!(error, FunctionError::exited("id", "before the event began"));
    }
}
