//! `tollgate routes list`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Map, Value, json};
use tollgate::{
    authorizers::ApiKeyUse,
    deployment::{ListedRoute, RouteAuthorization},
    limits::throttle::Throttle,
};

use super::Shown;
use crate::{
    exit_status::ExitStatus,
    limit_words::{rate, throttle_to_json},
    text_table::{self, Column},
};

/// List the routes of a stage, or of all: who answers, who may call, the throttle, and if answers are kept
///
/// Exit code 3: the file has problems. 4: there is no such file or stage, or the stage serves nothing yet, or has no canary.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate routes list v1
  tollgate routes list --file tollgate.yaml -o json")]
pub struct Arguments {
    /// The stage; without it, all that serve something.
    stage: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

const COLUMNS: [Column; 6] = [
    Column::left("STAGE"),
    Column::left("ROUTE"),
    Column::left("INTEGRATION"),
    Column::left("CALLERS"),
    Column::left("THROTTLE"),
    Column::left("CACHE"),
];

/// # Errors
///
/// The tables or the file cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let stage = arguments.stage.as_deref();
    arguments.shown.show(stage, |served, output| {
        let routes = match served.routes(stage) {
            Ok(routes) => routes,
            Err(not_listed) => return Ok(Err(not_listed)),
        };
        output.write(
            || json!({ "schemaVersion": 1, "routes": routes.iter().map(to_json).collect::<Value>() }),
            |out| write(out, &routes),
        )?;
        Ok(Ok(()))
    })
}

fn write(out: &mut impl Write, routes: &[ListedRoute]) -> io::Result<()> {
    let row = |route: &ListedRoute| {
        let words = |throttle: Throttle| match throttle.lets_nothing_through() {
            true => "stopped".to_owned(),
            false => format!("{}/s, {} at once", rate(throttle), throttle.burst_limit()),
        };
        let of_each = route.caller_throttle.map(|throttle| format!("each caller {}", words(throttle)));
        let throttles: Vec<_> = route.throttle.map(words).into_iter().chain(of_each).collect();
        vec![
            route.stage.clone(),
            route.key.clone(),
            integration(route),
            callers(route),
            if throttles.is_empty() { "-".to_owned() } else { throttles.join("; ") },
            if route.is_cached { "yes" } else { "-" }.to_owned(),
        ]
    };
    text_table::write(out, &COLUMNS, &routes.iter().map(row).collect::<Vec<_>>())
}

/// `AWS_PROXY orders:live`, `DYNAMODB GetItem orders`, `SQS SendMessage orders`.
fn integration(route: &ListedRoute) -> String {
    let text = |name: &str| route.integration.get(name).and_then(Value::as_str);
    let named = ["queueUrl", "topicArn", "stateMachineArn", "executionArn", "streamName", "bucket"];
    let named = named.iter().find_map(|name| text(name));
    let own_name = named.and_then(|text| text.rsplit(['/', ':']).next());
    let what = text("action").or(text("integrationSubtype"));
    let parts = [Some(route.integration_type), what, text("tableName"), text("uri"), own_name];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    tollgate::userinfo::withheld(&words).into_owned()
}

fn callers(route: &ListedRoute) -> String {
    let authorizer = match &route.authorizer {
        RouteAuthorization::By(authorizer, _) => {
            Some(format!("{} ({})", authorizer.id, authorizer.type_name()))
        }
        RouteAuthorization::None | RouteAuthorization::Opened => None,
    };
    let key = (route.api_key != ApiKeyUse::NotRequired).then(|| "API key".to_owned());
    let callers: Vec<String> = authorizer.into_iter().chain(key).collect();
    if callers.is_empty() { "anybody".to_owned() } else { callers.join(", ") }
}

fn to_json(route: &ListedRoute) -> Value {
    let authorizer = match &route.authorizer {
        RouteAuthorization::By(authorizer, _) => {
            json!({ "authorizerId": &*authorizer.id, "type": authorizer.type_name() })
        }
        RouteAuthorization::None | RouteAuthorization::Opened => Value::Null,
    };
    let shown = ["type", "action", "tableName", "uri"];
    let text = |name: &&str| {
        let text = route.integration.get(*name)?.as_str()?;
        Some(((*name).to_owned(), tollgate::userinfo::withheld(text).into()))
    };
    let integration: Map<String, Value> = shown.iter().filter_map(text).collect();
    json!({
        "stage": route.stage,
        "routeKey": route.key,
        "integration": integration,
        "authorizer": authorizer,
        "apiKeyRequired": route.api_key != ApiKeyUse::NotRequired,
        "throttle": route.throttle.map(throttle_to_json),
        "callerThrottle": route.caller_throttle.map(throttle_to_json),
        "cachingEnabled": route.is_cached,
    })
}
