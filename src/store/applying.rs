//! An apply of an API file to a stage: the mark in the stage item, and its end.
//!
//! Every write of the apply checks the mark. So a tool that was slow, or whose apply another one took over, changes
//! nothing any more.

use serde_json::{Map, Value};

use super::{
    ConditionalWrite, StageRow, Store, configuration::attributes, pointers::pointer_conditions,
    values::to_attribute,
};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue::{self, M, N, S},
            operations::{Condition, DeleteItem, UpdateItem},
        },
    },
    canary::Percent,
    error::StoreError,
};

/// The attribute of the mark.
const APPLYING: &str = "applying";
const CANARY_PERCENT: &str = "canaryPercent";

/// The mark of an apply in a stage item. While it stands, only its apply publishes the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyMark {
    pub id: String,
    pub by: String,
    /// When it began, in seconds since 1970.
    pub at: u64,
    /// The share of requests that its canaries are to get; `None`: it serves all.
    pub canary: Option<Percent>,
}

/// The fields of the stage item that act together with the new deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageFields {
    pub set: Map<String, Value>,
    pub removed: Vec<String>,
}

/// The end of an apply: its mark goes, and the stage's fields become those of the file.
#[derive(Clone, Copy, Debug)]
pub struct ApplyEnd<'a> {
    pub mark: &'a ApplyMark,
    pub fields: &'a StageFields,
}

const BEGINNING: &str = "beginning to apply";
const REMOVING: &str = "removing the stage";

impl ApplyMark {
    /// The mark that stands in a stage item. One that somebody has spoilt is one all the same.
    pub fn of(item: &Map<String, Value>) -> Option<Self> {
        let mark = item.get(APPLYING)?;
        let text = |name: &str| mark.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = mark.get("at").and_then(Value::as_u64).unwrap_or_default();
        let canary = mark.get(CANARY_PERCENT).and_then(Percent::parse);
        Some(Self { id: text("id"), by: text("by"), at, canary })
    }

    /// Says if a stage item holds nothing but a mark: the stage is to be, and is not there yet.
    pub fn is_alone_in(item: &Map<String, Value>) -> bool {
        item.contains_key(APPLYING) && item.keys().all(|name| name == APPLYING || name == "stage")
    }

    pub(super) fn attribute(&self) -> AttributeValue {
        let Self { id, by, at, canary } = self;
        let mut mark = attributes([("id", S(id.clone())), ("by", S(by.clone())), ("at", N(at.to_string()))]);
        mark.extend(canary.map(|percent| (CANARY_PERCENT.to_owned(), N(percent.to_string()))));
        M(mark)
    }
}

impl ApplyEnd<'_> {
    /// Adds the end of the apply to the write that moves the stage's pointer.
    pub(super) fn add_to(
        &self,
        update: &mut UpdateItem<'_>,
        operation: &'static str,
    ) -> Result<(), StoreError> {
        let Self { mark, fields: StageFields { set, removed } } = self;
        let condition = &mut update.condition;
        let mut expression = update.update_expression.take().unwrap_or_default().into_owned();
        for (index, (name, value)) in set.iter().enumerate() {
            expression.push_str(&format!(", #set{index} = :set{index}"));
            condition.expression_attribute_names.insert(format!("#set{index}").into(), name.clone().into());
            let value = to_attribute(value).map_err(|error| StoreError::new(operation, error))?;
            condition.expression_attribute_values.insert(format!(":set{index}"), value);
        }
        expression.push_str(" REMOVE applying");
        for (index, name) in removed.iter().enumerate() {
            expression.push_str(&format!(", #removed{index}"));
            let placeholder = format!("#removed{index}");
            condition.expression_attribute_names.insert(placeholder.into(), name.clone().into());
        }
        update.update_expression = Some(expression.into());
        let checked = condition.condition_expression.take().unwrap_or_default();
        condition.condition_expression = Some(format!("{checked} AND applying = :applying").into());
        condition.expression_attribute_values.insert(":applying".to_owned(), mark.attribute());
        Ok(())
    }
}

impl Store {
    /// Marks a stage item, unless it has changed since `read`: the mark of an apply that has not ended goes. A stage without
    /// an item gets one with the mark alone.
    pub async fn begin_apply(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        mark: &ApplyMark,
    ) -> Result<ConditionalWrite, StoreError> {
        self.set_mark(stage, read, Some(mark)).await
    }

    /// Takes the mark of an apply that has changed nothing away again, or sets the one that stood there before; `read` is
    /// the stage as the apply left it. An item that holds nothing else goes.
    pub async fn abandon_apply(
        &self,
        stage: &str,
        read: &StageRow,
        former: Option<&ApplyMark>,
    ) -> Result<ConditionalWrite, StoreError> {
        if former.is_none() && ApplyMark::is_alone_in(&read.item) {
            return self.remove_marked(stage, read).await;
        }
        self.set_mark(stage, Some(read), former).await
    }

    /// Deletes the item of a stage that is marked, unless it has changed since `read`.
    pub async fn remove_marked(&self, stage: &str, read: &StageRow) -> Result<ConditionalWrite, StoreError> {
        let delete = DeleteItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            condition: as_read(Some(read)),
        };
        written(REMOVING, self.client.call(&delete).await.map(drop))
    }

    async fn set_mark(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        mark: Option<&ApplyMark>,
    ) -> Result<ConditionalWrite, StoreError> {
        let mut condition = as_read(read);
        let values = &mut condition.expression_attribute_values;
        let mut expression = match mark {
            Some(mark) => {
                values.insert(":mark".to_owned(), mark.attribute());
                "SET applying = :mark".to_owned()
            }
            None => "REMOVE applying".to_owned(),
        };
        // A publisher that has read the item before does not move its pointer any more. An item that is new has nothing to
        // move from.
        if let Some(row) = read.filter(|row| !ApplyMark::is_alone_in(&row.item)) {
            values.insert(":next".to_owned(), N((row.revision.unwrap_or(0) + 1).to_string()));
            expression = match mark {
                Some(_) => format!("{expression}, revision = :next"),
                None => format!("SET revision = :next {expression}"),
            };
        }
        let update = UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(expression.into()),
            condition,
            return_values: None,
        };
        written(BEGINNING, self.client.call(&update).await.map(drop))
    }
}

fn written(operation: &'static str, outcome: Result<(), CallError>) -> Result<ConditionalWrite, StoreError> {
    match outcome {
        Ok(()) => Ok(ConditionalWrite::Done),
        Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
        Err(error) => Err(StoreError::new(operation, error)),
    }
}

/// The stage item is as it was read: revision, pointer and mark.
fn as_read(read: Option<&StageRow>) -> Condition<'static> {
    let (mut expression, mut values) = pointer_conditions(read);
    match read.map(|row| &row.written.applying) {
        Some(Some(mark)) => {
            expression.push_str(" AND applying = :was");
            values.insert(":was".to_owned(), mark.clone());
        }
        Some(None) => expression.push_str(" AND attribute_not_exists(applying)"),
        None => {}
    }
    Condition {
        condition_expression: Some(expression.into()),
        expression_attribute_names: [("#stage".into(), "stage".into())].into(),
        expression_attribute_values: values,
        ..Condition::default()
    }
}
