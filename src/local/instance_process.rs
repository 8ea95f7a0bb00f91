//! The child process of one instance: its start, its output, its end, and the Runtime API that it alone
//! speaks to.

use std::{
    io,
    net::Ipv4Addr,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::timeout,
};

use super::{
    function_environment,
    function_settings::FunctionSettings,
    instance::{FunctionInstance, InstanceOwner},
    instance_api,
    server::Server,
};

/// Lambda's own limit for the time before the first `/next`.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts the process and what watches over it.
///
/// # Errors
/// The program cannot be started.
pub(super) fn start(
    settings: &Arc<FunctionSettings>,
    region: &str,
    number: u64,
    owner: Arc<dyn InstanceOwner>,
) -> io::Result<Arc<FunctionInstance>> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let mut command = Command::new(&settings.program);
    if let Some(directory) = &settings.directory {
        command.current_dir(directory);
    }
    let mut child = command
        .args(&settings.arguments)
        .env_clear()
        .envs(function_environment::variables(settings, region, listener.local_addr()?, number))
        .envs(settings.environment.iter().cloned())
        // A Ctrl-C in the terminal is for the host, which then ends its functions in order.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let pid = child.id().unwrap_or_default();
    pass_output_on(settings, pid, &mut child);
    let instance = Arc::new(FunctionInstance::new(number, pid, Arc::clone(settings), owner));
    let server = Server::start(listener, instance_api::router(&instance))?;
    tokio::spawn(supervise(Arc::clone(&instance), child, server));
    Ok(instance)
}

fn pass_output_on(settings: &FunctionSettings, pid: u32, child: &mut Child) {
    let (output, name) = (&settings.output, &settings.name);
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(output.clone().drain(name.clone(), pid, stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(output.clone().drain(name.clone(), pid, stderr));
    }
}

async fn supervise(instance: Arc<FunctionInstance>, mut child: Child, server: Server) {
    let how = tokio::select! {
        status = child.wait() => status.map_or_else(|error| error.to_string(), describe),
        () = init_overdue(&instance) => {
            // An error: the process has ended just now.
            drop(child.kill().await);
            format!("no first event asked for within {} seconds", INIT_TIMEOUT.as_secs())
        }
    };
    drop(server);
    instance.end(how);
}

/// Ends when the process has had its time for the start and has not used it.
async fn init_overdue(instance: &FunctionInstance) {
    if timeout(INIT_TIMEOUT, instance.started()).await.is_ok() {
        std::future::pending::<()>().await;
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
