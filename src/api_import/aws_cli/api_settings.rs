//! Settings of an API that its document may lack: `get-rest-api`, `apigatewayv2 get-api`.

use super::{
    answer_kind::AnswerKind,
    cli_answers::{ChosenStage, CliReader, either},
};
use crate::api_import::{definition::Definition, openapi, report::Remark, source::Located};

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("version", DOCUMENT), ("Version", DOCUMENT), ("CorsConfiguration", DOCUMENT), ("warnings", DOCUMENT),
    ("RouteSelectionExpression", "it is the same for all HTTP APIs"),
    ("ApiKeySelectionExpression", "an HTTP API has no keys"),
    ("createdDate", DATES), ("CreatedDate", DATES), ("rootResourceId", "paths are the document's"),
    ("tags", "tags are not of the API"), ("Tags", "tags are not of the API"),
    ("ApiEndpoint", ENDPOINT), ("IpAddressType", ENDPOINT), ("ApiGatewayManaged", ENDPOINT),
];

const DOCUMENT: &str = "the document beside it is read for that";
const DATES: &str = "it says when something was changed on API Gateway";
const ENDPOINT: &str = "the function URL is the endpoint";

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &mut Definition, chosen: &ChosenStage) {
    for api in reader.elements(AnswerKind::Apis) {
        let id = either(api, ["id", "ApiId"]).and_then(Located::text);
        if id != chosen.api.as_deref() {
            reader.ledger.remark_whole(api, Remark::left_out("another API"));
            continue;
        }
        reader.ledger.taken(api);
        reader.text(api, ["id", "ApiId"]);
        reader.leave_out(api, LEFT_OUT);
        if reader.ledger.text(api, "ProtocolType").is_some_and(|kind| kind != "HTTP") {
            let words = "a WebSocket API, which a function URL cannot serve";
            reader.ledger.error(api, words);
        }
        for key in ["disableExecuteApiEndpoint", "DisableExecuteApiEndpoint"] {
            if let Some(node) = api.get(key) {
                openapi::disabled_endpoint(reader.ledger, node);
            }
        }
        if let Some(node) = reader.ledger.map(api, "endpointConfiguration") {
            openapi::endpoint_configuration(reader.ledger, node);
        }
        settings(reader, definition, api);
    }
}

/// What counts where the document does not say it.
fn settings(reader: &mut CliReader<'_, '_>, definition: &mut Definition, api: Located<'_>) {
    let names = ["name", "Name"];
    match definition.title {
        Some(_) => reader.leave_out(api, &names.map(|name| (name, DOCUMENT))),
        None => definition.title = reader.text(api, names).map(str::to_owned),
    }
    let names = ["description", "Description"];
    match definition.settings.description {
        Some(_) => reader.leave_out(api, &names.map(|name| (name, DOCUMENT))),
        None => definition.settings.description = reader.text(api, names).map(str::to_owned),
    }
    let settings = &mut definition.settings;
    if let Some(source) = reader.ledger.text(api, "apiKeySource") {
        settings.api_key_source.get_or_insert_with(|| source.to_ascii_uppercase());
    }
    if let Some(types) = reader.ledger.texts(api, "binaryMediaTypes")
        && settings.binary_media_types.is_empty()
    {
        settings.binary_media_types = types;
    }
    if let Some(size) = reader.ledger.number(api, "minimumCompressionSize") {
        settings.more.entry("minimumCompressionSize").or_insert(size);
    }
    if let Some(node) = reader.ledger.member(api, "policy") {
        match settings.policy {
            Some(_) => reader.ledger.remark_whole(node, Remark::left_out(DOCUMENT)),
            None => settings.policy = openapi::resource_policy(reader.ledger, node),
        }
    }
}
