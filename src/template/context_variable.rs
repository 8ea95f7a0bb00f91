//! The variables of API Gateway's `$context` that the gateway knows.

use std::{borrow::Cow, fmt};

use super::{ValueKind, WordValue};
use crate::{context::Context, message::IamIdentity};

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextVariable {
    AccountId,
    ApiId,
    /// `authorizer.claims.x`, as HTTP APIs have it, as text; `authorizer.x`: of a function's context.
    Authorizer(Box<str>),
    PrincipalId,
    DeploymentId,
    DomainName,
    DomainPrefix,
    ExtendedRequestId,
    HttpMethod,
    ApiKeyId,
    /// `identity.x` of an IAM caller.
    Iam(IamFact),
    SourceIp,
    UserAgent,
    IsCanaryRequest,
    Path,
    Protocol,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    ResourcePath,
    RouteKey,
    Stage,
}

/// A fact about an IAM caller; other callers have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IamFact {
    AccountId,
    Caller,
    CognitoAuthenticationProvider,
    CognitoAuthenticationType,
    CognitoIdentityId,
    CognitoIdentityPoolId,
    PrincipalOrgId,
    User,
    UserArn,
}

/// The requests that see one value of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// All requests of one caller for one URI.
    Uri,
    /// Each request its own.
    Request,
}

/// Name and scope of a variable.
struct VariableRow(&'static str, Scope);

/// The beginning of the names of what an authorizer has found.
const AUTHORIZER: &str = "authorizer.";

/// All but those of authorizers, whose names are an issuer's, or a function's.
const NAMED: [ContextVariable; 29] = {
    use ContextVariable::*;
    [
        AccountId,
        ApiId,
        PrincipalId,
        DeploymentId,
        DomainName,
        DomainPrefix,
        ExtendedRequestId,
        HttpMethod,
        Iam(IamFact::AccountId),
        ApiKeyId,
        Iam(IamFact::Caller),
        Iam(IamFact::CognitoAuthenticationProvider),
        Iam(IamFact::CognitoAuthenticationType),
        Iam(IamFact::CognitoIdentityId),
        Iam(IamFact::CognitoIdentityPoolId),
        Iam(IamFact::PrincipalOrgId),
        SourceIp,
        Iam(IamFact::User),
        UserAgent,
        Iam(IamFact::UserArn),
        IsCanaryRequest,
        Path,
        Protocol,
        RequestId,
        RequestTime,
        RequestTimeEpoch,
        ResourcePath,
        RouteKey,
        Stage,
    ]
};

impl ContextVariable {
    /// The variable of this name, which stands behind `context.`.
    pub fn named(name: &str) -> Option<Self> {
        let named = NAMED.into_iter().find(|variable| variable.row().0 == name);
        let of_authorizer = || {
            let name = name.strip_prefix(AUTHORIZER)?;
            let is_name = !name.is_empty() && name != "claims" && name != "claims.";
            is_name.then(|| Self::Authorizer(name.into()))
        };
        named.or_else(of_authorizer)
    }

    /// All names, for problems: `accountId, apiId, …`.
    pub fn names() -> String {
        format!(
            "{}, {AUTHORIZER}claims.NAME, {AUTHORIZER}NAME",
            NAMED.map(|variable| variable.row().0).join(", ")
        )
    }

    /// True of a variable that is the same in all requests of one caller for one URI.
    pub fn is_of_the_uri(&self) -> bool {
        self.row().1 == Scope::Uri
    }

    #[rustfmt::skip]
    const fn row(&self) -> VariableRow {
        match self {
            Self::AccountId         => VariableRow("accountId",              Scope::Uri),
            Self::ApiId             => VariableRow("apiId",                  Scope::Uri),
            Self::Authorizer(_)     => VariableRow(AUTHORIZER,               Scope::Request),
            Self::PrincipalId       => VariableRow("authorizer.principalId", Scope::Uri),
            Self::DeploymentId      => VariableRow("deploymentId",           Scope::Uri),
            Self::DomainName        => VariableRow("domainName",             Scope::Uri),
            Self::DomainPrefix      => VariableRow("domainPrefix",           Scope::Uri),
            Self::ExtendedRequestId => VariableRow("extendedRequestId",      Scope::Request),
            Self::HttpMethod        => VariableRow("httpMethod",             Scope::Uri),
            Self::ApiKeyId          => VariableRow("identity.apiKeyId",      Scope::Uri),
            Self::Iam(fact)         => fact.row(),
            Self::SourceIp          => VariableRow("identity.sourceIp",      Scope::Request),
            Self::UserAgent         => VariableRow("identity.userAgent",     Scope::Request),
            Self::IsCanaryRequest   => VariableRow("isCanaryRequest",        Scope::Uri),
            Self::Path              => VariableRow("path",                   Scope::Uri),
            Self::Protocol          => VariableRow("protocol",               Scope::Request),
            Self::RequestId         => VariableRow("requestId",              Scope::Request),
            Self::RequestTime       => VariableRow("requestTime",            Scope::Request),
            Self::RequestTimeEpoch  => VariableRow("requestTimeEpoch",       Scope::Request),
            Self::ResourcePath      => VariableRow("resourcePath",           Scope::Uri),
            Self::RouteKey          => VariableRow("routeKey",               Scope::Uri),
            Self::Stage             => VariableRow("stage",                  Scope::Uri),
        }
    }

    /// True of those that are a number or a truth value in events, and so in JSON too.
    pub fn is_json(&self) -> bool {
        matches!(self, Self::RequestTimeEpoch | Self::IsCanaryRequest)
    }

    /// The value in a request. Empty where that has nothing of the kind.
    pub fn text<'a>(&self, context: &Context<'a>) -> Cow<'a, str> {
        let request = context.request;
        let origin = &request.origin;
        match self {
            Self::AccountId => origin.account_id.as_str().into(),
            Self::ApiId => origin.api_id.as_str().into(),
            Self::Authorizer(name) => context.caller.authorizer_text(name).unwrap_or_default().into(),
            Self::PrincipalId => context.caller.authorizer_text("principalId").unwrap_or_default().into(),
            Self::DeploymentId => context.deployment_id.into(),
            Self::DomainName => origin.domain_name.as_str().into(),
            Self::DomainPrefix => origin.domain_prefix.as_str().into(),
            Self::ExtendedRequestId | Self::RequestId => request.id.as_str().into(),
            Self::HttpMethod => request.method.as_str().into(),
            Self::ApiKeyId => context.caller.api_key_id.unwrap_or_default().into(),
            Self::Iam(fact) => context.caller.iam().and_then(|iam| fact.text(iam)).unwrap_or_default(),
            Self::SourceIp => origin.source_ip.as_str().into(),
            Self::UserAgent => origin.user_agent.as_str().into(),
            Self::IsCanaryRequest => if context.is_canary_request() { "true" } else { "false" }.into(),
            Self::Path => context.full_path(),
            Self::Protocol => origin.protocol.as_str().into(),
            Self::RequestTime => origin.time.as_str().into(),
            Self::RequestTimeEpoch => origin.time_epoch.to_string().into(),
            Self::ResourcePath => context.resource_path().into(),
            Self::RouteKey => context.route_key.into(),
            Self::Stage => context.stage.into(),
        }
    }

    /// The same, for a text template.
    pub fn value<'a>(&self, context: &Context<'a>) -> WordValue<'a> {
        let kind = if self.is_json() { ValueKind::Json } else { ValueKind::Text };
        WordValue { text: Some(self.text(context)), kind }
    }
}

impl IamFact {
    /// Of one URI's caller only the ARN, and the account in it, are sure to be the same.
    #[rustfmt::skip]
    const fn row(self) -> VariableRow {
        match self {
            Self::AccountId                     => VariableRow("identity.accountId",                     Scope::Uri),
            Self::Caller                        => VariableRow("identity.caller",                        Scope::Request),
            Self::CognitoAuthenticationProvider => VariableRow("identity.cognitoAuthenticationProvider", Scope::Request),
            Self::CognitoAuthenticationType     => VariableRow("identity.cognitoAuthenticationType",     Scope::Request),
            Self::CognitoIdentityId             => VariableRow("identity.cognitoIdentityId",             Scope::Uri),
            Self::CognitoIdentityPoolId         => VariableRow("identity.cognitoIdentityPoolId",         Scope::Request),
            Self::PrincipalOrgId                => VariableRow("identity.principalOrgId",                Scope::Request),
            Self::User                          => VariableRow("identity.user",                          Scope::Request),
            Self::UserArn                       => VariableRow("identity.userArn",                       Scope::Uri),
        }
    }

    fn text(self, iam: &IamIdentity) -> Option<Cow<'_, str>> {
        let cognito = iam.cognito_identity.as_ref();
        match self {
            Self::AccountId => Some(iam.account_id.as_str().into()),
            Self::Caller => Some(iam.caller_id.as_str().into()),
            Self::CognitoAuthenticationProvider => cognito?.providers().map(Cow::from),
            Self::CognitoAuthenticationType => cognito?.authentication_type().map(Cow::from),
            Self::CognitoIdentityId => Some(cognito?.identity_id.as_str().into()),
            Self::CognitoIdentityPoolId => Some(cognito?.identity_pool_id.as_str().into()),
            Self::PrincipalOrgId => iam.principal_org_id.as_deref().map(Cow::from),
            Self::User => Some(iam.user_id.as_str().into()),
            Self::UserArn => Some(iam.user_arn.as_str().into()),
        }
    }
}

/// The name, without `context.`.
impl fmt::Display for ContextVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)?;
        if let Self::Authorizer(name) = self { f.write_str(name) } else { Ok(()) }
    }
}
