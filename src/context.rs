//! The context of a request on its way: API Gateway's `$context`.

use std::{borrow::Cow, time::Duration};

use crate::{
    caller::{Caller, KeySource},
    item::StageVariables,
    message::Request,
};

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
    pub version: StageVersion,
    /// As written: `GET /orders/{id}`, `$default`; empty until the route is known.
    pub route_key: &'a str,
    pub path_parameters: &'a [PathParameter<'a>],
    pub caller: Caller<'a>,
    /// The time that has passed since the request was received, where others were asked before.
    pub waited: Duration,
}

/// The version of its stage that serves a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StageVersion {
    /// The stage's own deployment.
    #[default]
    Own,
    /// The deployment of its canary.
    Canary(CanaryCache),
}

/// The cache that a canary's responses are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanaryCache {
    /// One of its own, which ends with it.
    Own,
    OfStage,
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
    /// API Gateway's `isCanaryRequest`.
    pub fn is_canary_request(&self) -> bool {
        self.version != StageVersion::Own
    }

    /// The time that whoever is called next has.
    pub fn time_left(&self) -> Duration {
        self.request.time_left().saturating_sub(self.waited)
    }

    /// The method that the route serves: of a `HEAD` on a `GET` route `GET`.
    pub fn routed_method(&self) -> &'a str {
        let of_route = self.route_key.split_once(' ').map(|(method, _)| method);
        of_route.filter(|method| *method != "ANY").unwrap_or(self.request.method.as_str())
    }

    /// The path part of the route key, `null` in API Gateway's events for `$default`.
    pub fn resource_path(&self) -> &'a str {
        self.route_key.split_once(' ').map_or(self.route_key, |(_, path)| path)
    }

    /// The value of a path parameter as routed: still encoded, with all its slashes.
    pub fn path_parameter(&self, name: &str) -> Option<&'a str> {
        self.path_parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.value)
    }

    /// The value of the API key that the caller was let in with: a secret.
    pub fn api_key(&self) -> Option<&'a str> {
        self.caller.api_key_id?;
        match self.caller.api_key_source {
            KeySource::Authorizer => self.caller.principal?.usage_identifier_key(),
            KeySource::Header => self.request.headers.get("x-api-key")?.to_str().ok(),
        }
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
}

fn below<'a>(base_path: &str, path: Cow<'a, str>) -> Cow<'a, str> {
    if base_path.is_empty() { path } else { Cow::Owned(format!("{base_path}{path}")) }
}
