//! The Lambda: cold start, then event after event.

use std::{process::ExitCode, sync::Arc, time::SystemTime};

use lambda_runtime::{Error, FunctionResponse, LambdaEvent, service_fn};
use serde_json::{Value, json, value::RawValue};
use tollgate::{
    access_log::Sink,
    aws::sdk_config,
    clock::Clock,
    deployment::{self, Live, Outcome, Trigger},
    environment::{Environment, TrustedProxy},
    error::{InvalidConfiguration, chain},
    function_url::{Event, Invocation, StreamResponse, decode, encode},
    gateway::Gateway,
    integrations::{Clients, lambda_client},
    message::Body,
    store::{Store, dynamodb_client},
};
use tracing::{error, info};

type Answer = FunctionResponse<Value, Body>;

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
    let environment = Environment::read(|name| std::env::var(name).ok())?;
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(environment.log_level).init();

    let sdk = sdk_config(&environment.aws);
    let dynamodb = dynamodb_client(&sdk, &environment.aws);
    let store = Store::new(dynamodb.clone(), environment.tables);
    let clock = Clock::System;
    let gateway = Arc::new(Gateway {
        live: Live::new(store, environment.refresh),
        clients: Clients { lambda: lambda_client(&sdk, &environment.aws), dynamodb },
        clock: clock.clone(),
        sink: Sink::Stdout,
    });
    // While there is CPU to spare; if it fails, the first request tries again.
    if let Err(error) = gateway.live.served(clock.now()).await {
        error!(metric = "Degraded", cause = chain(&error), "no stage could be loaded at the start");
    }

    let trusted_proxy = Arc::new(environment.trusted_proxy);
    lambda_runtime::run(service_fn(move |event| {
        let (gateway, trusted_proxy) = (Arc::clone(&gateway), Arc::clone(&trusted_proxy));
        async move { answer(&gateway, &trusted_proxy, event).await }
    }))
    .await
}

/// Answers a request, or publishes what the routes table's stream names.
async fn answer(
    gateway: &Arc<Gateway>,
    trusted_proxy: &TrustedProxy,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Answer, Error> {
    let received_at = gateway.clock.now();
    let LambdaEvent { payload, context } = event;
    let request_id = context.request_id.clone();
    let invocation = Invocation {
        account_id: context.invoked_function_arn.split(':').nth(4).unwrap_or_default().to_owned(),
        deadline: context.deadline(),
        request_id: context.request_id,
        received_at,
    };
    match decode(payload.get(), invocation, trusted_proxy) {
        Ok(Event::Request(request)) => {
            refresh_beside(gateway, received_at);
            Ok(streamed(encode(gateway.handle(&request).await)))
        }
        Ok(Event::RoutesChanged(stages)) => {
            for stage in stages {
                Box::pin(publish(gateway, &stage)).await?;
            }
            Ok(FunctionResponse::BufferedResponse(json!({ "batchItemFailures": [] })))
        }
        Err(refused) => {
            let response =
                gateway.refuse(&request_id, received_at, (&refused.error, &refused.method, &refused.origin));
            Ok(streamed(encode(response)))
        }
    }
}

/// Asks whether a stage points elsewhere, at the same time as the request's own work and never before it.
/// If Lambda freezes the process meanwhile, the answer is taken with the next request.
fn refresh_beside(gateway: &Arc<Gateway>, now: SystemTime) {
    if gateway.live.is_due(now) {
        let gateway = Arc::clone(gateway);
        tokio::spawn(async move { gateway.live.refresh().await });
    }
}

/// An invalid edit is told to the operator and not tried again; only a store that fails is.
async fn publish(gateway: &Gateway, stage: &str) -> Result<(), Error> {
    match deployment::publish(gateway.live.store(), stage, Trigger::Edit)
        .await
        .map_err(|error| chain(&error))?
    {
        Outcome::Published { deployment_id, routes, .. } => info!(stage, deployment_id, routes, "published"),
        Outcome::Invalid { problems, .. } => {
            deployment::invalid_configuration(&InvalidConfiguration(problems))
        }
        Outcome::Unchanged { .. } | Outcome::LeftAlone => {}
    }
    Ok(())
}

fn streamed(response: StreamResponse) -> Answer {
    FunctionResponse::StreamingResponse(response)
}
