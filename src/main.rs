//! The Lambda: cold start, then event after event.

use std::{panic::AssertUnwindSafe, process::ExitCode, sync::Arc};

use futures_util::FutureExt;
use tokio::signal::unix::{SignalKind, signal};
use tollgate::{
    access_log::Sink,
    aws::{ServiceClient, clients::ServiceClients, service::Service},
    clock::Clock,
    environment::Environment,
    error::chain,
    function_url::{EventHandler, EventReference, Invocation, NextEvent, RuntimeApi},
    gateway::{Gateway, Instance},
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    message::BoxError,
    random::random_bytes,
    store::Store,
    wait::EarliestTimer,
};
use tracing::{error, info, warn};

#[cfg(not(panic = "unwind"))]
compile_error!("a panic must end one request, not the instance: build with panic = \"unwind\"");

// One event at a time: more threads would only cost start-up time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), BoxError> {
    let variable = |name: &str| std::env::var(name).ok();
    let environment = Environment::read(variable)?;
    let runtime_api = Arc::new(RuntimeApi::read(variable)?);
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(environment.log_level).init();
    info!(gateway = env!("CARGO_PKG_VERSION"), "started");
    let process = Process::start(environment, runtime_api).await;
    if let Err(error) = process.runtime_api.register_extension().await {
        warn!(cause = chain(&*error), "without an extension there is no SIGTERM, and leases end unreturned");
    }
    if variable("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("snap-start") {
        process.runtime_api.wait_for_restore().await?;
    }
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = process.work() => ended,
        _ = terminated.recv() => {
            process.handler.gateway.shut_down().await;
            Ok(())
        }
    }
}

/// The state of one process, kept from event to event.
struct Process {
    handler: EventHandler,
    runtime_api: Arc<RuntimeApi>,
}

impl Process {
    async fn start(environment: Environment, runtime_api: Arc<RuntimeApi>) -> Self {
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
            Instance {
                clock: clock.clone(),
                sink: Sink::Stdout,
                seed: || u64::from_ne_bytes(random_bytes()),
            },
        );
        // While there is CPU to spare; if it fails, the first request tries again.
        if let Err(error) = gateway.deployments.served(clock.now()).await {
            error!(metric = "Degraded", cause = chain(&error), "no stage could be loaded at the start");
        }
        Self {
            handler: EventHandler::new(
                gateway,
                environment.trusted_proxy,
                environment.function_url_auth_type,
            ),
            runtime_api,
        }
    }

    /// Answers event after event, until the Runtime API gives no more.
    async fn work(&self) -> Result<(), BoxError> {
        let mut timer = EarliestTimer::default();
        loop {
            let event = self.runtime_api.next().await?;
            timer.set().await;
            // All steps of a request in one future are deeper than the compiler looks.
            Box::pin(self.answer(event)).await;
        }
    }

    /// Answers one event. Nothing of it may end the process: the next event is somebody else's.
    async fn answer(&self, event: NextEvent) {
        let to = EventReference { request_id: event.request_id(), headers: &event.headers };
        match AssertUnwindSafe(self.respond(to, &event)).catch_unwind().await {
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
        let posted = self.runtime_api.respond(to, outcome).await;
        self.handler.finish().await;
        posted
    }
}
