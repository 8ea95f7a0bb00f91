//! Amazon EventBridge.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use super::action::{
    Action, AnswerForm, Effect, Entries, Field,
    FieldKind::{Text, Texts, Time},
    Need, destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

/// Without it, the account's own bus.
const BUS: Field =
    Field { need: Need::Optional, ..destination("eventBusName", "EventBusName", Destination::EventBus) };

pub static ACTIONS: [Action; 1] = [Action {
    name: "PutEvents",
    service: Service::EventBridge,
    fields: &[
        BUS,
        required("source", "Source", Text),
        required("detailType", "DetailType", Text),
        required("detail", "Detail", Text),
        optional("resources", "Resources", Texts),
        optional("time", "Time", Time),
        optional("traceHeader", "TraceHeader", Text),
    ],
    entries: Entries::One("Entries"),
    effect: Effect::Writes,
    most_bytes: 256 << 10,
    answer: AnswerForm::AcceptedEntries { list: "Entries", id: "EventId", name: "eventIds" },
}];
