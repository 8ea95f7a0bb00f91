//! DynamoDB's JSON protocol.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>

pub mod attribute_value;
pub mod operations;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header::CONTENT_TYPE, uri::PathAndQuery};
use serde::Deserialize;

pub use self::attribute_value::{AttributeValue, Attributes, Binary};
use self::operations::{Operation, PagedOperation};
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
#[derive(Debug, Default, Deserialize)]
pub struct FailedCondition {
    /// The item as it is, if it was asked for and there is one.
    #[serde(rename = "Item")]
    pub item: Option<Attributes>,
}

/// Why a transaction was canceled, of one of its items.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CancellationReason {
    /// `None` of an item that was not the reason.
    pub code: String,
    pub message: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Cancellation {
    #[serde(rename = "CancellationReasons", default)]
    reasons: Vec<CancellationReason>,
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
        let body = serde_json::to_vec(operation).expect("an operation is JSON");
        let response = self.call_json(O::NAME, body).await?;
        serde_json::from_slice(response.body()).map_err(|error| CallError::Unreadable(error.into()))
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
        let call = ServiceCall { method: Method::POST, path_and_query, headers, body: body.into() };
        self.client.call(&call, self.policy).await
    }

    /// The pages of an operation; the next one is read when it is asked for.
    pub fn pages<O: PagedOperation>(
        &self,
        operation: O,
    ) -> impl Stream<Item = Result<Vec<Attributes>, CallError>> + use<'_, O> {
        stream::try_unfold(Some(operation), async |next| {
            let Some(mut operation) = next else { return Ok(None) };
            let page = self.call(&operation).await?;
            let next = page.last_evaluated_key.map(|key| {
                operation.start_after(key);
                operation
            });
            Ok(Some((page.items, next)))
        })
    }

    /// The items of all pages.
    ///
    /// # Errors
    ///
    /// One of the pages could not be read.
    pub async fn all<O: PagedOperation>(&self, operation: O) -> Result<Vec<Attributes>, CallError> {
        self.pages(operation).try_concat().await
    }
}

impl CallError {
    /// The condition of a conditional write that does not hold.
    pub fn failed_condition(&self) -> Option<FailedCondition> {
        let error = self.service_error().filter(|error| error.code == CONDITION_FAILED)?;
        Some(serde_json::from_slice(&error.body).unwrap_or_default())
    }

    /// The reasons of a transaction that was canceled, in the order of its items.
    pub fn cancellation_reasons(&self) -> Option<Vec<CancellationReason>> {
        let error = self.service_error().filter(|error| error.code == TRANSACTION_CANCELED)?;
        Some(serde_json::from_slice::<Cancellation>(&error.body).unwrap_or_default().reasons)
    }
}
