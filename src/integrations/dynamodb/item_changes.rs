//! `PutItem`, `UpdateItem`, `DeleteItem`: a change of one item, alone or within a transaction.

use aws_sdk_dynamodb::{
    config::{Builder, Config, retry::RetryConfig},
    types::ReturnValue,
};
use serde_json::{Map, Value};

use super::{
    OperationCall,
    expressions::{ExpressionKind, Expressions, FilledExpressions},
    failure::Subject,
    operation_call::json_of,
    operation_fields::{mapped_item, mapped_key, table},
    success_response::Shape,
};
use crate::{
    error::GatewayError, integrations::ParseContext, item::Fields, store::sdk_values::Attributes,
    template::mapped_value::MappedValue,
};

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Put,
    Update,
    Delete,
    /// Changes nothing; a transaction depends on it.
    Check,
}

/// A change of one item.
#[derive(Debug)]
pub struct ItemChange {
    pub kind: ChangeKind,
    pub table: String,
    /// The item of a `Put`, the key of all others.
    mapped: MappedValue,
    pub expressions: Expressions,
}

/// A change with a request's values.
pub struct PreparedChange {
    /// The item of a `Put`, the key of all others.
    pub attributes: Attributes,
    pub expressions: FilledExpressions,
}

impl ItemChange {
    /// Reads the fields of a change.
    pub fn parse(kind: ChangeKind, fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let table = table(fields);
        let mapped = match kind {
            ChangeKind::Put => mapped_item(fields, "item", parse_context),
            ChangeKind::Update | ChangeKind::Delete | ChangeKind::Check => {
                mapped_key(fields, "key", parse_context)
            }
        };
        let (kinds, required): (&[ExpressionKind], _) = match kind {
            ChangeKind::Put | ChangeKind::Delete => (&[ExpressionKind::Condition], None),
            ChangeKind::Update => (
                &[ExpressionKind::Update, ExpressionKind::Condition],
                Some((ExpressionKind::Update, "an expression such as SET #name = :name")),
            ),
            ChangeKind::Check => (
                &[ExpressionKind::Condition],
                Some((ExpressionKind::Condition, "an expression such as attribute_exists(pk)")),
            ),
        };
        let complete = required.is_none_or(|(kind, expected): (ExpressionKind, _)| {
            fields.require(kind.field(), fields.value(kind.field()), expected).is_some()
        });
        let expressions = Expressions::parse(fields, parse_context, kinds);
        let change = Self { kind, table: table?, mapped: mapped?, expressions: expressions? };
        complete.then_some(change)
    }

    /// Evaluates the change for one request.
    pub fn prepare(&self, call: &OperationCall<'_>) -> Result<PreparedChange, GatewayError> {
        let attributes = match self.kind {
            ChangeKind::Put => call.item(&self.mapped)?,
            ChangeKind::Update | ChangeKind::Delete | ChangeKind::Check => call.key(&self.mapped)?,
        };
        Ok(PreparedChange { attributes, expressions: self.expressions.fill(call)? })
    }

    /// All that is mapped into it.
    pub fn mapped_values(&self) -> impl Iterator<Item = &MappedValue> {
        std::iter::once(&self.mapped).chain(self.expressions.mapped_values())
    }
}

/// A change that is an operation of its own.
#[derive(Debug)]
pub struct Write {
    change: ItemChange,
    returned: Returned,
}

/// The attributes that a write gives back.
#[derive(Debug)]
enum Returned {
    /// Those that `returnValues` asks for.
    Attributes(Option<ReturnValue>),
    /// The item that was put.
    Put,
    /// The item that was deleted; none is a 404.
    Deleted,
}

fn return_values(kind: ChangeKind) -> Vec<(&'static str, ReturnValue)> {
    let mut words = vec![("NONE", ReturnValue::None), ("ALL_OLD", ReturnValue::AllOld)];
    if kind == ChangeKind::Update {
        words.extend([
            ("UPDATED_OLD", ReturnValue::UpdatedOld),
            ("ALL_NEW", ReturnValue::AllNew),
            ("UPDATED_NEW", ReturnValue::UpdatedNew),
        ]);
    }
    words
}

impl Write {
    /// Reads an operation. `return: "item"` without `returnValues` gives the item: as it was put, as it is after
    /// an update, as it was before it was deleted.
    pub fn parse(
        kind: ChangeKind,
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
        shape: Shape,
    ) -> Option<Self> {
        let requested = fields.choice("returnValues", &return_values(kind));
        let returned = match (shape, requested) {
            (Shape::Item, None) => match kind {
                ChangeKind::Put => Returned::Put,
                ChangeKind::Delete => Returned::Deleted,
                ChangeKind::Update => Returned::Attributes(Some(ReturnValue::AllNew)),
                ChangeKind::Check => Returned::Attributes(None),
            },
            (Shape::Item | Shape::Items | Shape::Nothing | Shape::Attributes, requested) => {
                Returned::Attributes(requested)
            }
        };
        Some(Self { change: ItemChange::parse(kind, fields, parse_context)?, returned })
    }

    /// Gives the attributes that were asked for.
    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Option<Map<String, Value>>, GatewayError> {
        let PreparedChange { attributes, expressions } = self.change.prepare(call)?;
        let attributes = match self.change.kind {
            ChangeKind::Put => self.put(call, attributes, expressions).await?,
            ChangeKind::Update => self.update(call, attributes, expressions).await?,
            ChangeKind::Delete => self.delete(call, attributes, expressions).await?,
            // Exists within transactions only.
            ChangeKind::Check => None,
        };
        let attributes = attributes.filter(|attributes| !attributes.is_empty()).map(json_of).transpose()?;
        match self.returned {
            Returned::Attributes(_) => Ok(attributes),
            Returned::Put => call.item_in_json(&self.change.mapped).map(Some),
            Returned::Deleted => attributes.ok_or(GatewayError::ItemNotFound).map(Some),
        }
    }

    async fn put(
        &self,
        call: &OperationCall<'_>,
        item: Attributes,
        expressions: FilledExpressions,
    ) -> Result<Option<Attributes>, GatewayError> {
        let output = call
            .client
            .put_item()
            .table_name(&self.change.table)
            .set_item(Some(item))
            .set_condition_expression(expressions.text(ExpressionKind::Condition))
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_return_values(self.return_values())
            .customize()
            .config_override(self.retries())
            .send()
            .await;
        Ok(output.map_err(|error| call.failed(&self.subject(), error))?.attributes)
    }

    async fn update(
        &self,
        call: &OperationCall<'_>,
        key: Attributes,
        expressions: FilledExpressions,
    ) -> Result<Option<Attributes>, GatewayError> {
        let output = call
            .client
            .update_item()
            .table_name(&self.change.table)
            .set_key(Some(key))
            .set_update_expression(expressions.text(ExpressionKind::Update))
            .set_condition_expression(expressions.text(ExpressionKind::Condition))
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_return_values(self.return_values())
            .customize()
            .config_override(self.retries())
            .send()
            .await;
        Ok(output.map_err(|error| call.failed(&self.subject(), error))?.attributes)
    }

    async fn delete(
        &self,
        call: &OperationCall<'_>,
        key: Attributes,
        expressions: FilledExpressions,
    ) -> Result<Option<Attributes>, GatewayError> {
        let output = call
            .client
            .delete_item()
            .table_name(&self.change.table)
            .set_key(Some(key))
            .set_condition_expression(expressions.text(ExpressionKind::Condition))
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_return_values(self.return_values())
            .customize()
            .config_override(self.retries())
            .send()
            .await;
        Ok(output.map_err(|error| call.failed(&self.subject(), error))?.attributes)
    }

    /// True if there is a condition that can fail.
    pub fn has_condition(&self) -> bool {
        self.change.expressions.has(ExpressionKind::Condition)
    }

    fn subject(&self) -> Subject<'_> {
        Subject::of_one(&self.change.table, self.change.mapped_values().collect())
    }

    fn return_values(&self) -> Option<ReturnValue> {
        match &self.returned {
            Returned::Attributes(requested) => requested.clone(),
            Returned::Put => None,
            Returned::Deleted => Some(ReturnValue::AllOld),
        }
    }

    /// A write whose answer was lost may have happened: it is tried again only if twice is the same as once.
    /// `ADD n :one` would count twice, a condition would fail on its own write, old values would be the new.
    fn retries(&self) -> Builder {
        let conditional = self.has_condition();
        let plain = self.return_values().is_none_or(|returned| returned == ReturnValue::None);
        let same_twice = self.change.kind != ChangeKind::Update && !conditional && plain;
        if same_twice { Builder::new() } else { Config::builder().retry_config(RetryConfig::disabled()) }
    }
}
