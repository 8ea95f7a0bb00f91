//! `tollgate dev`: an API file on this machine, served while it is edited, until Ctrl-C.

mod function_arg;
mod greeting;

use std::{
    collections::BTreeSet,
    env,
    io::{self, ErrorKind, IsTerminal, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tollgate::{
    api_file::{self, CheckedFile, local_function::LocalFunction},
    dev::{DevApi, DevServer, FileChange, LoadReport, Stamps},
    environment::SERVICE_IDS,
    error::chain,
    local::{
        function_output::{Colours, FunctionOutput},
        tables::TableNames,
        world::WorldSettings,
    },
};

use self::function_arg::FunctionArg;
use crate::{
    check_file::{self, ReportFormat},
    common_args::{API, DYNAMODB},
    exit_status::ExitStatus,
    notes::note,
};

/// The file that is served where none is named.
const DEFAULT_FILE: &str = "tollgate.yaml";

/// Changes that one line names.
const MOST_NAMED: usize = 5;

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

/// The variable for all services that have none of their own.
const ALL_SERVICES: &str = "AWS_ENDPOINT_URL";

/// Credentials that are passed on when another DynamoDB or Lambda is used.
const AWS_VARIABLES: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"];

/// Serve an API file on this machine, and follow it: gateway, functions, DynamoDB and an issuer of tokens.
///
/// A save is served within a second. One with problems changes nothing, and they are told as `tollgate check` does.
/// Functions run anew when their files change. Table names and the gateway's own settings are taken from the environment,
/// as on Lambda: STAGES_TABLE, ROUTES_TABLE, …, REFRESH_SECONDS [1 here], MAX_STALE_SECONDS [1 here], LOG_LEVEL.
///
/// Exit code 3: the file has problems. 4: there is no such file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate dev
  tollgate dev tollgate.yaml --api-port 9100
  tollgate dev --function search=./search.py")]
pub struct Arguments {
    /// An API file [default: tollgate.yaml, where it is there].
    file: Option<PathBuf>,
    /// A function beside those of the file, as often as there are: a .js, .mjs, .cjs or .py file with a handler, or any program
    /// that speaks the Runtime API. Without a file, ANY /NAME and all below it are its routes.
    #[arg(long = "function", value_name = "NAME=PATH")]
    functions: Vec<FunctionArg>,
    /// Port of the API (the function URL).
    #[arg(long, env = API.variable, default_value_t = API.default)]
    api_port: u16,
    /// Port of DynamoDB.
    #[arg(long, env = DYNAMODB.variable, default_value_t = DYNAMODB.default)]
    dynamodb_port: u16,
    /// Port of Lambda's Invoke API for functions.
    #[arg(long, env = "INVOKE_PORT", default_value_t = 9001)]
    invoke_port: u16,
    /// Port of the issuer of tokens.
    #[arg(long, env = "ISSUER_PORT", default_value_t = 9003)]
    issuer_port: u16,
    /// Instances of each function, at most.
    #[arg(long, env = "INSTANCES", default_value = "4")]
    instances: NonZeroUsize,
    /// Folder to keep the tables in; without it they are in memory.
    #[arg(long, env = "DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A DynamoDB to use instead of an own one; its tables must be there, and the file's items are not put into them.
    #[arg(long, env = "AWS_ENDPOINT_URL_DYNAMODB", value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// A Lambda to use instead of the functions of the file.
    #[arg(long, env = "AWS_ENDPOINT_URL_LAMBDA", value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// The region that everything believes to be in.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// The gateway's binary [default: `gateway` beside this program].
    #[arg(long, env = "GATEWAY_BINARY", value_name = "FILE")]
    gateway_binary: Option<PathBuf>,
}

/// What is followed: a file, and functions beside it.
struct Project {
    file: Option<PathBuf>,
    functions: Vec<LocalFunction>,
}

/// A look at a project.
enum Look {
    /// An API that can be served, and the files that it stands in.
    Valid(DevApi, Vec<PathBuf>),
    /// Its problems are told; these are the files that have them.
    Told(ExitStatus, Vec<PathBuf>),
}

/// # Errors
///
/// Something of the local world does not start.
pub fn run(arguments: Arguments) -> Result<ExitStatus> {
    let project = Project {
        file: arguments
            .file
            .clone()
            .or_else(|| Some(DEFAULT_FILE.into()).filter(|file: &PathBuf| file.is_file())),
        functions: arguments.functions.iter().map(|FunctionArg(function)| function.clone()).collect(),
    };
    // Before it is read: a save meanwhile is seen.
    let mut stamps = Stamps::of(project.file.iter().cloned().collect());
    let (api, files) = match project.look()? {
        Look::Valid(api, files) => (api, files),
        Look::Told(status, _) => return Ok(status),
    };
    stamps.keep(files);
    let settings = settings(arguments)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start a runtime")?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let has_folder = settings.data_directory.is_some();
        let (mut server, report) = DevServer::start(settings, project.folder()?, api).await?;
        // Who has closed stdout wants no words; the world ends properly all the same.
        let _ = greeting::write(&mut io::stdout(), &server);
        tell(&report);
        if has_folder && server.world.dynamodb.is_none() {
            note("tollgate: DATA_DIR has no part in it: the DynamoDB there keeps its data where it likes");
        }
        server.follow(stamps);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = follow(&mut server, &project) => {}
        }
        let _ = writeln!(io::stdout(), "Stopping.");
        server.stop().await;
        Ok(ExitStatus::Ok)
    })
}

impl Project {
    /// The folder that paths of functions begin at.
    fn folder(&self) -> io::Result<PathBuf> {
        let file = self.file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.canonicalize()
    }

    fn look(&self) -> Result<Look> {
        let Some(file) = &self.file else {
            if self.functions.is_empty() {
                note(format_args!(
                    "tollgate: there is no {DEFAULT_FILE} here: `tollgate init` writes one, or name a file"
                ));
                return Ok(Look::Told(ExitStatus::NotFound, Vec::new()));
            }
            return Ok(Look::Valid(DevApi::of_functions(self.functions.clone()), Vec::new()));
        };
        let path = file.display().to_string();
        let checked = match api_file::check(file) {
            Ok(checked) => checked,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                note(format_args!("tollgate: there is no file {path}"));
                return Ok(Look::Told(ExitStatus::NotFound, Vec::new()));
            }
            Err(error) => return Err(error).with_context(|| format!("reading {path}")),
        };
        let CheckedFile { sources, api, problems, .. } = &checked;
        let files = sources.names().map(PathBuf::from).collect();
        if !problems.is_empty() {
            // Who has closed stdout wants no report.
            let _ = check_file::write(&path, &checked, ReportFormat::Text);
        }
        if !checked.is_valid() {
            return Ok(Look::Told(ExitStatus::Invalid, files));
        }
        Ok(Look::Valid(DevApi::of(api).with_functions(&self.functions), files))
    }
}

/// Serves each save, as long as the world stands.
async fn follow(server: &mut DevServer, project: &Project) {
    loop {
        match server.next_change().await {
            FileChange::Functions(names) => {
                for name in names {
                    let _ = writeln!(io::stdout(), "tollgate: function {name} changed");
                }
            }
            FileChange::Api => {
                if let Err(error) = serve_save(server, project).await {
                    note(format_args!("tollgate: {}; what is served stays", chain(error.as_ref())));
                }
            }
        }
    }
}

async fn serve_save(server: &mut DevServer, project: &Project) -> Result<()> {
    match project.look()? {
        Look::Valid(api, files) => {
            server.files().keep(files);
            let known: BTreeSet<String> = server.served().api_keys.iter().map(|key| key.id.clone()).collect();
            let report = server.load(api).await?;
            let _ = writeln!(io::stdout(), "tollgate: {}", changes(&report));
            let new = server.served().api_keys.iter().filter(|key| !known.contains(&key.id));
            let _ = greeting::keys(&mut io::stdout(), new);
            tell(&report);
        }
        Look::Told(_, files) => {
            server.files().add(files);
            let _ = writeln!(io::stdout(), "tollgate: what is served stays");
        }
    }
    Ok(())
}

/// `v1 GET /orders changed, table orders added`
fn changes(report: &LoadReport) -> String {
    let mut words: Vec<String> = report.changes.iter().map(ToString::to_string).collect();
    let more = words.len().saturating_sub(MOST_NAMED);
    words.truncate(MOST_NAMED);
    match (words.is_empty(), more) {
        (true, _) => "nothing to serve changed".to_owned(),
        (false, 0) => words.join(", "),
        (false, more) => format!("{}, and {more} more", words.join(", ")),
    }
}

fn tell(report: &LoadReport) {
    for refused in &report.refused {
        note(format_args!("tollgate: stage {} serves what it did:", refused.stage));
        refused.problems.iter().for_each(|problem| note(format_args!("  problem: {problem}")));
    }
    report.notes.iter().for_each(|line| note(format_args!("tollgate: {line}")));
}

fn settings(arguments: Arguments) -> Result<WorldSettings> {
    let program = env::current_exe().context("cannot tell where this program is")?;
    let uses_other_aws = arguments.dynamodb_endpoint.is_some() || arguments.lambda_endpoint.is_some();
    let passed_on = GATEWAY_VARIABLES.iter().chain(AWS_VARIABLES.iter().filter(|_| uses_other_aws));
    let services = SERVICE_IDS.iter().filter(|id| !OWN_SERVICES.contains(id));
    let endpoints = services.map(|id| format!("AWS_ENDPOINT_URL_{id}"));
    // The world's own services have variables of their own, which come before the one for all.
    let names = passed_on.map(|name| (*name).to_owned()).chain(endpoints).chain([ALL_SERVICES.to_owned()]);
    let passed_on = names.filter_map(|name| env::var(&name).ok().map(|value| (name, value)));
    Ok(WorldSettings {
        api_port: arguments.api_port,
        dynamodb_port: arguments.dynamodb_port,
        invoke_port: arguments.invoke_port,
        issuer_port: arguments.issuer_port,
        instances: arguments.instances,
        region: arguments.region,
        data_directory: arguments.data_dir,
        gateway: arguments.gateway_binary.unwrap_or_else(|| program.with_file_name("gateway")),
        dynamodb_endpoint: arguments.dynamodb_endpoint,
        lambda_endpoint: arguments.lambda_endpoint,
        tables: TableNames::from_environment(|name| env::var(name).ok()),
        gateway_environment: passed_on.collect(),
        output: FunctionOutput::terminal(colours()),
    })
}

/// <https://no-color.org>
fn colours() -> Colours {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !is_set("NO_COLOR") { Colours::ByName } else { Colours::None }
}
