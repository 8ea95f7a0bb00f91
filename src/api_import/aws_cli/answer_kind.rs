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
    /// `get-domain-names`, that of `apigatewayv2` too.
    DomainNames,
    /// `get-resources`.
    Resources,
    Authorizers,
    Models,
    RequestValidators,
    GatewayResponses,
    /// Parts of an HTTP API, which are read of its document: routes, integrations, authorizers.
    HttpParts,
    Empty,
}

/// Fields by which the elements of an answer are known, in this order.
#[rustfmt::skip]
const MARKS: [(&str, AnswerKind); 22] = [
    ("domainName", AnswerKind::DomainNames),
    ("DomainName", AnswerKind::DomainNames),
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
    ("validateRequestBody", AnswerKind::RequestValidators),
    ("responseType", AnswerKind::GatewayResponses),
    ("authorizerUri", AnswerKind::Authorizers),
    ("providerARNs", AnswerKind::Authorizers),
    ("AuthorizerId", AnswerKind::HttpParts),
    ("schema", AnswerKind::Models),
    ("path", AnswerKind::Resources),
    ("RouteKey", AnswerKind::HttpParts),
    ("IntegrationId", AnswerKind::HttpParts),
];

impl AnswerKind {
    pub fn of(root: Located<'_>) -> Option<Self> {
        match &elements(root)[..] {
            [] if list(root).is_some() => Some(Self::Empty),
            [] => None,
            [first, ..] => Self::of_element(*first),
        }
    }

    /// Says if a document says it too.
    pub(super) fn is_part_of_document(self) -> bool {
        match self {
            Self::Resources
            | Self::Authorizers
            | Self::Models
            | Self::RequestValidators
            | Self::GatewayResponses
            | Self::HttpParts => true,
            Self::Apis
            | Self::Stages
            | Self::UsagePlans
            | Self::UsagePlanKeys
            | Self::ApiKeys
            | Self::Mappings
            | Self::DomainNames
            | Self::Empty => false,
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
