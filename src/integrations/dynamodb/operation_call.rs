//! One request's operation: filled with the request's values, and sent; refusals in the client's terms.

use std::sync::OnceLock;

use http::StatusCode;

use super::{
    CURSOR,
    failure::Subject,
    operation_fields::{Limit, limit_from},
};
use crate::{
    aws::{
        call::{Attempts, CallError, CallPolicy},
        dynamodb::DynamoDb,
        request_id::EndpointRequestId,
    },
    context::Context,
    error::{BadValue, GatewayError},
    template::mapped_value::{Inputs, query_value},
};

/// The values of a request that an operation is filled with.
#[derive(Debug)]
pub struct OperationRequest<'a> {
    pub inputs: Inputs<'a>,
    pub context: &'a Context<'a>,
}

/// A request that an operation answers.
#[derive(Debug)]
pub struct OperationCall<'a> {
    pub request: OperationRequest<'a>,
    client: &'a DynamoDb,
    /// The response's status where a condition fails, if the item says one.
    pub condition_failed_status: Option<StatusCode>,
    /// That of the response, once there is one.
    pub request_id: OnceLock<EndpointRequestId>,
}

/// An operation with a request's values.
#[derive(Debug)]
pub struct FilledOperation {
    /// `GetItem`.
    pub name: &'static str,
    /// Its fields in DynamoDB's JSON.
    pub body: Vec<u8>,
    pub attempts: Attempts,
}

impl<'a> OperationCall<'a> {
    pub fn new(
        context: &'a Context<'a>,
        client: &'a DynamoDb,
        condition_failed_status: Option<StatusCode>,
    ) -> Self {
        let request = OperationRequest::new(context);
        Self { request, client, condition_failed_status, request_id: OnceLock::new() }
    }

    /// Does an operation, and reads its answer. `subject` is what it was about, if it fails.
    ///
    /// # Errors
    /// As [`OperationCall::failed`] says; `BrokenAnswer` if an attribute is of an unknown type.
    pub async fn send<'s, T>(
        &self,
        operation: FilledOperation,
        read: impl FnOnce(&[u8]) -> serde_json::Result<T>,
        subject: impl Fn() -> Subject<'s>,
    ) -> Result<T, GatewayError> {
        let FilledOperation { name, body, attempts } = operation;
        let client = self.client.with_policy(CallPolicy { attempts, ..self.client.policy });
        let outcome = client.call_json(name, body).await;
        self.request_id.get_or_init(|| EndpointRequestId::of(&outcome));
        let answer = outcome.map_err(|error| self.failed(&subject(), error))?;
        read(answer.body()).map_err(|error| {
            if error.is_data() {
                return GatewayError::BrokenAnswer("an attribute value of an unknown type".into());
            }
            self.failed(&subject(), CallError::Unreadable(error.into()))
        })
    }
}

impl<'a> OperationRequest<'a> {
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { inputs: Inputs::new(context), context }
    }

    /// The most items that the page may have; `None`: as many as DynamoDB gives.
    pub fn limit(&self, limit: &Limit) -> Result<Option<i32>, GatewayError> {
        let mapped = match limit {
            Limit::DynamoDbs => return Ok(None),
            Limit::Fixed(limit) => return Ok(Some(*limit)),
            Limit::Mapped(mapped) => mapped,
        };
        let Some(text) = mapped.text(&self.inputs)? else { return Ok(None) };
        limit_from(&text).map(Some).ok_or_else(|| mapped.refused("is no whole number from 1 to 1000"))
    }

    /// The cursor that the client sent.
    pub fn cursor(&self) -> Option<String> {
        query_value(&self.context.request.query, CURSOR)
    }
}

/// A cursor that does not belong here. Its name is ours, not the route's.
pub fn bad_cursor() -> GatewayError {
    let fault = "is damaged or another request's";
    GatewayError::BadParameterValue(Box::new(BadValue { words: CURSOR.to_owned(), fault, cause: None }))
}
