//! `TransactWriteItems`: all of its changes, or none.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::{
    OperationCall,
    expressions::ExpressionKind,
    failure::Subject,
    item_changes::{ChangeKind, ItemChange, PreparedChange},
};
use crate::{error::GatewayError, integrations::ParseContext, item::Fields};

/// The most changes that DynamoDB takes.
const MOST_ITEMS: usize = 100;
const KINDS: [(&str, ChangeKind); 4] = [
    ("put", ChangeKind::Put),
    ("update", ChangeKind::Update),
    ("delete", ChangeKind::Delete),
    ("conditionCheck", ChangeKind::Check),
];

/// Changes that happen together.
#[derive(Debug)]
pub struct Transaction {
    changes: Vec<ItemChange>,
}

impl Transaction {
    /// Reads `transactItems`, each a map with one of `put`, `update`, `delete`, `conditionCheck`.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let expected = "a list of 1 to 100 maps, each with put, update, delete or conditionCheck";
        let items = fields.require("transactItems", fields.objects("transactItems"), expected)?;
        if !(1..=MOST_ITEMS).contains(&items.len()) {
            fields.problem("transactItems", &format!("{} items", items.len()), expected);
            return None;
        }
        // Collected first: every problem is wanted, not only the first.
        let changes: Vec<_> = items.into_iter().map(|item| change(item, parse_context)).collect();
        Some(Self { changes: changes.into_iter().collect::<Option<_>>()? })
    }

    /// Makes the changes. The SDK gives each call a token, so that a retry does not make them twice.
    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<(), GatewayError> {
        let items = self.changes.iter().map(|change| Ok(transact_item(change, change.prepare(call)?)));
        let items = items.collect::<Result<Vec<_>, GatewayError>>()?;
        let output = call.client.transact_write_items().set_transact_items(Some(items)).send().await;
        output.map(drop).map_err(|error| call.transaction_failed(&self.subject(), error))
    }

    /// True if there is a condition that can fail.
    pub fn has_condition(&self) -> bool {
        self.changes.iter().any(|change| change.expressions.has(ExpressionKind::Condition))
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            tables: self.changes.iter().map(|change| change.table.as_str()).collect(),
            mapped_values: self.changes.iter().flat_map(ItemChange::mapped_values).collect(),
        }
    }
}

fn change(item: Fields<'_>, parse_context: &ParseContext<'_>) -> Option<ItemChange> {
    let given: Vec<_> = KINDS.into_iter().filter(|(name, _)| item.value(name).is_some()).collect();
    let change = if let [(name, kind)] = given[..] {
        item.object(name).and_then(|fields| {
            let change = ItemChange::parse(kind, &fields, parse_context);
            fields.finish();
            change
        })
    } else {
        let names: Vec<_> = given.iter().map(|(name, _)| *name).collect();
        let got = if names.is_empty() { "none of them".to_owned() } else { names.join(" and ") };
        item.problem("put", &got, "one of put, update, delete and conditionCheck");
        None
    };
    item.finish();
    change
}

fn transact_item(change: &ItemChange, prepared: PreparedChange) -> TransactWriteItem {
    const SET: &str = "all that it requires is set";
    let PreparedChange { attributes, expressions } = prepared;
    let (condition, changes) =
        (expressions.text(ExpressionKind::Condition), expressions.text(ExpressionKind::Update));
    let (names, values) = (expressions.names, expressions.values);
    let item = TransactWriteItem::builder();
    match change.kind {
        ChangeKind::Put => {
            let put = Put::builder().table_name(&change.table).set_item(Some(attributes));
            let put = put.set_condition_expression(condition);
            let put = put.set_expression_attribute_names(names).set_expression_attribute_values(values);
            item.put(put.build().expect(SET))
        }
        ChangeKind::Update => {
            let update = Update::builder().table_name(&change.table).set_key(Some(attributes));
            let update = update.set_update_expression(changes).set_condition_expression(condition);
            let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
            item.update(update.build().expect(SET))
        }
        ChangeKind::Delete => {
            let delete = Delete::builder().table_name(&change.table).set_key(Some(attributes));
            let delete = delete.set_condition_expression(condition);
            let delete = delete.set_expression_attribute_names(names).set_expression_attribute_values(values);
            item.delete(delete.build().expect(SET))
        }
        ChangeKind::Check => {
            let check = ConditionCheck::builder().table_name(&change.table).set_key(Some(attributes));
            let check = check.set_condition_expression(condition);
            let check = check.set_expression_attribute_names(names).set_expression_attribute_values(values);
            item.condition_check(check.build().expect(SET))
        }
    }
    .build()
}
