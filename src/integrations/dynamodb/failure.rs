//! DynamoDB's errors as refusals of the client's request. Their words go to the log only.

use http::header::{IF_MATCH, IF_NONE_MATCH};

use super::OperationCall;
use crate::{
    aws::{call::CallError, dynamodb::CancellationReason},
    error::{GatewayError, StoreError},
    message::BoxError,
    template::mapped_value::{MappedValue, bad_value},
};

/// The tables and values that a call was about.
pub struct Subject<'a> {
    pub tables: Vec<&'a str>,
    /// The values that were mapped into it.
    pub mapped_values: Vec<&'a MappedValue>,
}

impl<'a> Subject<'a> {
    /// The subject of an operation on one table.
    pub fn of_one(table: &'a str, mapped_values: Vec<&'a MappedValue>) -> Self {
        Self { tables: vec![table], mapped_values }
    }
}

/// An error that the operator has to mend, and where: DynamoDB's own words name no table.
#[derive(Debug, thiserror::Error)]
#[error("table {tables} of route {route}")]
struct TableError {
    tables: String,
    route: String,
    source: BoxError,
}

/// The cause of an error of DynamoDB, by who has to act on it. Of several in one transaction, the first in this order counts: what
/// can never work before what may work another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// DynamoDB's own, or an expression that can never work.
    Other,
    /// No such table or index, or no permission.
    Configuration,
    /// The item is larger than DynamoDB's 400 KB.
    TooLarge,
    /// A value, so the client's.
    Value,
    /// A condition does not hold.
    Condition,
    /// Throttled, or another transaction has the item: the same request may work a moment later.
    Busy,
}

/// Parts of a `ValidationException`'s message that values from a request cannot cause.
const OPERATORS_ERRORS: [&str; 10] = [
    "Syntax error",
    "reserved keyword",
    "not defined",
    "unused in expressions",
    "paths overlap",
    "Query condition missed key schema",
    "Query key condition not supported",
    "does not have the specified index",
    "non-primary key attributes",
    "onsistent reads are not supported",
];

impl Fault {
    /// Reads an error's code and message. Only codes are promised; messages tell a value from an expression.
    fn of(code: &str, message: &str) -> Self {
        match code {
            "ConditionalCheckFailedException" | "ConditionalCheckFailed" => Self::Condition,
            "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "ThrottlingException"
            | "ThrottlingError"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionConflict"
            | "TransactionInProgressException"
            | "ReplicatedWriteConflictException" => Self::Busy,
            "ResourceNotFoundException"
            | "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "ExpiredTokenException"
            | "MissingAuthenticationTokenException" => Self::Configuration,
            "ValidationException" | "ValidationError" | "SerializationException" => {
                if OPERATORS_ERRORS.iter().any(|part| message.contains(part)) {
                    Self::Other
                } else if message.contains("Item size") {
                    Self::TooLarge
                } else {
                    Self::Value
                }
            }
            _ => Self::Other,
        }
    }
}

impl OperationCall<'_> {
    /// The refusal of a request whose operation failed. A transaction says of each of its items what was wrong.
    pub fn failed(&self, subject: &Subject<'_>, error: CallError) -> GatewayError {
        let fault = match &error {
            CallError::Refused(refused) => {
                fault_of_items(&error).unwrap_or_else(|| Fault::of(&refused.code, &refused.message))
            }
            CallError::NotSent(_)
            | CallError::BrokeOff(_)
            | CallError::NoHead(_)
            | CallError::TimedOut(_) => {
                return GatewayError::IntegrationUnreachable(error.into());
            }
            CallError::Incomplete(_) | CallError::Unreadable(_) => Fault::Other,
        };
        self.refusal(fault, subject, error)
    }

    fn refusal(&self, fault: Fault, subject: &Subject<'_>, error: CallError) -> GatewayError {
        match fault {
            Fault::Condition => {
                let headers = &self.request.context.request.headers;
                let has_precondition = headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH);
                match self.condition_failed_status {
                    Some(status) => GatewayError::ConditionFailedAs(status),
                    None if has_precondition => GatewayError::PreconditionFailed,
                    None => GatewayError::ConditionFailed,
                }
            }
            Fault::Busy => {
                GatewayError::StoreUnavailable(StoreError::new("the integration's operation", error))
            }
            Fault::TooLarge => {
                GatewayError::RequestTooLarge { bytes: self.request.context.request.body.len() }
            }
            Fault::Value => {
                let message = error.service_error().map_or("", |refused| &refused.message);
                let cause = format!("DynamoDB refused the values: {message}");
                let words: Vec<_> = subject.mapped_values.iter().flat_map(|mapped| mapped.words()).collect();
                bad_value(&words, "cannot be used", Some(cause.into()))
            }
            Fault::Configuration => GatewayError::IntegrationForbidden(self.at_table(subject, error)),
            Fault::Other => GatewayError::IntegrationFailure(self.at_table(subject, error)),
        }
    }

    fn at_table(&self, subject: &Subject<'_>, error: impl Into<BoxError>) -> BoxError {
        let mut tables = subject.tables.clone();
        tables.sort_unstable();
        tables.dedup();
        let (tables, route) = (tables.join(", "), self.request.context.route_key.to_owned());
        TableError { tables, route, source: error.into() }.into()
    }
}

/// The gravest fault of a transaction's items; `None` of any other error.
fn fault_of_items(error: &CallError) -> Option<Fault> {
    let reasons = error.cancellation_reasons()?;
    let fault = |reason: &CancellationReason| {
        Some(Fault::of(reason.code()?, reason.message.as_deref().unwrap_or_default()))
    };
    let faults = reasons.iter().filter_map(fault);
    Some(faults.min().unwrap_or(Fault::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_clients_errors_from_the_operators() {
        let validation = "ValidationException";
        let cases = [
            ("ConditionalCheckFailedException", "The conditional request failed", Fault::Condition),
            ("TransactionConflictException", "", Fault::Busy),
            ("ThrottlingException", "Rate exceeded", Fault::Busy),
            ("ResourceNotFoundException", "Requested resource not found", Fault::Configuration),
            ("AccessDeniedException", "User: arn:… is not authorized", Fault::Configuration),
            ("InternalServerError", "", Fault::Other),
            (validation, "The provided key element does not match the schema", Fault::Value),
            (
                validation,
                "Invalid FilterExpression: Incorrect operand type for operator or function",
                Fault::Value,
            ),
            (validation, "Item size has exceeded the maximum allowed size", Fault::TooLarge),
            (validation, "Invalid UpdateExpression: Syntax error; token: \"x\"", Fault::Other),
            (validation, "Query condition missed key schema element: pk", Fault::Other),
            (validation, "The table does not have the specified index: by-date", Fault::Other),
        ];
        for (code, message, expected) in cases {
            assert_eq!(Fault::of(code, message), expected, "{code} {message}");
        }
    }
}
