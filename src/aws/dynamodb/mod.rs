//! DynamoDB's JSON protocol.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>

pub mod attribute_value;
pub mod operations;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header::CONTENT_TYPE, uri::PathAndQuery};
use serde::{Deserialize, de::DeserializeOwned};

pub use self::attribute_value::{AttributeValue, Attributes, Binary};
use self::operations::{Operation, Page, PagedOperation};
use super::{
    ServiceClient,
    call::{CallError, CallPolicy, ServiceCall},
};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
const TRANSACTION_CANCELED: &str = "TransactionCanceledException";

/// A client that has the same patience with every call. Clones share their connections.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    client: ServiceClient,
    pub policy: CallPolicy,
}

/// A conditional write found that its condition does not hold.
#[derive(Debug, Deserialize)]
pub struct FailedCondition<I = Attributes> {
    /// The item as it is, if it was asked for and there is one.
    #[serde(rename = "Item")]
    pub item: Option<I>,
}

/// Why a transaction was canceled, of one of its items.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CancellationReason {
    /// The text `None`, or no code at all, of an item that was not the reason.
    code: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Cancellation {
    #[serde(rename = "CancellationReasons", default)]
    reasons: Vec<CancellationReason>,
}

impl CancellationReason {
    /// `None` of an item that was not the reason.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref().filter(|code| *code != "None")
    }
}

impl DynamoDb {
    pub fn new(client: ServiceClient, policy: CallPolicy) -> Self {
        Self { client, policy }
    }

    /// The same client with another patience.
    pub fn with_policy(&self, policy: CallPolicy) -> Self {
        Self { client: self.client.clone(), policy }
    }

    /// Does one operation.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `Unreadable` also where an attribute is of an unknown type.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<O::Output, CallError> {
        self.call_for(operation).await
    }

    /// Does one operation, and reads of its response what a `T` is made of.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `Unreadable` also where the response is no `T`.
    pub async fn call_for<T: DeserializeOwned>(&self, operation: &impl Operation) -> Result<T, CallError> {
        read(&self.call_unread(operation).await?)
    }

    /// Does one operation and gives the JSON of its response.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn call_unread<O: Operation>(&self, operation: &O) -> Result<Bytes, CallError> {
        let body = serde_json::to_vec(operation).expect("an operation is JSON");
        Ok(self.call_json(O::NAME, body).await?.into_body())
    }

    /// Does the operation `name` whose fields are `body`, in DynamoDB's JSON; so is the body of the response.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn call_json(&self, name: &str, body: Vec<u8>) -> Result<Response<Bytes>, CallError> {
        let target = HeaderValue::try_from(format!("DynamoDB_20120810.{name}")).expect("a name is ASCII");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, JSON), (TARGET, target)]);
        let path_and_query = PathAndQuery::from_static("/");
        let call =
            ServiceCall { method: Method::POST, path_and_query, headers, trace_id: None, body: body.into() };
        self.client.call(&call, self.policy).await
    }

    /// The pages of an operation, with items that are read as `I`; the next one is read when it is asked for.
    pub fn pages<I: DeserializeOwned, O: PagedOperation>(
        &self,
        operation: O,
    ) -> impl Stream<Item = Result<Vec<I>, CallError>> + use<I, O> {
        stream::try_unfold((self.clone(), Some(operation)), async |(client, next)| {
            let Some(mut operation) = next else { return Ok(None) };
            let page: Page<I> = client.call_for(&operation).await?;
            let next = page.last_evaluated_key.map(|key| {
                operation.start_after(key);
                operation
            });
            Ok(Some((page.items, (client, next))))
        })
    }

    /// The items of all pages.
    ///
    /// # Errors
    ///
    /// One of the pages could not be read.
    pub async fn all<I: DeserializeOwned, O: PagedOperation>(
        &self,
        operation: O,
    ) -> Result<Vec<I>, CallError> {
        self.pages(operation).try_concat().await
    }
}

/// The response of an operation.
///
/// # Errors
///
/// It is no `T`.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(json).map_err(|error| CallError::Unreadable(error.into()))
}

impl CallError {
    /// Says if a conditional write was refused because its condition does not hold.
    pub fn is_failed_condition(&self) -> bool {
        self.code() == Some(CONDITION_FAILED)
    }

    /// The condition of a conditional write that does not hold, with the item read as an `I`.
    pub fn failed_condition<I: DeserializeOwned>(&self) -> Option<FailedCondition<I>> {
        let error = self.service_error().filter(|error| error.code == CONDITION_FAILED)?;
        Some(serde_json::from_slice(&error.body).unwrap_or(FailedCondition { item: None }))
    }

    /// The reasons of a transaction that was canceled, in the order of its items.
    pub fn cancellation_reasons(&self) -> Option<Vec<CancellationReason>> {
        let error = self.service_error().filter(|error| error.code == TRANSACTION_CANCELED)?;
        Some(serde_json::from_slice::<Cancellation>(&error.body).unwrap_or_default().reasons)
    }
}
