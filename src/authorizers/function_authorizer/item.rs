//! The items of functions as authorizers.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    AnswerForm, CacheScope, EventForm, FunctionAuthorizer, IdentitySources, KeptAnswers, ValidationExpression,
};
use crate::{
    digest::Sha256,
    functions::{FunctionName, PayloadVersion},
    item::{Fields, brief},
};

/// API Gateway's.
const MOST_TTL_SECONDS: u64 = 3_600;
const DEFAULT_TTL_SECONDS: u64 = 300;

const URI: &str = "authorizerUri";
const PAYLOAD_FORMAT_VERSION: &str = "authorizerPayloadFormatVersion";
const SIMPLE_RESPONSES: &str = "enableSimpleResponses";
const IDENTITY_SOURCE: &str = "identitySource";
const VALIDATION_EXPRESSION: &str = "identityValidationExpression";
const TTL: &str = "authorizerResultTtlInSeconds";
const CREDENTIALS: &str = "authorizerCredentials";

const ONE_HEADER: &str = "one header: method.request.header.NAME";

impl FunctionAuthorizer {
    /// Reads an authorizer of type `TOKEN`. What is wrong is reported, and `None`.
    pub fn parse_token(fields: &Fields<'_>, id: &Arc<str>, digest: [u8; 32]) -> Option<Self> {
        let version = fields.choice(PAYLOAD_FORMAT_VERSION, &[("1.0", ())]);
        let is_version_read = version.is_some() || fields.value(PAYLOAD_FORMAT_VERSION).is_none();
        let is_policy =
            no_simple_responses(fields, "false or nothing: a TOKEN authorizer answers with a policy");
        let sources = match fields.value(IDENTITY_SOURCE) {
            None => IdentitySources::parse(&"method.request.header.Authorization".into()),
            Some(written) => identity_sources(fields).filter(|sources| {
                if !sources.is_one_header() {
                    fields.problem(IDENTITY_SOURCE, &brief(written), ONE_HEADER);
                }
                sources.is_one_header()
            }),
        };
        let expression = validation_expression(fields);
        let authorizer = Self::parse(fields, id, digest, sources, Some(EventForm::Token));
        (is_version_read && is_policy).then_some(Self { expression: expression?, ..authorizer? })
    }

    /// Reads an authorizer of type `REQUEST`. What is wrong is reported, and `None`.
    pub fn parse_request(fields: &Fields<'_>, id: &Arc<str>, digest: [u8; 32]) -> Option<Self> {
        let form = match PayloadVersion::read(fields, PAYLOAD_FORMAT_VERSION) {
            None => None,
            Some(PayloadVersion::V1) => {
                let expected = "false or nothing: answers in payload format 1.0 are policies";
                no_simple_responses(fields, expected).then_some(EventForm::RequestV1)
            }
            Some(PayloadVersion::V2) => simple_responses(fields).map(EventForm::RequestV2),
        };
        if let Some(written) = fields.value(VALIDATION_EXPRESSION) {
            fields.problem(
                VALIDATION_EXPRESSION,
                &brief(written),
                "nothing: only a TOKEN authorizer has one",
            );
        }
        let sources = match fields.value(IDENTITY_SOURCE) {
            None => Some(IdentitySources::default()),
            Some(_) => identity_sources(fields),
        };
        Self::parse(fields, id, digest, sources, form)
    }

    /// Reads what both types have.
    fn parse(
        fields: &Fields<'_>,
        id: &Arc<str>,
        digest: [u8; 32],
        sources: Option<IdentitySources>,
        form: Option<EventForm>,
    ) -> Option<Self> {
        let function = FunctionName::read(fields, URI);
        if let Some(written) = fields.value(CREDENTIALS) {
            let expected = "nothing: the gateway calls functions with its own role";
            fields.warn(CREDENTIALS, &brief(written), expected);
        }
        let scopes = [("ROUTE", CacheScope::Route), ("API", CacheScope::Api)];
        let scope = fields.read_or("cacheScope", CacheScope::Route, |name| fields.choice(name, &scopes));
        let ttl = fields.read_or(TTL, DEFAULT_TTL_SECONDS, |name| fields.integer(name, 0..=MOST_TTL_SECONDS));
        let (sources, function) = (sources?, function?);
        let (scope, ttl) = (scope?, Duration::from_secs(ttl?));
        // Without a source nothing tells one caller's answer from another's.
        let keeps = !ttl.is_zero() && !sources.is_empty();
        // The stage's variables are in it.
        let digest = Sha256::default().with(digest).with(format!("{function:?}")).finish();
        Some(Self {
            id: Arc::clone(id),
            path: function.invocations_path(),
            account: function.account().map(Into::into),
            form: form?,
            #[cfg(feature = "cli")]
            function,
            token_places: sources.token_places().collect(),
            sources,
            expression: None,
            kept: keeps.then_some(KeptAnswers { ttl, scope }),
            digest,
        })
    }
}

fn identity_sources(fields: &Fields<'_>) -> Option<IdentitySources> {
    fields.parsed(IDENTITY_SOURCE, IdentitySources::EXPECTED, IdentitySources::parse)
}

/// The form of answers in payload format 2.0.
fn simple_responses(fields: &Fields<'_>) -> Option<AnswerForm> {
    let is_simple = fields.read_or(SIMPLE_RESPONSES, false, |name| fields.boolean(name))?;
    Some(if is_simple { AnswerForm::Simple } else { AnswerForm::HttpPolicy })
}

/// Says if answers are policies; what says otherwise is reported.
fn no_simple_responses(fields: &Fields<'_>, expected: &str) -> bool {
    let is_simple = fields.read_or(SIMPLE_RESPONSES, false, |name| fields.boolean(name));
    if is_simple == Some(true) {
        fields.problem(SIMPLE_RESPONSES, "true", expected);
    }
    is_simple == Some(false)
}

/// `Some(None)`: there is none.
fn validation_expression(fields: &Fields<'_>) -> Option<Option<ValidationExpression>> {
    let Some(written) = fields.value(VALIDATION_EXPRESSION) else { return Some(None) };
    let parsed = match written {
        Value::String(source) if source.is_empty() => Err(" that is not empty: no token fits that"),
        Value::String(source) => ValidationExpression::parse(source),
        _ => Err(", as text"),
    };
    match parsed {
        Ok(expression) => Some(Some(expression)),
        Err(reason) => {
            let expected = format!("a regular expression of ECMA 262{reason}");
            fields.problem(VALIDATION_EXPRESSION, &brief(written), &expected);
            None
        }
    }
}
