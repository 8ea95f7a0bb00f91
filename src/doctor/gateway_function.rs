//! The gateway's function: its URL, who may call it, what its variables say, what feeds it the edits of routes.

use serde_json::Value;

use super::{
    Services,
    finding::{Finding, quoted},
    table_settings::RoutesTable,
};
use crate::{
    aws::{
        call::CallError,
        lambda_control::{EventSourceMapping, FunctionConfiguration, FunctionUrlConfig},
    },
    environment::Tables,
    item::brief,
};

/// What was found of the function, and what other checks need of it.
#[derive(Debug, Default)]
pub struct FunctionFindings {
    pub findings: Vec<Finding>,
    /// The ARN of its role.
    pub role: Option<String>,
    pub log_group: Option<String>,
}

const NOT_FOUND: &str = "ResourceNotFoundException";
const URL: &str = "function URL";
const EDITS: &str = "edits of routes";

pub async fn examine(services: &Services, tables: &Tables, routes: Option<&RoutesTable>) -> FunctionFindings {
    let Some(function) = services.function.as_deref() else {
        let why = "which function it is, is not known: --stack or --function";
        return FunctionFindings {
            findings: vec![Finding::not_checked("function", why)],
            ..FunctionFindings::default()
        };
    };
    let subject = format!("function {function}");
    let configuration = match services.lambda.configuration(function).await {
        Ok(configuration) => Some(configuration),
        Err(error) => {
            let finding = match is_missing(&error) {
                true => Finding::problem(subject, "there is no such function"),
                false => Finding::not_told(subject, &error),
            };
            if is_missing(&error) {
                return FunctionFindings { findings: vec![finding], ..FunctionFindings::default() };
            }
            return FunctionFindings {
                findings: [vec![finding], around(services, function, None, routes).await].concat(),
                ..FunctionFindings::default()
            };
        }
    };
    let mut findings: Vec<Finding> =
        configuration.iter().flat_map(|configuration| variables(&subject, configuration, tables)).collect();
    findings.extend(around(services, function, configuration.as_ref(), routes).await);
    let logging = configuration.as_ref().and_then(|configuration| configuration.logging_config.clone());
    FunctionFindings {
        findings,
        role: configuration.map(|configuration| configuration.role),
        log_group: logging.and_then(|logging| logging.log_group),
    }
}

/// The URL, its permissions, and the mapping.
async fn around(
    services: &Services,
    function: &str,
    configuration: Option<&FunctionConfiguration>,
    routes: Option<&RoutesTable>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match services.lambda.url(function).await {
        Ok(url) => {
            findings.extend(of_url(function, &url, configuration));
            findings.extend(permissions(services, function, &url).await);
        }
        Err(error) if is_missing(&error) => {
            let command = format!(
                "aws lambda create-function-url-config --function-name {} --auth-type NONE --invoke-mode RESPONSE_STREAM",
                quoted(function)
            );
            findings.push(Finding::problem(URL, "there is none").mended_by(command));
        }
        Err(error) => findings.push(Finding::not_told(URL, &error)),
    }
    findings.push(mapping(services, function, routes).await);
    findings
}

/// The variables that must be as the tables and the URL are.
fn variables(subject: &str, configuration: &FunctionConfiguration, tables: &Tables) -> Vec<Finding> {
    let expected = [
        ("STAGES_TABLE", &tables.stages, "tollgate-stages"),
        ("ROUTES_TABLE", &tables.routes, "tollgate-routes"),
        ("DEPLOYMENTS_TABLE", &tables.deployments, "tollgate-deployments"),
        ("API_KEYS_TABLE", &tables.api_keys, "tollgate-api-keys"),
        ("USAGE_PLANS_TABLE", &tables.usage_plans, "tollgate-usage-plans"),
        ("COUNTERS_TABLE", &tables.counters, "tollgate-counters"),
        ("CACHE_TABLE", &tables.cache, "tollgate-cache"),
    ];
    let Some(environment) = &configuration.environment else {
        return vec![Finding::not_checked(subject, "its variables are not told")];
    };
    let others = expected.iter().filter_map(|(name, table, default)| {
        let got = environment.variables.get(*name).filter(|value| !value.is_empty());
        let got = got.map_or(*default, String::as_str);
        let words = format!("its {name} is {got}, and {table} is looked at here");
        (got != table.as_str()).then(|| Finding::problem(subject, words))
    });
    let others: Vec<_> = others.collect();
    match others.is_empty() {
        true => vec![Finding::good(subject, "uses these tables")],
        false => others,
    }
}

fn of_url(
    function: &str,
    url: &FunctionUrlConfig,
    configuration: Option<&FunctionConfiguration>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let change = format!("aws lambda update-function-url-config --function-name {}", quoted(function));
    let auth_type = &url.auth_type;
    let variables = configuration.and_then(|configuration| configuration.environment.as_ref());
    if let Some(variables) = variables {
        let said = variables.variables.get("FUNCTION_URL_AUTH_TYPE").filter(|value| !value.is_empty());
        let said = said.map_or("NONE", String::as_str);
        if said != auth_type.as_str() {
            let words = format!("its AuthType is {auth_type}, and FUNCTION_URL_AUTH_TYPE says {said}");
            findings.push(
                Finding::problem(URL, words).mended_by(format!("{change} --auth-type {}", quoted(said))),
            );
        }
    }
    if url
        .cors
        .as_ref()
        .is_some_and(|cors| !matches!(cors, Value::Null) && *cors != Value::Object(Default::default()))
    {
        let words = "has CORS of its own, which overrides the gateway's headers";
        findings.push(Finding::warning(URL, words).mended_by(format!("{change} --cors {{}}")));
    }
    if url.invoke_mode.as_deref() != Some("RESPONSE_STREAM") {
        let mode = url.invoke_mode.as_deref().unwrap_or("BUFFERED");
        let words = format!("its mode is {mode}: no answer is streamed, and none may be over 6 MB");
        findings
            .push(Finding::warning(URL, words).mended_by(format!("{change} --invoke-mode RESPONSE_STREAM")));
    }
    if findings.is_empty() {
        findings.push(Finding::good(URL, format!("{} ({auth_type})", url.function_url)));
    }
    findings
}

/// A permission of a function's policy that is for everybody.
struct PublicPermission {
    action: String,
    condition: String,
}

async fn permissions(services: &Services, function: &str, url: &FunctionUrlConfig) -> Vec<Finding> {
    const SUBJECT: &str = "function URL, permissions";
    let public = match services.lambda.policy(function).await {
        Ok(policy) => public_permissions(&policy),
        Err(error) if is_missing(&error) => Vec::new(),
        Err(error) => return vec![Finding::not_told(SUBJECT, &error)],
    };
    let add = format!("aws lambda add-permission --function-name {} --principal '*'", quoted(function));
    let has = |action: &str, condition: &str| {
        public.iter().any(|it| it.action == action && it.condition.contains(condition))
    };
    let mut findings = Vec::new();
    // By this one anybody sends events of their own making, which say whatever they like of address and signer.
    if public
        .iter()
        .any(|it| it.action == "lambda:InvokeFunction" && !it.condition.contains("InvokedViaFunctionUrl"))
    {
        let words =
            "everybody may invoke the function itself, past its URL: remove that statement of its policy";
        let command = format!("aws lambda get-policy --function-name {}", quoted(function));
        findings.push(Finding::problem(SUBJECT, words).mended_by(command));
    }
    if url.auth_type != "NONE" {
        if findings.is_empty() {
            findings.push(Finding::good(SUBJECT, "only who signs, and whose own policies allow it, gets in"));
        }
        return findings;
    }
    if !has("lambda:InvokeFunctionUrl", "") {
        let words = "lambda:InvokeFunctionUrl is not for everybody: the URL answers 403";
        let command = format!(
            "{add} --statement-id url-is-public --action lambda:InvokeFunctionUrl --function-url-auth-type NONE"
        );
        findings.push(Finding::problem(SUBJECT, words).mended_by(command));
    }
    if !has("lambda:InvokeFunction", "InvokedViaFunctionUrl") {
        let words = "lambda:InvokeFunction by the URL is not for everybody: the URL answers 403";
        let command = format!(
            "{add} --statement-id url-may-invoke --action lambda:InvokeFunction --invoked-via-function-url"
        );
        findings.push(Finding::problem(SUBJECT, words).mended_by(command));
    }
    if findings.is_empty() {
        findings.push(Finding::good(SUBJECT, "everybody may call it, and only by the URL"));
    }
    findings
}

fn public_permissions(policy: &str) -> Vec<PublicPermission> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let list = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        Value::Null => Vec::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![one.clone()],
    };
    let statements = list(&policy["Statement"]);
    let is_public = |statement: &&Value| {
        let principal = &statement["Principal"];
        let is_everybody = *principal == "*" || list(&principal["AWS"]).iter().any(|who| *who == "*");
        is_everybody && statement["Effect"] == "Allow"
    };
    let permissions = statements.iter().filter(is_public).flat_map(|statement| {
        let condition = statement["Condition"].to_string();
        let actions = list(&statement["Action"]);
        actions.into_iter().filter_map(move |action| {
            Some(PublicPermission { action: action.as_str()?.to_owned(), condition: condition.clone() })
        })
    });
    permissions.collect()
}

/// What reads the routes table's stream.
async fn mapping(services: &Services, function: &str, routes: Option<&RoutesTable>) -> Finding {
    let Some(stream) = routes.and_then(|routes| routes.stream_arn.as_deref()) else {
        return Finding::not_checked(EDITS, "the stream of the routes table is not known");
    };
    let mappings = match services.lambda.event_sources(function).await {
        Ok(mappings) => mappings,
        Err(error) => return Finding::not_told(EDITS, &error),
    };
    let of_stream = |mapping: &&EventSourceMapping| mapping.event_source_arn.as_deref() == Some(stream);
    let Some(EventSourceMapping { uuid, state, last_processing_result, .. }) =
        mappings.iter().find(of_stream)
    else {
        let command = format!(
            "aws lambda create-event-source-mapping --function-name {} --event-source-arn {} --starting-position TRIM_HORIZON --batch-size 1000 --maximum-batching-window-in-seconds 1",
            quoted(function),
            quoted(stream)
        );
        let words =
            "nothing reads the stream of the routes table: an edit goes live only by `tollgate deploy`";
        return Finding::problem(EDITS, words).mended_by(command);
    };
    let state = state.as_deref().unwrap_or("Enabled");
    if !["Enabled", "Enabling", "Creating", "Updating"].contains(&state) {
        let command = format!("aws lambda update-event-source-mapping --uuid {} --enabled", quoted(uuid));
        return Finding::problem(EDITS, format!("the stream's mapping is {state}")).mended_by(command);
    }
    match last_processing_result.as_deref() {
        Some(result) if result.starts_with("PROBLEM") => {
            Finding::warning(EDITS, format!("the last ones were not taken: {}", brief(&result.into())))
        }
        Some(_) | None => Finding::good(EDITS, "the function reads the stream of the routes table"),
    }
}

fn is_missing(error: &CallError) -> bool {
    error.code() == Some(NOT_FOUND)
}
