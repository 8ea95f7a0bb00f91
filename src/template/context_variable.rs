//! The variables of API Gateway's `$context` that the gateway knows.

use std::{borrow::Cow, fmt};

use super::{ValueKind, WordValue};
use crate::context::Context;

/// One variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextVariable {
    AccountId,
    ApiId,
    DeploymentId,
    DomainName,
    DomainPrefix,
    ExtendedRequestId,
    HttpMethod,
    ApiKeyId,
    SourceIp,
    UserAgent,
    Path,
    Protocol,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    ResourcePath,
    RouteKey,
    Stage,
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
struct Row(&'static str, Scope);

const ALL: [ContextVariable; 18] = {
    use ContextVariable::*;
    [
        AccountId,
        ApiId,
        DeploymentId,
        DomainName,
        DomainPrefix,
        ExtendedRequestId,
        HttpMethod,
        ApiKeyId,
        SourceIp,
        UserAgent,
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
        ALL.into_iter().find(|variable| variable.name() == name)
    }

    /// All names, for problems: `accountId, apiId, …`.
    pub fn names() -> String {
        ALL.map(Self::name).join(", ")
    }

    const fn name(self) -> &'static str {
        self.row().0
    }

    /// True of a variable that is the same in all requests of one caller for one URI.
    pub fn is_of_the_uri(self) -> bool {
        self.row().1 == Scope::Uri
    }

    #[rustfmt::skip]
    const fn row(self) -> Row {
        match self {
            Self::AccountId         => Row("accountId",          Scope::Uri),
            Self::ApiId             => Row("apiId",              Scope::Uri),
            Self::DeploymentId      => Row("deploymentId",       Scope::Uri),
            Self::DomainName        => Row("domainName",         Scope::Uri),
            Self::DomainPrefix      => Row("domainPrefix",       Scope::Uri),
            Self::ExtendedRequestId => Row("extendedRequestId",  Scope::Request),
            Self::HttpMethod        => Row("httpMethod",         Scope::Uri),
            Self::ApiKeyId          => Row("identity.apiKeyId",  Scope::Uri),
            Self::SourceIp          => Row("identity.sourceIp",  Scope::Request),
            Self::UserAgent         => Row("identity.userAgent", Scope::Request),
            Self::Path              => Row("path",               Scope::Uri),
            Self::Protocol          => Row("protocol",           Scope::Request),
            Self::RequestId         => Row("requestId",          Scope::Request),
            Self::RequestTime       => Row("requestTime",        Scope::Request),
            Self::RequestTimeEpoch  => Row("requestTimeEpoch",   Scope::Request),
            Self::ResourcePath      => Row("resourcePath",       Scope::Uri),
            Self::RouteKey          => Row("routeKey",           Scope::Uri),
            Self::Stage             => Row("stage",              Scope::Uri),
        }
    }

    /// The value in a request. Empty where that has nothing of the kind.
    pub fn text<'a>(self, context: &Context<'a>) -> Cow<'a, str> {
        let request = context.request;
        let origin = &request.origin;
        match self {
            Self::AccountId => origin.account_id.as_str().into(),
            Self::ApiId => origin.api_id.as_str().into(),
            Self::DeploymentId => context.deployment_id.into(),
            Self::DomainName => origin.domain_name.as_str().into(),
            Self::DomainPrefix => origin.domain_prefix.as_str().into(),
            Self::ExtendedRequestId | Self::RequestId => request.id.as_str().into(),
            Self::HttpMethod => request.method.as_str().into(),
            Self::ApiKeyId => context.api_key_id.unwrap_or_default().into(),
            Self::SourceIp => origin.source_ip.as_str().into(),
            Self::UserAgent => origin.user_agent.as_str().into(),
            Self::Path => context.full_path(),
            Self::Protocol => origin.protocol.as_str().into(),
            Self::RequestTime => origin.time.as_str().into(),
            Self::RequestTimeEpoch => origin.time_epoch.to_string().into(),
            Self::ResourcePath => context.resource_path().into(),
            Self::RouteKey => context.route_key.into(),
            Self::Stage => context.stage.into(),
        }
    }

    /// The same, for a text template. The one that is a number in Amazon's events is one in JSON too.
    pub fn value<'a>(self, context: &Context<'a>) -> WordValue<'a> {
        let kind = if self == Self::RequestTimeEpoch { ValueKind::Json } else { ValueKind::Text };
        WordValue { text: Some(self.text(context)), kind }
    }
}

/// The name, without `context.`.
impl fmt::Display for ContextVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
