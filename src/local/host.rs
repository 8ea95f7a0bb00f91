//! The Lambda host: functions as real processes, invoked, watched over and, for tests, ill-treated.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use nix::sys::signal::Signal;
use thiserror::Error;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    function_reference::FunctionReference,
    function_settings::FunctionSettings,
    hosted_function::HostedFunction,
    instance_pool::{InstanceState, InstanceStatus},
    invocation::QueuedInvocation,
    invoke_result::InvokeResult,
};

/// The reason why an invocation did not reach its function.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvokeError {
    #[error("Function not found: {arn}")]
    NotFound { arn: String },
    #[error("Rate Exceeded.")]
    TooManyRequests,
}

/// All functions of a local world. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    region: Arc<str>,
    functions: Arc<RwLock<BTreeMap<String, Arc<HostedFunction>>>>,
}

impl Host {
    /// Starts no process yet: the first invocation of a function does, or `start_instances`.
    pub fn new(region: &str, functions: Vec<FunctionSettings>) -> Self {
        let functions = functions
            .into_iter()
            .map(|settings| {
                (settings.name.clone(), Arc::new(HostedFunction::new(settings, region.to_owned())))
            })
            .collect();
        Self { region: region.into(), functions: Arc::new(RwLock::new(functions)) }
    }

    /// Invokes a function and waits for its response, or for the beginning of a streamed one. Without a
    /// `trace_id` the invocation gets a new one.
    ///
    /// # Errors
    /// There is no such function or alias, or too many invocations wait already. A function that fails
    /// is a response, not an error.
    pub async fn invoke(
        &self,
        reference: &FunctionReference,
        payload: Bytes,
        trace_id: Option<String>,
    ) -> Result<InvokeResult, InvokeError> {
        let function = self.resolve(reference)?;
        let (reply, answer) = oneshot::channel();
        let invocation = QueuedInvocation {
            request_id: Uuid::new_v4().to_string(),
            payload,
            function_arn: reference.arn(&self.region),
            executed_version: executed_version(reference),
            trace_id: trace_id.unwrap_or_else(new_trace_id),
            reply,
        };
        function.submit(invocation).map_err(|_full| InvokeError::TooManyRequests)?;
        Ok(answer.await.expect("an invocation is answered before it is dropped"))
    }

    /// # Errors
    /// There is no such function or alias.
    pub fn check(&self, reference: &FunctionReference) -> Result<(), InvokeError> {
        self.resolve(reference).map(drop)
    }

    fn resolve(&self, reference: &FunctionReference) -> Result<Arc<HostedFunction>, InvokeError> {
        let known = |function: &Arc<HostedFunction>| match reference.qualifier.as_deref() {
            None | Some("$LATEST") => true,
            Some(alias) => function.settings().aliases.include(alias),
        };
        let function = self.find(&reference.name).filter(known);
        function.ok_or_else(|| InvokeError::NotFound { arn: reference.arn(&self.region) })
    }

    fn find(&self, name: &str) -> Option<Arc<HostedFunction>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn function(&self, name: &str) -> Arc<HostedFunction> {
        self.find(name).unwrap_or_else(|| panic!("no function {name} in this host"))
    }

    /// Hosts a function, or runs the one of this name with other settings from the next event on.
    pub fn set(&self, settings: FunctionSettings) {
        let mut functions = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        match functions.get(&settings.name) {
            Some(function) => function.replace(settings),
            None => {
                let name = settings.name.clone();
                functions.insert(name, Arc::new(HostedFunction::new(settings, self.region.to_string())));
            }
        }
    }

    /// Hosts a function no longer. Events that wait for it fail.
    pub fn remove(&self, name: &str) {
        let removed = self.functions.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(function) = removed {
            tokio::spawn(async move { function.stop().await });
        }
    }

    /// Gives the next events of a function to new processes. Events under way end in those that they began in.
    pub fn restart(&self, name: &str) {
        self.function(name).restart();
    }

    /// The instances of a function, oldest first.
    ///
    /// # Panics
    /// All controls do, for a function that the host was not made with.
    pub fn instances(&self, name: &str) -> Vec<InstanceStatus> {
        self.function(name).instances()
    }

    /// The number of invocations of a function that no instance has yet.
    pub fn queued(&self, name: &str) -> usize {
        self.function(name).queued()
    }

    /// Starts instances ahead of need until there are `count`.
    pub fn start_instances(&self, name: &str, count: usize) {
        self.function(name).start_instances(count);
    }

    /// Waits until at least `count` instances wait for an event.
    pub async fn wait_until_idle(&self, name: &str, count: usize) {
        let idle = |status: &&InstanceStatus| matches!(status.state, InstanceState::Idle { .. });
        self.wait_for(name, |instances| instances.iter().filter(idle).count() >= count).await;
    }

    /// Waits until the instances of a function are as `is_it` wants them.
    pub async fn wait_for(&self, name: &str, is_it: impl Fn(&[InstanceStatus]) -> bool) {
        self.function(name).wait_for(is_it).await;
    }

    /// SIGKILL.
    pub fn kill(&self, name: &str, pid: u32) {
        self.signal(name, pid, Signal::SIGKILL);
    }

    /// SIGSTOP. The instance gets no event until it is thawed; one that it works on runs into its deadline.
    pub fn freeze(&self, name: &str, pid: u32) {
        self.signal(name, pid, Signal::SIGSTOP);
        self.function(name).freeze(pid);
    }

    /// SIGCONT.
    pub fn thaw(&self, name: &str, pid: u32) {
        self.signal(name, pid, Signal::SIGCONT);
        self.function(name).thaw(pid);
    }

    fn signal(&self, name: &str, pid: u32, signal: Signal) {
        if let Some(instance) = self.function(name).find(pid) {
            instance.signal(signal);
        }
    }

    /// Ends one instance as Lambda does when it has been idle long: SHUTDOWN and SIGTERM, or SIGKILL.
    pub async fn shut_down_instance(&self, name: &str, pid: u32) {
        if let Some(instance) = self.function(name).find(pid) {
            instance.shut_down().await;
        }
    }

    /// Ends all instances as Lambda does, and answers what still waits.
    pub async fn stop(&self) {
        let functions: Vec<_> =
            self.functions.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        futures_util::future::join_all(functions.iter().map(|function| function.stop())).await;
    }
}

fn executed_version(reference: &FunctionReference) -> String {
    match reference.qualifier.as_deref() {
        None | Some("$LATEST") => "$LATEST".to_owned(),
        Some(_) => "1".to_owned(),
    }
}

/// `Root=1-<8 hex: time>-<24 hex>`, as X-Ray writes it.
pub(super) fn new_trace_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    let seconds = super::extensions::epoch_ms(crate::clock::Clock::System.now()) / 1000;
    format!("Root=1-{seconds:08x}-{}", &id[..24])
}
