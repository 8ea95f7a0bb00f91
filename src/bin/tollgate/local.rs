//! `tollgate local`: the whole gateway on this machine, until Ctrl-C.

use std::{
    env,
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
};

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tollgate::{
    clock::Clock,
    local::{
        function_output::FunctionOutput,
        issuer::TTL,
        tables::TableNames,
        world::{World, WorldSettings},
    },
};

use crate::{
    common_args::{API, DYNAMODB},
    notes::note,
};

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

/// Credentials that are passed on when another DynamoDB or Lambda is used.
const AWS_VARIABLES: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"];

/// Run the gateway, example targets and DynamoDB on this machine.
///
/// Table names and the gateway's own settings are taken from the environment, as on Lambda: STAGES_TABLE,
/// ROUTES_TABLE, …, REFRESH_SECONDS [1 here], MAX_STALE_SECONDS [1 here], LOG_LEVEL.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate local
  tollgate local --api-port 9100 --data-dir .data")]
pub struct Arguments {
    /// Port of the API (the function URL).
    #[arg(long, env = API.variable, default_value_t = API.default)]
    api_port: u16,
    /// Port of DynamoDB.
    #[arg(long, env = DYNAMODB.variable, default_value_t = DYNAMODB.default)]
    dynamodb_port: u16,
    /// Port of Lambda's Invoke API for targets.
    #[arg(long, env = "INVOKE_PORT", default_value_t = 9001)]
    invoke_port: u16,
    /// Port of the issuer of tokens for GET /signed-in/me.
    #[arg(long, env = "ISSUER_PORT", default_value_t = 9003)]
    issuer_port: u16,
    /// Instances of each function, at most.
    #[arg(long, env = "INSTANCES", default_value = "4")]
    instances: NonZeroUsize,
    /// Folder to keep the data in; without it they are in memory.
    #[arg(long, env = "DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A DynamoDB to use instead of an own one; its tables must be there.
    #[arg(long, env = "AWS_ENDPOINT_URL_DYNAMODB", value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// A Lambda to use for targets instead of the example functions.
    #[arg(long, env = "AWS_ENDPOINT_URL_LAMBDA", value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// The region that everything believes to be in.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// The gateway's binary [default: `gateway` beside this program].
    #[arg(long, env = "GATEWAY_BINARY", value_name = "FILE")]
    gateway_binary: Option<PathBuf>,
    /// The folder with the example functions' binaries [default: `examples` beside this program].
    #[arg(long, env = "EXAMPLES_DIR", value_name = "FOLDER")]
    examples_dir: Option<PathBuf>,
}

pub fn run(arguments: Arguments) -> Result<()> {
    let settings = settings(arguments)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start a runtime")?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let has_folder = settings.data_directory.is_some();
        let world = World::start(settings).await?;
        // Who has closed stdout wants no words; the world ends properly all the same.
        let _ = greet(&mut io::stdout(), &world);
        if has_folder && world.dynamodb.is_none() {
            note("tollgate: DATA_DIR has no part in it: the DynamoDB there keeps its data where it likes");
        }
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let _ = writeln!(io::stdout(), "Stopping.");
        world.stop().await;
        Ok(())
    })
}

fn settings(arguments: Arguments) -> Result<WorldSettings> {
    let program = env::current_exe().context("cannot tell where this program is")?;
    let beside = |name: &str| program.with_file_name(name);
    let uses_other_aws = arguments.dynamodb_endpoint.is_some() || arguments.lambda_endpoint.is_some();
    let passed_on = GATEWAY_VARIABLES.iter().chain(AWS_VARIABLES.iter().filter(|_| uses_other_aws));
    let passed_on = passed_on.filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?)));
    Ok(WorldSettings {
        api_port: arguments.api_port,
        dynamodb_port: arguments.dynamodb_port,
        invoke_port: arguments.invoke_port,
        issuer_port: arguments.issuer_port,
        instances: arguments.instances,
        region: arguments.region,
        data_directory: arguments.data_dir,
        gateway: arguments.gateway_binary.unwrap_or_else(|| beside("gateway")),
        examples: arguments.examples_dir.unwrap_or_else(|| beside("examples")),
        dynamodb_endpoint: arguments.dynamodb_endpoint,
        lambda_endpoint: arguments.lambda_endpoint,
        tables: TableNames::from_environment(|name| env::var(name).ok()),
        gateway_environment: passed_on.collect(),
        output: FunctionOutput::terminal(),
    })
}

fn greet(out: &mut impl Write, world: &World) -> io::Result<()> {
    let api = format!("http://{}", world.api);
    writeln!(out, "API       {api}/")?;
    writeln!(out, "Lambda    http://{}", world.invoke_api)?;
    let Some(dynamodb) = &world.dynamodb else {
        writeln!(
            out,
            "\nAWS_ENDPOINT_URL_DYNAMODB is set: the routes are those of the DynamoDB there, and edits go live by"
        )?;
        writeln!(out, "`tollgate deploy`. Unset it for a DynamoDB of its own. Ctrl-C ends everything.")?;
        return Ok(());
    };
    writeln!(out, "DynamoDB  http://{}", dynamodb.address)?;
    if let Some(issuer) = &world.issuer {
        writeln!(out, "Issuer    {}", issuer.url())?;
    }
    // An id of its own each time: the second order with one id is a conflict.
    let id = Clock::System.now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    writeln!(out, "\nTry:")?;
    writeln!(out, "  curl {api}/v1/orders")?;
    writeln!(out, "  curl {api}/v1/orders/1001")?;
    writeln!(
        out,
        "  curl -H 'content-type: application/json' -d '{{\"id\":\"{id}\",\"sku\":\"ink\",\"quantity\":2}}' {api}/v1/orders"
    )?;
    writeln!(out, "  curl '{api}/v1/quotes/pen?quantity=3'")?;
    writeln!(out, "  curl {api}/v1/health")?;
    if let Some(issuer) = &world.issuer {
        writeln!(out, "  curl -H 'authorization: Bearer {}' {api}/signed-in/me", issuer.token())?;
        let hours = TTL.as_secs() / 3_600;
        writeln!(out, "\nThe token is good for {hours} hours. One for somebody else:")?;
        writeln!(out, "  curl -d sub=bob -d scope=orders:read -d ttl=3600 {}", issuer.token_url())?;
    }
    writeln!(out, "\nCtrl-C ends everything.\n")
}
