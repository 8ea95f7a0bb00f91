//! AWS Step Functions. Its fields are written with a small first letter there too.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>

use super::action::{
    Action, AnswerForm, Effect, Entries, Field, FieldKind::Text, destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

const MACHINE: Field = destination("stateMachineArn", "stateMachineArn", Destination::StateMachineArn);
const NAME: Field = optional("name", "name", Text);
const INPUT: Field = optional("input", "input", Text);
const EXECUTION: Field = required("executionArn", "executionArn", Text);

const OF_STEP_FUNCTIONS: Action = Action {
    name: "",
    service: Service::StepFunctions,
    fields: &[],
    entries: Entries::None,
    effect: Effect::Writes,
    // Of an input.
    most_bytes: 256 << 10,
    answer: AnswerForm::NoContent,
};

pub static ACTIONS: [Action; 4] = [
    Action {
        name: "StartExecution",
        fields: &[MACHINE, NAME, INPUT],
        answer: AnswerForm::Accepted(&[("executionArn", "name")]),
        ..OF_STEP_FUNCTIONS
    },
    Action {
        name: "StartSyncExecution",
        service: Service::StepFunctionsSync,
        fields: &[MACHINE, NAME, INPUT, optional("traceHeader", "traceHeader", Text)],
        answer: AnswerForm::SyncExecution,
        ..OF_STEP_FUNCTIONS
    },
    Action {
        name: "StopExecution",
        fields: &[EXECUTION, optional("error", "error", Text), optional("cause", "cause", Text)],
        ..OF_STEP_FUNCTIONS
    },
    Action {
        name: "DescribeExecution",
        fields: &[EXECUTION],
        effect: Effect::Reads,
        answer: AnswerForm::Execution,
        ..OF_STEP_FUNCTIONS
    },
];
