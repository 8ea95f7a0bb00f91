//! The Lambda: cold start, then event after event.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    panic::AssertUnwindSafe,
    process::ExitCode,
    sync::Arc,
};

use futures_util::FutureExt;
use lambda_runtime::{
    Context, Error, LambdaEvent, LambdaInvocation, Runtime, service_fn, tower::layer::layer_fn,
};
use tokio::signal::unix::{SignalKind, signal};
use tollgate::{
    access_log::Sink,
    aws::{ServiceClient, sdk_config, service::Service},
    clock::Clock,
    environment::Environment,
    error::chain,
    function_url::{EventHandler, EventReference, Invocation, RuntimeApi},
    gateway::{Gateway, Instance},
    integrations::{Clients, dynamodb_client, lambda_client},
    store::{self, Store},
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

async fn run() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let environment = Environment::read(variable)?;
    let runtime_api = RuntimeApi::read(variable)?;
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(environment.log_level).init();
    info!(gateway = env!("CARGO_PKG_VERSION"), "started");
    let process = Arc::new(Process::start(environment, runtime_api).await);

    // lambda_runtime asks for a service of decoded events, but gives an event's bytes, and leaves the response to us,
    // only in a layer around it. This one stands in the service's place, which is never called.
    let polled = service_fn(|_: LambdaEvent<()>| async { Ok::<(), Error>(()) });
    let answering = layer_fn(|_| {
        let process = Arc::clone(&process);
        service_fn(move |invocation| {
            let process = Arc::clone(&process);
            async move {
                // All steps of a request in one future are deeper than the compiler looks.
                Box::pin(process.work(invocation)).await;
                Ok::<(), Error>(())
            }
        })
    });
    if let Err(error) = process.runtime_api.register_extension().await {
        warn!(cause = chain(&*error), "without an extension there is no SIGTERM, and leases end unreturned");
    }
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = Runtime::new(polled).layer(answering).run() => ended,
        _ = terminated.recv() => {
            process.handler.gateway.shut_down().await;
            Ok(())
        }
    }
}

/// Different in every process.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The state of one process, kept from event to event.
struct Process {
    handler: EventHandler,
    runtime_api: RuntimeApi,
}

impl Process {
    async fn start(environment: Environment, runtime_api: RuntimeApi) -> Self {
        let sdk = sdk_config(&environment.aws);
        let mut store =
            Store::new(store::dynamodb_client(&sdk, &environment.aws), environment.tables.clone());
        store.deployment_memory = environment.deployment_memory;
        let clock = Clock::System;
        let dynamodb = dynamodb_client(ServiceClient::new(Service::DynamoDb, &environment.aws));
        let clients = Clients { lambda: lambda_client(&sdk, &environment.aws), dynamodb };
        let gateway = Gateway::new(
            &store,
            &environment,
            clients,
            Instance { clock: clock.clone(), sink: Sink::Stdout, seed: seed() },
        );
        // While there is CPU to spare; if it fails, the first request tries again.
        if let Err(error) = gateway.deployments.served(clock.now()).await {
            error!(metric = "Degraded", cause = chain(&error), "no stage could be loaded at the start");
        }
        Self { handler: EventHandler::new(gateway, environment.trusted_proxy), runtime_api }
    }

    /// Answers one event. Nothing of it may end the process: the next event is somebody else's.
    async fn work(&self, LambdaInvocation { parts, body, context }: LambdaInvocation) {
        let to = EventReference { request_id: &context.request_id, headers: &parts.headers };
        let posted = AssertUnwindSafe(self.respond(to, &body, &context)).catch_unwind().await;
        match posted {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                error!(requestId = to.request_id, cause = chain(&*error), "an answer was not taken")
            }
            Err(_) => drop(self.runtime_api.fail(to, "panicked").await),
        }
    }

    async fn respond(&self, to: EventReference<'_>, event: &[u8], context: &Context) -> Result<(), Error> {
        let invocation = Invocation {
            account_id: context.invoked_function_arn.split(':').nth(4).unwrap_or_default().to_owned(),
            deadline: context.deadline(),
            request_id: context.request_id.clone(),
            received_at: self.handler.gateway.clock.now(),
        };
        let outcome = self.handler.handle(event, invocation).await;
        let posted = self.runtime_api.respond(to, outcome).await;
        self.handler.finish().await;
        posted
    }
}
