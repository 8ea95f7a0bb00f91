//! `api` of a stage: what all routes share.

use serde_json::Value;

use super::commented_text::WrittenFile;
use crate::api_import::{definition::Definition, source::Tree};

pub fn write(file: &mut WrittenFile, tree: &Tree, definition: &Definition) {
    let settings = &definition.settings;
    let mut part = WrittenFile::default();
    if !settings.more.contains_key("unmatchedRoutes") {
        part.member(6, "unmatchedRoutes", definition.kind.unmatched_routes());
    }
    let slash = definition.kind.trailing_slash();
    if let Some(slash) = slash.filter(|_| !settings.more.contains_key("trailingSlash")) {
        part.member(6, "trailingSlash", slash);
    }
    if let Some(source) = settings.api_key_source.as_deref().filter(|source| *source != "HEADER") {
        part.member(6, "apiKeySource", source);
    }
    for (name, value) in settings.more.iter().filter(|(_, value)| !value.is_null()) {
        part.member(6, name, value.clone());
    }
    if !settings.binary_media_types.is_empty() {
        part.member(6, "binaryMediaTypes", settings.binary_media_types.clone());
    }
    // `api:` is a line too.
    let before = file.next_line();
    if let Some(policy) = &settings.policy {
        part.origin_comment(6, tree, policy.origin, None);
        part.member(6, "policy", policy.value.clone());
    }
    if let Some(cors) = &settings.cors {
        part.origin_comment(6, tree, cors.origin, None);
        part.member(6, "corsConfiguration", Value::Object(cors.value.clone()));
    }
    if !definition.authorizers.is_empty() {
        part.head(6, "authorizers");
        for (name, authorizer) in &definition.authorizers {
            part.origin_comment(8, tree, authorizer.origin, None);
            part.member(8, name, Value::Object(authorizer.fields.clone()));
        }
    }
    for (section, values) in
        [("models", &definition.models), ("gatewayResponses", &settings.gateway_responses)]
    {
        if values.is_empty() {
            continue;
        }
        part.head(6, section);
        for (name, value) in values {
            part.origin_comment(8, tree, value.origin, None);
            part.member(8, name, value.value.clone());
        }
    }
    if part.text.is_empty() {
        return;
    }
    file.line(4, "api:");
    file.origins.extend(part.origins.into_iter().map(|(line, span)| (line + before, span)));
    file.text.push_str(&part.text);
}
