//! Deployments in their table, each in parts under its id.

use std::pin::pin;

use bytes::Bytes;
use futures_util::StreamExt;

use super::{Store, configuration::attributes};
use crate::{
    aws::dynamodb::{
        AttributeValue::{self, B, N, S},
        Attributes, Binary,
        operations::{Condition, PutItem, Query, Selection},
    },
    error::StoreError,
};

/// Well under DynamoDB's 400 KB an item.
const PART_BYTES: usize = 350_000;

/// The consistency of a read that comes a moment after a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// May not see the write yet; half the price.
    Eventual,
    Strong,
}

impl Store {
    /// The bytes of a deployment; `None` if there is no such deployment.
    pub async fn snapshot(
        &self,
        deployment_id: &str,
        consistency: Consistency,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let query = Query {
            table_name: (&self.tables.deployments).into(),
            key_condition_expression: "deploymentId = :id".into(),
            selection: Selection {
                consistent_read: Some(consistency == Consistency::Strong),
                expression_attribute_values: attributes([(":id", S(deployment_id.to_owned()))]),
                ..Selection::default()
            },
        };
        let mut pages = pin!(self.client.pages(query));
        let (mut snapshot, mut seen, mut parts) = (None, 0, usize::MAX);
        while let Some(page) = pages.next().await {
            let page: Vec<Attributes> =
                page.map_err(|error| StoreError::new("reading the deployment", error))?;
            for mut part in page {
                if let Some(count) = part.get("parts").and_then(AttributeValue::number) {
                    parts = count;
                }
                // Parts that are left of an earlier and longer writing do not belong to it.
                if seen < parts
                    && let Some(B(Binary(bytes))) = part.remove("snapshot")
                {
                    snapshot.get_or_insert_with(Vec::new).extend_from_slice(&bytes);
                }
                seen += 1;
            }
        }
        Ok(snapshot)
    }

    /// Keeps a deployment. Its id says what is in it, so writing it twice changes nothing.
    pub async fn keep_snapshot(
        &self,
        deployment_id: &str,
        stage: &str,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let parts = bytes.chunks(PART_BYTES);
        let count = parts.len().to_string();
        for (part, bytes) in parts.enumerate() {
            let item = attributes([
                ("deploymentId", S(deployment_id.to_owned())),
                ("part", N(part.to_string())),
                ("parts", N(count.clone())),
                ("stage", S(stage.to_owned())),
                ("snapshot", B(Binary(Bytes::copy_from_slice(bytes)))),
            ]);
            let put = PutItem { table_name: &self.tables.deployments, item, condition: Condition::default() };
            let kept = self.client.call(&put).await;
            kept.map_err(|error| StoreError::new("keeping the deployment", error))?;
        }
        Ok(())
    }
}
