//! DynamoDB as a backend, without a mapped value language: plain JSON on both sides.
//!
//! An operation is DynamoDB's own, its fields written with a small first letter. Values mapped from a
//! request only ever become attribute values: tables, indexes, names and the text of expressions are the
//! operator's alone.

mod attribute_json;
mod cursor;
mod expression;
mod expressions;
mod failure;
mod get_items;
mod item_changes;
#[cfg(feature = "cli")]
mod key_use;
mod mapped_attribute;
mod next_page;
mod operation_call;
mod operation_fields;
mod page_operations;
mod plain_json;
mod request_head;
mod success_response;
mod terms;
mod transaction;

use http::StatusCode;

pub use self::operation_call::FilledOperation;
use self::{
    get_items::{BatchGetItem, GetItem},
    item_changes::{ChangeKind, Write},
    operation_call::{OperationCall, OperationRequest},
    page_operations::Pages,
    success_response::{OperationOutcome, SuccessResponse},
    transaction::Transaction,
};
use super::ParseContext;
#[cfg(feature = "cli")]
use super::TableUse;
use crate::{
    aws::{dynamodb, request_id::EndpointRequestId},
    context::Context,
    error::GatewayError,
    item::Fields,
    message::Response,
    template::mapped_value::MappedValue,
};

/// The query parameter by which a client asks for the next page.
const CURSOR: &str = "cursor";
const CONDITION_FAILED_STATUS: &str = "conditionFailedStatus";

/// One operation, and what becomes of its response.
#[derive(Debug)]
pub struct DynamoDb {
    operation: Box<Operation>,
    success_response: SuccessResponse,
    condition_failed_status: Option<StatusCode>,
}

#[derive(Debug)]
enum Operation {
    GetItem(GetItem),
    BatchGetItem(BatchGetItem),
    Pages(Pages),
    Write(Write),
    Transaction(Transaction),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    GetItem,
    PutItem,
    UpdateItem,
    DeleteItem,
    Query,
    Scan,
    BatchGetItem,
    TransactWriteItems,
}

const ACTIONS: [(&str, Action); 8] = [
    ("GetItem", Action::GetItem),
    ("PutItem", Action::PutItem),
    ("UpdateItem", Action::UpdateItem),
    ("DeleteItem", Action::DeleteItem),
    ("Query", Action::Query),
    ("Scan", Action::Scan),
    ("BatchGetItem", Action::BatchGetItem),
    ("TransactWriteItems", Action::TransactWriteItems),
];

impl DynamoDb {
    /// Reads the fields of an integration of type `DYNAMODB`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let expected = ACTIONS.map(|(name, _)| name).join(" or ");
        let action = fields.require("action", fields.choice("action", &ACTIONS), &expected)?;
        let success_response = SuccessResponse::parse(fields, action);
        let condition_failed_status = condition_failed_status(fields, action);
        let write =
            |kind| Write::parse(kind, fields, parse_context, success_response.shape).map(Operation::Write);
        let operation = match action {
            Action::GetItem => GetItem::parse(fields, parse_context).map(Operation::GetItem),
            Action::BatchGetItem => BatchGetItem::parse(fields, parse_context).map(Operation::BatchGetItem),
            Action::Query => Pages::parse_query(fields, parse_context).map(Operation::Pages),
            Action::Scan => Pages::parse_scan(fields, parse_context).map(Operation::Pages),
            Action::PutItem => write(ChangeKind::Put),
            Action::UpdateItem => write(ChangeKind::Update),
            Action::DeleteItem => write(ChangeKind::Delete),
            Action::TransactWriteItems => {
                Transaction::parse(fields, parse_context).map(Operation::Transaction)
            }
        };
        let operation = Box::new(operation?);
        if condition_failed_status.is_some() && !operation.has_condition() {
            let expected = "nothing: there is no conditionExpression that could fail";
            fields.warn(CONDITION_FAILED_STATUS, "a status", expected);
        }
        Some(Self { operation, success_response, condition_failed_status })
    }

    /// True if it changes anything.
    pub fn writes(&self) -> bool {
        matches!(&*self.operation, Operation::Write(_) | Operation::Transaction(_))
    }

    /// The tables that it needs, with the keys that it uses.
    #[cfg(feature = "cli")]
    pub fn table_uses(&self) -> Vec<TableUse> {
        match &*self.operation {
            Operation::GetItem(get) => vec![get.table_use()],
            Operation::BatchGetItem(get) => vec![get.table_use()],
            Operation::Pages(pages) => vec![pages.table_use()],
            Operation::Write(write) => vec![write.table_use()],
            Operation::Transaction(transaction) => transaction.table_uses(),
        }
    }

    /// The query parameter that says which page of the response is asked for.
    pub fn page_parameter(&self) -> Option<&'static str> {
        matches!(&*self.operation, Operation::Pages(_) | Operation::BatchGetItem(_)).then_some(CURSOR)
    }

    /// The values that the response depends on, of an operation that writes nothing.
    pub fn mapped_values(&self) -> Vec<&MappedValue> {
        match &*self.operation {
            Operation::GetItem(get) => vec![get.mapped()],
            Operation::BatchGetItem(get) => vec![get.mapped()],
            Operation::Pages(pages) => pages.mapped_values(),
            Operation::Write(_) | Operation::Transaction(_) => Vec::new(),
        }
    }

    /// Runs the operation; `request_id` becomes that of the call.
    ///
    /// # Errors
    /// - `BadParameterValue`, `BadBodyValue`, `InvalidBody`, `RequestTooLarge`: the client's values cannot be used; nothing is written.
    /// - `ItemNotFound`, `ConditionFailed`, `PreconditionFailed`, `ConditionFailedAs`: the data say no.
    /// - `StoreUnavailable`: DynamoDB throttles, or another transaction has the items: worth a second try.
    /// - `IntegrationForbidden`, `IntegrationFailure`, `IntegrationUnreachable`: the operator's to mend.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        client: &dynamodb::DynamoDb,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let call = OperationCall::new(context, client, self.condition_failed_status);
        let outcome = self.operation.invoke(&call).await;
        *request_id = call.request_id.into_inner().unwrap_or_default();
        self.success_response.render(outcome?)
    }

    /// The operation that answers a request, as it is sent.
    ///
    /// # Errors
    /// The client's values cannot be used.
    pub fn resolve(&self, context: &Context<'_>) -> Result<FilledOperation, GatewayError> {
        self.operation.fill(&OperationRequest::new(context))
    }

    /// The response with the `Link` to the next page that this client follows.
    pub fn finish(&self, context: &Context<'_>, response: Response) -> Response {
        next_page::finish(context, response)
    }
}

impl Operation {
    fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        match self {
            Self::GetItem(get) => get.fill(request),
            Self::BatchGetItem(get) => get.fill(request),
            Self::Pages(pages) => pages.fill(request),
            Self::Write(write) => write.fill(request),
            Self::Transaction(transaction) => transaction.fill(request),
        }
    }

    async fn invoke(&self, call: &OperationCall<'_>) -> Result<OperationOutcome, GatewayError> {
        Ok(match self {
            Self::GetItem(get) => OperationOutcome::Item(get.invoke(call).await?),
            Self::BatchGetItem(get) => OperationOutcome::Batch(get.invoke(call).await?),
            Self::Pages(pages) => OperationOutcome::Page(pages.invoke(call).await?),
            Self::Write(write) => OperationOutcome::Written(write.invoke(call).await?),
            Self::Transaction(transaction) => {
                transaction.invoke(call).await?;
                OperationOutcome::Written(None)
            }
        })
    }

    /// True if it has a condition that can fail.
    fn has_condition(&self) -> bool {
        match self {
            Self::GetItem(_) | Self::BatchGetItem(_) | Self::Pages(_) => false,
            Self::Write(write) => write.has_condition(),
            Self::Transaction(transaction) => transaction.has_condition(),
        }
    }
}

/// The status of a response where a write's condition fails.
fn condition_failed_status(fields: &Fields<'_>, action: Action) -> Option<StatusCode> {
    match action {
        Action::GetItem | Action::Query | Action::Scan | Action::BatchGetItem => return None,
        Action::PutItem | Action::UpdateItem | Action::DeleteItem | Action::TransactWriteItems => {}
    }
    let code = fields.integer(CONDITION_FAILED_STATUS, 400..=499)?;
    let status = u16::try_from(code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.filter(|status| status.canonical_reason().is_some());
    if status.is_none() {
        let expected = "a status that HTTP has a name for, such as 404, 409 or 412";
        fields.problem(CONDITION_FAILED_STATUS, &code.to_string(), expected);
    }
    status
}

// Two lines: clippy knows tests by `cfg(test)` alone.
#[cfg(test)]
#[cfg(feature = "local")]
mod tests;
