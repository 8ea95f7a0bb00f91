//! AWS services answer without a function between: `SQS`, `SNS`, `EVENTBRIDGE`, `STEP_FUNCTIONS`, `KINESIS`.
//!
//! An action is the service's own, its fields written with a small first letter. Values of a request only ever become
//! values: the queue, topic, bus, stream or state machine is the operator's alone. [`http_api_subtype`] has the words of
//! HTTP APIs for the same calls.

mod action;
mod answer;
mod app_config;
mod destination;
mod event_bridge;
mod failure;
mod form;
pub mod http_api_subtype;
mod kinesis;
mod mapped_field;
mod service_fields;
mod sns;
mod sqs;
mod step_functions;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE, uri::PathAndQuery};
use serde_json::{Map, Value};

use self::{
    action::{Action, Effect, Entries},
    mapped_field::{FilledFields, MappedField},
};
pub(super) use self::{
    destination::NO_WORDS,
    service_fields::{CalledRegion, checked_region},
};
use super::{resolved_call::ResolvedServiceCall, service_call::ServiceCaller};
use crate::{
    aws::{
        call::{CallPolicy, ServiceCall},
        clients::ServiceClients,
        request_id::EndpointRequestId,
        service::Service,
    },
    context::Context,
    error::GatewayError,
    message::Response,
    template::mapped_value::{Inputs, MappedValue, Word},
};

/// An action of a service, and what becomes of its answer.
#[derive(Debug)]
pub struct ServiceIntegration {
    type_name: &'static str,
    action: &'static Action,
    caller: ServiceCaller,
    fields: Vec<MappedField>,
    /// Of a list of maps.
    entries: Vec<Vec<MappedField>>,
    answer: Answer,
}

/// The answer that a client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// What of it is a client's, with the status that the item says or the usual one.
    Plain { status: Option<StatusCode> },
    /// The service's own.
    AsItIs,
}

/// A service of a plain integration: its type, and its actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceType {
    Sqs,
    Sns,
    EventBridge,
    StepFunctions,
    Kinesis,
}

impl ServiceType {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqs => "SQS",
            Self::Sns => "SNS",
            Self::EventBridge => "EVENTBRIDGE",
            Self::StepFunctions => "STEP_FUNCTIONS",
            Self::Kinesis => "KINESIS",
        }
    }

    fn actions(self) -> &'static [Action] {
        match self {
            Self::Sqs => &sqs::ACTIONS,
            Self::Sns => &sns::ACTIONS,
            Self::EventBridge => &event_bridge::ACTIONS,
            Self::StepFunctions => &step_functions::ACTIONS,
            Self::Kinesis => &kinesis::ACTIONS,
        }
    }
}

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

impl ServiceIntegration {
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// True if it does something each time that it is called.
    pub fn writes(&self) -> bool {
        self.action.effect == Effect::Writes
    }

    /// The values that are mapped into the call.
    pub fn mapped_values(&self) -> Vec<&MappedValue> {
        self.fields.iter().chain(self.entries.iter().flatten()).map(MappedField::mapped).collect()
    }

    /// Does the action; `request_id` becomes that of the call.
    ///
    /// # Errors
    /// - `BadParameterValue`, `BadBodyValue`, `InvalidBody`, `RequestTooLarge`: the client's values cannot be used.
    /// - `ItemNotFound`, `ConditionFailed`: it is not there, or there already.
    /// - `IntegrationThrottled`: the service is asked too much.
    /// - `IntegrationForbidden`, `IntegrationFailure`, `IntegrationUnreachable`: the operator's to mend.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        clients: &ServiceClients,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let call = self.call(context)?;
        let status = match self.answer {
            Answer::AsItIs => {
                let answer = self.caller.exchange(clients, &call, request_id).await?;
                return Ok(answer::as_it_is(answer));
            }
            Answer::Plain { status } => status,
        };
        let client = self.caller.client(clients).await?;
        let attempts = self.action.effect.attempts();
        let outcome = client.call(&call, CallPolicy { attempts, ..CallPolicy::ONCE }).await;
        *request_id = EndpointRequestId::of(&outcome);
        let answer = outcome.map_err(|error| failure::refusal(error, &self.words()))?;
        answer::plain(self.action, status, answer.body())
    }

    /// The call for a request, as it is sent.
    ///
    /// # Errors
    /// The client's values cannot be used.
    pub fn resolve(&self, context: &Context<'_>) -> Result<ResolvedServiceCall, GatewayError> {
        let service = self.action.service;
        let name = service.name().unwrap_or(service.signing_name());
        let action = Some(self.action.name.to_owned());
        Ok(ResolvedServiceCall::new(name.to_owned(), action, &self.caller, self.call(context)?))
    }

    fn words(&self) -> Vec<&Word> {
        self.mapped_values().into_iter().flat_map(MappedValue::words).collect()
    }

    fn call(&self, context: &Context<'_>) -> Result<ServiceCall, GatewayError> {
        let inputs = Inputs::new(context);
        let mut filled = fill(&self.fields, &inputs)?;
        let mut entries = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let FilledFields { fields, bytes } = fill(entry, &inputs)?;
            filled.bytes += bytes;
            entries.push(fields);
        }
        if filled.bytes > self.action.most_bytes {
            return Err(GatewayError::RequestTooLarge { bytes: filled.bytes });
        }
        let trace_id = &context.request.origin.trace_id;
        let trace_id = HeaderValue::from_str(trace_id).ok().filter(|id| !id.is_empty());
        Ok(ServiceCall { trace_id, ..request(self.action, arranged(self.action, filled.fields, entries)) })
    }
}

fn fill(fields: &[MappedField], inputs: &Inputs<'_>) -> Result<FilledFields, GatewayError> {
    let mut filled = FilledFields::default();
    fields.iter().try_for_each(|field| field.fill(inputs, &mut filled))?;
    Ok(filled)
}

/// The fields as the action has them: side by side, as one entry, or with a list of entries.
fn arranged(
    action: &Action,
    mut fields: Map<String, Value>,
    entries: Vec<Map<String, Value>>,
) -> Map<String, Value> {
    match action.entries {
        Entries::None => fields,
        Entries::One(list) => Map::from_iter([(list.to_owned(), Value::Array(vec![Value::Object(fields)]))]),
        Entries::Many(list) => {
            let numbered = (1_usize..).zip(entries).map(|(number, mut entry)| {
                if list.ids == action::EntryIds::Numbered {
                    entry.entry("Id").or_insert_with(|| number.to_string().into());
                }
                Value::Object(entry)
            });
            fields.insert(list.wire.to_owned(), numbered.collect());
            fields
        }
    }
}

/// In the service's own protocol.
fn request(action: &Action, fields: Map<String, Value>) -> ServiceCall {
    let service: Service = action.service;
    let post = |headers, body| ServiceCall {
        method: Method::POST,
        path_and_query: PathAndQuery::from_static("/"),
        headers: HeaderMap::from_iter::<Vec<(HeaderName, HeaderValue)>>(headers),
        trace_id: None,
        body,
    };
    if let Some(api) = service.json_api() {
        let target =
            HeaderValue::try_from(format!("{}.{}", api.target, action.name)).expect("names are ASCII");
        let content_type = HeaderValue::from_static(api.content_type);
        let body = serde_json::to_vec(&fields).expect("a map is JSON");
        return post(vec![(CONTENT_TYPE, content_type), (TARGET, target)], body.into());
    }
    if let Some(version) = service.query_version() {
        return post(vec![(CONTENT_TYPE, FORM)], form::form(action.name, version, &fields).into());
    }
    app_config::request(&fields)
}
