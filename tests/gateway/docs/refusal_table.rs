//! `docs/cors-and-gateway-responses.md`: every refusal of the code, as the client sees it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use http::StatusCode;
use tollgate::error::{AuthorizerForm, BadValue, GatewayError, InvalidConfiguration, StoreError, Violation};

use super::Page;

#[test]
fn every_refusal_stands_there_as_the_client_sees_it() {
    let rows = std::iter::successors(after(None), |error| after(Some(error))).map(|error| {
        let refusal = error.refusal();
        let (status, body) = (refusal.status.as_u16(), refusal.body());
        format!("| {status} | `{}` | `{}` | `{body}` |", refusal.response_type, refusal.error_type)
    });
    let expected: BTreeSet<String> = rows.collect();
    let is_row = |line: &&str| line.get(2..5).is_some_and(|status| status.parse::<u16>().is_ok());
    let without_cause = |row: &str| Some(format!("{} |", row.strip_suffix(" |")?.rsplit_once(" | ")?.0));
    let page = Page::read("docs/cors-and-gateway-responses.md");
    let shown: BTreeSet<String> = page.text.lines().filter(is_row).filter_map(without_cause).collect();
    assert_eq!(shown, expected);
}

/// Each kind of refusal names the next, so that a new one stops the build here.
fn after(error: Option<&GatewayError>) -> Option<GatewayError> {
    use AuthorizerForm::{Http, Rest};
    use GatewayError as E;
    let none = || "cause".into();
    let violation = || Violation {
        pointer: "page".to_owned(),
        detail: String::new(),
        rule: "querystring.page.type".to_owned(),
    };
    let bad_value = || Box::new(BadValue { words: String::new(), fault: "", cause: None });
    Some(match error {
        None => E::BadRequest("".into()),
        Some(E::BadRequest(_)) => E::MissingParameters(vec!["page".to_owned(), "x-tenant".to_owned()]),
        Some(E::MissingParameters(_)) => E::InvalidBody("".into()),
        Some(E::InvalidBody(_)) => E::BadBodyValue(bad_value()),
        Some(E::BadBodyValue(_)) => E::BadParameterValue(bad_value()),
        Some(E::BadParameterValue(_)) => E::UntrustedOrigin,
        Some(E::UntrustedOrigin) => E::StageNotFound { host: String::new(), path: String::new() },
        Some(E::StageNotFound { .. }) => E::RouteNotFound,
        Some(E::RouteNotFound) => E::MethodNotAllowed { allow: String::new() },
        Some(E::MethodNotAllowed { .. }) => E::MissingAuthenticationToken,
        Some(E::MissingAuthenticationToken) => E::ItemNotFound,
        Some(E::ItemNotFound) => E::ConditionFailed,
        Some(E::ConditionFailed) => E::PreconditionFailed,
        Some(E::PreconditionFailed) => E::ConditionFailedAs(StatusCode::NOT_FOUND),
        Some(E::ConditionFailedAs(_)) => E::RequestTooLarge { bytes: 0 },
        Some(E::RequestTooLarge { .. }) => E::BrokenAnswer("".into()),
        Some(E::BrokenAnswer(_)) => E::IntegrationFailure(none()),
        Some(E::IntegrationFailure(_)) => E::IntegrationForbidden(none()),
        Some(E::IntegrationForbidden(_)) => E::UnsupportedMediaType { content_type: String::new() },
        Some(E::UnsupportedMediaType { .. }) => E::MappingFailed(none()),
        Some(E::MappingFailed(_)) => E::NoFittingResponse(String::new()),
        Some(E::NoFittingResponse(_)) => E::IntegrationUnreachable(none()),
        Some(E::IntegrationUnreachable(_)) => E::IntegrationTimeout { limit: Duration::ZERO },
        Some(E::IntegrationTimeout { .. }) => E::StoreUnavailable(StoreError::new("reading", none())),
        Some(E::StoreUnavailable(_)) => E::Panicked(String::new()),
        Some(E::Panicked(_)) => E::NoToken,
        Some(E::NoToken) => E::InvalidToken { reason: String::new(), description: "", scopes: String::new() },
        Some(E::InvalidToken { .. }) => E::InsufficientScope { scopes: String::new() },
        Some(E::InsufficientScope { .. }) => E::InvalidApiKey(String::new()),
        Some(E::InvalidApiKey(_)) => E::BrokenKeyItem(Arc::new(InvalidConfiguration(Vec::new()))),
        Some(E::BrokenKeyItem(_)) => E::KeysUnavailable { retry_after: Duration::ZERO, source: none() },
        Some(E::KeysUnavailable { .. }) => E::Throttled { retry_after: Duration::ZERO },
        Some(E::Throttled { .. }) => E::QuotaExceeded { retry_after: Duration::ZERO },
        Some(E::QuotaExceeded { .. }) => E::CountersUnavailable { retry_after: Duration::ZERO },
        Some(E::CountersUnavailable { .. }) => E::AccessDenied("".into()),
        Some(E::AccessDenied(_)) => E::InvalidationForbidden,
        Some(E::InvalidationForbidden) => E::NotCached,
        Some(E::NotCached) => E::StageUnavailable { stage: String::new() },
        Some(E::StageUnavailable { .. }) => E::RouteUnreadable("".into()),
        Some(E::RouteUnreadable(_)) => E::BodyViolations(Vec::new()),
        Some(E::BodyViolations(_)) => E::ParameterViolations(vec![violation()]),
        Some(E::ParameterViolations(_)) => E::Unauthorized("".into()),
        Some(E::Unauthorized(_)) => E::ExplicitlyDenied(String::new()),
        Some(E::ExplicitlyDenied(_)) => E::ImplicitlyDenied,
        Some(E::ImplicitlyDenied) => E::UriTooLong { bytes: 0 },
        Some(E::UriTooLong { .. }) => E::AuthorizerFailure { form: Rest, source: none() },
        Some(E::AuthorizerFailure { form: Rest, .. }) => E::AuthorizerFailure { form: Http, source: none() },
        Some(E::AuthorizerFailure { form: Http, .. }) => {
            E::AuthorizerMisconfigured { form: Rest, source: none() }
        }
        Some(E::AuthorizerMisconfigured { form: Rest, .. }) => {
            E::AuthorizerMisconfigured { form: Http, source: none() }
        }
        Some(E::AuthorizerMisconfigured { form: Http, .. }) => E::NotSigned,
        Some(E::NotSigned) => {
            E::CallerNotAllowed { user: "arn:…".to_owned(), resource: "arn:…".to_owned() }
        }
        Some(E::CallerNotAllowed { .. }) => E::IntegrationThrottled(none()),
        Some(E::IntegrationThrottled(_)) => E::UnsupportedContentCoding(String::new()),
        Some(E::UnsupportedContentCoding(_)) => E::BrokenContentCoding { coding: "", source: none() },
        Some(E::BrokenContentCoding { .. }) => E::UnpackedTooLarge { bytes: 0, source: none() },
        Some(E::UnpackedTooLarge { .. }) => return None,
    })
}
