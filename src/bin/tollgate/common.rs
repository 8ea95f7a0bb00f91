//! What every command about tables takes: the form of its result, and where the tables are, which is what the
//! Lambda's environment variables say, or the local world.

use anyhow::{Context, Error, Result};
use tollgate::{
    aws::sdk_config,
    environment::{Environment, Tables},
    error::StoreError,
    store::{Store, dynamodb_client},
    userinfo::withheld,
};

use crate::report::Output;

/// What every command about tables takes.
///
/// Table names, region and credentials come from the environment: STAGES_TABLE, ROUTES_TABLE,
/// DEPLOYMENTS_TABLE, API_KEYS_TABLE, USAGE_PLANS_TABLE, COUNTERS_TABLE, CACHE_TABLE, AWS_REGION, AWS_ACCESS_KEY_ID, …
#[derive(clap::Args)]
#[group(skip)]
pub struct Common {
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Use the DynamoDB of `tollgate local` at http://127.0.0.1:8000 (or DYNAMODB_PORT, or AWS_ENDPOINT_URL_DYNAMODB).
    #[arg(long)]
    local: bool,
}

/// Which tables a command is about.
pub type About = fn(&Tables) -> Vec<&str>;

pub const STAGES: About = |tables| vec![&tables.stages, &tables.routes, &tables.deployments];
pub const KEYS: About = |tables| vec![&tables.api_keys];
pub const KEYS_AND_PLANS: About = |tables| vec![&tables.api_keys, &tables.usage_plans];
pub const USAGE: About = |tables| vec![&tables.counters, &tables.api_keys];
pub const ITEMS_AND_CACHE: About = |tables| vec![&tables.stages, &tables.routes, &tables.cache];
pub const SERVED_AND_CACHE: About = |tables| vec![&tables.stages, &tables.deployments, &tables.cache];
pub const ALL: About = |tables| [STAGES(tables), KEYS_AND_PLANS(tables)].concat();

/// What stands in for AWS's own variables on this machine.
const LOCAL: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];

/// A door of the local world: the variable that says its port, and the port where it says none.
pub type Door = (&'static str, u16);

pub const API: Door = ("API_PORT", 9000);
pub const DYNAMODB: Door = ("DYNAMODB_PORT", 8000);

impl Common {
    /// Does a command's work to its end.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad. Those of the work; if the store failed, also which tables it was about and
    /// where they should be: DynamoDB does not say.
    pub fn run<T>(&self, about: About, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        let environment = self.environment()?;
        let sdk = sdk_config(&environment.aws);
        let place = match &environment.aws.dynamodb_endpoint {
            Some(endpoint) => format!("at {}", withheld(endpoint)),
            None => format!("in {}", environment.aws.region),
        };
        let mut store = Store::new(dynamodb_client(&sdk, &environment.aws), environment.tables);
        store.deployment_memory = environment.deployment_memory;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work(&store)).map_err(|error| {
            if error.downcast_ref::<StoreError>().is_none() {
                return error;
            }
            error.context(format!("with {} {place}", named(&about(&store.tables))))
        })
    }

    /// Where the API of the local world is, if that is meant.
    ///
    /// # Errors
    ///
    /// The variable for its port says none.
    pub fn local_host(&self) -> Result<Option<String>> {
        self.local.then(|| address(API)).transpose()
    }

    fn environment(&self) -> Result<Environment> {
        let endpoint = self.local.then(|| address(DYNAMODB)).transpose()?;
        let local = |name: &str| match name {
            "AWS_ENDPOINT_URL_DYNAMODB" => endpoint.as_ref().map(|address| format!("http://{address}")),
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

/// Where a door of the local world is, as its own environment says.
fn address((name, default): Door) -> Result<String> {
    let port: u16 = match variable(name) {
        None => default,
        Some(text) => text
            .parse()
            .with_context(|| format!("environment variable {name}: got {text:?}, expected a port"))?,
    };
    Ok(format!("127.0.0.1:{port}"))
}

/// An empty one is as none.
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
