//! The context of a request on its way: API Gateway's `$context`.

use std::borrow::Cow;

use crate::{item::StageVariables, message::Request};

/// A request with the stage and the route that serve it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub request: &'a Request,
    /// `v1`, `$default`; empty until the stage is known.
    pub stage: &'a str,
    /// `/v1`; empty for a stage at the root.
    pub base_path: &'a str,
    /// The canonical path below the base path, as it was routed. Starts with `/`.
    pub path: &'a str,
    pub stage_variables: &'a StageVariables,
    pub deployment_id: &'a str,
    /// As written: `GET /orders/{id}`, `$default`; empty until the route is known.
    pub route_key: &'a str,
    pub path_parameters: &'a [PathParameter<'a>],
    /// The id of the key that the caller was let in with; `None` where no key is asked for.
    pub api_key_id: Option<&'a str>,
}

/// The part of the path that `{name}` or `{name+}` of a route matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathParameter<'a> {
    pub name: &'a str,
    /// As routed: still percent-encoded, of a greedy parameter with all its slashes.
    pub value: &'a str,
}

impl<'a> PathParameter<'a> {
    /// The value as Lambda functions get it: without a slash at its end. Recorded of API Gateway: `/proxy-value/` gives
    /// `proxy-value`.
    pub fn value_in_events(&self) -> &'a str {
        self.value.strip_suffix('/').unwrap_or(self.value)
    }
}

impl<'a> Context<'a> {
    /// The path part of the route key, `null` in API Gateway's events for `$default`.
    pub fn resource_path(&self) -> &'a str {
        self.route_key.split_once(' ').map_or(self.route_key, |(_, path)| path)
    }

    /// The value of a path parameter as routed: still encoded, with all its slashes.
    pub fn path_parameter(&self, name: &str) -> Option<&'a str> {
        self.path_parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.value)
    }

    /// Base path and routed path.
    pub fn full_path(&self) -> Cow<'a, str> {
        below(self.base_path, Cow::Borrowed(self.path))
    }

    /// The routed path with the slash at its end that `trailingSlash: "IGNORE"` has passed over.
    pub fn sent_path(&self) -> Cow<'a, str> {
        if self.has_ignored_slash() {
            Cow::Owned(format!("{}/", self.path))
        } else {
            Cow::Borrowed(self.path)
        }
    }

    /// The same, with the base path.
    pub fn full_sent_path(&self) -> Cow<'a, str> {
        below(self.base_path, self.sent_path())
    }

    /// True where the client sent a slash at the end that was not routed.
    pub fn has_ignored_slash(&self) -> bool {
        self.request.path.ends_with('/') && !self.path.ends_with('/')
    }

    /// The value of `$context.name`; `None` for a name that is not in [`VARIABLES`].
    pub fn variable(&self, name: &str) -> Option<Cow<'a, str>> {
        let request = self.request;
        let origin = &request.origin;
        Some(match name {
            "accountId" => origin.account_id.as_str().into(),
            "apiId" => origin.api_id.as_str().into(),
            "deploymentId" => self.deployment_id.into(),
            "domainName" => origin.domain_name.as_str().into(),
            "domainPrefix" => origin.domain_prefix.as_str().into(),
            "extendedRequestId" | "requestId" => request.id.as_str().into(),
            "httpMethod" => request.method.as_str().into(),
            "identity.apiKeyId" => self.api_key_id.unwrap_or_default().into(),
            "identity.sourceIp" => origin.source_ip.as_str().into(),
            "identity.userAgent" => origin.user_agent.as_str().into(),
            "path" => self.full_path(),
            "protocol" => origin.protocol.as_str().into(),
            "requestTime" => origin.time.as_str().into(),
            "requestTimeEpoch" => origin.time_epoch.to_string().into(),
            "resourcePath" => self.resource_path().into(),
            "routeKey" => self.route_key.into(),
            "stage" => self.stage.into(),
            _ => return None,
        })
    }
}

fn below<'a>(base_path: &str, path: Cow<'a, str>) -> Cow<'a, str> {
    if base_path.is_empty() { path } else { Cow::Owned(format!("{base_path}{path}")) }
}

/// True where the variable `name` is the same in all requests of one caller for one URI.
pub fn is_of_the_uri(name: &str) -> bool {
    const SAME: [&str; 11] = [
        "accountId",
        "apiId",
        "deploymentId",
        "domainName",
        "domainPrefix",
        "httpMethod",
        "identity.apiKeyId",
        "path",
        "resourcePath",
        "routeKey",
        "stage",
    ];
    SAME.contains(&name)
}

/// Every name that [`Context::variable`] knows, for validation.
pub const VARIABLES: [&str; 18] = [
    "accountId",
    "apiId",
    "deploymentId",
    "domainName",
    "domainPrefix",
    "extendedRequestId",
    "httpMethod",
    "identity.apiKeyId",
    "identity.sourceIp",
    "identity.userAgent",
    "path",
    "protocol",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "resourcePath",
    "routeKey",
    "stage",
];
