//! The whole local world: DynamoDB, the host with the gateway and its targets, and their HTTP servers.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    num::NonZeroUsize,
    path::PathBuf,
};

use dynoxide::DynoxideError;
use thiserror::Error;

use super::{
    dynamodb::{Dynamodb, DynamodbError},
    endpoint::{AwsService, DYNAMODB, LAMBDA, ServiceUnreachable},
    function_output::FunctionOutput,
    function_settings::FunctionSettings,
    function_url_server,
    host::Host,
    invoke_api,
    issuer::Issuer,
    kept_lines::KeptLines,
    server::Server,
    stream_mapping::{MappingError, Paused, StreamMapping},
    tables::{TableNames, create_missing},
};
use crate::clock::Clock;

/// The gateway's name as a function.
pub const GATEWAY: &str = "gateway";

/// Set to one second unless the caller sets it.
const REFRESH_SECONDS: &str = "REFRESH_SECONDS";

/// The settings of a local world. Port 0 is any free port.
#[derive(Clone, Debug)]
pub struct WorldSettings {
    pub api_port: u16,
    pub dynamodb_port: u16,
    pub invoke_port: u16,
    pub issuer_port: u16,
    /// Of each function, at most.
    pub instances: NonZeroUsize,
    pub region: String,
    /// The folder of the data; none: in memory.
    pub data_directory: Option<PathBuf>,
    /// The gateway's binary.
    pub gateway: PathBuf,
    /// A DynamoDB to use instead of an own one. Its tables must be there, and nothing watches their streams. What would be
    /// the own one is the own one, unless somebody serves it already.
    pub dynamodb_endpoint: Option<String>,
    /// A Lambda to use for targets instead of the own host.
    pub lambda_endpoint: Option<String>,
    pub tables: TableNames,
    /// The most requests that one gateway works on at a time.
    pub gateway_events_at_a_time: NonZeroUsize,
    /// Added to the gateway's environment.
    pub gateway_environment: Vec<(String, String)>,
    pub output: FunctionOutput,
}

#[derive(Debug, Error)]
pub enum StartError {
    #[error("port {port} is taken: {setting} chooses another one for {what}")]
    PortTaken { port: u16, what: &'static str, setting: &'static str },
    #[error("cannot listen on port {port} for {what}")]
    Listen { port: u16, what: &'static str, source: io::Error },
    #[error(transparent)]
    Unreachable(#[from] ServiceUnreachable),
    #[error("{} is not there: build it first", .0.display())]
    MissingProgram(PathBuf),
    #[error(transparent)]
    Dynamodb(#[from] DynamodbError),
    #[error("cannot write the tables")]
    Tables(#[from] DynoxideError),
    #[error("cannot watch the routes table")]
    Mapping(#[from] MappingError),
    #[error("cannot start a server")]
    Server(#[from] io::Error),
}

/// A local world at work.
pub struct World {
    pub host: Host,
    pub api: SocketAddr,
    pub invoke_api: SocketAddr,
    /// The variables by which functions find the services of this world.
    pub endpoints: Vec<(String, String)>,
    /// `None` if another one is used.
    pub dynamodb: Option<Dynamodb>,
    /// `None` too: its route is in the own DynamoDB.
    pub issuer: Option<Issuer>,
    servers: Vec<Server>,
    mapping: Option<StreamMapping>,
}

impl World {
    /// Starts everything, in the order of need. The gateway's first instance starts with the first request.
    ///
    /// # Errors
    /// The first thing that does not start. What was started before it ends again.
    pub async fn start(mut settings: WorldSettings) -> Result<Self, StartError> {
        let api = listen(settings.api_port, "the API", "API_PORT")?;
        let invoke = listen(settings.invoke_port, "the Invoke API", "INVOKE_PORT")?;
        let dynamodb = own_dynamodb(&mut settings).await?;
        settings.lambda_endpoint.take_if(|endpoint| AwsService::is_own(endpoint, settings.invoke_port));
        if let Some(endpoint) = &settings.lambda_endpoint {
            LAMBDA.reach(endpoint).await?;
        }
        let (api, invoke) = (asynchronous(api)?, asynchronous(invoke)?);
        let lines = KeptLines::new(GATEWAY, Clock::System);
        settings.output = lines.output(settings.output);
        let invoke_address = invoke.local_addr()?;
        let endpoints = endpoints(&settings, dynamodb.as_ref().map(|own| own.address), invoke_address);
        let host = Host::new(&settings.region, vec![gateway(&settings, &endpoints)?]);

        let (mut mapping, mut issuer) = (None, None);
        if let Some(own) = &dynamodb {
            let listener = listen(settings.issuer_port, "the issuer of tokens", "ISSUER_PORT")?;
            issuer = Some(Issuer::start(asynchronous(listener)?)?);
            create_missing(&own.database, &settings.tables)?;
            own.delete_expired();
            let routes = settings.tables.routes();
            mapping = Some(StreamMapping::start(&own.database, routes, host.clone(), GATEWAY)?);
        }
        let api = function_url_server::serve(api, host.clone(), GATEWAY)?;
        let invoke = Server::start(invoke, invoke_api::router(host.clone()).merge(lines.router()))?;
        let (api_address, servers) = (api.address, vec![api, invoke]);
        Ok(Self {
            host,
            api: api_address,
            invoke_api: invoke_address,
            endpoints,
            dynamodb,
            issuer,
            servers,
            mapping,
        })
    }

    /// Says if the gateway calls the functions of this world, and not those of another Lambda.
    pub fn invokes_its_own_functions(&self) -> bool {
        let own = format!("http://{}", self.invoke_api);
        self.endpoints.iter().any(|(name, url)| name == LAMBDA.variable && *url == own)
    }

    /// Holds back what edits of routes would do by themselves.
    pub async fn pause_edits(&self) -> Option<Paused> {
        match &self.mapping {
            Some(mapping) => Some(mapping.pause().await),
            None => None,
        }
    }

    /// Ends everything: first the servers, then the functions as on Lambda, then the data.
    pub async fn stop(self) {
        drop(self.mapping);
        let servers = self.servers.into_iter().chain(self.issuer.map(Issuer::into_server));
        futures_util::future::join_all(servers.map(Server::stop)).await;
        self.host.stop().await;
        if let Some(dynamodb) = self.dynamodb {
            dynamodb.stop().await;
        }
    }
}

/// The world's own DynamoDB, unless another one is to be used.
async fn own_dynamodb(settings: &mut WorldSettings) -> Result<Option<Dynamodb>, StartError> {
    let port = settings.dynamodb_port;
    let other = settings.dynamodb_endpoint.as_ref();
    let listener = match other.filter(|endpoint| !AwsService::is_own(endpoint, port)) {
        Some(_) => None,
        None => match listen(port, "DynamoDB", "DYNAMODB_PORT") {
            Err(StartError::PortTaken { .. }) if other.is_some() => None,
            listener => Some(listener?),
        },
    };
    let Some(listener) = listener else {
        if let Some(endpoint) = other {
            DYNAMODB.reach(endpoint).await?;
        }
        return Ok(None);
    };
    settings.dynamodb_endpoint = None;
    Ok(Some(Dynamodb::start(listener, settings.data_directory.as_deref())?))
}

fn listen(port: u16, what: &'static str, setting: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { port, what, setting },
        _ => StartError::Listen { port, what, source },
    })
}

fn asynchronous(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// The variables by which functions find DynamoDB, Lambda and STS.
fn endpoints(
    settings: &WorldSettings,
    dynamodb: Option<SocketAddr>,
    invoke_api: SocketAddr,
) -> Vec<(String, String)> {
    let url = |address: SocketAddr| format!("http://{address}");
    let dynamodb = dynamodb.map(url).or_else(|| settings.dynamodb_endpoint.clone());
    let lambda = settings.lambda_endpoint.clone().unwrap_or_else(|| url(invoke_api));
    // Credentials of another place are asked for there.
    let is_all_local = settings.dynamodb_endpoint.is_none() && settings.lambda_endpoint.is_none();
    let sts = is_all_local.then(|| ("AWS_ENDPOINT_URL_STS".to_owned(), format!("{}/sts", url(invoke_api))));
    let lambda = (LAMBDA.variable.to_owned(), lambda);
    std::iter::once(lambda)
        .chain(sts)
        .chain(dynamodb.map(|endpoint| (DYNAMODB.variable.to_owned(), endpoint)))
        .collect()
}

fn gateway(settings: &WorldSettings, endpoints: &[(String, String)]) -> Result<FunctionSettings, StartError> {
    if !settings.gateway.is_file() {
        return Err(StartError::MissingProgram(settings.gateway.clone()));
    }
    let mut environment = endpoints.to_vec();
    if settings.gateway_environment.iter().all(|(name, _)| name != REFRESH_SECONDS) {
        let one_second = |name: &str| (name.to_owned(), "1".to_owned());
        environment.extend([REFRESH_SECONDS, "MAX_STALE_SECONDS"].map(one_second));
    }
    environment.extend(settings.tables.environment());
    environment.extend(settings.gateway_environment.iter().cloned());
    Ok(FunctionSettings {
        environment,
        instances: settings.instances,
        events_at_a_time: settings.gateway_events_at_a_time,
        output: settings.output.clone(),
        ..FunctionSettings::new(GATEWAY, &settings.gateway)
    })
}
