//! `tollgate import --from-aws`: what API Gateway has of an API → the inputs of an import, as the AWS CLI would print them.

mod cli_case;
mod control_reader;
mod http_api;
mod rest_api;

use anyhow::Result;
use serde_json::Value;
use tollgate::api_import::{Input, definition::ApiKind};

use self::control_reader::ControlReader;
use crate::{
    common_args::{NO_TABLES, PlaceArgs},
    connection::Connection,
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
};

/// What came of it.
pub enum Fetched {
    Api(FetchedApi),
    Nothing { words: String, status: ExitStatus },
}

/// An API with its one stage.
pub struct FetchedApi {
    pub kind: ApiKind,
    pub stage: String,
    /// Each under the name of the call.
    pub inputs: Vec<Input>,
}

/// Fetches the API with this id; `wanted` is the stage, where it has several.
///
/// # Errors
///
/// A call failed. One that is not allowed tells which permission it needs.
pub fn fetch(place: &PlaceArgs, id: &str, wanted: Option<&str>) -> Result<Fetched> {
    place.connected(NO_TABLES, WhenInterrupted::End, async |connection| api(connection, id, wanted).await)
}

async fn api(connection: &Connection, id: &str, wanted: Option<&str>) -> Result<Fetched> {
    let reader = ControlReader::new(connection);
    if let Some(api) = reader.found("get-rest-api", &["restapis", id]).await? {
        return rest_api::fetch(reader, id, api, wanted).await;
    }
    let Some(api) = reader.found("get-api", &["v2", "apis", id]).await? else {
        let words = format!("there is no API {id} {}; another region: --region", connection.place);
        return Ok(Fetched::Nothing { words, status: ExitStatus::NotFound });
    };
    match api["protocolType"].as_str() {
        Some("HTTP") => http_api::fetch(reader, id, api, wanted).await,
        other => {
            let kind =
                if other == Some("WEBSOCKET") { "a WebSocket API" } else { "an API of an unknown kind" };
            let words = format!("{id} is {kind}, which a function URL cannot serve");
            Ok(Fetched::Nothing { words, status: ExitStatus::Invalid })
        }
    }
}

/// The name of the stage that is wanted, or of the only one. `Err`: what is said where there is none.
fn chosen_stage(id: &str, stages: &[Value], wanted: Option<&str>) -> Result<String, Fetched> {
    let names: Vec<&str> = stages.iter().filter_map(|stage| stage["stageName"].as_str()).collect();
    let listed = names.join(", ");
    let nothing = |words: String, status| Err(Fetched::Nothing { words, status });
    match (wanted, &names[..]) {
        (_, []) => nothing(
            format!("the API {id} has no stage: deploy it, for an export is one of a stage"),
            ExitStatus::NotFound,
        ),
        (Some(wanted), names) if names.contains(&wanted) => Ok(wanted.to_owned()),
        (Some(wanted), _) => {
            nothing(format!("the API {id} has no stage {wanted}: it has {listed}"), ExitStatus::NotFound)
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, [first, ..]) => nothing(
            format!("the API {id} has the stages {listed}: say which one, such as --stage {first}"),
            ExitStatus::Invalid,
        ),
    }
}
