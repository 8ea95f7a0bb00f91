//! Amazon Kinesis Data Streams.
//!
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html>

use super::action::{
    Action, AnswerForm, Effect, Entries, EntryIds, EntryList, Field,
    FieldKind::{Bytes, Text},
    destination, optional, required,
};
use super::destination::Destination;
use crate::aws::service::Service;

const STREAM: Field = destination("streamName", "StreamName", Destination::StreamName);
const DATA: Field = required("data", "Data", Bytes);
const KEY: Field = required("partitionKey", "PartitionKey", Text);
const HASH_KEY: Field = optional("explicitHashKey", "ExplicitHashKey", Text);

const OF_KINESIS: Action = Action {
    name: "",
    service: Service::Kinesis,
    fields: &[STREAM],
    entries: Entries::None,
    effect: Effect::Writes,
    most_bytes: 1 << 20,
    answer: AnswerForm::NoContent,
};

pub static ACTIONS: [Action; 2] = [
    Action {
        name: "PutRecord",
        fields: &[
            STREAM,
            DATA,
            KEY,
            HASH_KEY,
            optional("sequenceNumberForOrdering", "SequenceNumberForOrdering", Text),
        ],
        answer: AnswerForm::Accepted(&[("ShardId", "shardId"), ("SequenceNumber", "sequenceNumber")]),
        ..OF_KINESIS
    },
    Action {
        name: "PutRecords",
        entries: Entries::Many(EntryList {
            name: "records",
            wire: "Records",
            fields: &[DATA, KEY, HASH_KEY],
            most: 500,
            ids: EntryIds::None,
        }),
        most_bytes: 5 << 20,
        answer: AnswerForm::AcceptedEntries {
            list: "Records",
            id: "SequenceNumber",
            name: "sequenceNumbers",
        },
        ..OF_KINESIS
    },
];
