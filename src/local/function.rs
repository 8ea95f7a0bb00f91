//! One function: its settings, its instances, and the queue of invocations that no instance has yet.
//!
//! Invariant: an invocation is in the queue, or with exactly one instance, or answered.

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use super::{
    answer::{Answer, FunctionError, Outcome},
    instance::Instance,
    output::Output,
};

/// More than this many waiting invocations are refused.
const QUEUE_LIMIT: usize = 10_000;

/// An instance that has answered usually asks for the next event at once; only after this long is another
/// one started in its stead.
const RETURN_GRACE: Duration = Duration::from_millis(250);

/// How a function is run.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Added to what every Lambda function finds in its environment.
    pub environment: Vec<(String, String)>,
    /// Qualifiers besides `$LATEST` that callers may name.
    pub aliases: Vec<String>,
    pub instances: NonZeroUsize,
    pub memory_megabytes: u32,
    pub timeout: Duration,
    pub output: Output,
}

impl FunctionSettings {
    /// Four instances, 128 MB (told, not enforced), 30 s, the alias `live`, output to the terminal.
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            aliases: vec!["live".to_owned()],
            instances: const { NonZeroUsize::new(4).expect("four is not zero") },
            memory_megabytes: 128,
            timeout: Duration::from_secs(30),
            output: Output::terminal(),
        }
    }
}

/// One event on its way to an instance.
#[derive(Debug)]
pub(super) struct Invocation {
    pub request_id: String,
    pub payload: Bytes,
    pub function_arn: String,
    pub executed_version: String,
    pub trace_id: String,
    pub reply: oneshot::Sender<Answer>,
}

impl Invocation {
    fn fail(self, error: impl FnOnce(&str) -> FunctionError) {
        let outcome = Outcome::Failed(error(&self.request_id));
        let Self { request_id, executed_version, reply, .. } = self;
        // The caller may have gone.
        drop(reply.send(Answer { request_id, executed_version, outcome }));
    }
}

/// Why an instance is no more.
pub(super) enum End {
    /// It never asked for its first event.
    Init(Box<dyn FnOnce(&str) -> FunctionError + Send>),
    Later,
}

/// What an instance does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    Starting,
    /// It waits for an event since this many dispatches.
    Idle {
        since: u64,
    },
    Busy,
    /// It has answered and not yet asked for the next event.
    Returning,
}

/// An instance as the host's controls show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceStatus {
    pub pid: u32,
    pub state: InstanceState,
    pub frozen: bool,
}

struct Slot {
    instance: Arc<Instance>,
    state: InstanceState,
    frozen: bool,
}

#[derive(Default)]
struct Pool {
    queue: VecDeque<Invocation>,
    slots: Vec<Slot>,
    started: u64,
    dispatches: u64,
    stopped: bool,
}

/// The queue is full.
pub(super) struct QueueFull;

pub(super) struct Function {
    pub settings: FunctionSettings,
    pub region: String,
    pool: Mutex<Pool>,
    changed: Notify,
}

impl Function {
    pub fn new(settings: FunctionSettings, region: String) -> Self {
        Self { settings, region, pool: Mutex::default(), changed: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn submit(self: &Arc<Self>, invocation: Invocation) -> Result<(), QueueFull> {
        let mut pool = self.lock();
        if pool.queue.len() >= QUEUE_LIMIT {
            return Err(QueueFull);
        }
        pool.queue.push_back(invocation);
        self.dispatch(&mut pool);
        Ok(())
    }

    /// The instance waits for an event.
    pub fn ready(self: &Arc<Self>, number: u64) {
        let mut pool = self.lock();
        let since = pool.dispatches;
        pool.set_state(number, InstanceState::Idle { since });
        self.dispatch(&mut pool);
        drop(pool);
        self.changed.notify_waiters();
    }

    /// The instance has answered.
    pub fn answered(&self, number: u64) {
        self.lock().set_state(number, InstanceState::Returning);
    }

    /// The instance's process has ended; `undelivered` is what it never began.
    pub fn gone(self: &Arc<Self>, number: u64, undelivered: Option<Invocation>, end: End) {
        let mut pool = self.lock();
        pool.slots.retain(|slot| slot.instance.number != number);
        pool.queue.extend(undelivered);
        if let End::Init(error) = end
            && let Some(invocation) = pool.queue.pop_front()
        {
            // One failed start answers one invocation, so a crash loop ends.
            invocation.fail(error);
        }
        self.dispatch(&mut pool);
        drop(pool);
        self.changed.notify_waiters();
    }

    /// Gives the queue to idle instances, then starts instances for the rest.
    fn dispatch(self: &Arc<Self>, pool: &mut Pool) {
        if pool.stopped {
            pool.queue.drain(..).for_each(|invocation| invocation.fail(FunctionError::host_stopped));
            return;
        }
        pool.hand_out();
        let returning = pool.count(|state| state == InstanceState::Returning);
        self.start_missing(pool, returning);
        if !pool.queue.is_empty() && returning > 0 {
            let function = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(RETURN_GRACE).await;
                function.start_missing(&mut function.lock(), 0);
            });
        }
    }

    /// Starts instances until every queued invocation has one to wait for; `expected` more come by themselves.
    fn start_missing(self: &Arc<Self>, pool: &mut Pool, expected: usize) {
        while !pool.stopped
            && pool.slots.len() < self.settings.instances.get()
            && pool.count(|state| state == InstanceState::Starting) + expected < pool.queue.len()
        {
            self.start_instance(pool);
        }
    }

    fn start_instance(self: &Arc<Self>, pool: &mut Pool) {
        pool.started += 1;
        match Instance::start(self, pool.started) {
            Ok(instance) => {
                pool.slots.push(Slot { instance, state: InstanceState::Starting, frozen: false });
            }
            Err(error) => {
                let cause = format!("{}: {error}", self.settings.program.display());
                if let Some(invocation) = pool.queue.pop_front() {
                    invocation.fail(|request_id| FunctionError::invalid_entrypoint(request_id, &cause));
                }
            }
        }
    }

    /// Starts instances until there are `count`, at most as many as the settings allow.
    pub fn start_instances(self: &Arc<Self>, count: usize) {
        let mut pool = self.lock();
        let missing = count.min(self.settings.instances.get()).saturating_sub(pool.slots.len());
        for _ in 0..missing {
            self.start_instance(&mut pool);
        }
    }

    pub fn instances(&self) -> Vec<InstanceStatus> {
        let status =
            |slot: &Slot| InstanceStatus { pid: slot.instance.pid, state: slot.state, frozen: slot.frozen };
        self.lock().slots.iter().map(status).collect()
    }

    /// How many invocations no instance has yet.
    pub fn queued(&self) -> usize {
        self.lock().queue.len()
    }

    /// Waits until exactly the wanted picture of the instances is there.
    pub async fn wait_for(&self, is_it: impl Fn(&[InstanceStatus]) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_it(&self.instances()) {
                return;
            }
            changed.await;
        }
    }

    pub fn find(&self, pid: u32) -> Option<Arc<Instance>> {
        let pool = self.lock();
        let slot = pool.slots.iter().find(|slot| slot.instance.pid == pid)?;
        Some(Arc::clone(&slot.instance))
    }

    /// A frozen instance gets no events; a thawed one takes from the queue again.
    pub fn set_frozen(self: &Arc<Self>, pid: u32, frozen: bool) {
        let mut pool = self.lock();
        if let Some(slot) = pool.slots.iter_mut().find(|slot| slot.instance.pid == pid) {
            slot.frozen = frozen;
        }
        self.dispatch(&mut pool);
    }

    /// Ends every instance as Lambda does, and fails what still waits.
    pub async fn stop(self: &Arc<Self>) {
        let instances: Vec<_> = {
            let mut pool = self.lock();
            pool.stopped = true;
            self.dispatch(&mut pool);
            pool.slots.iter().map(|slot| Arc::clone(&slot.instance)).collect()
        };
        futures_util::future::join_all(instances.iter().map(|instance| instance.shut_down())).await;
        self.wait_for(<[InstanceStatus]>::is_empty).await;
    }
}

impl Pool {
    fn set_state(&mut self, number: u64, state: InstanceState) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.instance.number == number) {
            slot.state = state;
        }
    }

    fn count(&self, is_it: impl Fn(InstanceState) -> bool) -> usize {
        self.slots.iter().filter(|slot| is_it(slot.state)).count()
    }

    /// The instance that was idle last goes first, as a warm one does on Lambda.
    fn hand_out(&mut self) {
        while !self.queue.is_empty() {
            let idle =
                self.slots.iter_mut().filter(|slot| !slot.frozen).filter_map(|slot| match slot.state {
                    InstanceState::Idle { since } => Some((since, slot)),
                    InstanceState::Starting | InstanceState::Busy | InstanceState::Returning => None,
                });
            let Some((_, slot)) = idle.max_by_key(|(since, _)| *since) else { return };
            slot.state = InstanceState::Busy;
            self.dispatches += 1;
            if let Some(invocation) = self.queue.pop_front() {
                slot.instance.deliver(invocation);
            }
        }
    }
}
