//! The extensions at the root of a document: what an API says of itself.

use serde_json::Value;

use super::{documentation, openapi_reader::OpenApiReader, own_extensions};
use crate::{
    api_import::{
        definition::{ApiKind, Sourced},
        report::{Ledger, Question, Remark},
        source::Located,
    },
    policy_document::{PolicyDocument, PolicyKind},
};

const CORS: &str = "x-amazon-apigateway-cors";
const POLICY: &str = "x-amazon-apigateway-policy";

pub(super) fn read(reader: &mut OpenApiReader<'_, '_>) {
    let root = reader.root;
    documentation::leave_out(
        reader.ledger,
        root,
        &[
            "x-amazon-apigateway-documentation",
            "x-amazon-apigateway-importexport-version",
            "x-amazon-apigateway-tag-value",
        ],
    );
    let settings = [
        ("x-amazon-apigateway-security-policy", "the function URL has TLS 1.2 and 1.3"),
        ("x-amazon-apigateway-endpoint-access-mode", "the function URL is the endpoint"),
    ];
    for (key, words) in settings {
        reader.leave_out(root, key, words);
    }
    if let Some(types) = reader.ledger.texts(root, "x-amazon-apigateway-binary-media-types") {
        reader.definition.settings.binary_media_types = types;
    }
    if let Some(source) = reader.ledger.text(root, "x-amazon-apigateway-api-key-source") {
        reader.definition.settings.api_key_source = Some(source.to_ascii_uppercase());
    }
    if let Some(size) = reader.ledger.number(root, "x-amazon-apigateway-minimum-compression-size") {
        reader.definition.settings.more.insert("minimumCompressionSize".to_owned(), size);
    }
    cors(reader);
    policy(reader);
    endpoint(reader);
}

fn cors(reader: &mut OpenApiReader<'_, '_>) {
    let mut key = CORS;
    if reader.definition.kind == ApiKind::Rest && !own_extensions::is_export(reader.root) {
        reader.leave_out(reader.root, CORS, "a REST API does nothing by it, as on API Gateway");
        key = own_extensions::CORS;
    }
    let Some(cors) = reader.ledger.map(reader.root, key) else { return };
    let mut fields = serde_json::Map::new();
    for key in ["allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"] {
        if let Some(texts) = reader.ledger.texts(cors, key)
            && !texts.is_empty()
        {
            fields.insert(key.to_owned(), texts.into());
        }
    }
    if let Some(seconds) = reader.ledger.number(cors, "maxAge") {
        fields.insert("maxAge".to_owned(), seconds);
    }
    if let Some(allowed) = reader.ledger.boolean(cors, "allowCredentials") {
        fields.insert("allowCredentials".to_owned(), allowed.into());
    }
    if !fields.contains_key("allowOrigins") {
        let words = "it allows no origin, so no browser has use of it";
        reader.ledger.remark(cors, Remark::left_out(words));
        return;
    }
    reader.definition.settings.cors = Some(Sourced::new(fields, cors.span()));
}

fn policy(reader: &mut OpenApiReader<'_, '_>) {
    let Some(node) = reader.root.get(POLICY) else { return };
    reader.definition.settings.policy = resource_policy(reader.ledger, node);
}

/// A resource policy, if the gateway can judge all that it says.
pub fn resource_policy(ledger: &mut Ledger, node: Located<'_>) -> Option<Sourced<Value>> {
    ledger.taken_whole(node);
    if node.text().is_some_and(|text| text.trim().is_empty()) {
        // The Serverless Framework writes it for no policy.
        return None;
    }
    let value = match node.text() {
        Some(text) => policy_of_text(text),
        None => node.to_json(),
    };
    let Err(faults) = PolicyDocument::parse(&value, PolicyKind::ResourceBased) else {
        return Some(Sourced::new(value, node.span()));
    };
    // A name without an answer is no fault: nothing is written before it is answered.
    if faults.iter().all(|fault| ledger.hangs_on_name(&fault.got)) {
        return None;
    }
    let faults =
        faults.iter().map(|fault| format!("{}: got {}, expected {}", fault.path, fault.got, fault.expected));
    let words = format!(
        "the resource policy has what the gateway cannot judge ({}): may the API be open to whom it keeps out?",
        faults.collect::<Vec<_>>().join("; ")
    );
    ledger.opened(node, Question::of_map("policy", words, "open"));
    None
}

/// A policy as a text. That of get-rest-api has a backslash before each quote and slash.
fn policy_of_text(text: &str) -> Value {
    let unescaped = || text.replace("\\\"", "\"").replace("\\/", "/");
    let parsed = serde_json::from_str(text).or_else(|_| serde_json::from_str(&unescaped()));
    parsed.unwrap_or_else(|_| Value::from(text))
}

fn endpoint(reader: &mut OpenApiReader<'_, '_>) {
    let key = "x-amazon-apigateway-endpoint-configuration";
    if let Some(node) = reader.ledger.map(reader.root, key) {
        endpoint_configuration(reader.ledger, node);
    }
}

/// Settings of the endpoint: a private one keeps the world out, and a function URL does not.
pub fn endpoint_configuration(ledger: &mut Ledger, node: Located<'_>) {
    let types = ledger.texts(node, "types").unwrap_or_default();
    let endpoints = ledger.texts(node, "vpcEndpointIds").unwrap_or_default();
    if let Some(kind) = node.get("ipAddressType") {
        ledger.remark_whole(kind, Remark::left_out("the function URL is the endpoint"));
    }
    if let Some(disabled) = node.get("disableExecuteApiEndpoint") {
        disabled_endpoint(ledger, disabled);
    }
    if endpoints.is_empty() && !types.iter().any(|kind| kind.eq_ignore_ascii_case("PRIVATE")) {
        return;
    }
    let words = "the API has a private endpoint, and a function URL is reached from everywhere: may it be public? \
                 ipAllow, a policy or the AuthType AWS_IAM keep others out";
    ledger.opened(node, Question::of_map("private endpoint", words, "open"));
}

/// `disableExecuteApiEndpoint`: who may reach the API only through its domain reaches a function URL past it.
pub fn disabled_endpoint(ledger: &mut Ledger, node: Located<'_>) {
    if node.is_null() || node.as_bool() == Some(false) {
        ledger.remark_whole(node, Remark::left_out("the function URL is the endpoint"));
        return;
    }
    let words = "the default endpoint of the API is disabled, and a function URL is reached past its domain: may it be? \
                 TRUSTED_PROXY_SECRET with REQUIRE_TRUSTED_PROXY lets in only who comes through a proxy of yours";
    ledger.opened(node, Question::of_map("disabled endpoint", words, "open"));
}
