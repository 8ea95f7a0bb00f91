//! Canaries in stage items: started, promoted, aborted, switched off.

use std::time::SystemTime;

use serde_json::{Map, Value};

use super::{
    AutoDeploy, ConditionalWrite, LastGood, PointerMove, StageRow, Store,
    configuration::attributes,
    pointers::pointer_conditions,
    values::{NumberOutOfRange, to_attributes},
};
use crate::{
    aws::dynamodb::{
        AttributeValue::{Bool, M, N, S},
        Attributes,
        operations::{Condition, TransactItem, UpdateItem},
    },
    canary::{AddedAnswers, AnswerCounts, CanaryRollback, CanaryStore, RollbackWrite, Slot},
    error::StoreError,
    item::StageVariables,
};

const STARTING: &str = "starting the canary";
const PROMOTING: &str = "promoting the canary";
const ABORTING: &str = "aborting the canary";
const ROLLING_BACK: &str = "switching the canary off";

/// The stage as it is when its canary has taken its place.
#[derive(Debug)]
pub struct Promotion<'a> {
    /// What the stage's history tells of it.
    pub moved: &'a PointerMove,
    pub stage_variables: &'a StageVariables,
    /// Of the stage item, and why.
    pub message: &'a str,
    pub last_good: &'a LastGood,
    pub auto_deploy: AutoDeploy,
}

impl CanaryStore for Store {
    async fn add_answers(
        &self,
        stage: &str,
        deployment_id: &str,
        slot: Slot,
        counts: AnswerCounts,
        now: SystemTime,
    ) -> AddedAnswers {
        self.count_answers(stage, deployment_id, slot, counts, now).await
    }

    async fn roll_back(
        &self,
        stage: &str,
        deployment_id: &str,
        rollback: &CanaryRollback,
    ) -> Result<RollbackWrite, StoreError> {
        let item = attributes_of(&rollback.to_item(deployment_id), ROLLING_BACK)?;
        let condition = "canarySettings.deploymentId = :id \
             AND (attribute_not_exists(canaryRollback) OR canaryRollback.deploymentId <> :id)";
        let update = UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some("SET canaryRollback = :rollback".into()),
            condition: Condition {
                condition_expression: Some(condition.into()),
                expression_attribute_values: attributes([
                    (":id", S(deployment_id.to_owned())),
                    (":rollback", M(item)),
                ]),
                ..Condition::default()
            },
            return_values: None,
        };
        Ok(match self.update_stage(&update, ROLLING_BACK).await? {
            ConditionalWrite::Done => RollbackWrite::Done,
            ConditionalWrite::ChangedMeanwhile => RollbackWrite::ChangedMeanwhile,
        })
    }
}

impl Store {
    /// Writes `canarySettings` into a stage item, which is on from then, unless the item has changed since `read`.
    pub async fn start_canary(
        &self,
        stage: &str,
        read: &StageRow,
        settings: &Map<String, Value>,
    ) -> Result<ConditionalWrite, StoreError> {
        let (mut condition, mut values) = pointer_conditions(Some(read));
        values.insert(":canary".to_owned(), M(attributes_of(settings, STARTING)?));
        if !read.item.contains_key("canaryRollback") {
            // An instance may have switched the canary off meanwhile.
            condition.push_str(" AND attribute_not_exists(canaryRollback)");
        }
        let change = "SET canarySettings = :canary, revision = :next REMOVE canaryRollback";
        let update = self.changing(stage, read, change, condition, values);
        self.update_stage(&update, STARTING).await
    }

    /// Points a stage at its canary's deployment, and ends the canary, unless the item has changed since `read`.
    pub async fn promote_canary(
        &self,
        stage: &str,
        read: &StageRow,
        promotion: &Promotion<'_>,
    ) -> Result<ConditionalWrite, StoreError> {
        let Promotion { moved, stage_variables, message, last_good, auto_deploy } = promotion;
        let variables = stage_variables.iter().map(|(name, value)| (name.clone(), S(value.clone())));
        let (mut condition, mut values) = pointer_conditions(Some(read));
        values.extend(attributes([
            (":canary", S(moved.deployment_id.clone())),
            (":variables", M(variables.collect())),
            (":status", S("OK".to_owned())),
            (":message", S((*message).to_owned())),
        ]));
        condition.push_str(
            " AND canarySettings.deploymentId = :canary \
             AND (attribute_not_exists(canaryRollback) OR canaryRollback.deploymentId <> :canary)",
        );
        let set = "SET deploymentId = :canary, stageVariables = :variables, revision = :next, \
             lastDeploymentStatus = :status, lastDeploymentMessage = :message";
        let change = ending(set, *auto_deploy, &mut values);
        let update = TransactItem::Update(self.changing(stage, read, &change, condition, values));
        let record = self.record(stage, Some(last_good), PROMOTING)?;
        let recording = self.recording(stage, moved).await?;
        let is_stored = self.is_stored(&moved.deployment_id);
        self.transact(PROMOTING, vec![update, record, recording, is_stored]).await
    }

    /// Ends the canary of a stage, unless the item has changed since `read`.
    pub async fn abort_canary(
        &self,
        stage: &str,
        read: &StageRow,
        auto_deploy: AutoDeploy,
    ) -> Result<ConditionalWrite, StoreError> {
        let (condition, mut values) = pointer_conditions(Some(read));
        let change = ending("SET revision = :next", auto_deploy, &mut values);
        let update = self.changing(stage, read, &change, condition, values);
        self.update_stage(&update, ABORTING).await
    }

    /// A change of a stage item that was read, with the next revision as `:next`.
    fn changing<'a>(
        &'a self,
        stage: &str,
        read: &StageRow,
        change: &'a str,
        condition: String,
        mut values: Attributes,
    ) -> UpdateItem<'a> {
        values.insert(":next".to_owned(), N((read.revision.unwrap_or(0) + 1).to_string()));
        UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(change.into()),
            condition: Condition {
                condition_expression: Some(condition.into()),
                expression_attribute_names: [("#stage".into(), "stage".into())].into(),
                expression_attribute_values: values,
                ..Condition::default()
            },
            return_values: None,
        }
    }

    async fn update_stage(
        &self,
        update: &UpdateItem<'_>,
        operation: &'static str,
    ) -> Result<ConditionalWrite, StoreError> {
        match self.client.call(update).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(operation, error)),
        }
    }
}

/// The change of a stage item that also ends its canary.
fn ending(set: &str, auto_deploy: AutoDeploy, values: &mut Attributes) -> String {
    let mut set_auto = |on| {
        values.insert(":auto".to_owned(), Bool(on));
        ", autoDeploy = :auto"
    };
    let auto = match auto_deploy {
        AutoDeploy::Keep => "",
        AutoDeploy::On => set_auto(true),
        AutoDeploy::Off => set_auto(false),
    };
    format!("{set}{auto} REMOVE canarySettings, canaryRollback")
}

fn attributes_of(map: &Map<String, Value>, operation: &'static str) -> Result<Attributes, StoreError> {
    to_attributes(map).map_err(|error: NumberOutOfRange| StoreError::new(operation, error))
}
