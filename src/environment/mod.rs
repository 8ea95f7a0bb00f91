//! The Lambda's environment variables, read and checked. A bad value ends the cold start with one clear line.

mod endpoints;

use std::{net::SocketAddr, num::NonZeroUsize, time::Duration};

use tracing::level_filters::LevelFilter;

pub use self::endpoints::{Endpoints, SERVICE_IDS};
use crate::userinfo::withheld;

/// The settings of one process.
#[derive(Clone, Debug)]
pub struct Environment {
    pub tables: Tables,
    pub refresh: Refresh,
    /// The longest that an edit of an API key or a usage plan may take to act.
    pub key_cache: Duration,
    /// The most that cached responses may take of an instance's memory, in bytes.
    pub cache_memory: u64,
    /// The most that deployments may take of it; `None` where the function's memory is not known, and does not end.
    pub deployment_memory: Option<DeploymentMemory>,
    pub log_level: LevelFilter,
    pub function_url_auth_type: FunctionUrlAuthType,
    pub trusted_proxy: TrustedProxy,
    /// Where the function's calls are told to, if it has active tracing.
    pub xray_daemon: Option<SocketAddr>,
    /// The most events that the process works on at a time; more than one on Lambda Managed Instances only.
    pub most_events: NonZeroUsize,
    /// The deployments of a stage that stay after a publish, besides those in use; `None`: all.
    pub keep_deployments: Option<NonZeroUsize>,
    pub aws: Aws,
}

/// The function URL's own `AuthType`: whom AWS lets in before the gateway is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionUrlAuthType {
    /// Everybody.
    #[default]
    None,
    /// Who signs and may call the URL.
    AwsIam,
}

/// The times at which an instance asks whether a stage points elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The shortest time between two looks in the background.
    pub every: Duration,
    /// It asks before a response if it has not for longer than this; `None`: never.
    pub max_stale: Option<Duration>,
}

/// The memory that deployments may take of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeploymentMemory {
    /// Of the whole function, in megabytes.
    pub function_mb: usize,
    /// In bytes.
    pub for_deployments: usize,
}

impl DeploymentMemory {
    /// The process itself, its connections, and a request of 6 MB with the copies that are made of it.
    const RESERVED: usize = 36 << 20;

    /// Of a function with so many megabytes, whose cache may take `cache_memory` bytes.
    pub fn of(function_mb: usize, cache_memory: u64) -> Self {
        let taken = Self::RESERVED.saturating_add(usize::try_from(cache_memory).unwrap_or(usize::MAX));
        Self { function_mb, for_deployments: (function_mb << 20).saturating_sub(taken) }
    }
}

/// Table names.
#[derive(Clone, Debug)]
pub struct Tables {
    pub stages: String,
    pub routes: String,
    pub deployments: String,
    pub api_keys: String,
    pub usage_plans: String,
    pub counters: String,
    pub cache: String,
}

/// The trust in a proxy in front (CloudFront).
#[derive(Clone, Debug, Default)]
pub struct TrustedProxy {
    /// The secrets of which the proxy sends one in `x-tollgate-origin`: while one is rotated, the new and the old.
    pub secrets: Vec<Secret>,
    /// Without a secret: 403.
    pub required: bool,
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

/// The region, the endpoints and the credentials of AWS.
#[derive(Clone, Debug)]
pub struct Aws {
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Secret,
    pub session_token: Option<Secret>,
    /// Other than the region's own.
    pub endpoints: Endpoints,
}

/// The variable that says it.
pub const FUNCTION_URL_AUTH_TYPE: &str = "FUNCTION_URL_AUTH_TYPE";

/// The longest that an edit may take to act: a day. More is a mistake, most likely milliseconds.
pub const LONGEST_SECONDS: u64 = 86_400;

/// More events at a time than Lambda gives one process.
const MOST_EVENTS: usize = 10_000;

impl Environment {
    /// Reads variables through `get`; an empty value is as if it were not there.
    ///
    /// # Errors
    ///
    /// One line: the variable, what it says, what it should.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        let or = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let tables = Tables {
            stages: or("STAGES_TABLE", "tollgate-stages"),
            routes: or("ROUTES_TABLE", "tollgate-routes"),
            deployments: or("DEPLOYMENTS_TABLE", "tollgate-deployments"),
            api_keys: or("API_KEYS_TABLE", "tollgate-api-keys"),
            usage_plans: or("USAGE_PLANS_TABLE", "tollgate-usage-plans"),
            counters: or("COUNTERS_TABLE", "tollgate-counters"),
            cache: or("CACHE_TABLE", "tollgate-cache"),
        };
        let cache_memory = or("CACHE_MEMORY_BYTES", "16777216");
        let cache_memory = cache_memory
            .parse()
            .map_err(|_| bad("CACHE_MEMORY_BYTES", &cache_memory, "a whole number of bytes"))?;
        let log_level = or("LOG_LEVEL", "info");
        let log_level = log_level
            .parse()
            .map_err(|_| bad("LOG_LEVEL", &log_level, "one of error, warn, info, debug, trace, off"))?;
        Ok(Self {
            tables,
            refresh: Refresh::read(&get)?,
            key_cache: seconds("KEY_CACHE_SECONDS", &or("KEY_CACHE_SECONDS", "60"))?,
            cache_memory,
            deployment_memory: memory(&get)?.map(|mb| DeploymentMemory::of(mb, cache_memory)),
            log_level,
            function_url_auth_type: FunctionUrlAuthType::read(&get)?,
            trusted_proxy: TrustedProxy::read(&get)?,
            xray_daemon: xray_daemon(&get),
            most_events: most_events(&get)?,
            keep_deployments: keep_deployments(&get)?,
            aws: Aws::read(&get)?,
        })
    }
}

impl FunctionUrlAuthType {
    fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        match get(FUNCTION_URL_AUTH_TYPE).as_deref() {
            None | Some("NONE") => Ok(Self::None),
            Some("AWS_IAM") => Ok(Self::AwsIam),
            Some(other) => {
                Err(bad(FUNCTION_URL_AUTH_TYPE, other, "NONE or AWS_IAM, as the function URL has it"))
            }
        }
    }
}

/// Reads a variable's text as seconds.
fn seconds(name: &str, text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number| *number <= LONGEST_SECONDS);
    let expected = || bad(name, text, "a whole number of seconds, at most 86400");
    number.map(Duration::from_secs).ok_or_else(expected)
}

impl Refresh {
    /// The default, unless it is refreshed less often.
    const MAX_STALE: Duration = Duration::from_secs(30);

    fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        const NAME: &str = "MAX_STALE_SECONDS";
        let every = get("REFRESH_SECONDS").unwrap_or_else(|| "5".to_owned());
        let every = seconds("REFRESH_SECONDS", &every)?;
        let Some(text) = get(NAME) else {
            return Ok(Self { every, max_stale: Some(Self::MAX_STALE.max(every)) });
        };
        let expected = format!(
            "0, or a whole number of seconds, at least {} (REFRESH_SECONDS), at most 86400",
            every.as_secs()
        );
        let max_stale = seconds(NAME, &text).map_err(|_| bad(NAME, &text, &expected))?;
        match max_stale {
            Duration::ZERO => Ok(Self { every, max_stale: None }),
            _ if max_stale < every => Err(bad(NAME, &text, &expected)),
            _ => Ok(Self { every, max_stale: Some(max_stale) }),
        }
    }
}

/// Lambda's own variable: `169.254.100.1:2000`, or `tcp:ADDRESS udp:ADDRESS`. What is neither ends no start: nothing but
/// traces is lost.
fn xray_daemon(get: &impl Fn(&str) -> Option<String>) -> Option<SocketAddr> {
    let text = get("AWS_XRAY_DAEMON_ADDRESS")?;
    let udp = text.split_whitespace().find_map(|part| part.strip_prefix("udp:"));
    udp.unwrap_or(&text).parse().ok()
}

/// The function's memory in megabytes, which Lambda says.
fn memory(get: &impl Fn(&str) -> Option<String>) -> Result<Option<usize>, String> {
    const NAME: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
    let read = |text: String| {
        let megabytes = text.parse().ok().filter(|megabytes| (1..=1 << 20).contains(megabytes));
        megabytes.ok_or_else(|| bad(NAME, &text, "a number of megabytes"))
    };
    get(NAME).map(read).transpose()
}

/// The most events at a time, which Lambda says where it gives several.
fn most_events(get: &impl Fn(&str) -> Option<String>) -> Result<NonZeroUsize, String> {
    const NAME: &str = "AWS_LAMBDA_MAX_CONCURRENCY";
    let read = |text: String| {
        let most = text.parse().ok().filter(|most: &NonZeroUsize| most.get() <= MOST_EVENTS);
        most.ok_or_else(|| bad(NAME, &text, "a whole number from 1 to 10000, which Lambda sets"))
    };
    get(NAME).map_or(Ok(NonZeroUsize::MIN), read)
}

/// The deployments of a stage that stay after a publish; 0: all.
fn keep_deployments(get: &impl Fn(&str) -> Option<String>) -> Result<Option<NonZeroUsize>, String> {
    const NAME: &str = "KEEP_DEPLOYMENTS";
    let read = |text: String| text.parse().map_err(|_| bad(NAME, &text, "a whole number; 0 keeps all"));
    Ok(get(NAME).map(read).transpose()?.and_then(NonZeroUsize::new))
}

impl TrustedProxy {
    fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        const NAME: &str = "TRUSTED_PROXY_SECRET";
        // One that is empty would be sent by everybody who sends an empty header.
        let secrets: Vec<_> = match get(NAME) {
            None => Vec::new(),
            Some(text) => text.split(',').map(|secret| Secret(secret.trim().to_owned())).collect(),
        };
        if secrets.iter().any(|secret| secret.0.is_empty()) {
            return Err(bad(NAME, "…", "a secret, or several joined by commas, none of them empty"));
        }
        let required = match get("REQUIRE_TRUSTED_PROXY").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(bad("REQUIRE_TRUSTED_PROXY", other, "true or false")),
        };
        if required && secrets.is_empty() {
            return Err(bad(NAME, "", "a secret, because REQUIRE_TRUSTED_PROXY is true"));
        }
        Ok(Self { secrets, required })
    }
}

impl Aws {
    fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let required = |name: &str| get(name).ok_or_else(|| bad(name, "", "a value, which Lambda sets"));
        // They stand in the headers of every call.
        let printable = |name: &str, text: String| match text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(text),
            false => Err(bad(name, "…", "visible ASCII characters only")),
        };
        Ok(Self {
            region: printable("AWS_REGION", required("AWS_REGION")?)?,
            access_key_id: printable("AWS_ACCESS_KEY_ID", required("AWS_ACCESS_KEY_ID")?)?,
            secret_access_key: Secret(required("AWS_SECRET_ACCESS_KEY")?),
            session_token: get("AWS_SESSION_TOKEN")
                .map(|token| printable("AWS_SESSION_TOKEN", token).map(Secret))
                .transpose()?,
            endpoints: Endpoints::read(get)?,
        })
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The problem of a variable, in one line.
pub(crate) fn bad(name: &str, got: &str, expected: &str) -> String {
    format!("environment variable {name}: got {:?}, expected {expected}", withheld(got))
}

#[cfg(test)]
mod tests;
