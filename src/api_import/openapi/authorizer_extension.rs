//! `x-amazon-apigateway-authorizer` → the words of `authorizers`.

use serde_json::{Map, Value, json};

use super::{function_uri::function_of, openapi_reader::OpenApiReader};
use crate::api_import::{
    definition::ApiKind,
    report::{Question, Remark, Visibility},
    source::Located,
};

const DEFAULT_SOURCE: &str = "$request.header.Authorization";

/// The fields of an authorizer; `header` is the name of its scheme's parameter. `None`: it is of no known type.
pub(super) fn fields(
    reader: &mut OpenApiReader<'_, '_>,
    node: Located<'_>,
    header: &str,
) -> Option<Map<String, Value>> {
    let kind = reader.ledger.text(node, "type").unwrap_or_default().to_ascii_lowercase();
    let mut fields = Map::new();
    let sources = sources(reader, node);
    let header =
        if header.is_empty() || header.eq_ignore_ascii_case("unused") { "Authorization" } else { header };
    let of_header = format!("$request.header.{header}");
    match kind.as_str() {
        "jwt" => {
            fields.insert("type".to_owned(), "JWT".into());
            jwt(reader, node, &mut fields);
            put_source(&mut fields, sources);
        }
        "cognito_user_pools" => {
            fields.insert("type".to_owned(), "COGNITO_USER_POOLS".into());
            let pools = reader.ledger.texts(node, "providerARNs").unwrap_or_default();
            fields.insert("providerARNs".to_owned(), pools.into());
            put_source(&mut fields, sources.or(Some(vec![of_header])));
            ask_for_audience(reader, node);
            reader.leave_out(
                node,
                "authorizerResultTtlInSeconds",
                "good tokens are remembered until they expire",
            );
        }
        "token" => {
            fields.insert("type".to_owned(), "TOKEN".into());
            function(reader, node, &mut fields)?;
            put_source(&mut fields, sources.or(Some(vec![of_header])));
            if let Some(expression) = reader.ledger.text(node, "identityValidationExpression") {
                fields.insert("identityValidationExpression".to_owned(), expression.into());
            }
        }
        "request" => {
            fields.insert("type".to_owned(), "REQUEST".into());
            function(reader, node, &mut fields)?;
            request(reader, node, &mut fields);
            if let Some(sources) = sources {
                fields.insert("identitySource".to_owned(), sources.into());
            }
        }
        _ => return None,
    }
    Some(fields)
}

/// Of a pool the expression says which clients' tokens are let in, and the gateway has no such check.
fn ask_for_audience(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>) {
    let key = "identityValidationExpression";
    let Some(expression) = reader.ledger.member(node, key) else { return };
    let words = "the identityValidationExpression of a Cognito authorizer keeps out tokens whose audience does not fit it, \
                 and here every good token of the pool is let in: may it be open to them? A JWT authorizer of the pool \
                 checks the audience";
    reader.ledger.opened(expression, Question::of_map(key, words, "open"));
}

/// Writes where a token stands, if that is not where it always does.
fn put_source(fields: &mut Map<String, Value>, sources: Option<Vec<String>>) {
    if let Some(sources) = sources
        && sources != [DEFAULT_SOURCE]
    {
        fields.insert("identitySource".to_owned(), sources.into());
    }
}

fn jwt(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>, fields: &mut Map<String, Value>) {
    let Some(configuration) = reader.ledger.map(node, "jwtConfiguration") else { return };
    let issuer = reader.ledger.text(configuration, "issuer").unwrap_or_default();
    let audience = reader.ledger.texts(configuration, "audience").unwrap_or_default();
    fields.insert("jwtConfiguration".to_owned(), json!({ "issuer": issuer, "audience": audience }));
}

/// The function that is asked, and how long its answers count. `None`: it has none.
fn function(
    reader: &mut OpenApiReader<'_, '_>,
    node: Located<'_>,
    fields: &mut Map<String, Value>,
) -> Option<()> {
    let uri = reader.ledger.text(node, "authorizerUri")?;
    let function = function_of(uri).map_or_else(|| uri.to_owned(), |function| function.name);
    fields.insert("authorizerUri".to_owned(), function.into());
    if let Some(seconds) = reader.ledger.number(node, "authorizerResultTtlInSeconds") {
        fields.insert("authorizerResultTtlInSeconds".to_owned(), seconds);
    }
    if let Some(credentials) = reader.ledger.member(node, "authorizerCredentials") {
        let words = "the gateway calls authorizers with its own role";
        let remark = Remark::left_out(words).advising("let the gateway's role invoke the function");
        reader.ledger.remark_whole(credentials, remark);
    }
    if reader.definition.kind == ApiKind::Rest {
        let words = "kept answers count for one route, on API Gateway for all (cacheScope: API)";
        reader.ledger.remark(node, Remark::otherwise(words, Visibility::Invisible));
    }
    Some(())
}

fn request(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>, fields: &mut Map<String, Value>) {
    let version = reader.ledger.text(node, "authorizerPayloadFormatVersion");
    let version = match reader.definition.kind {
        ApiKind::Rest => "1.0",
        ApiKind::Http => version.unwrap_or("1.0"),
    };
    fields.insert("authorizerPayloadFormatVersion".to_owned(), version.into());
    if let Some(simple) = reader.ledger.boolean(node, "enableSimpleResponses") {
        fields.insert("enableSimpleResponses".to_owned(), simple.into());
    }
    reader.leave_out(
        node,
        "identityValidationExpression",
        "it counts for TOKEN authorizers only, as on API Gateway",
    );
}

/// The identity sources in the words of the file: `$request.header.X`.
fn sources(reader: &mut OpenApiReader<'_, '_>, node: Located<'_>) -> Option<Vec<String>> {
    let written = reader.ledger.texts(node, "identitySource")?;
    let parts = written.iter().flat_map(|text| text.split(',')).map(str::trim);
    let words: Vec<String> = parts.filter(|part| !part.is_empty()).map(word).collect();
    (!words.is_empty()).then_some(words)
}

fn word(source: &str) -> String {
    match source.strip_prefix("method.request.") {
        Some(rest) => format!("$request.{rest}"),
        None if source.starts_with('$') => source.to_owned(),
        None => format!("${source}"),
    }
}
