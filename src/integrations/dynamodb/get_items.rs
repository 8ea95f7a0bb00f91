//! `GetItem` and `BatchGetItem`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde_json::{Map, Value};

use super::{
    OperationCall,
    cursor::Binding,
    expressions::{ExpressionKind, Expressions, FilledExpressions},
    failure::Subject,
    operation_call::{bad_cursor, json_of},
    operation_fields::{mapped_key, mapped_keys, table},
    success_response::Page,
};
use crate::{
    decimal::canonical,
    error::{GatewayError, StoreError},
    integrations::ParseContext,
    item::Fields,
    store::sdk_values::Attributes,
    template::mapped_value::MappedValue,
};

/// The most keys that DynamoDB takes in one call.
const MOST_KEYS: usize = 100;

/// One item by its key.
#[derive(Debug)]
pub struct GetItem {
    table: String,
    key: MappedValue,
    expressions: Expressions,
    consistent: Option<bool>,
}

impl GetItem {
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let table = table(fields);
        let key = mapped_key(fields, "key", parse_context);
        let expressions = Expressions::parse(fields, parse_context, &[ExpressionKind::Projection]);
        let consistent = fields.boolean("consistentRead");
        Some(Self { table: table?, key: key?, expressions: expressions?, consistent })
    }

    /// The mapped value of the key; a projection has no placeholders for values.
    pub fn mapped(&self) -> &MappedValue {
        &self.key
    }

    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Map<String, Value>, GatewayError> {
        let expressions = self.expressions.fill(call)?;
        let output = call
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(call.key(&self.key)?))
            .set_projection_expression(expressions.text(ExpressionKind::Projection))
            .set_expression_attribute_names(expressions.names)
            .set_consistent_read(self.consistent)
            .send()
            .await
            .map_err(|error| call.failed(&Subject::of_one(&self.table, vec![&self.key]), error))?;
        json_of(output.item.ok_or(GatewayError::ItemNotFound)?)
    }
}

/// Items by their keys, in no order.
///
/// DynamoDB may leave keys for later (a response holds 16 MB at most). They become a cursor: the client
/// sends the same keys again with it, and gets the rest.
#[derive(Debug)]
pub struct BatchGetItem {
    table: String,
    keys: MappedValue,
    expressions: Expressions,
    consistent: Option<bool>,
    binding: Binding,
}

impl BatchGetItem {
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let table = table(fields);
        let keys = mapped_keys(fields, "keys", MOST_KEYS, parse_context);
        let expressions = Expressions::parse(fields, parse_context, &[ExpressionKind::Projection]);
        let consistent = fields.boolean("consistentRead");
        let table = table?;
        let binding = Binding::new(&[parse_context.stage_and_route, &table]);
        Some(Self { table, keys: keys?, expressions: expressions?, consistent, binding })
    }

    /// The mapped value of the keys; a projection has no placeholders for values.
    pub fn mapped(&self) -> &MappedValue {
        &self.keys
    }

    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Page, GatewayError> {
        let all = call.keys(&self.keys)?;
        if !(1..=MOST_KEYS).contains(&all.len()) {
            return Err(self.keys.refused("has not 1 to 100 keys"));
        }
        // A cursor's numbers mean places in this very list.
        let binding =
            all.iter().fold(self.binding, |binding, key| binding.with(canonical_key(key).as_bytes()));
        let wanted = match call.cursor() {
            None => all.clone(),
            Some(cursor) => binding
                .open(&cursor)
                .and_then(|places| places.iter().map(|place| all.get(usize::from(*place)).cloned()).collect())
                .ok_or_else(bad_cursor)?,
        };
        let request = self.keys_and_attributes(wanted, self.expressions.fill(call)?);
        let output = call
            .client
            .batch_get_item()
            .request_items(&self.table, request)
            .send()
            .await
            .map_err(|error| call.failed(&Subject::of_one(&self.table, vec![&self.keys]), error))?;
        let items = output.responses.unwrap_or_default().into_values().flatten();
        let items = items.map(json_of).collect::<Result<Vec<_>, _>>()?;
        let left = output.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys);
        let places: Vec<u8> = left.map(|key| place(&key, &all)).collect::<Result<_, _>>()?;
        if items.is_empty() && !places.is_empty() {
            return Err(StoreError::new("the integration's operation", "every key was left for later").into());
        }
        let cursor = (!places.is_empty()).then(|| binding.seal(&places));
        Ok(Page { items, cursor })
    }

    fn keys_and_attributes(
        &self,
        keys: Vec<Attributes>,
        expressions: FilledExpressions,
    ) -> KeysAndAttributes {
        KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .set_projection_expression(expressions.text(ExpressionKind::Projection))
            .set_expression_attribute_names(expressions.names)
            .set_consistent_read(self.consistent)
            .build()
            .expect("the keys, which it requires, are set")
    }
}

/// The index of a key in the client's list.
fn place(key: &Attributes, all: &[Attributes]) -> Result<u8, GatewayError> {
    let key = canonical_key(key);
    let place =
        all.iter().position(|other| canonical_key(other) == key).and_then(|place| u8::try_from(place).ok());
    place.ok_or(GatewayError::BrokenAnswer("DynamoDB left a key for later that was not asked for".into()))
}

/// The one text of a key: DynamoDB may write a number in another way than it was sent.
fn canonical_key(key: &Attributes) -> String {
    let text = |value: &AttributeValue| match value {
        AttributeValue::N(number) => format!("N{}", canonical(number).unwrap_or_default()),
        other => format!("{other:?}"),
    };
    let parts: BTreeMap<_, _> = key.iter().map(|(name, value)| (name, text(value))).collect();
    format!("{parts:?}")
}
