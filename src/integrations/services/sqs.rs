//! Amazon SQS.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>

use super::action::{
    Action, AnswerForm, Effect, Entries, EntryIds, EntryList, Field,
    FieldKind::{Attributes, Integer, Text, Texts},
    destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

/// 1 MiB, all messages of a call together.
const MOST_BYTES: usize = 1 << 20;

const QUEUE: Field = destination("queueUrl", "QueueUrl", Destination::QueueUrl);
const DELAY: Field = optional("delaySeconds", "DelaySeconds", Integer { least: 0, most: 900 });
const GROUP: Field = optional("messageGroupId", "MessageGroupId", Text);
const DEDUPLICATION: Field = optional("messageDeduplicationId", "MessageDeduplicationId", Text);
const ATTRIBUTES: Field = optional("messageAttributes", "MessageAttributes", Attributes);
const SYSTEM_ATTRIBUTES: Field = optional("messageSystemAttributes", "MessageSystemAttributes", Attributes);
const BODY: Field = required("messageBody", "MessageBody", Text);

const OF_SQS: Action = Action {
    name: "",
    service: Service::Sqs,
    fields: &[QUEUE],
    entries: Entries::None,
    effect: Effect::Writes,
    most_bytes: MOST_BYTES,
    answer: AnswerForm::NoContent,
};

pub static ACTIONS: [Action; 5] = [
    Action {
        name: "SendMessage",
        fields: &[QUEUE, BODY, DELAY, GROUP, DEDUPLICATION, ATTRIBUTES, SYSTEM_ATTRIBUTES],
        answer: AnswerForm::Accepted(&[("MessageId", "messageId"), ("SequenceNumber", "sequenceNumber")]),
        ..OF_SQS
    },
    Action {
        name: "SendMessageBatch",
        entries: Entries::Many(EntryList {
            name: "entries",
            wire: "Entries",
            fields: &[
                optional("id", "Id", Text),
                BODY,
                DELAY,
                GROUP,
                DEDUPLICATION,
                ATTRIBUTES,
                SYSTEM_ATTRIBUTES,
            ],
            most: 10,
            ids: EntryIds::Numbered,
        }),
        answer: AnswerForm::AcceptedEntries { list: "Successful", id: "MessageId", name: "messageIds" },
        ..OF_SQS
    },
    Action {
        name: "ReceiveMessage",
        fields: &[
            QUEUE,
            optional("maxNumberOfMessages", "MaxNumberOfMessages", Integer { least: 1, most: 10 }),
            optional("visibilityTimeout", "VisibilityTimeout", Integer { least: 0, most: 43_200 }),
            optional("waitTimeSeconds", "WaitTimeSeconds", Integer { least: 0, most: 20 }),
            optional("attributeNames", "AttributeNames", Texts),
            optional("messageAttributeNames", "MessageAttributeNames", Texts),
            optional("receiveRequestAttemptId", "ReceiveRequestAttemptId", Text),
        ],
        answer: AnswerForm::Messages,
        ..OF_SQS
    },
    Action {
        name: "DeleteMessage",
        fields: &[QUEUE, required("receiptHandle", "ReceiptHandle", Text)],
        ..OF_SQS
    },
    Action { name: "PurgeQueue", ..OF_SQS },
];
