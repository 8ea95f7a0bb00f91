//! Deployments in their table, each in parts under its id.

use std::pin::pin;

use bytes::Bytes;
use futures_util::StreamExt;

use super::{MoveOrigin, Store, configuration::attributes};
use crate::{
    aws::dynamodb::{
        AttributeValue::{self, B, N, S},
        Attributes, Binary,
        operations::{Condition, ConditionCheck, PutItem, Query, Selection, TransactItem},
    },
    error::StoreError,
};

/// Well under DynamoDB's 400 KB an item.
const PART_BYTES: usize = 350_000;

/// The attribute of a mark.
const VALIDATED_WITH: &str = "validatedWith";

/// The attributes of the first part that say when, by whom and why the deployment was first stored.
const CREATED_AT: &str = "createdAt";
const CREATED_BY: &str = "createdBy";
const MESSAGE: &str = "message";

/// The first place of a validation that was made after a deployment was stored: behind all of its parts. Former versions
/// of the gateway had this one for all, and now each has one of its own from the next on.
const VALIDATION_PART: u32 = 1_000_000;

/// The bytes of a deployment, the marks of the validations that it has passed, and when it was first stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSnapshot {
    pub bytes: Vec<u8>,
    pub validated_with: Vec<String>,
    /// `None`: a version of the gateway has stored it that did not say so.
    pub created: Option<MoveOrigin>,
}

/// The consistency of a read that comes a moment after a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// May not see the write yet; half the price.
    Eventual,
    Strong,
}

impl Store {
    /// What is stored of a deployment; `None` if there is no such deployment.
    pub async fn snapshot(
        &self,
        deployment_id: &str,
        consistency: Consistency,
    ) -> Result<Option<StoredSnapshot>, StoreError> {
        let query = Query {
            table_name: (&self.tables.deployments).into(),
            key_condition_expression: "deploymentId = :id".into(),
            selection: Selection {
                consistent_read: Some(consistency == Consistency::Strong),
                expression_attribute_values: attributes([(":id", S(deployment_id.to_owned()))]),
                ..Selection::default()
            },
            ..Query::default()
        };
        let mut pages = pin!(self.client.pages(query));
        let (mut snapshot, mut validated_with, mut created) = (None, Vec::new(), None);
        let (mut seen, mut parts) = (0, usize::MAX);
        while let Some(page) = pages.next().await {
            let page: Vec<Attributes> =
                page.map_err(|error| StoreError::new("reading the deployment", error))?;
            for mut part in page {
                if let Some(count) = part.get("parts").and_then(AttributeValue::number) {
                    parts = count;
                }
                created = created.or_else(|| created_of(&part));
                if let Some(S(mark)) = part.remove(VALIDATED_WITH) {
                    validated_with.push(mark);
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
        Ok(snapshot.map(|bytes| StoredSnapshot { bytes, validated_with, created }))
    }

    /// Keeps a deployment. Its id says what is in it, so writing it twice changes nothing.
    pub async fn keep_snapshot(
        &self,
        deployment_id: &str,
        stage: &str,
        StoredSnapshot { bytes, validated_with, created }: &StoredSnapshot,
    ) -> Result<(), StoreError> {
        let parts = bytes.chunks(PART_BYTES);
        let count = parts.len().to_string();
        for (part, bytes) in parts.enumerate() {
            let mut item = attributes([
                ("deploymentId", S(deployment_id.to_owned())),
                ("part", N(part.to_string())),
                ("parts", N(count.clone())),
                ("stage", S(stage.to_owned())),
                ("snapshot", B(Binary(Bytes::copy_from_slice(bytes)))),
            ]);
            if let Some(mark) = validated_with.first().filter(|_| part == 0) {
                item.insert(VALIDATED_WITH.to_owned(), S(mark.clone()));
            }
            if let Some(MoveOrigin { at_ms, by, message }) = created.as_ref().filter(|_| part == 0) {
                item.extend(attributes([
                    (CREATED_AT, N(at_ms.to_string())),
                    (CREATED_BY, S(by.clone())),
                    (MESSAGE, S(message.clone())),
                ]));
            }
            let put = PutItem { table_name: &self.tables.deployments, item, condition: Condition::default() };
            let kept = self.client.call(&put).await;
            kept.map_err(|error| StoreError::new("keeping the deployment", error))?;
        }
        Ok(())
    }

    /// The condition that the first part of a deployment is stored.
    pub(super) fn is_stored(&self, deployment_id: &str) -> TransactItem<'_> {
        TransactItem::ConditionCheck(ConditionCheck {
            table_name: &self.tables.deployments,
            key: attributes([("deploymentId", S(deployment_id.to_owned())), ("part", N("0".to_owned()))]),
            condition: Condition {
                condition_expression: Some("attribute_exists(deploymentId)".into()),
                ..Condition::default()
            },
        })
    }

    /// Keeps the mark of a later validation of a deployment, in the place of the last one by the same version of the
    /// gateway.
    pub async fn keep_validation(
        &self,
        deployment_id: &str,
        stage: &str,
        mark: &str,
        version: u16,
    ) -> Result<(), StoreError> {
        let part = VALIDATION_PART + 1 + u32::from(version);
        let item = attributes([
            ("deploymentId", S(deployment_id.to_owned())),
            ("part", N(part.to_string())),
            ("stage", S(stage.to_owned())),
            (VALIDATED_WITH, S(mark.to_owned())),
        ]);
        let put = PutItem { table_name: &self.tables.deployments, item, condition: Condition::default() };
        let kept = self.client.call(&put).await;
        kept.map(drop).map_err(|error| StoreError::new("keeping a deployment's validation", error))
    }
}

/// The attributes of a first part that tell where it is from.
pub(super) fn created_of(part: &Attributes) -> Option<MoveOrigin> {
    let text = |name: &str| match part.get(name) {
        Some(S(text)) => text.clone(),
        Some(_) | None => String::new(),
    };
    let at_ms = part.get(CREATED_AT)?.number()?;
    Some(MoveOrigin { at_ms, by: text(CREATED_BY), message: text(MESSAGE) })
}
