//! `x-amazon-apigateway-gateway-responses` → `gatewayResponses`, by response type.

use serde_json::{Map, Value};

use super::openapi_reader::OpenApiReader;
use crate::{
    api_import::{
        definition::Sourced,
        report::Remark,
        source::{Located, MemberOf},
    },
    error::ResponseType,
};

const NOT_OF_AN_ANSWER: [&str; 2] = ["gatewayresponse.path.", "gatewayresponse.querystring."];

pub(super) fn read(reader: &mut OpenApiReader<'_, '_>) {
    let Some(answers) = reader.ledger.map(reader.root, "x-amazon-apigateway-gateway-responses") else {
        return;
    };
    for member in answers.members().into_iter().flatten() {
        let is_known = ResponseType::ALL.iter().any(|known| known.to_string() == member.key);
        if !is_known {
            let words = "a response type that API Gateway does not have";
            reader.ledger.remark_whole(member.value, Remark::left_out(words));
            continue;
        }
        reader.ledger.taken(member.value);
        let fields = fields(reader, member.value);
        let answer = Sourced::new(Value::Object(fields), member.key_span);
        reader.definition.settings.gateway_responses.insert(member.key.to_owned(), answer);
    }
}

fn fields(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    if node.get("statusCode").is_some_and(|status| !status.is_null())
        && let Some(status) = reader.ledger.number(node, "statusCode")
    {
        fields.insert("statusCode".to_owned(), status);
    } else if let Some(status) = node.get("statusCode") {
        reader.ledger.taken(status);
    }
    let parameters = parameters(reader, node);
    fields.extend(parameters.map(|parameters| ("responseParameters".to_owned(), parameters)));
    if let Some(templates) = reader.ledger.json(node, "responseTemplates") {
        fields.insert("responseTemplates".to_owned(), templates);
    }
    fields
}

/// The headers of an answer. API Gateway also takes parts of a path and of a query string, which no answer has.
fn parameters(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>) -> Option<Value> {
    let map = node.get("responseParameters")?;
    let Some(members) = map.members() else { return reader.ledger.json(node, "responseParameters") };
    reader.ledger.taken(map);
    let mut parameters = Map::new();
    for MemberOf { key, value, .. } in members {
        if NOT_OF_AN_ANSWER.iter().any(|begin| key.starts_with(begin)) {
            let words = "an answer has neither a path nor a query string";
            reader.ledger.remark_whole(value, Remark::left_out(words));
            continue;
        }
        reader.ledger.taken_whole(value);
        parameters.insert(key.to_owned(), value.to_json());
    }
    Some(parameters.into())
}
