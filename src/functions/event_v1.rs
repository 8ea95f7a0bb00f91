//! Payload format 1.0, request: the event of a REST API, for integrations and for authorizers of type `REQUEST`.
//!
//! Fields and shapes: recorded from Amazon API Gateway (localstack, `test_lambda_aws_proxy_integration`). Header
//! names are in lower case, as a function URL hands them to us; paths are still encoded.

use serde::Serialize;

use super::{
    AskedAuthorizer,
    event::{EventBody, EventHeaders, Object, Text, ValuesByName, path_parameters, to_json},
    event_headers,
    media_types::BinaryMediaTypes,
};
use crate::{
    caller::{AuthorizerV1, Principal},
    context::Context,
    item::StageVariables,
    message::CognitoIdentity,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventV1<'a> {
    #[serde(flatten)]
    authorizer: Option<AuthorizerPartV1<'a>>,
    resource: Option<&'a str>,
    path: Text<'a>,
    http_method: &'a str,
    headers: EventHeaders<'a>,
    multi_value_headers: EventHeaders<'a>,
    query_string_parameters: Option<Object<&'a str, &'a str>>,
    multi_value_query_string_parameters: Option<Object<&'a str, &'a [Text<'a>]>>,
    path_parameters: Option<Object<&'a str, Text<'a>>>,
    stage_variables: Option<&'a StageVariables>,
    request_context: RequestContextV1<'a>,
    #[serde(flatten)]
    body: Option<BodyPartV1<'a>>,
}

/// A REST API's authorizers get `type` and `methodArn`, an HTTP API's the others too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerPartV1<'a> {
    version: &'static str,
    r#type: &'static str,
    method_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_token: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyPartV1<'a> {
    body: EventBody<'a>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContextV1<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<AuthorizerV1<'a>>,
    deployment_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    extended_request_id: &'a str,
    http_method: &'a str,
    identity: Identity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_canary_request: Option<bool>,
    path: &'a str,
    protocol: &'a str,
    request_id: &'a str,
    request_time: &'a str,
    request_time_epoch: u64,
    resource_id: &'a str,
    resource_path: Option<&'a str>,
    stage: &'a str,
}

/// Functions read these without asking whether they are there; `None` is null.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    access_key: Option<&'a str>,
    account_id: Option<&'a str>,
    /// Absent, not null, where no key is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_id: Option<&'a str>,
    caller: Option<&'a str>,
    cognito_authentication_provider: Option<String>,
    cognito_authentication_type: Option<&'a str>,
    cognito_identity_id: Option<&'a str>,
    cognito_identity_pool_id: Option<&'a str>,
    principal_org_id: Option<&'a str>,
    source_ip: &'a str,
    user: Option<&'a str>,
    user_agent: Option<&'a str>,
    user_arn: Option<&'a str>,
}

/// The event of an integration, as JSON.
pub fn event(context: &Context<'_>, binary: &BinaryMediaTypes) -> Vec<u8> {
    let request = context.request;
    let body = EventBody::new(&request.body, binary.request_encoding(&request.headers));
    write(context, None, Some(BodyPartV1 { is_base64_encoded: body.is_base64_encoded(), body }))
}

/// The event of an authorizer, as JSON: without the body.
pub fn authorizer_event(context: &Context<'_>, asked: &AskedAuthorizer<'_>) -> Vec<u8> {
    let identity = asked.identity.join(",");
    let identity = Some(identity.as_str()).filter(|_| !asked.identity.is_empty());
    let authorizer = AuthorizerPartV1 {
        version: "1.0",
        r#type: "REQUEST",
        method_arn: asked.arn,
        identity_source: identity,
        authorization_token: identity,
    };
    write(context, Some(authorizer), None)
}

fn write(
    context: &Context<'_>,
    authorizer: Option<AuthorizerPartV1<'_>>,
    body: Option<BodyPartV1<'_>>,
) -> Vec<u8> {
    let request = context.request;
    let cookie = Some(&request.cookies).filter(|cookies| !cookies.is_empty());
    let cookie = cookie.map(|cookies| event_headers::ascii(cookies.join("; ")));
    let query = ValuesByName::of_query(&request.query);
    let event = EventV1 {
        authorizer,
        resource: resource(context),
        path: context.sent_path(),
        http_method: request.method.as_str(),
        headers: EventHeaders::last(&request.headers, cookie.as_deref()),
        multi_value_headers: EventHeaders::every(&request.headers, cookie.as_deref()),
        query_string_parameters: query.as_ref().map(ValuesByName::last),
        multi_value_query_string_parameters: query.as_ref().map(ValuesByName::every),
        path_parameters: path_parameters(context, Text::Borrowed),
        stage_variables: Some(context.stage_variables).filter(|variables| !variables.is_empty()),
        request_context: request_context(context),
        body,
    };
    to_json(&event, request)
}

fn request_context<'a>(context: &Context<'a>) -> RequestContextV1<'a> {
    let request = context.request;
    let origin = &request.origin;
    let iam = context.caller.iam();
    let cognito = iam.and_then(|iam| iam.cognito_identity.as_ref());
    RequestContextV1 {
        account_id: &origin.account_id,
        api_id: &origin.api_id,
        authorizer: context.caller.principal.and_then(Principal::authorizer_v1),
        deployment_id: context.deployment_id,
        domain_name: &origin.domain_name,
        domain_prefix: &origin.domain_prefix,
        extended_request_id: &request.id,
        http_method: request.method.as_str(),
        identity: Identity {
            access_key: iam.map(|iam| iam.access_key.as_str()),
            account_id: iam.map(|iam| iam.account_id.as_str()),
            api_key: context.api_key(),
            api_key_id: context.caller.api_key_id,
            caller: iam.map(|iam| iam.caller_id.as_str()),
            cognito_authentication_provider: cognito.and_then(CognitoIdentity::providers),
            cognito_authentication_type: cognito.and_then(CognitoIdentity::authentication_type),
            cognito_identity_id: cognito.map(|cognito| cognito.identity_id.as_str()),
            cognito_identity_pool_id: cognito.map(|cognito| cognito.identity_pool_id.as_str()),
            principal_org_id: iam.and_then(|iam| iam.principal_org_id.as_deref()),
            source_ip: &origin.source_ip,
            user: iam.map(|iam| iam.user_id.as_str()),
            user_agent: Some(origin.user_agent.as_str()).filter(|agent| !agent.is_empty()),
            user_arn: iam.map(|iam| iam.user_arn.as_str()),
        },
        is_canary_request: context.is_canary_request().then_some(true),
        path: &request.path,
        protocol: &origin.protocol,
        request_id: &request.id,
        request_time: &origin.time,
        request_time_epoch: origin.time_epoch,
        // A REST API has random ids here, an HTTP API the route key.
        resource_id: context.route_key,
        resource_path: resource(context),
        stage: context.stage,
    }
}

fn resource<'a>(context: &Context<'a>) -> Option<&'a str> {
    Some(context.resource_path()).filter(|path| *path != "$default")
}
