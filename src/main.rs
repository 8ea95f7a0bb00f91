//! The Lambda: cold start, then event after event, or many at a time.

use std::{num::NonZeroUsize, process::ExitCode, sync::Arc};

use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
};
use tollgate::{
    access_log::Sink,
    aws::{ServiceClient, clients::ServiceClients, service::Service},
    clock::Clock,
    environment::Environment,
    error::chain,
    function_url::{EventHandler, EventLoop, RuntimeApi},
    gateway::{Gateway, Instance},
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    message::BoxError,
    random::random_bytes,
    store::Store,
};
use tracing::{error, info, warn};

#[cfg(not(panic = "unwind"))]
compile_error!("a panic must end one request, not the instance: build with panic = \"unwind\"");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), BoxError> {
    let environment = Environment::read(|name| std::env::var(name).ok())?;
    // One thread, with many events at a time too: they wait for others most of the time, and a scheduler of several threads
    // costs each start, which loads libm for it, and 90 KB.
    Builder::new_current_thread().enable_all().build()?.block_on(serve(environment))
}

async fn serve(environment: Environment) -> Result<(), BoxError> {
    let variable = |name: &str| std::env::var(name).ok();
    let runtime_api = Arc::new(RuntimeApi::read(variable)?);
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(environment.log_level).init();
    let most_events = environment.most_events;
    info!(gateway = env!("CARGO_PKG_VERSION"), "started");
    let event_loop = start(environment, runtime_api).await;
    if let Err(error) = event_loop.runtime_api.register_extension().await {
        warn!(cause = chain(&*error), "without an extension there is no SIGTERM, and leases end unreturned");
    }
    if variable("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("snap-start") {
        event_loop.runtime_api.wait_for_restore().await?;
    }
    let mut terminated = signal(SignalKind::terminate())?;
    let terminated = async {
        terminated.recv().await;
    };
    let ended = match most_events {
        NonZeroUsize::MIN => tokio::select! {
            ended = event_loop.work_on_one() => ended,
            () = terminated => Ok(()),
        },
        most => event_loop.work_on_many(most, terminated).await,
    };
    if ended.is_ok() {
        event_loop.handler.gateway.shut_down().await;
    }
    ended
}

/// The state of the process, kept from event to event.
async fn start(environment: Environment, runtime_api: Arc<RuntimeApi>) -> Arc<EventLoop> {
    let dynamodb = ServiceClient::new(Service::DynamoDb, &environment.aws);
    let mut store = Store::new(dynamodb.clone(), environment.tables.clone());
    store.deployment_memory = environment.deployment_memory;
    store.function_url_auth_type = Some(environment.function_url_auth_type);
    let clock = Clock::System;
    let lambda = ServiceClient::new(Service::Lambda, &environment.aws);
    let clients = Clients {
        lambda,
        dynamodb: dynamodb_client(dynamodb),
        http: HttpTargets::AsWritten,
        services: ServiceClients::new(&environment.aws, clock.clone()),
    };
    let gateway = Gateway::new(
        &store,
        &environment,
        clients,
        Instance { clock: clock.clone(), sink: Sink::Stdout, seed: || u64::from_ne_bytes(random_bytes()) },
    );
    // While there is CPU to spare; if it fails, the first request tries again.
    if let Err(error) = gateway.deployments.served(clock.now()).await {
        error!(metric = "Degraded", cause = chain(&error), "no stage could be loaded at the start");
    }
    Arc::new(EventLoop { handler: EventHandler::new(gateway, &environment), runtime_api })
}
