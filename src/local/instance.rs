//! One instance of a function: a child process, the Runtime API that it alone speaks to, and the one event
//! that it works on.

use std::{
    io,
    net::Ipv4Addr,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Notify, mpsc, oneshot, watch},
    task::AbortHandle,
    time::timeout,
};

use super::{
    answer::{Answer, FunctionError, Outcome, STREAM_DEPTH, Streamed},
    environment,
    extensions::Extensions,
    function::{End, Function, Invocation},
    runtime_api,
    server::Server,
};

/// Lambda's own limit for the time before the first `/next`.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a process with an extension may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Life {
    Starting,
    Initialised,
    Ended,
}

pub(super) struct Instance {
    /// Counts the instances of the function; unlike the pid, never used again.
    pub number: u64,
    pub pid: u32,
    pub extensions: Extensions,
    /// Given to this instance, not yet begun: at most one.
    inbox: Mutex<Option<Invocation>>,
    delivered: Notify,
    current: Mutex<Option<Current>>,
    init_error: Mutex<Option<Bytes>>,
    life: watch::Sender<Life>,
}

/// The event that the process works on; answered once, and done when the process asks for the next.
struct Current {
    request_id: String,
    executed_version: String,
    reply: Option<oneshot::Sender<Answer>>,
    stream: Option<mpsc::Sender<Result<Bytes, FunctionError>>>,
    deadline: AbortHandle,
}

impl Drop for Current {
    fn drop(&mut self) {
        self.deadline.abort();
    }
}

impl Instance {
    /// Starts the process and what watches over it.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(function: &Arc<Function>, number: u64) -> io::Result<Arc<Self>> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let mut child = Command::new(&function.settings.program)
            .args(&function.settings.arguments)
            .env_clear()
            .envs(environment::of(&function.settings, &function.region, listener.local_addr()?, number))
            .envs(function.settings.environment.iter().cloned())
            // A Ctrl-C in the terminal is for the host, which then ends its functions in order.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let instance = Arc::new(Self {
            number,
            pid: child.id().unwrap_or_default(),
            extensions: Extensions::default(),
            inbox: Mutex::default(),
            delivered: Notify::new(),
            current: Mutex::default(),
            init_error: Mutex::default(),
            life: watch::Sender::new(Life::Starting),
        });
        instance.pass_output_on(function, &mut child);
        let server = Server::start(listener, runtime_api::router(function, &instance))?;
        tokio::spawn(Arc::clone(&instance).supervise(Arc::clone(function), child, server));
        Ok(instance)
    }

    fn pass_output_on(&self, function: &Function, child: &mut Child) {
        let (output, name) = (&function.settings.output, &function.settings.name);
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(output.clone().drain(name.clone(), self.pid, stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(output.clone().drain(name.clone(), self.pid, stderr));
        }
    }

    async fn supervise(self: Arc<Self>, function: Arc<Function>, mut child: Child, server: Server) {
        let how = tokio::select! {
            status = child.wait() => status.map_or_else(|error| error.to_string(), describe),
            () = self.init_overdue() => {
                // An error: the process has ended just now.
                drop(child.kill().await);
                format!("no first event asked for within {} seconds", INIT_TIMEOUT.as_secs())
            }
        };
        drop(server);
        if let Some(current) = lock(&self.current).take() {
            let error = FunctionError::exited(&current.request_id, &how);
            current.fail(error);
        }
        let before = self.life.send_replace(Life::Ended);
        let end = if before == Life::Starting { self.failed_init(how) } else { End::Later };
        let undelivered = lock(&self.inbox).take();
        function.gone(self.number, undelivered, end);
    }

    /// Ends when the process has had its time for the start and has not used it.
    async fn init_overdue(&self) {
        let mut life = self.life.subscribe();
        if timeout(INIT_TIMEOUT, life.wait_for(|life| *life != Life::Starting)).await.is_ok() {
            std::future::pending::<()>().await;
        }
    }

    fn failed_init(&self, how: String) -> End {
        let told = lock(&self.init_error).take();
        End::Init(Box::new(move |request_id| match told {
            Some(payload) => FunctionError { payload },
            None => FunctionError::exited(request_id, &how),
        }))
    }

    /// What the process said of its failed start, Lambda's JSON.
    pub fn set_init_error(&self, payload: Bytes) {
        *lock(&self.init_error) = Some(payload);
    }

    pub fn deliver(&self, invocation: Invocation) {
        *lock(&self.inbox) = Some(invocation);
        self.delivered.notify_one();
    }

    /// Waits for the next event.
    pub async fn next(&self) -> Invocation {
        loop {
            if let Some(invocation) = lock(&self.inbox).take() {
                return invocation;
            }
            self.delivered.notified().await;
        }
    }

    /// The process asks for its next event: it is done with the one before.
    pub fn finish(&self) {
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

    /// From now on the process works on this event, and has `limit` for it.
    pub fn begin(
        self: &Arc<Self>,
        request_id: String,
        executed_version: String,
        reply: oneshot::Sender<Answer>,
        limit: Duration,
    ) {
        let (instance, id) = (Arc::clone(self), request_id.clone());
        let deadline = tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            instance.time_out(&id, limit);
        })
        .abort_handle();
        let current = Current { request_id, executed_version, reply: Some(reply), stream: None, deadline };
        *lock(&self.current) = Some(current);
    }

    fn time_out(&self, request_id: &str, limit: Duration) {
        let current = lock(&self.current).take_if(|current| current.request_id == request_id);
        if let Some(current) = current {
            let error = FunctionError::timed_out(request_id, limit);
            current.fail(error);
            self.signal(Signal::SIGKILL);
        }
    }

    /// False: the process does not work on this request (any more).
    pub fn works_on(&self, request_id: &str) -> bool {
        lock(&self.current)
            .as_ref()
            .is_some_and(|current| current.request_id == request_id && current.reply.is_some())
    }

    pub fn answer(&self, request_id: &str, outcome: Outcome) {
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
            current.send(Outcome::Streamed(Streamed { content_type, chunks }));
        }
        sender
    }

    pub fn close_stream(&self, request_id: &str) {
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
        if self.extensions.shut_down(SHUTDOWN_TIMEOUT) {
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

impl Current {
    fn send(&mut self, outcome: Outcome) {
        if let Some(reply) = self.reply.take() {
            let (request_id, executed_version) = (self.request_id.clone(), self.executed_version.clone());
            // The caller may have gone.
            drop(reply.send(Answer { request_id, executed_version, outcome }));
        }
    }

    /// Fails what the caller has not yet got: the answer, or the rest of its stream.
    fn fail(mut self, error: FunctionError) {
        if let Some(stream) = self.stream.take() {
            tokio::spawn(async move { drop(stream.send(Err(error)).await) });
        } else {
            self.send(Outcome::Failed(error));
        }
    }
}

/// As Lambda says it: `exit status 1`, `signal: killed` here with the system's words.
fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(0) => "without providing a reason".to_owned(),
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}
