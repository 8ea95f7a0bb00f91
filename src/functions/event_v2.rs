//! Payload format 2.0, request: the event of an HTTP API, for integrations and for authorizers.
//!
//! AWS: `http-api-develop-integrations-lambda`. One exception on purpose: `rawPath` and `http.path` are the
//! canonical path, still encoded, as function URLs have it. What is absent is left out, never null.

use serde::Serialize;

use super::{
    AskedAuthorizer,
    event::{EventBody, EventHeaders, Object, Text, ValuesByName, path_parameters, to_json},
    media_types::automatic_encoding,
};
use crate::{
    caller::{AuthorizerV2, Principal},
    context::Context,
    item::StageVariables,
    path::decode,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventV2<'a> {
    version: &'static str,
    #[serde(flatten)]
    authorizer: Option<AuthorizerPartV2<'a>>,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<&'a [String]>,
    headers: EventHeaders<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<Object<&'a str, Text<'a>>>,
    request_context: RequestContextV2<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_parameters: Option<Object<&'a str, Text<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_variables: Option<&'a StageVariables>,
    #[serde(flatten)]
    body: Option<BodyPartV2<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerPartV2<'a> {
    r#type: &'static str,
    route_arn: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    identity_source: &'a [&'a str],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyPartV2<'a> {
    #[serde(skip_serializing_if = "EventBody::is_empty")]
    body: EventBody<'a>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContextV2<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<AuthorizerV2<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: RequestHttpV2<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_canary_request: Option<bool>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: &'a str,
    time_epoch: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestHttpV2<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'a str,
    source_ip: &'a str,
    user_agent: &'a str,
}

/// The event of an integration, as JSON.
pub fn event(context: &Context<'_>) -> Vec<u8> {
    let request = context.request;
    let body = EventBody::new(&request.body, automatic_encoding(&request.headers));
    write(context, None, Some(BodyPartV2 { is_base64_encoded: body.is_base64_encoded(), body }))
}

/// The event of an authorizer, as JSON: without the body.
pub fn authorizer_event(context: &Context<'_>, asked: &AskedAuthorizer<'_>) -> Vec<u8> {
    let authorizer =
        AuthorizerPartV2 { r#type: "REQUEST", route_arn: asked.arn, identity_source: asked.identity };
    write(context, Some(authorizer), None)
}

fn write(
    context: &Context<'_>,
    authorizer: Option<AuthorizerPartV2<'_>>,
    body: Option<BodyPartV2<'_>>,
) -> Vec<u8> {
    let request = context.request;
    let path = context.full_sent_path();
    let query = ValuesByName::of_query(&request.query);
    let event = EventV2 {
        version: "2.0",
        authorizer,
        route_key: context.route_key,
        raw_path: &path,
        raw_query_string: &request.query,
        cookies: Some(request.cookies.as_slice()).filter(|cookies| !cookies.is_empty()),
        headers: EventHeaders::joined(&request.headers),
        query_string_parameters: query.as_ref().map(ValuesByName::joined),
        request_context: request_context(context, &path),
        path_parameters: path_parameters(context, decode),
        stage_variables: Some(context.stage_variables).filter(|variables| !variables.is_empty()),
        body,
    };
    to_json(&event, request)
}

fn request_context<'a>(context: &Context<'a>, path: &'a str) -> RequestContextV2<'a> {
    let request = context.request;
    let origin = &request.origin;
    RequestContextV2 {
        account_id: &origin.account_id,
        api_id: &origin.api_id,
        authorizer: context.caller.principal.map(Principal::authorizer_v2),
        domain_name: &origin.domain_name,
        domain_prefix: &origin.domain_prefix,
        http: RequestHttpV2 {
            method: request.method.as_str(),
            path,
            protocol: &origin.protocol,
            source_ip: &origin.source_ip,
            user_agent: &origin.user_agent,
        },
        is_canary_request: context.is_canary_request().then_some(true),
        request_id: &request.id,
        route_key: context.route_key,
        stage: context.stage,
        time: &origin.time,
        time_epoch: origin.time_epoch,
    }
}
