//! Services' errors as refusals of the client's request. Their words go to the log only: they name accounts and ARNs.

use crate::{
    aws::call::CallError,
    error::GatewayError,
    integrations::service_call,
    template::mapped_value::{Word, bad_value},
};

/// The cause of a service's error, by who has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A value, so the client's.
    Value,
    TooLarge,
    /// What the client asked for is not there.
    NotFound,
    /// It is there already.
    Conflict,
    /// Asked too much.
    Throttled,
    /// No such queue, topic, bus, stream or state machine.
    Configuration,
    /// The service's own.
    Other,
}

/// The meaning of codes; SQS has two for some.
#[rustfmt::skip]
const CODES: [(&str, Fault); 36] = [
    ("InvalidMessageContents",                   Fault::Value),
    ("InvalidParameter",                         Fault::Value),
    ("InvalidParameterValue",                    Fault::Value),
    ("InvalidParameterValueException",           Fault::Value),
    ("InvalidParameterCombination",              Fault::Value),
    ("InvalidArgumentException",                 Fault::Value),
    ("InvalidAttributeValue",                    Fault::Value),
    ("InvalidExecutionInput",                    Fault::Value),
    ("InvalidName",                              Fault::Value),
    ("InvalidArn",                               Fault::Value),
    ("InvalidDetail",                            Fault::Value),
    ("MalformedDetail",                          Fault::Value),
    ("MissingParameter",                         Fault::Value),
    ("MissingRequiredParameterException",        Fault::Value),
    ("ReceiptHandleIsInvalid",                   Fault::Value),
    ("SerializationException",                   Fault::Value),
    ("ValidationError",                          Fault::Value),
    ("ValidationException",                      Fault::Value),
    ("AWS.SimpleQueueService.BatchRequestTooLong", Fault::TooLarge),
    ("BatchRequestTooLong",                      Fault::TooLarge),
    ("ExecutionDoesNotExist",                    Fault::NotFound),
    ("ExecutionAlreadyExists",                   Fault::Conflict),
    ("AWS.SimpleQueueService.PurgeQueueInProgress", Fault::Throttled),
    ("PurgeQueueInProgress",                     Fault::Throttled),
    ("ExecutionLimitExceeded",                   Fault::Throttled),
    ("LimitExceededException",                   Fault::Throttled),
    ("OverLimit",                                Fault::Throttled),
    ("AWS.SimpleQueueService.NonExistentQueue",  Fault::Configuration),
    ("QueueDoesNotExist",                        Fault::Configuration),
    ("NotFound",                                 Fault::Configuration),
    ("NotFoundException",                        Fault::Configuration),
    ("ResourceNotFoundException",                Fault::Configuration),
    ("StateMachineDoesNotExist",                 Fault::Configuration),
    ("StateMachineDeleting",                     Fault::Configuration),
    ("StateMachineTypeNotSupported",             Fault::Configuration),
    ("InvalidAddress",                           Fault::Configuration),
];

/// The refusal of a request whose action failed; `words` were mapped into it.
pub fn refusal(error: CallError, words: &[&Word]) -> GatewayError {
    match fault(&error) {
        // Without a value of the client's it is the item that is wrong.
        Fault::Value if words.is_empty() => GatewayError::IntegrationFailure(error.into()),
        Fault::Value => bad_value(words, "cannot be used", Some(error.into())),
        Fault::TooLarge => GatewayError::RequestTooLarge { bytes: 0 },
        Fault::NotFound => GatewayError::ItemNotFound,
        Fault::Conflict => GatewayError::ConditionFailed,
        Fault::Throttled => GatewayError::IntegrationThrottled(error.into()),
        Fault::Configuration => GatewayError::IntegrationForbidden(error.into()),
        Fault::Other => service_call::refusal(error),
    }
}

fn fault(error: &CallError) -> Fault {
    if error.is_throttled() {
        return Fault::Throttled;
    }
    let code = error.code().unwrap_or_default();
    CODES.iter().find(|(known, _)| *known == code).map_or(Fault::Other, |(_, fault)| *fault)
}
