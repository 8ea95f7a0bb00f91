//! The arguments of every command about tables: the form of its result, and the place of the tables, which is the one in
//! the Lambda's environment variables, or the local world.

use anyhow::{Context, Error, Result};
use tollgate::{
    aws::{ServiceClient, service::Service},
    environment::{Environment, FUNCTION_URL_AUTH_TYPE, FunctionUrlAuthType, Tables},
    error::StoreError,
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    store::Store,
    userinfo::withheld,
};

use crate::output_format::OutputFormat;

/// The arguments of every command about tables.
///
/// Table names, region and credentials come from the environment: STAGES_TABLE, ROUTES_TABLE,
/// DEPLOYMENTS_TABLE, API_KEYS_TABLE, USAGE_PLANS_TABLE, COUNTERS_TABLE, CACHE_TABLE, AWS_REGION, AWS_ACCESS_KEY_ID, …
#[derive(clap::Args)]
#[group(skip)]
pub struct CommonArgs {
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
    /// Use the DynamoDB of `tollgate local` at http://127.0.0.1:8000 (or DYNAMODB_PORT, or AWS_ENDPOINT_URL_DYNAMODB).
    #[arg(long)]
    local: bool,
}

/// Selects the tables of a command.
pub type TableSelection = fn(&Tables) -> Vec<&str>;

pub const STAGES: TableSelection = |tables| vec![&tables.stages, &tables.routes, &tables.deployments];
pub const CANARIES: TableSelection = |tables| [STAGES(tables), vec![&tables.counters]].concat();
pub const KEYS: TableSelection = |tables| vec![&tables.api_keys];
pub const KEYS_AND_PLANS: TableSelection = |tables| vec![&tables.api_keys, &tables.usage_plans];
pub const USAGE: TableSelection = |tables| vec![&tables.counters, &tables.api_keys];
pub const ITEMS_AND_CACHE: TableSelection = |tables| vec![&tables.stages, &tables.routes, &tables.cache];
pub const SERVED: TableSelection = |tables| vec![&tables.stages, &tables.deployments];
pub const SERVED_AND_CACHE: TableSelection =
    |tables| vec![&tables.stages, &tables.deployments, &tables.cache];
pub const EXPLAINED: TableSelection =
    |tables| [SERVED(tables), KEYS_AND_PLANS(tables), vec![&tables.cache]].concat();
#[cfg(feature = "local")]
pub const TESTED: TableSelection = |tables| [SERVED(tables), KEYS_AND_PLANS(tables)].concat();
pub const ALL: TableSelection = |tables| [STAGES(tables), KEYS_AND_PLANS(tables)].concat();

/// The values that stand in for AWS's own variables on this machine.
const LOCAL: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];

/// A port of the local world.
#[derive(Clone, Copy, Debug)]
pub struct LocalPort {
    /// The environment variable that sets it.
    pub variable: &'static str,
    pub default: u16,
}

pub const API: LocalPort = LocalPort { variable: "API_PORT", default: 9000 };
pub const INVOKE: LocalPort = LocalPort { variable: "INVOKE_PORT", default: 9001 };
pub const DYNAMODB: LocalPort = LocalPort { variable: "DYNAMODB_PORT", default: 8000 };

impl CommonArgs {
    /// Runs a command's work to its end.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad. Those of the work; if the store failed, also which tables it was about and
    /// where they should be: DynamoDB does not say.
    pub fn run<T>(&self, tables: TableSelection, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        let environment = self.environment()?;
        let place = match &environment.aws.dynamodb_endpoint {
            Some(endpoint) => format!("at {}", withheld(endpoint)),
            None => format!("in {}", environment.aws.region),
        };
        let mut store =
            Store::new(ServiceClient::new(Service::DynamoDb, &environment.aws), environment.tables);
        store.deployment_memory = environment.deployment_memory;
        let local = self.local.then_some(FunctionUrlAuthType::None);
        store.function_url_auth_type =
            variable(FUNCTION_URL_AUTH_TYPE).map(|_| environment.function_url_auth_type).or(local);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work(&store)).map_err(|error| {
            if error.downcast_ref::<StoreError>().is_none() {
                return error;
            }
            error.context(format!("with {} {place}", named(&tables(&store.tables))))
        })
    }

    /// Returns a client of STS, which can tell who the caller is; `None` where the tables are not in AWS.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad.
    pub fn sts(&self) -> Result<Option<ServiceClient>> {
        let aws = self.environment()?.aws;
        let is_elsewhere = self.local || (aws.dynamodb_endpoint.is_some() && aws.sts_endpoint.is_none());
        Ok((!is_elsewhere).then(|| ServiceClient::new(Service::Sts, &aws)))
    }

    /// Returns the address of the local world's API with `--local`.
    ///
    /// # Errors
    ///
    /// The variable for its port holds no port.
    pub fn local_host(&self) -> Result<Option<String>> {
        self.local.then(|| address(API)).transpose()
    }

    /// The clients of integrations, and a store beside them.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad.
    pub fn clients(&self) -> Result<(Clients, Store)> {
        let environment = self.environment()?;
        let dynamodb = ServiceClient::new(Service::DynamoDb, &environment.aws);
        let clients = Clients {
            lambda: ServiceClient::new(Service::Lambda, &environment.aws),
            dynamodb: dynamodb_client(dynamodb.clone()),
            http: HttpTargets::AsWritten,
        };
        Ok((clients, Store::new(dynamodb, environment.tables)))
    }

    fn environment(&self) -> Result<Environment> {
        let endpoint = self.local.then(|| address(DYNAMODB)).transpose()?;
        let lambda = self.local.then(|| address(INVOKE)).transpose()?;
        let local = |name: &str| match name {
            "AWS_ENDPOINT_URL_DYNAMODB" => endpoint.as_ref().map(|address| format!("http://{address}")),
            "AWS_ENDPOINT_URL_LAMBDA" => lambda.as_ref().map(|address| format!("http://{address}")),
            _ => LOCAL
                .iter()
                .find(|(known, _)| self.local && *known == name)
                .map(|(_, value)| (*value).to_owned()),
        };
        let get = |name: &str| {
            // The AWS CLI's own name for it.
            let other = (name == "AWS_REGION").then(|| variable("AWS_DEFAULT_REGION")).flatten();
            variable(name).or(other).or_else(|| local(name))
        };
        Environment::read(get).map_err(|error| {
            let hint = "credentials of a profile: eval \"$(aws configure export-credentials --format env)\"";
            Error::msg(format!("{error}\n{hint}; the local world: --local"))
        })
    }
}

/// Returns the address of a port of the local world, as its own environment sets it.
fn address(port: LocalPort) -> Result<String> {
    let name = port.variable;
    let port: u16 = match variable(name) {
        None => port.default,
        Some(text) => text
            .parse()
            .with_context(|| format!("environment variable {name}: got {text:?}, expected a port"))?,
    };
    Ok(format!("127.0.0.1:{port}"))
}

/// Returns the variable; an empty one counts as none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn named(tables: &[&str]) -> String {
    match tables {
        [only] => format!("the table {only}"),
        [others @ .., last] => format!("the tables {} and {last}", others.join(", ")),
        [] => "no table".to_owned(),
    }
}
