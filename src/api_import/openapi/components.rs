//! What stands in a document for others to refer to: what nobody refers to is left out.

use super::{documentation, openapi_reader::OpenApiReader};
use crate::api_import::{report::Remark, source::Located};

/// Parts that only describe answers.
const ONLY_FOR_PEOPLE: [&str; 6] = ["responses", "headers", "examples", "links", "callbacks", "pathItems"];
const REFERRED_TO: [&str; 4] = ["schemas", "parameters", "requestBodies", "x-amazon-apigateway-integrations"];
const UNUSED: &str = "nothing that is served refers to it";

pub(super) fn leave_out_unused(reader: &mut OpenApiReader<'_, '_>) {
    let root = reader.root;
    // Swagger has them at the root.
    documentation::leave_out(reader.ledger, root, &["responses"]);
    for key in ["definitions", "parameters"] {
        leave_out_members(reader, root, key);
    }
    let Some(components) = reader.ledger.map(root, "components") else { return };
    documentation::leave_out(reader.ledger, components, &ONLY_FOR_PEOPLE);
    for key in REFERRED_TO {
        leave_out_members(reader, components, key);
    }
}

fn leave_out_members(reader: &mut OpenApiReader<'_, '_>, map: Located<'_>, key: &str) {
    let Some(parts) = reader.ledger.map(map, key) else { return };
    for member in parts.members().into_iter().flatten() {
        if !reader.ledger.is_claimed(member.value) {
            reader.ledger.remark_whole(member.value, Remark::left_out(UNUSED));
        }
    }
}
