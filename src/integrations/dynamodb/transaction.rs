//! `TransactWriteItems`: all of its changes, or none.

use super::{
    OperationCall, OperationRequest,
    attribute_json::separated,
    expression::ExpressionKind,
    failure::Subject,
    item_changes::{ChangeKind, ItemChange},
    operation_call::FilledOperation,
    plain_json,
};
#[cfg(feature = "cli")]
use crate::integrations::TableUse;
use crate::{
    aws::{call::Attempts, dynamodb::operations::request_token},
    error::GatewayError,
    integrations::ParseContext,
    item::Fields,
};

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

    /// The operation with the request's values. Each has a token, so that a second attempt does not make the changes twice.
    pub fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        let mut body =
            format!("{{\"ClientRequestToken\":\"{}\",\"TransactItems\":", request_token()).into_bytes();
        separated(b"[]", &self.changes, &mut body, |change, body| {
            body.extend_from_slice(field(change.kind));
            change.write(request, body)?;
            body.extend_from_slice(b"}}");
            Ok::<_, GatewayError>(())
        })?;
        body.push(b'}');
        Ok(FilledOperation { name: "TransactWriteItems", body, attempts: Attempts::Twice })
    }

    /// Makes the changes.
    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<(), GatewayError> {
        let operation = self.fill(&call.request)?;
        call.send(operation, plain_json::item, || self.subject()).await.map(drop)
    }

    /// True if there is a condition that can fail.
    pub fn has_condition(&self) -> bool {
        self.changes.iter().any(|change| change.expressions.has(ExpressionKind::Condition))
    }

    #[cfg(feature = "cli")]
    pub fn table_uses(&self) -> Vec<TableUse> {
        let name = |kind| KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        let of_change = |(at, change): (usize, &ItemChange)| {
            change.table_use(format!("transactItems[{at}].{}.", name(change.kind)))
        };
        self.changes.iter().enumerate().map(of_change).collect()
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

const fn field(kind: ChangeKind) -> &'static [u8] {
    match kind {
        ChangeKind::Put => b"{\"Put\":",
        ChangeKind::Update => b"{\"Update\":",
        ChangeKind::Delete => b"{\"Delete\":",
        ChangeKind::Check => b"{\"ConditionCheck\":",
    }
}
