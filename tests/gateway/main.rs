//! The gateway from outside: items and requests in, answers and log lines out.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test panics to fail, and a table is as long as it is"
)]

mod access;
mod access_log;
mod answer_headers;
mod api_file;
mod api_keys;
mod apply;
mod auth_tool;
mod authorizers;
mod cache;
mod cache_tool;
mod canary;
mod check_deep;
mod cli;
mod compare;
mod compression;
mod cors;
mod cost_command;
mod decoding;
mod deployments;
mod docs;
mod dynamodb;
mod explain;
mod export_openapi;
mod extreme_limits;
mod functions;
mod guards;
mod harness;
mod hostile_items;
mod http_proxy;
mod idle_instance;
mod import;
mod imports;
mod insights;
mod keys;
mod limits;
mod memory_limit;
mod metric_filters;
mod mock;
mod non_proxy;
mod operator;
mod origin_lock;
mod pipeline;
mod property;
mod recorded;
mod refusals;
mod request_validation;
mod response_parameters;
mod routes_command;
#[path = "../sdk_http_client.rs"]
mod sdk_http_client;
mod security_fields;
mod services;
mod shadow;
mod snapshots;
mod stage_collisions;
mod stages;
mod store;
mod store_outage;
mod stream_events;
mod template_tool;
mod test_command;
mod text_route;
mod trailing_slash;
mod upgrade;
mod usage_command;
