//! Amazon SNS.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Operations.html>

use super::action::{
    Action, AnswerForm, Effect, Entries, EntryIds, EntryList, Field,
    FieldKind::{Attributes, Text},
    destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

const TOPIC: Field = destination("topicArn", "TopicArn", Destination::TopicArn);
const MESSAGE: Field = required("message", "Message", Text);
const SUBJECT: Field = optional("subject", "Subject", Text);
const ATTRIBUTES: Field = optional("messageAttributes", "MessageAttributes", Attributes);
const GROUP: Field = optional("messageGroupId", "MessageGroupId", Text);
const DEDUPLICATION: Field = optional("messageDeduplicationId", "MessageDeduplicationId", Text);

const OF_SNS: Action = Action {
    name: "",
    service: Service::Sns,
    fields: &[TOPIC],
    entries: Entries::None,
    effect: Effect::Writes,
    // All messages of a call together.
    most_bytes: 256 << 10,
    answer: AnswerForm::NoContent,
};

pub static ACTIONS: [Action; 2] = [
    Action {
        name: "Publish",
        fields: &[TOPIC, MESSAGE, SUBJECT, ATTRIBUTES, GROUP, DEDUPLICATION],
        answer: AnswerForm::Accepted(&[("MessageId", "messageId"), ("SequenceNumber", "sequenceNumber")]),
        ..OF_SNS
    },
    Action {
        name: "PublishBatch",
        entries: Entries::Many(EntryList {
            name: "entries",
            wire: "PublishBatchRequestEntries",
            fields: &[optional("id", "Id", Text), MESSAGE, SUBJECT, ATTRIBUTES, GROUP, DEDUPLICATION],
            most: 10,
            ids: EntryIds::Numbered,
        }),
        answer: AnswerForm::AcceptedEntries { list: "Successful", id: "MessageId", name: "messageIds" },
        ..OF_SNS
    },
];
