//! The `$api` item: the settings that all routes of a stage share.

use std::sync::Arc;

use super::UnmatchedRoutes;
use crate::{
    authorizers::{Authorization, Authorizers},
    caller::KeySource,
    compression::Compression,
    http_client::GuardedClient,
    item::Fields,
    limits::{rate_limit_headers::RateLimitHeaders, throttle::ApiThrottles},
    policies::{
        addresses::AddressLists, cors::Cors, gateway_responses::GatewayResponses, request_validation::Models,
        resource_policy,
    },
    policy_document::PolicyDocument,
    router::TrailingSlash,
};

/// The settings that the routes of an API share.
#[derive(Debug)]
pub struct Api {
    pub authorizers: Authorizers,
    /// The default of the routes; `None`: it is wrong, and no route is served.
    pub authorization: Option<Authorization>,
    pub cors: Option<Cors>,
    pub gateway_responses: GatewayResponses,
    pub unmatched: UnmatchedRoutes,
    pub trailing_slash: TrailingSlash,
    pub binary_media_types: Arc<[String]>,
    pub http_client: GuardedClient,
    pub api_key_source: KeySource,
    pub throttles: ApiThrottles,
    /// Of every request to the API, before its route is looked for.
    pub addresses: Option<AddressLists>,
    pub policy: Option<PolicyDocument>,
    pub rate_limit_headers: RateLimitHeaders,
    /// `None`: answers are sent as they are.
    pub compression: Option<Compression>,
    /// The default of the routes.
    pub detailed_metrics: bool,
    pub models: Models,
}

impl Api {
    /// Reads the `$api` item; where there is none, an empty one.
    pub fn read(fields: Fields<'_>) -> Self {
        for known in ["stage", "routeKey", "description"] {
            fields.skip(known);
        }
        let sources = [("HEADER", KeySource::Header), ("AUTHORIZER", KeySource::Authorizer)];
        let headers = [
            ("off", RateLimitHeaders::Off),
            ("ietf", RateLimitHeaders::Ietf),
            ("legacy", RateLimitHeaders::Legacy),
        ];
        let words = [
            ("HTTP", UnmatchedRoutes::Http),
            ("AWS_REST", UnmatchedRoutes::AwsRest),
            ("AWS_HTTP", UnmatchedRoutes::AwsHttp),
        ];
        let slashes = [("STRICT", TrailingSlash::Strict), ("IGNORE", TrailingSlash::Ignore)];
        let ranges = fields.strings("allowPrivateIntegrations").unwrap_or_default();
        let http_client = GuardedClient::new(&ranges).unwrap_or_else(|bad| {
            for range in bad {
                fields.problem(
                    "allowPrivateIntegrations",
                    &format!("{range:?}"),
                    "an address range such as 10.0.0.0/8",
                );
            }
            GuardedClient::default()
        });
        let authorizers = Authorizers::parse(&fields, &http_client);
        let api = Self {
            authorization: Authorization::parse(&fields, &authorizers, Some(&Authorization::Nothing)),
            authorizers,
            cors: fields.object("corsConfiguration").and_then(Cors::parse),
            gateway_responses: GatewayResponses::parse(&fields),
            unmatched: fields.choice("unmatchedRoutes", &words).unwrap_or_default(),
            trailing_slash: fields.choice("trailingSlash", &slashes).unwrap_or_default(),
            binary_media_types: fields.strings("binaryMediaTypes").unwrap_or_default().into(),
            http_client,
            api_key_source: fields.choice("apiKeySource", &sources).unwrap_or_default(),
            throttles: fields.object("throttle").map(ApiThrottles::parse).unwrap_or_default(),
            addresses: AddressLists::parse(&fields),
            policy: resource_policy::parse(&fields),
            rate_limit_headers: fields.choice("rateLimitHeaders", &headers).unwrap_or_default(),
            compression: Compression::parse(&fields),
            detailed_metrics: fields.boolean("detailedMetricsEnabled").unwrap_or_default(),
            models: Models::parse(&fields),
        };
        fields.finish();
        api
    }

    /// Says if there are clients whom every route refuses.
    pub fn restricts_clients(&self) -> bool {
        self.addresses.is_some() || self.policy.is_some()
    }
}
