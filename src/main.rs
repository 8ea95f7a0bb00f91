//! The Lambda: cold start, then event after event.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, Hasher, RandomState},
    panic::AssertUnwindSafe,
    process::ExitCode,
    sync::Arc,
};

use futures_util::FutureExt;
use lambda_runtime::{
    Context, Error, LambdaEvent, LambdaInvocation, Runtime, service_fn, tower::layer::layer_fn,
};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tollgate::{
    access_log::Sink,
    aws::sdk_config,
    clock::Clock,
    deployment::{self, Outcome, Trigger},
    environment::{Environment, TrustedProxy},
    error::{InvalidConfiguration, chain},
    function_url::{AnswerTo, Event, Invocation, RuntimeApi, decode, encode},
    gateway::Gateway,
    integrations::{Clients, lambda_client},
    store::{Store, dynamodb_client},
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
    let function = Arc::new(Function::start(environment, runtime_api).await);

    let polled = service_fn(|_: LambdaEvent<()>| async { Ok::<(), Error>(()) });
    let answering = layer_fn(|_| {
        let function = Arc::clone(&function);
        service_fn(move |invocation| {
            let function = Arc::clone(&function);
            async move {
                function.work(invocation).await;
                Ok::<(), Error>(())
            }
        })
    });
    if let Err(error) = function.runtime_api.register_extension().await {
        warn!(cause = chain(&*error), "without an extension there is no SIGTERM, and leases end unreturned");
    }
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = Runtime::new(polled).layer(answering).run() => ended,
        _ = terminated.recv() => {
            function.gateway.shut_down().await;
            Ok(())
        }
    }
}

/// Different in every process.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// What one process keeps from event to event.
struct Function {
    gateway: Arc<Gateway>,
    trusted_proxy: TrustedProxy,
    runtime_api: RuntimeApi,
}

impl Function {
    async fn start(environment: Environment, runtime_api: RuntimeApi) -> Self {
        let sdk = sdk_config(&environment.aws);
        let dynamodb = dynamodb_client(&sdk, &environment.aws);
        let mut store = Store::new(dynamodb.clone(), environment.tables.clone());
        store.deployment_memory = environment.deployment_memory;
        let clock = Clock::System;
        let clients = Clients { lambda: lambda_client(&sdk, &environment.aws), dynamodb };
        let gateway =
            Arc::new(Gateway::new(&store, &environment, clients, (clock.clone(), Sink::Stdout, seed())));
        // While there is CPU to spare; if it fails, the first request tries again.
        if let Err(error) = gateway.live.served(clock.now()).await {
            error!(metric = "Degraded", cause = chain(&error), "no stage could be loaded at the start");
        }
        Self { gateway, trusted_proxy: environment.trusted_proxy, runtime_api }
    }

    /// Answers one event. Nothing of it may end the process: the next event is somebody else's.
    async fn work(&self, LambdaInvocation { parts, body, context }: LambdaInvocation) {
        let to = AnswerTo { request_id: &context.request_id, headers: &parts.headers };
        let posted = AssertUnwindSafe(self.answer(to, &body, &context)).catch_unwind().await;
        match posted {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                error!(requestId = to.request_id, cause = chain(&*error), "an answer was not taken")
            }
            Err(_) => drop(self.runtime_api.fail(to, "panicked").await),
        }
    }

    /// Answers a request, or publishes what the routes table's stream names.
    async fn answer(&self, to: AnswerTo<'_>, event: &[u8], context: &Context) -> Result<(), Error> {
        let received_at = self.gateway.clock.now();
        let invocation = Invocation {
            account_id: context.invoked_function_arn.split(':').nth(4).unwrap_or_default().to_owned(),
            deadline: context.deadline(),
            request_id: context.request_id.clone(),
            received_at,
        };
        let response = match decode(event, invocation, &self.trusted_proxy) {
            Ok(Event::Request(request)) => {
                // A look that ended since the last answer, while nobody waited.
                self.gateway.live.adopt_found();
                self.gateway.live.look_if_due(received_at);
                self.gateway.handle(&request).await
            }
            Ok(Event::RoutesChanged(stages)) => return self.publish(to, stages).await,
            Err(refused) => self.gateway.refuse(to.request_id, received_at, &refused.error, &refused.request),
        };
        let posted = self.runtime_api.stream(to, encode(response)).await;
        self.gateway.drain().await;
        self.gateway.live.adopt().await;
        posted
    }

    /// An invalid edit is told to the operator and not tried again; only a store that fails is.
    async fn publish(&self, to: AnswerTo<'_>, stages: BTreeSet<String>) -> Result<(), Error> {
        self.gateway.live.put_away();
        for stage in &stages {
            match deployment::publish(self.gateway.live.store(), stage, Trigger::Edit).await {
                Ok(Outcome::Published { deployment_id, routes, .. }) => {
                    info!(stage, deployment_id, routes, "published");
                }
                Ok(Outcome::Invalid { problems, .. }) => {
                    deployment::invalid_configuration(stage, &InvalidConfiguration(problems));
                }
                Ok(Outcome::Restored { deployment_id, .. }) => {
                    info!(stage, deployment_id, "stored again what was not whole");
                }
                Ok(Outcome::Unchanged { .. } | Outcome::LeftAlone) => {}
                Err(error) => return self.runtime_api.fail(to, &chain(&error)).await,
            }
        }
        // This instance is warm, so likely the next one to be asked.
        self.gateway.live.refresh(self.gateway.clock.now()).await;
        self.runtime_api.reply(to, &json!({ "batchItemFailures": [] })).await
    }
}
