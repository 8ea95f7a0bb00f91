//! The arguments of every command about tables: the form of its result, and where the tables are.

use anyhow::Result;
use tollgate::{environment::Tables, integrations::Clients, store::Store};

use crate::{
    connection::{Connection, local_address},
    failure,
    interrupt::WhenInterrupted,
    output_format::OutputFormat,
    place_arg,
};

/// The arguments of every command about tables.
#[derive(clap::Args)]
#[group(skip)]
pub struct CommonArgs {
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// The arguments that say where the tables are.
///
/// What is not said here comes from the environment: STAGES_TABLE, ROUTES_TABLE, DEPLOYMENTS_TABLE, API_KEYS_TABLE,
/// USAGE_PLANS_TABLE, COUNTERS_TABLE, CACHE_TABLE, AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID, …
#[derive(clap::Args)]
#[group(skip)]
pub struct PlaceArgs {
    /// Use the DynamoDB of `tollgate dev` at http://127.0.0.1:8000 (or DYNAMODB_PORT, or AWS_ENDPOINT_URL_DYNAMODB).
    #[arg(long, conflicts_with_all = ["profile", "stack"], help_heading = WHERE)]
    pub local: bool,
    /// Take credentials and region from this profile of ~/.aws.
    #[arg(long, value_name = "NAME", value_parser = place_arg::name, help_heading = WHERE)]
    pub profile: Option<String>,
    /// The region [default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's].
    #[arg(long, value_parser = place_arg::region, help_heading = WHERE)]
    pub region: Option<String>,
    /// The tables are called PREFIX-stages, PREFIX-routes and so on [default: STAGES_TABLE, …, or tollgate].
    #[arg(long, value_name = "PREFIX", value_parser = place_arg::table_prefix, conflicts_with = "stack", help_heading = WHERE)]
    pub table_prefix: Option<String>,
    /// Take the names of the tables, of the function and of its log from the outputs of this CloudFormation stack.
    #[arg(long, value_name = "NAME", value_parser = place_arg::name, help_heading = WHERE)]
    pub stack: Option<String>,
    /// Call every service of AWS at this URL [default: AWS_ENDPOINT_URL_DYNAMODB, …, AWS_ENDPOINT_URL, or the region's].
    #[arg(long, value_name = "URL", value_parser = place_arg::url, help_heading = WHERE)]
    pub endpoint_url: Option<String>,
}

/// The heading of the arguments that say where the tables are.
const WHERE: &str = "Where it is";

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
pub const ALL_AND_COUNTERS: TableSelection = |tables| [ALL(tables), vec![&tables.counters]].concat();
/// Of a command that asks no table of its own accord.
pub const NO_TABLES: TableSelection = |_| Vec::new();

/// A port of the local world.
#[derive(Clone, Copy, Debug)]
pub struct LocalPort {
    /// The environment variable that sets it.
    pub variable: &'static str,
    pub default: u16,
}

pub const API: LocalPort = LocalPort { variable: "API_PORT", default: 9000 };
pub const DYNAMODB: LocalPort = LocalPort { variable: "DYNAMODB_PORT", default: 8000 };
pub const INVOKE: LocalPort = LocalPort { variable: "INVOKE_PORT", default: 9001 };

impl PlaceArgs {
    /// Runs a command's work to its end, or to Ctrl-C.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad, or there are no credentials. Those of the work; if the store failed, also which
    /// tables it was about and where they should be: DynamoDB does not say.
    pub fn run<T>(&self, tables: TableSelection, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        self.connected(tables, WhenInterrupted::End, async |connection| work(&connection.store).await)
    }

    /// The same for work that writes: Ctrl-C lets it finish what is under way.
    ///
    /// # Errors
    ///
    /// As those of `run`.
    pub fn run_writing<T>(
        &self,
        tables: TableSelection,
        work: impl AsyncFnOnce(&Store) -> Result<T>,
    ) -> Result<T> {
        self.connected(tables, WhenInterrupted::FinishFirst, async |connection| work(&connection.store).await)
    }

    /// The same for work that also asks other services.
    ///
    /// # Errors
    ///
    /// As those of `run`.
    pub fn connected<T>(
        &self,
        tables: TableSelection,
        when_interrupted: WhenInterrupted,
        work: impl AsyncFnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let connection = Connection::of(self).await?;
            when_interrupted.begin()?;
            match work(&connection).await {
                Ok(result) => Ok(result),
                Err(error) => Err(failure::explained(error, &connection, tables).await),
            }
        })
    }

    /// The arguments that say where the tables are, to stand behind a command that is told: ` --local`; often empty.
    pub fn again(&self) -> String {
        let Self { local, profile, region, table_prefix, stack, endpoint_url } = self;
        let named = [
            ("profile", profile),
            ("region", region),
            ("table-prefix", table_prefix),
            ("stack", stack),
            ("endpoint-url", endpoint_url),
        ];
        let named = named.iter().filter_map(|(name, value)| Some(format!(" --{name} {}", value.as_ref()?)));
        let local = local.then(|| " --local".to_owned());
        local.into_iter().chain(named).collect()
    }

    /// Returns the address of the local world's API with `--local`.
    ///
    /// # Errors
    ///
    /// The variable for its port holds no port.
    pub fn local_host(&self) -> Result<Option<String>> {
        self.local.then(|| local_address(API)).transpose()
    }

    /// The clients of integrations, and a store beside them.
    ///
    /// # Errors
    ///
    /// A variable is missing or bad, or there are no credentials.
    pub async fn clients(&self) -> Result<(Clients, Store)> {
        let connection = Connection::of(self).await?;
        Ok((connection.clients(), connection.store))
    }
}
