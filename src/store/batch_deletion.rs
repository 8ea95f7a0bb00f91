//! Many items deleted with one call.

use std::time::Duration;

use super::Store;
use crate::{
    aws::dynamodb::{
        Attributes,
        operations::{BatchWriteItem, DeleteRequest, WriteRequest},
    },
    error::StoreError,
};

/// DynamoDB's most for one BatchWriteItem.
pub const MOST_DELETIONS: usize = 25;

/// The pauses before DynamoDB is asked again for the part of a batch that it left out.
const PAUSES_MS: [u64; 8] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400];

impl Store {
    /// Deletes at most [`MOST_DELETIONS`] items of a table, by their keys.
    pub(super) async fn delete_batch(
        &self,
        operation: &'static str,
        table: &str,
        keys: Vec<Attributes>,
    ) -> Result<(), StoreError> {
        let deletion = |key| WriteRequest { delete_request: DeleteRequest { key } };
        let mut left = [(table.to_owned(), keys.into_iter().map(deletion).collect())].into();
        for pause in PAUSES_MS {
            let output = self.client.call(&BatchWriteItem { request_items: left }).await;
            left = output.map_err(|error| StoreError::new(operation, error))?.unprocessed_items;
            if left.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Err(StoreError::new(operation, "DynamoDB leaves out a part every time: it is throttling"))
    }
}
