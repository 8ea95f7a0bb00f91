//! The API that is imported, where files of the AWS CLI hold several.

use std::collections::BTreeSet;

use super::{
    answer_kind::AnswerKind,
    cli_answers::{CliReader, either},
};
use crate::api_import::{report::Question, source::Located};

/// The name of the question.
const KEY: &str = "API";

/// The id of the API: that of the document's host, the only one, or the answer.
pub(super) fn choose(reader: &mut CliReader<'_, '_>, document: Located<'_>) -> Option<String> {
    if let Some(id) = id_of_host(document) {
        check_id(reader, &id);
        return Some(id);
    }
    let mut ids = BTreeSet::new();
    let mut places = Vec::new();
    let mut see = |node: Option<Located<'_>>| {
        ids.extend(node.and_then(Located::text).map(str::to_owned));
        places.extend(node.map(|node| node.id));
    };
    for api in reader.elements(AnswerKind::Apis) {
        see(either(api, ["id", "ApiId"]));
    }
    for plan in reader.elements(AnswerKind::UsagePlans) {
        for stage in plan.get("apiStages").and_then(Located::elements).into_iter().flatten() {
            see(stage.get("apiId"));
        }
    }
    for mapping in reader.elements(AnswerKind::Mappings) {
        see(either(mapping, ["restApiId", "ApiId"]));
    }
    if ids.len() < 2 {
        return ids.pop_first();
    }
    let listed = ids.iter().cloned().collect::<Vec<_>>().join(", ");
    let words = format!("which API is the document's? The files of the AWS CLI have {listed}");
    let place = reader.tree.at(*places.first()?);
    let answer = reader.ledger.answer(place, Question::of_map(KEY, words, ids.first()?))?;
    let id = answer.as_str().unwrap_or_default().to_owned();
    if !ids.contains(&id) {
        reader.ledger.error(place, format!("the answer to {KEY} is none of {listed}"));
    }
    Some(id)
}

/// An error where the settings that are there are all of other APIs: they would be left out, guards and all.
fn check_id(reader: &mut CliReader<'_, '_>, id: &str) {
    let apis = reader.elements(AnswerKind::Apis);
    let ids: Vec<&str> =
        apis.iter().filter_map(|api| either(*api, ["id", "ApiId"]).and_then(Located::text)).collect();
    if let Some(first) = apis.first()
        && !ids.contains(&id)
    {
        let words = format!(
            "the document's host is of the API {id}, and the files of the AWS CLI have {}",
            ids.join(", ")
        );
        reader.ledger.error(*first, words);
    }
}

/// `a1b2c3` of `a1b2c3.execute-api.eu-west-1.amazonaws.com`, and of `a1b2c3-vpce-0d1e2f.execute-api…` of a private API.
fn id_of_host(document: Located<'_>) -> Option<String> {
    let server = document.get("servers").and_then(Located::elements).and_then(|mut servers| servers.next());
    let host = document.get("host").or_else(|| server?.get("url"))?.text()?;
    let host = host.split_once("://").map_or(host, |(_, rest)| rest).to_ascii_lowercase();
    let (label, _) = host.split_once(".execute-api.")?;
    // `vpce-0d1e2f-abc.execute-api…vpce.amazonaws.com` names the endpoint and no API.
    let id = label.split_once("-vpce-").map_or(label, |(id, _)| id);
    (!id.starts_with("vpce-")).then(|| id.to_owned())
}
