//! Amazon SNS.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use super::action::{
    Action, AnswerForm, Effect, Entries,
    FieldKind::{Attributes, Text},
    destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

pub static ACTIONS: [Action; 1] = [Action {
    name: "Publish",
    service: Service::Sns,
    fields: &[
        destination("topicArn", "TopicArn", Destination::TopicArn),
        required("message", "Message", Text),
        optional("subject", "Subject", Text),
        optional("messageAttributes", "MessageAttributes", Attributes),
        optional("messageGroupId", "MessageGroupId", Text),
        optional("messageDeduplicationId", "MessageDeduplicationId", Text),
    ],
    entries: Entries::None,
    effect: Effect::Writes,
    most_bytes: 256 << 10,
    answer: AnswerForm::Accepted(&[("MessageId", "messageId"), ("SequenceNumber", "sequenceNumber")]),
}];
