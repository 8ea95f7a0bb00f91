//! `authorizers` → `x-amazon-apigateway-authorizer`.

use serde_json::{Value, json};

use super::{
    function_target::{Transfer, invocation_uri},
    item_fields::{Fields, copy, map, text, texts, word},
};
use crate::api_import::definition::ApiKind;

const DEFAULT_SOURCE: &str = "$request.header.Authorization";
const OF_HEADER: &str = "$request.header.";

/// The extension. `None`: API Gateway has no such authorizer.
pub fn authorizer(fields: &Fields, kind: ApiKind) -> Option<Fields> {
    let written = match word(fields, "type")?.as_str() {
        "JWT" => {
            let configuration = map(fields, "jwtConfiguration").cloned().unwrap_or_default();
            let source = sources(fields).into_iter().next().unwrap_or(DEFAULT_SOURCE.to_owned());
            json!({ "type": "jwt", "jwtConfiguration": configuration, "identitySource": source })
        }
        "COGNITO_USER_POOLS" => {
            json!({ "type": "cognito_user_pools", "providerARNs": texts(fields, "providerARNs") })
        }
        "TOKEN" => {
            let mut written = function(fields, "token")?;
            copy(fields, &["identityValidationExpression"], &mut written);
            Value::Object(written)
        }
        "REQUEST" => Value::Object(request(fields, kind)?),
        _ => return None,
    };
    written.as_object().cloned()
}

/// The header that a token stands in: the name of the scheme's parameter.
pub fn header(fields: &Fields) -> String {
    let sources = sources(fields);
    let first = sources.first().map_or(DEFAULT_SOURCE, String::as_str);
    first.strip_prefix(OF_HEADER).unwrap_or("Unused").to_owned()
}

/// The identity sources in the words of HTTP APIs.
fn sources(fields: &Fields) -> Vec<String> {
    let sources = texts(fields, "identitySource").into_iter();
    let of_http = |source: String| match source.strip_prefix("method.request.") {
        Some(rest) => format!("$request.{rest}"),
        None => source,
    };
    sources.map(of_http).collect()
}

fn function(fields: &Fields, kind: &str) -> Option<Fields> {
    let uri = invocation_uri(&text(fields, "authorizerUri")?, Transfer::Buffered);
    let mut written =
        Fields::from_iter([("type".to_owned(), kind.into()), ("authorizerUri".to_owned(), uri.into())]);
    copy(fields, &["authorizerResultTtlInSeconds"], &mut written);
    Some(written)
}

fn request(fields: &Fields, kind: ApiKind) -> Option<Fields> {
    let mut written = function(fields, "request")?;
    let sources = sources(fields);
    if !sources.is_empty() {
        let of_kind = sources.into_iter().map(|source| match (kind, source.strip_prefix("$request.")) {
            (ApiKind::Rest, Some(rest)) => format!("method.request.{rest}"),
            (ApiKind::Rest, None) => source.trim_start_matches('$').to_owned(),
            (ApiKind::Http, _) => source,
        });
        let joined = of_kind.collect::<Vec<_>>().join(", ");
        written.insert("identitySource".to_owned(), joined.into());
    }
    if kind == ApiKind::Http {
        let version = text(fields, "authorizerPayloadFormatVersion").unwrap_or("2.0".to_owned());
        written.insert("authorizerPayloadFormatVersion".to_owned(), version.into());
        copy(fields, &["enableSimpleResponses"], &mut written);
    }
    Some(written)
}
