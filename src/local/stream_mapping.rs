//! From a table's stream to a function: every edit becomes an event, in order, as an event source mapping
//! does it on Lambda.

use std::{sync::Arc, time::Duration};

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    task::JoinHandle,
    time::sleep,
};

use super::{function_reference::FunctionReference, host::Host, invoke_result::InvokeOutcome, tables::read};

/// The time that an edit may wait to be seen.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Records in one event, at most.
const BATCH_SIZE: usize = 100;
/// A batch that fails so often is given up.
const ATTEMPTS: u32 = 3;
const RETRY_DELAY: Duration = Duration::from_millis(500);

#[derive(Debug, Error)]
pub enum MappingError {
    #[error("the table {0} has no stream")]
    NoStream(String),
    #[error("cannot read the stream")]
    Database(#[from] DynoxideError),
}

/// A mapping at work; dropped, it ends.
pub struct StreamMapping {
    task: JoinHandle<()>,
    turn: Turn,
}

/// Whose turn it is: the mapping's, or that of somebody who writes.
type Turn = Arc<Mutex<()>>;

/// While it lives, the mapping delivers nothing.
pub struct Paused(#[expect(dead_code, reason = "it is held, not read")] OwnedMutexGuard<()>);

impl Drop for StreamMapping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl StreamMapping {
    /// Invokes `function` with every record of the table's stream, from the oldest kept.
    ///
    /// # Errors
    /// The table has no stream.
    pub fn start(database: &Database, table: &str, host: Host, function: &str) -> Result<Self, MappingError> {
        let reader = StreamReader::open(database.clone(), table)?;
        let function = FunctionReference { name: function.to_owned(), qualifier: None };
        let turn = Turn::default();
        Ok(Self { task: tokio::spawn(run(reader, host, function, Arc::clone(&turn))), turn })
    }

    /// Waits until the event under way is delivered, and holds the next ones back.
    pub async fn pause(&self) -> Paused {
        Paused(Arc::clone(&self.turn).lock_owned().await)
    }
}

/// A position in a stream. Locally a stream has one shard for ever.
struct StreamReader {
    database: Database,
    stream_arn: String,
    iterator: String,
}

/// Records as Lambda sends them, and the iterator to go on from.
struct StreamBatch {
    records: Vec<Value>,
    next_iterator: Option<String>,
}

impl StreamReader {
    fn open(database: Database, table: &str) -> Result<Self, MappingError> {
        let streams = database.list_streams(read(json!({ "TableName": table })))?;
        let no_stream = || MappingError::NoStream(table.to_owned());
        let stream_arn = streams.streams.into_iter().next().ok_or_else(no_stream)?.stream_arn;
        let description = database.describe_stream(read(json!({ "StreamArn": stream_arn })))?;
        let shard = description.stream_description.shards.into_iter().next().ok_or_else(no_stream)?;
        let iterator = database.get_shard_iterator(read(json!({
            "StreamArn": stream_arn,
            "ShardId": shard.shard_id,
            "ShardIteratorType": "TRIM_HORIZON",
        })))?;
        let iterator = iterator.shard_iterator.ok_or_else(no_stream)?;
        Ok(Self { database, stream_arn, iterator })
    }

    /// Reads the next records.
    fn read_batch(&self) -> Result<StreamBatch, DynoxideError> {
        let request = json!({ "ShardIterator": self.iterator, "Limit": BATCH_SIZE });
        let response = self.database.get_records(read(request))?;
        let records = response.records.iter().filter_map(|record| {
            let mut record = serde_json::to_value(record).ok()?;
            record["eventSourceARN"] = self.stream_arn.clone().into();
            Some(record)
        });
        Ok(StreamBatch { records: records.collect(), next_iterator: response.next_shard_iterator })
    }
}

async fn run(mut reader: StreamReader, host: Host, function: FunctionReference, turn: Turn) {
    loop {
        let own_turn = turn.lock().await;
        // The read waits for the database's mutex, so not on this thread.
        let read = tokio::task::spawn_blocking(move || (reader.read_batch(), reader)).await;
        let Ok((batch, same)) = read else { return };
        reader = same;
        match batch {
            Ok(StreamBatch { records, next_iterator }) if !records.is_empty() => {
                deliver(&host, &function, json!({ "Records": records })).await;
                reader.iterator = next_iterator.unwrap_or(reader.iterator);
            }
            // A read that failed is tried again.
            Ok(_) | Err(_) => {
                drop(own_turn);
                sleep(POLL_INTERVAL).await;
            }
        }
    }
}

/// The mapping's own order: the next batch waits until this one is through or given up.
async fn deliver(host: &Host, function: &FunctionReference, event: Value) {
    let event = bytes::Bytes::from(event.to_string());
    for attempt in 1..=ATTEMPTS {
        let problem = match host.invoke(function, event.clone(), None).await.map(|response| response.outcome)
        {
            Ok(InvokeOutcome::Buffered(_)) => return,
            Ok(outcome) => match outcome.collect().await {
                Ok(_) => return,
                Err(error) => String::from_utf8_lossy(&error.payload).into_owned(),
            },
            Err(error) => error.to_string(),
        };
        tracing::warn!(%problem, attempt, "the function failed on records of the stream");
        sleep(RETRY_DELAY).await;
    }
}
