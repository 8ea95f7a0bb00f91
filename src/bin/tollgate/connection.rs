//! Where the tables are: the same environment variables as the Lambda's, or the local world.

use anyhow::{Error, Result};
use tollgate::{
    aws::sdk_config,
    environment::Environment,
    error::StoreError,
    store::{Store, dynamodb_client},
};

/// How to reach the tables.
///
/// Table names, region and credentials come from the environment: STAGES_TABLE, ROUTES_TABLE,
/// DEPLOYMENTS_TABLE, API_KEYS_TABLE, USAGE_PLANS_TABLE, COUNTERS_TABLE, AWS_REGION, AWS_ACCESS_KEY_ID, …
#[derive(clap::Args)]
#[group(skip)]
pub struct Connection {
    /// Use the DynamoDB of `tollgate local` at http://127.0.0.1:8000 (or AWS_ENDPOINT_URL_DYNAMODB).
    #[arg(long)]
    local: bool,
}

/// What stands in for AWS's own variables on this machine.
const LOCAL: [(&str, &str); 4] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
];

impl Connection {
    /// # Errors
    ///
    /// A variable is missing or bad.
    pub fn store(&self) -> Result<Store> {
        let local = |name: &str| LOCAL.iter().find(|(known, _)| self.local && *known == name);
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let get = |name: &str| {
            // The AWS CLI's own name for it.
            let other = (name == "AWS_REGION").then(|| variable("AWS_DEFAULT_REGION")).flatten();
            let local = || local(name).map(|(_, value)| (*value).to_owned());
            variable(name).or(other).or_else(local)
        };
        let environment = Environment::read(get).map_err(|error| {
            let hint = "credentials of a profile: eval \"$(aws configure export-credentials --format env)\"";
            Error::msg(format!("{error}\n{hint}; the local world: --local"))
        })?;
        let sdk = sdk_config(&environment.aws);
        Ok(Store::new(dynamodb_client(&sdk, &environment.aws), environment.tables))
    }
}

/// Runs a command's work with these tables to its end.
///
/// # Errors
///
/// Those of the work; if the store failed, also which tables it was about: DynamoDB does not say.
pub fn block_on<T>(tables: &[&str], work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work).map_err(|error| match (error.downcast_ref::<StoreError>(), tables.split_last()) {
        (Some(_), Some((last, []))) => error.context(format!("with the table {last}")),
        (Some(_), Some((last, others))) => {
            error.context(format!("with the tables {} and {last}", others.join(", ")))
        }
        _ => error,
    })
}
