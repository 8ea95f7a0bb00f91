//! The environment variables that every Lambda function finds.

use std::{env, net::SocketAddr, num::NonZeroUsize};

use super::function_settings::FunctionSettings;

/// Returns the variables of one instance. Nothing of the host's own environment but the search path reaches a function, so that a laptop's AWS
/// profile cannot.
pub(super) fn variables(
    settings: &FunctionSettings,
    region: &str,
    runtime_api: SocketAddr,
    number: u64,
) -> Vec<(&'static str, String)> {
    let (start, concurrency) = match settings.events_at_a_time {
        NonZeroUsize::MIN => ("on-demand", None),
        most => ("lambda-managed-instances", Some(("AWS_LAMBDA_MAX_CONCURRENCY", most.to_string()))),
    };
    let variables = vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", settings.name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory_megabytes.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", start.to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", settings.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{number}")),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("PATH", env::var("PATH").unwrap_or_default()),
    ];
    variables.into_iter().chain(concurrency).collect()
}
