//! What a command works with: the tables, and the services around them.
//!
//! Region, credentials and tables are found in this order: arguments, the environment, the local world (`--local`), the
//! profile.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Error, Result};
use tollgate::{
    aws::{
        ServiceClient,
        api_gateway::ApiGatewayControl,
        call::{Attempts, CallPolicy},
        clients::ServiceClients,
        cloudformation::stack_outputs,
        cloudwatch_logs::CloudWatchLogs,
        dynamodb::DynamoDb,
        lambda_control::LambdaControl,
        service::Service,
    },
    clock::Clock,
    environment::{Aws, Environment, FUNCTION_URL_AUTH_TYPE, FunctionUrlAuthType},
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    store::Store,
    userinfo::withheld,
};

use crate::{
    common_args::{DYNAMODB, INVOKE, LocalPort, PlaceArgs},
    credentials, failure,
};

/// The tables, and the services around them.
pub struct Connection {
    pub store: Store,
    pub aws: Aws,
    /// The outputs of the stack that `--stack` names.
    pub outputs: BTreeMap<String, String>,
    /// `in eu-west-1`, `at http://127.0.0.1:8000`.
    pub place: String,
    pub local: LocalWorld,
}

/// Says if the tables are those of the local world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalWorld {
    Yes,
    No,
}

/// The patience with the services around the tables: nobody waits for them but an operator.
pub const POLICY: CallPolicy = CallPolicy {
    attempts: Attempts::Twice,
    attempt_timeout: Some(Duration::from_secs(10)),
    head_timeout: None,
};

/// The variables of the tables, with the ends of their names and the outputs of the stack that name them.
const TABLES: [(&str, &str, &str); 7] = [
    ("STAGES_TABLE", "stages", "StagesTable"),
    ("ROUTES_TABLE", "routes", "RoutesTable"),
    ("DEPLOYMENTS_TABLE", "deployments", "DeploymentsTable"),
    ("API_KEYS_TABLE", "api-keys", "ApiKeysTable"),
    ("USAGE_PLANS_TABLE", "usage-plans", "UsagePlansTable"),
    ("COUNTERS_TABLE", "counters", "CountersTable"),
    ("CACHE_TABLE", "cache", "CacheTable"),
];

const REGION: &str = "AWS_REGION";
const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
const ENDPOINT: &str = "AWS_ENDPOINT_URL";
const ENDPOINT_DYNAMODB: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const ENDPOINT_LAMBDA: &str = "AWS_ENDPOINT_URL_LAMBDA";

/// Variables with the values that arguments and the chain of credentials give them; they come before the environment's.
type Variables = BTreeMap<&'static str, String>;

impl Connection {
    /// # Errors
    ///
    /// There is no region, there are no credentials, there is no such stack, or a variable is bad.
    pub async fn of(arguments: &PlaceArgs) -> Result<Self> {
        let mut variables = of_arguments(arguments)?;
        add_region(arguments, &mut variables).await?;
        add_credentials(arguments, &mut variables).await?;
        let mut outputs = BTreeMap::new();
        if let Some(stack) = &arguments.stack {
            let aws = read(&variables)?.aws;
            outputs = read_stack(&aws, stack).await?;
            add_tables_of_stack(&outputs, stack, &mut variables)?;
        }
        let environment = read(&variables)?;
        let aws = environment.aws;
        let place = match aws.endpoints.of("DYNAMODB") {
            Some(endpoint) => format!("at {}", withheld(endpoint)),
            None => format!("in {}", aws.region),
        };
        let mut store = Store::new(ServiceClient::new(Service::DynamoDb, &aws), environment.tables);
        store.deployment_memory = environment.deployment_memory;
        let local = arguments.local.then_some(FunctionUrlAuthType::None);
        store.function_url_auth_type =
            variable(FUNCTION_URL_AUTH_TYPE).map(|_| environment.function_url_auth_type).or(local);
        let local = if arguments.local { LocalWorld::Yes } else { LocalWorld::No };
        Ok(Self { store, aws, outputs, place, local })
    }

    /// DynamoDB, for what is asked of tables themselves.
    pub fn dynamodb(&self) -> DynamoDb {
        DynamoDb::new(ServiceClient::new(Service::DynamoDb, &self.aws), POLICY)
    }

    /// The clients of integrations, for calls that an operator asks for.
    pub fn clients(&self) -> Clients {
        Clients {
            lambda: ServiceClient::new(Service::Lambda, &self.aws),
            dynamodb: dynamodb_client(ServiceClient::new(Service::DynamoDb, &self.aws)),
            http: HttpTargets::AsWritten,
            services: ServiceClients::new(&self.aws, Clock::System),
        }
    }

    pub fn logs(&self) -> CloudWatchLogs {
        CloudWatchLogs::new(ServiceClient::new(Service::CloudWatchLogs, &self.aws), POLICY)
    }

    pub fn api_gateway(&self) -> ApiGatewayControl {
        ApiGatewayControl::new(ServiceClient::new(Service::ApiGateway, &self.aws), POLICY)
    }

    pub fn lambda(&self) -> LambdaControl {
        LambdaControl::new(ServiceClient::new(Service::Lambda, &self.aws), POLICY)
    }

    /// STS, which can tell who the caller is; `None` where the tables are not in AWS.
    pub fn sts(&self) -> Option<ServiceClient> {
        let is_elsewhere =
            self.aws.endpoints.of("DYNAMODB").is_some() && self.aws.endpoints.of("STS").is_none();
        let is_asked = self.local == LocalWorld::No && !is_elsewhere;
        is_asked.then(|| ServiceClient::new(Service::Sts, &self.aws))
    }

    pub fn iam(&self) -> ServiceClient {
        ServiceClient::new(Service::Iam, &self.aws)
    }
}

/// What the arguments say, and where the local world is.
fn of_arguments(arguments: &PlaceArgs) -> Result<Variables> {
    let mut variables = Variables::new();
    if let Some(prefix) = &arguments.table_prefix {
        variables.extend(TABLES.map(|(name, end, _)| (name, format!("{prefix}-{end}"))));
    }
    if let Some(url) = &arguments.endpoint_url {
        variables.extend([ENDPOINT, ENDPOINT_DYNAMODB, ENDPOINT_LAMBDA].map(|name| (name, url.clone())));
    } else if arguments.local {
        let own = [(ENDPOINT_DYNAMODB, DYNAMODB), (ENDPOINT_LAMBDA, INVOKE), (ENDPOINT, INVOKE)];
        for (name, port) in own {
            if variable(name).or_else(|| variable(ENDPOINT)).is_none() {
                variables.insert(name, format!("http://{}", local_address(port)?));
            }
        }
    }
    Ok(variables)
}

async fn add_region(arguments: &PlaceArgs, variables: &mut Variables) -> Result<()> {
    let said = arguments.region.clone();
    // A profile that was asked for comes before what the environment has. The other name is the AWS CLI's own.
    let of_environment = || variable(REGION).or_else(|| variable("AWS_DEFAULT_REGION"));
    let found = match (said, arguments.profile.as_deref()) {
        (Some(region), _) => Some(region),
        (None, Some(profile)) => credentials::region(Some(profile)).await.or_else(of_environment),
        (None, None) => match of_environment() {
            Some(region) => Some(region),
            None if arguments.local => Some("us-east-1".to_owned()),
            None => credentials::region(None).await,
        },
    };
    let region = found.ok_or_else(|| {
        Error::msg("no region: --region, AWS_REGION, or the region of a profile; the local world: --local")
    })?;
    variables.insert(REGION, region);
    Ok(())
}

async fn add_credentials(arguments: &PlaceArgs, variables: &mut Variables) -> Result<()> {
    let are_in_environment = [KEY_ID, SECRET_KEY].iter().all(|name| variable(name).is_some());
    if arguments.profile.is_none() && are_in_environment {
        return Ok(());
    }
    if arguments.local {
        variables.extend([(KEY_ID, "local".to_owned()), (SECRET_KEY, "local".to_owned())]);
        return Ok(());
    }
    let region = variables.get(REGION).map(String::as_str);
    let found = credentials::find(arguments.profile.as_deref(), region).await.map_err(|why| {
        let ways = "--profile, AWS_PROFILE, `aws sso login`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        Error::msg(format!("no credentials: {}; ways: {ways}; the local world: --local", withheld(&why)))
    })?;
    variables.insert(KEY_ID, found.access_key_id().to_owned());
    variables.insert(SECRET_KEY, found.secret_access_key().to_owned());
    // An empty one counts as none, also where the environment has one.
    variables.insert(TOKEN, found.session_token().unwrap_or_default().to_owned());
    Ok(())
}

async fn read_stack(aws: &Aws, stack: &str) -> Result<BTreeMap<String, String>> {
    let client = ServiceClient::new(Service::CloudFormation, aws);
    let outputs = stack_outputs(&client, POLICY, stack).await;
    outputs.map_err(|error| {
        let region = &aws.region;
        if error.code() == Some("ValidationError") {
            return Error::msg(format!("there is no stack {stack} in {region}; another region: --region"));
        }
        failure::of_service(error).context(format!("reading the stack {stack} in {region}"))
    })
}

fn add_tables_of_stack(
    outputs: &BTreeMap<String, String>,
    stack: &str,
    variables: &mut Variables,
) -> Result<()> {
    for (name, _, output) in TABLES {
        let table = outputs.get(output).filter(|table| !table.is_empty());
        let table = table.with_context(|| {
            format!("the stack {stack} has no output {output}: it is none of Tollgate's template.yaml")
        })?;
        variables.insert(name, table.clone());
    }
    Ok(())
}

fn read(variables: &Variables) -> Result<Environment> {
    let get = |name: &str| match variables.get(name) {
        Some(value) => Some(value.clone()),
        None => variable(name),
    };
    Environment::read(get).map_err(Error::msg)
}

/// Returns the address of a port of the local world, as its own environment sets it.
///
/// # Errors
///
/// The variable holds no port.
pub fn local_address(port: LocalPort) -> Result<String> {
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
