//! One instance of a function: its life from start to end, and the events that it works on: one, or several where its
//! function takes several at a time, as on Lambda Managed Instances.

use std::{
    collections::{BTreeMap, VecDeque},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
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
    /// Given to this instance, not yet begun.
    inbox: Mutex<VecDeque<QueuedInvocation>>,
    /// As many as there are in the inbox.
    delivered: Semaphore,
    /// By request id.
    running: Mutex<BTreeMap<String, RunningInvocation>>,
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
            delivered: Semaphore::new(0),
            running: Mutex::default(),
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
        for (request_id, running) in std::mem::take(&mut *lock(&self.running)) {
            running.fail(FunctionError::exited(&request_id, &how));
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

    /// Takes the first invocation that the process has not begun. Only the owner knows when nothing more will be delivered.
    pub fn undelivered(&self) -> Option<QueuedInvocation> {
        lock(&self.inbox).pop_front()
    }

    pub fn deliver(&self, invocation: QueuedInvocation) {
        lock(&self.inbox).push_back(invocation);
        self.delivered.add_permits(1);
    }

    /// The process asks for an event, and waits. With one at a time, it is done with the one before.
    pub async fn next(&self) -> QueuedInvocation {
        self.finish();
        Arc::clone(&self.owner).ready(self.number);
        loop {
            self.delivered.acquire().await.expect("nobody closes it").forget();
            if let Some(invocation) = self.undelivered() {
                return invocation;
            }
        }
    }

    pub fn takes_one_at_a_time(&self) -> bool {
        self.settings.events_at_a_time == NonZeroUsize::MIN
    }

    fn finish(&self) {
        self.life.send_if_modified(|life| {
            let first = *life == Life::Starting;
            if first {
                *life = Life::Initialised;
            }
            first
        });
        if self.takes_one_at_a_time() {
            for (request_id, running) in std::mem::take(&mut *lock(&self.running)) {
                running.fail(FunctionError::no_response(&request_id));
            }
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
        let began = RunningInvocation {
            request_id: request_id.clone(),
            executed_version,
            reply: Some(reply),
            stream: None,
            deadline,
        };
        let mut running = lock(&self.running);
        if *self.life.borrow() == Life::Ended {
            began.fail(FunctionError::exited(&request_id, "before the event began"));
        } else {
            running.insert(request_id, began);
        }
    }

    /// Fails an event whose time is over. Of several events at a time the others go on, and nobody stops the process.
    fn time_out(&self, request_id: &str, limit: Duration) {
        let late = lock(&self.running).remove(request_id);
        if let Some(late) = late {
            late.fail(FunctionError::timed_out(request_id, limit));
            if self.takes_one_at_a_time() {
                self.signal(Signal::SIGKILL);
            } else {
                // Whatever it still does, it asks for its next event afterwards.
                self.owner.answered(self.number);
            }
        }
    }

    /// Returns false if the process does not work on this request (any more).
    pub fn works_on(&self, request_id: &str) -> bool {
        lock(&self.running).get(request_id).is_some_and(|running| running.reply.is_some())
    }

    /// The process has given its response whole.
    pub fn answer(&self, request_id: &str, outcome: InvokeOutcome) {
        // First: the caller's next request must already find this instance on its way back.
        self.owner.answered(self.number);
        let mut all = lock(&self.running);
        if let Some(running) = all.get_mut(request_id) {
            running.send(outcome);
        }
        self.forget_answered(&mut all, request_id);
    }

    /// With one at a time, an event is over when the next one is asked for; with several, when it is answered.
    fn forget_answered(&self, running: &mut BTreeMap<String, RunningInvocation>, request_id: &str) {
        if !self.takes_one_at_a_time() {
            running.remove(request_id);
        }
    }

    /// Answers with a stream; what is sent to it goes to the caller.
    pub fn open_stream(
        &self,
        request_id: &str,
        content_type: Option<String>,
    ) -> mpsc::Sender<Result<Bytes, FunctionError>> {
        let (sender, chunks) = mpsc::channel(STREAM_DEPTH);
        if let Some(running) = lock(&self.running).get_mut(request_id) {
            running.stream = Some(sender.clone());
            running.send(InvokeOutcome::Streamed(StreamedPayload { content_type, chunks }));
        }
        sender
    }

    /// The process has sent the last of its stream.
    pub fn close_stream(&self, request_id: &str) {
        // First, as above.
        self.owner.answered(self.number);
        let mut all = lock(&self.running);
        if let Some(running) = all.get_mut(request_id) {
            running.stream = None;
        }
        self.forget_answered(&mut all, request_id);
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
