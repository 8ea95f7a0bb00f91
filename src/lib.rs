//! An API gateway that runs as one AWS Lambda behind a function URL.
//!
//! A request's way, and the module that does each step:
//!
//! ```text
//! function URL event
//!   │ function_url::decode
//!   ▼
//! gateway::handle          always answers: log line, request id, CORS headers, gateway responses
//!   │ stages, canary       the stage, and which of its two versions, where it has a canary
//!   │ router               the route (deployment: what is served)
//!   │ policies::addresses  the API's address lists
//!   │ limits::throttle     one client address
//!   │ policies::cors       a preflight is answered here
//!   │ policies             the route's address lists, the resource policy
//!   │ authorizers          who calls
//!   │ limits::usage_plan   throttles and quotas of the key, the route and the stage
//!   │ policies::compression   the body is unpacked
//!   │ policies::request_validation
//!   │ cache                lookup: a hit, or a fill
//!   │ integrations         invoke: Lambda, DynamoDB, HTTP, mock
//!   │ cache                fill.store; what a change makes worthless is forgotten
//!   │ access_log, function_url::encode
//!   ▼
//! function URL response
//!   │ shadow               a copy of the request goes to another API
//! ```
//!
//! `policies/` holds what is small and a route item says in a few fields; the response cache and the limits have rooms
//! of their own, for they share state with other instances (`store/`).
//!
//! The plural modules are open sets: one file per kind. To add a kind, add a file there and let the
//! compiler show you the one `enum` and the one `match` that must name it.

// The way in and out, and the way through.
pub mod function_url;

pub mod gateway;

// What is served.
pub mod deployment;

// The steps, in their order.
pub mod stages;

pub mod canary;

pub mod router;

pub mod authorizers;

pub mod policies;

pub mod limits;

pub mod cache;

pub mod integrations;

pub mod shadow;

pub mod access_log;

// What is shared by all instances.
pub mod store;

// What everything stands on.
pub mod address_range;
pub mod aws;
pub mod background;
pub mod calendar;
pub mod caller;
pub mod circuit_breaker;
pub mod clock;
pub mod compression;
pub mod content_coding;
pub mod context;
pub mod decimal;
pub mod deflate;
pub mod digest;
pub mod environment;
pub mod error;
pub mod functions;
pub mod header_list;
pub mod header_rules;
pub mod http_client;
pub mod item;
pub mod json;
pub mod json_schema;
pub mod media_type;
pub mod message;
pub mod notation;
pub mod path;
pub mod policy_document;
pub mod random;
pub mod secret_names;
pub mod template;
pub mod trace_context;
pub mod ttl_cache;
pub mod userinfo;
pub mod wait;
pub mod xray;

#[cfg(test)]
#[path = "../tests/sdk_http_client.rs"]
mod sdk_http_client;
#[cfg(test)]
mod testing;

// An API in a file, for the operator's tool.
#[cfg(feature = "cli")]
pub mod api_file;

// Definitions of other forms → an API in a file, for the operator's tool.
#[cfg(feature = "cli")]
pub mod api_import;

// A stage as an OpenAPI document, for the operator's tool.
#[cfg(feature = "cli")]
pub mod api_export;

// What the access log says, for the operator's tool.
#[cfg(feature = "cli")]
pub mod access_lines;

// The functions and tables that an API names, for the operator's tool.
#[cfg(feature = "cli")]
pub mod resource_check;

// What may be wrong around a gateway, for the operator's tool.
#[cfg(feature = "cli")]
pub mod doctor;

// Tests of an API: requests, and what is expected of them.
#[cfg(feature = "local")]
pub mod api_test;

// Requests to two APIs, and what differs in their answers.
#[cfg(feature = "cli")]
pub mod api_comparison;

// A laptop's Lambda and DynamoDB, and an API file served with them while it is edited.
#[cfg(feature = "local")]
pub mod dev;
#[cfg(feature = "local")]
pub mod local;
