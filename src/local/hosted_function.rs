//! One function at work: takes invocations in, starts instances when there are too few, and ends them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    function_settings::FunctionSettings,
    instance::{FunctionInstance, InstanceEnd, InstanceOwner},
    instance_pool::{InstancePool, InstanceStatus, QueueEnd, QueueFull, Readiness, Service},
    instance_process,
    invocation::QueuedInvocation,
    invoke_result::FunctionError,
};

/// An instance that has answered usually asks for the next event at once; only after this long is another
/// one started in its stead.
const RETURN_GRACE: Duration = Duration::from_millis(250);

pub(super) struct HostedFunction {
    region: String,
    work: Mutex<Work>,
    changed: Notify,
}

struct Work {
    settings: Arc<FunctionSettings>,
    pool: InstancePool,
    started: u64,
    stopped: bool,
}

impl HostedFunction {
    pub fn new(settings: FunctionSettings, region: String) -> Self {
        let work =
            Work { settings: Arc::new(settings), pool: InstancePool::default(), started: 0, stopped: false };
        Self { region, work: Mutex::new(work), changed: Notify::new() }
    }

    pub fn settings(&self) -> Arc<FunctionSettings> {
        Arc::clone(&self.lock().settings)
    }

    /// Runs with other settings from the next event on. Events under way end with those that they began with.
    pub fn replace(self: &Arc<Self>, settings: FunctionSettings) {
        self.lock().settings = Arc::new(settings);
        self.restart();
    }

    /// Gives the next events to new processes. Events under way end in those that they began in.
    pub fn restart(self: &Arc<Self>) {
        let mut work = self.lock();
        for instance in work.pool.retire_all() {
            end(instance);
        }
        self.dispatch(&mut work);
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn submit(self: &Arc<Self>, invocation: QueuedInvocation) -> Result<(), QueueFull> {
        let mut work = self.lock();
        work.pool.push(invocation)?;
        self.dispatch(&mut work);
        Ok(())
    }

    /// Gives the queue to idle instances, then starts instances for the rest.
    fn dispatch(self: &Arc<Self>, work: &mut Work) {
        if work.stopped {
            while work.pool.queued() > 0 {
                work.pool.fail_first(FunctionError::host_stopped);
            }
            return;
        }
        work.pool.hand_out();
        let (end, returning) = (work.pool.end_of_queue(), work.pool.returning());
        self.start_missing(work, end, returning);
        if work.pool.queued() > 0 && returning > 0 {
            let function = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(RETURN_GRACE).await;
                // Not for what came later: it has its own grace.
                function.start_missing(&mut function.lock(), end, 0);
            });
        }
    }

    /// Starts instances until every invocation queued before `end` has one to wait for; `expected` more come
    /// by themselves.
    fn start_missing(self: &Arc<Self>, work: &mut Work, end: QueueEnd, expected: usize) {
        while !work.stopped
            && work.pool.size() < work.settings.instances.get()
            && work.pool.starting() + expected < work.pool.queued_before(end)
        {
            self.start_instance(work);
        }
    }

    fn start_instance(self: &Arc<Self>, work: &mut Work) {
        work.started += 1;
        let owner: Arc<dyn InstanceOwner> = Arc::clone(self) as _;
        match instance_process::start(&work.settings, &self.region, work.started, owner) {
            Ok(instance) => work.pool.add(instance),
            Err(error) => {
                let cause = format!("{}: {error}", work.settings.program.display());
                work.pool.fail_first(|request_id| FunctionError::invalid_entrypoint(request_id, &cause));
            }
        }
    }

    /// Starts instances until there are `count`, at most as many as the settings allow.
    pub fn start_instances(self: &Arc<Self>, count: usize) {
        let mut work = self.lock();
        let missing = count.min(work.settings.instances.get()).saturating_sub(work.pool.size());
        for _ in 0..missing {
            self.start_instance(&mut work);
        }
    }

    pub fn instances(&self) -> Vec<InstanceStatus> {
        self.lock().pool.status()
    }

    /// The number of invocations that no instance has yet.
    pub fn queued(&self) -> usize {
        self.lock().pool.queued()
    }

    /// Waits until `is_it` accepts the instances.
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

    pub fn find(&self, pid: u32) -> Option<Arc<FunctionInstance>> {
        self.lock().pool.instances().find(|instance| instance.pid == pid).cloned()
    }

    /// Gives the instance no more events.
    pub fn freeze(&self, pid: u32) {
        self.lock().pool.freeze(pid);
    }

    /// Lets a frozen instance take from the queue again.
    pub fn thaw(self: &Arc<Self>, pid: u32) {
        let mut work = self.lock();
        work.pool.thaw(pid);
        self.dispatch(&mut work);
    }

    /// Ends every instance as Lambda does, and fails what still waits.
    pub async fn stop(self: &Arc<Self>) {
        let instances: Vec<_> = {
            let mut work = self.lock();
            work.stopped = true;
            self.dispatch(&mut work);
            work.pool.instances().cloned().collect()
        };
        futures_util::future::join_all(instances.iter().map(|instance| instance.shut_down())).await;
        self.wait_for(<[InstanceStatus]>::is_empty).await;
    }
}

impl InstanceOwner for HostedFunction {
    fn ready(self: Arc<Self>, number: u64) {
        let mut work = self.lock();
        match work.pool.set_waiting(number) {
            Readiness::Waits => self.dispatch(&mut work),
            Readiness::Retired(instance) => end(instance),
        }
        drop(work);
        self.changed.notify_waiters();
    }

    fn answered(&self, number: u64) {
        self.lock().pool.set_returning(number);
    }

    fn gone(self: Arc<Self>, number: u64, end: InstanceEnd) {
        let mut work = self.lock();
        match (work.pool.remove(number), end) {
            // One failed start answers one invocation, so a crash loop ends.
            (Service::Active, InstanceEnd::Init(error)) => work.pool.fail_first(error),
            (Service::Active, InstanceEnd::Later) | (Service::Retired, _) => {}
        }
        self.dispatch(&mut work);
        drop(work);
        self.changed.notify_waiters();
    }
}

fn end(instance: Arc<FunctionInstance>) {
    tokio::spawn(async move { instance.shut_down().await });
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::local::invoke_result::{InvokeOutcome, InvokeResult};

    /// A function with one idle instance, 1, whose program is not there to start another one.
    fn function() -> Arc<HostedFunction> {
        let function =
            Arc::new(HostedFunction::new(FunctionSettings::new("orders", "/not/there"), String::new()));
        let instance = FunctionInstance::new(1, u32::MAX, function.settings(), function.clone());
        function.lock().pool.add(Arc::new(instance));
        Arc::clone(&function).ready(1);
        function
    }

    fn submit(function: &Arc<HostedFunction>) -> oneshot::Receiver<InvokeResult> {
        let (reply, answer) = oneshot::channel();
        let invocation = QueuedInvocation {
            request_id: "id".to_owned(),
            payload: "{}".into(),
            function_arn: String::new(),
            executed_version: "1".to_owned(),
            trace_id: String::new(),
            reply,
        };
        assert!(function.submit(invocation).is_ok());
        answer
    }

    /// Somebody tried to start an instance for it.
    fn assert_not_started(mut answer: oneshot::Receiver<InvokeResult>) {
        let InvokeOutcome::Failed(error) = answer.try_recv().expect("an answer").outcome else {
            panic!("a failure")
        };
        let cause = "/not/there: No such file or directory (os error 2)";
        assert_eq!(error, FunctionError::invalid_entrypoint("id", cause));
    }

    #[tokio::test]
    async fn an_event_that_was_delivered_to_a_process_that_is_no_more_goes_back_to_the_queue() {
        let function = function();
        let answer = submit(&function);
        assert_eq!(function.queued(), 0);
        Arc::clone(&function).gone(1, InstanceEnd::Later);
        assert_not_started(answer);
    }

    #[tokio::test]
    async fn the_grace_of_one_event_starts_no_instance_for_a_later_one() {
        let function = function();
        let _served = submit(&function);
        function.answered(1);
        let _first = submit(&function);
        let end_of_first = function.lock().pool.end_of_queue();
        Arc::clone(&function).ready(1);
        function.answered(1);
        let second = submit(&function);
        let end_of_second = function.lock().pool.end_of_queue();
        function.start_missing(&mut function.lock(), end_of_first, 0);
        assert_eq!(function.queued(), 1);
        function.start_missing(&mut function.lock(), end_of_second, 0);
        assert_not_started(second);
    }
}
