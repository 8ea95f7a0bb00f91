//! The settings of the local world: from the arguments of `tollgate dev`, and of its environment what goes on to the
//! gateway.

use std::{
    env,
    io::{self, IsTerminal},
    num::NonZeroUsize,
};

use anyhow::{Context, Result};
use tollgate::{
    environment::SERVICE_IDS,
    local::{
        function_output::{Colours, FunctionOutput},
        tables::TableNames,
        world::WorldSettings,
    },
};

use super::Arguments;

/// The variables of the gateway besides table names, passed on if they are set here.
const GATEWAY_VARIABLES: [&str; 7] = [
    "REFRESH_SECONDS",
    "MAX_STALE_SECONDS",
    "KEY_CACHE_SECONDS",
    "CACHE_MEMORY_BYTES",
    "LOG_LEVEL",
    "TRUSTED_PROXY_SECRET",
    "REQUIRE_TRUSTED_PROXY",
];

/// The services of the local world itself, which arguments name others for.
const OWN_SERVICES: [&str; 2] = ["DYNAMODB", "LAMBDA"];

/// Where `make services` plays the others. Without credentials nobody else would answer.
const SERVICES_ENDPOINT: &str = "http://127.0.0.1:5000";

/// Credentials that are passed on when another DynamoDB or Lambda is used.
const AWS_VARIABLES: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"];

/// The settings of a world that these arguments ask for.
///
/// # Errors
/// Nobody can tell where this program is.
pub fn settings(arguments: Arguments) -> Result<WorldSettings> {
    let program = env::current_exe().context("cannot tell where this program is")?;
    let uses_other_aws = arguments.dynamodb_endpoint.is_some() || arguments.lambda_endpoint.is_some();
    let passed_on = GATEWAY_VARIABLES.iter().chain(AWS_VARIABLES.iter().filter(|_| uses_other_aws));
    let services = SERVICE_IDS.iter().filter(|id| !OWN_SERVICES.contains(id));
    let endpoints = services.map(|id| format!("AWS_ENDPOINT_URL_{id}"));
    let names = passed_on.map(|name| (*name).to_owned()).chain(endpoints);
    let passed_on = names.filter_map(|name| env::var(&name).ok().map(|value| (name, value)));
    let other_services = arguments.services_endpoint.filter(|url| !url.is_empty());
    let other_services = other_services.or_else(|| (!uses_other_aws).then(|| SERVICES_ENDPOINT.to_owned()));
    let other_services = other_services.map(|url| ("AWS_ENDPOINT_URL".to_owned(), url));
    Ok(WorldSettings {
        api_port: arguments.api_port,
        dynamodb_port: arguments.dynamodb_port,
        invoke_port: arguments.invoke_port,
        issuer_port: arguments.issuer_port,
        instances: arguments.instances,
        gateway_events_at_a_time: NonZeroUsize::MIN,
        region: arguments.region,
        data_directory: arguments.data_dir,
        gateway: arguments.gateway_binary.unwrap_or_else(|| program.with_file_name("gateway")),
        dynamodb_endpoint: arguments.dynamodb_endpoint,
        lambda_endpoint: arguments.lambda_endpoint,
        tables: TableNames::from_environment(|name| env::var(name).ok()),
        gateway_environment: passed_on.chain(other_services).collect(),
        output: FunctionOutput::terminal(colours()),
    })
}

/// <https://no-color.org>
fn colours() -> Colours {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !is_set("NO_COLOR") { Colours::ByName } else { Colours::None }
}
