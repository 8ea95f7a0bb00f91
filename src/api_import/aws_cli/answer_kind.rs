//! The command of the AWS CLI that printed a file, by the fields of its answer.

use crate::api_import::source::Located;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// `get-rest-apis`, `get-rest-api`, `apigatewayv2 get-apis`, `get-api`.
    Apis,
    /// `get-stages`, `get-stage`, those of `apigatewayv2` too.
    Stages,
    UsagePlans,
    UsagePlanKeys,
    ApiKeys,
    /// `get-base-path-mappings`, `apigatewayv2 get-api-mappings`.
    Mappings,
    /// What the document says by itself: authorizers, models, validators, gateway responses, routes, integrations.
    OfDocument,
    Empty,
}

/// Fields by which the elements of an answer are known, in this order.
#[rustfmt::skip]
const MARKS: [(&str, AnswerKind); 20] = [
    ("stageName", AnswerKind::Stages),
    ("StageName", AnswerKind::Stages),
    ("restApiId", AnswerKind::Mappings),
    ("ApiMappingId", AnswerKind::Mappings),
    ("stageKeys", AnswerKind::ApiKeys),
    ("apiStages", AnswerKind::UsagePlans),
    ("quota", AnswerKind::UsagePlans),
    ("throttle", AnswerKind::UsagePlans),
    ("endpointConfiguration", AnswerKind::Apis),
    ("rootResourceId", AnswerKind::Apis),
    ("ProtocolType", AnswerKind::Apis),
    ("validateRequestBody", AnswerKind::OfDocument),
    ("responseType", AnswerKind::OfDocument),
    ("authorizerUri", AnswerKind::OfDocument),
    ("providerARNs", AnswerKind::OfDocument),
    ("AuthorizerId", AnswerKind::OfDocument),
    ("schema", AnswerKind::OfDocument),
    ("path", AnswerKind::OfDocument),
    ("RouteKey", AnswerKind::OfDocument),
    ("IntegrationId", AnswerKind::OfDocument),
];

impl AnswerKind {
    pub fn of(root: Located<'_>) -> Option<Self> {
        match &elements(root)[..] {
            [] if list(root).is_some() => Some(Self::Empty),
            [] => None,
            [first, ..] => Self::of_element(*first),
        }
    }

    fn of_element(element: Located<'_>) -> Option<Self> {
        let is_key = element.get("type").and_then(Located::text) == Some("API_KEY");
        if is_key && element.get("id").is_some() {
            return Some(Self::UsagePlanKeys);
        }
        MARKS.iter().find(|(field, _)| element.get(field).is_some()).map(|(_, kind)| *kind)
    }
}

/// The list of an answer, which the CLI prints under one of three names.
pub(super) fn list(root: Located<'_>) -> Option<Located<'_>> {
    ["items", "item", "Items"].iter().find_map(|name| root.get(name)).filter(|list| list.elements().is_some())
}

/// What an answer holds: its elements, or itself.
pub(super) fn elements(root: Located<'_>) -> Vec<Located<'_>> {
    match list(root) {
        Some(list) => list.elements().into_iter().flatten().collect(),
        None if root.is_map() => vec![root],
        None => Vec::new(),
    }
}
