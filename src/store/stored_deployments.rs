//! All deployments of a stage in their table, in the operator's hands: listed, and deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ConditionalWrite, MoveOrigin, Store, batch_deletion::MOST_DELETIONS, configuration::attributes,
    deployments::created_of, pointers::STAGE,
};
use crate::{
    aws::dynamodb::{
        AttributeValue::{self, N, S},
        Attributes,
        operations::{Condition, ConditionCheck, DeleteItem, Scan, Selection, TransactItem},
    },
    error::StoreError,
};

/// A deployment that is stored, or what is left of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDeployment {
    pub id: String,
    pub created: Option<MoveOrigin>,
    /// The numbers of its parts, validations among them.
    parts: BTreeSet<u64>,
}

/// The deployments of one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredDeployments {
    /// In the order of their ids.
    pub deployments: Vec<StoredDeployment>,
    /// Those that were last good, of every stage.
    pub last_good: BTreeSet<String>,
}

const LISTING: &str = "listing the deployments";
const DELETING: &str = "deleting a deployment";

impl Store {
    /// The deployments of a stage, consistent: a read unit for each 4 KB of the whole table.
    pub async fn stored_deployments(&self, stage: &str) -> Result<StoredDeployments, StoreError> {
        let selection = Selection {
            consistent_read: Some(true),
            filter_expression: Some("#stage = :stage OR begins_with(deploymentId, :record)".into()),
            projection_expression: Some(
                "deploymentId, part, #stage, served, createdAt, createdBy, message".into(),
            ),
            expression_attribute_names: [("#stage".into(), "stage".into())].into(),
            expression_attribute_values: attributes([
                (":stage", S(stage.to_owned())),
                (":record", S(STAGE.to_owned())),
            ]),
            ..Selection::default()
        };
        let scan = Scan { table_name: (&self.tables.deployments).into(), selection };
        let items: Vec<Attributes> =
            self.client.all(scan).await.map_err(|error| StoreError::new(LISTING, error))?;
        let mut last_good = BTreeSet::new();
        let mut deployments: BTreeMap<String, StoredDeployment> = BTreeMap::new();
        for item in items {
            let text = |name: &str| item.get(name).and_then(AttributeValue::as_s).map(str::to_owned);
            let (Some(id), Some(part)) =
                (text("deploymentId"), item.get("part").and_then(AttributeValue::number))
            else {
                continue;
            };
            if id.starts_with(STAGE) {
                last_good.extend(text("served"));
            }
            // Records and owners of places have it in their keys.
            if id.contains('#') {
                continue;
            }
            let new = || StoredDeployment { id: id.clone(), created: None, parts: BTreeSet::new() };
            let deployment = deployments.entry(id.clone()).or_insert_with(new);
            deployment.parts.insert(part);
            deployment.created = deployment.created.take().or_else(|| created_of(&item));
        }
        Ok(StoredDeployments { deployments: deployments.into_values().collect(), last_good })
    }

    /// Deletes a deployment of a stage, if the stage neither serves it nor has it for its canary, and it was not last
    /// good there.
    pub async fn delete_deployment(
        &self,
        stage: &str,
        deployment: &StoredDeployment,
    ) -> Result<ConditionalWrite, StoreError> {
        let StoredDeployment { id, parts, .. } = deployment;
        let key = |part: &u64| attributes([("deploymentId", S(id.clone())), ("part", N(part.to_string()))]);
        let is_other = |table, key, condition: &'static str| {
            TransactItem::ConditionCheck(ConditionCheck {
                table_name: table,
                key,
                condition: Condition {
                    condition_expression: Some(condition.into()),
                    expression_attribute_values: attributes([(":id", S(id.clone()))]),
                    ..Condition::default()
                },
            })
        };
        let served = is_other(
            &self.tables.stages,
            attributes([("stage", S(stage.to_owned()))]),
            "(attribute_not_exists(deploymentId) OR deploymentId <> :id) AND \
             (attribute_not_exists(canarySettings.deploymentId) OR canarySettings.deploymentId <> :id)",
        );
        let last_good = is_other(
            &self.tables.deployments,
            attributes([("deploymentId", S(format!("{STAGE}{stage}"))), ("part", N("0".to_owned()))]),
            "attribute_not_exists(served) OR served <> :id",
        );
        let first = DeleteItem {
            table_name: &self.tables.deployments,
            key: key(&0),
            condition: Condition::default(),
        };
        // Without its first part it is none any more, for all who might point to it meanwhile.
        let deleted = self.transact(DELETING, vec![served, last_good, TransactItem::Delete(first)]).await?;
        if deleted == ConditionalWrite::Done {
            let others: Vec<Attributes> = parts.iter().filter(|part| **part != 0).map(key).collect();
            for batch in others.chunks(MOST_DELETIONS) {
                self.delete_batch(DELETING, &self.tables.deployments, batch.to_vec()).await?;
            }
        }
        Ok(deleted)
    }
}
