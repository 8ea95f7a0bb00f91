//! What tells a REST API's document from an HTTP API's: OpenAPI itself does not say it.

use crate::api_import::{
    definition::ApiKind,
    report::{Ledger, Question},
    source::{Located, NodeContent},
};

/// Members, and their values where these count, that only a REST API has.
const REST: [(&str, Option<&str>); 14] = [
    ("passthroughBehavior", None),
    ("requestTemplates", None),
    ("responseTemplates", None),
    ("type", Some("mock")),
    ("type", Some("aws")),
    ("type", Some("http")),
    ("type", Some("cognito_user_pools")),
    ("type", Some("token")),
    ("x-amazon-apigateway-request-validator", None),
    ("x-amazon-apigateway-request-validators", None),
    ("x-amazon-apigateway-gateway-responses", None),
    ("x-amazon-apigateway-binary-media-types", None),
    ("x-amazon-apigateway-api-key-source", None),
    ("x-amazon-apigateway-policy", None),
];

const HTTP: [(&str, Option<&str>); 8] = [
    ("x-amazon-apigateway-cors", None),
    ("x-amazon-apigateway-importexport-version", None),
    ("x-amazon-apigateway-integrations", None),
    ("type", Some("jwt")),
    ("integrationSubtype", None),
    ("payloadFormatVersion", Some("2.0")),
    ("/$default", None),
    ("$default", None),
];

/// Values that stand where `type` is an integration's or an authorizer's.
const TYPED: [&str; 2] = ["x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"];

#[derive(Default)]
struct Marks {
    rest: usize,
    http: usize,
}

/// The kind of a document: as the operator says it, else by its marks; without an answer it is asked for.
pub fn kind(ledger: &mut Ledger, root: Located<'_>, said: Option<ApiKind>) -> Option<ApiKind> {
    if said.is_some() {
        return said;
    }
    let mut marks = Marks::default();
    count(root, "", &mut marks);
    let words = match (marks.rest, marks.http) {
        (0, 0) => "is it a REST API or an HTTP API? Nothing in the document tells",
        (_, 0) => return Some(ApiKind::Rest),
        (0, _) => return Some(ApiKind::Http),
        _ => "is it a REST API or an HTTP API? The document has marks of both",
    };
    ledger.ask(root, Question::of_option("--kind", words, "--kind rest (or --kind http)"));
    None
}

fn count(node: Located<'_>, within: &str, marks: &mut Marks) {
    match node.content() {
        NodeContent::Scalar { .. } => {}
        NodeContent::List(nodes) => nodes.iter().for_each(|id| count(node.tree.at(*id), within, marks)),
        NodeContent::Map(_) => {
            for member in node.members().into_iter().flatten() {
                let text = member.value.text();
                let is_mark = |(key, value): &(&str, Option<&str>)| {
                    let is_value = value.is_none_or(|value| text.is_some_and(|text| is_same(text, value)));
                    let counts = *key != "type" || TYPED.contains(&within);
                    *key == member.key && is_value && counts
                };
                marks.rest += usize::from(REST.iter().any(is_mark));
                marks.http += usize::from(HTTP.iter().any(is_mark));
                count(member.value, member.key, marks);
            }
        }
    }
}

fn is_same(text: &str, value: &str) -> bool {
    text.eq_ignore_ascii_case(value)
}
