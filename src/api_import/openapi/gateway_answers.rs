//! `x-amazon-apigateway-gateway-responses` → `gatewayResponses`, by response type.

use serde_json::{Map, Value};

use super::openapi_reader::OpenApiReader;
use crate::{
    api_import::{definition::Sourced, report::Remark, source::Located},
    error::ResponseType,
};

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
    for key in ["responseParameters", "responseTemplates"] {
        if let Some(value) = reader.ledger.json(node, key) {
            fields.insert(key.to_owned(), value);
        }
    }
    fields
}
