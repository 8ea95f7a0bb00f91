//! `PutItem`, `UpdateItem`, `DeleteItem`: a change of one item, alone or within a transaction.

#[cfg(feature = "cli")]
use super::key_use;
use super::{
    OperationCall, OperationRequest,
    expression::ExpressionKind,
    expressions::Expressions,
    failure::Subject,
    mapped_attribute::MappedAttribute,
    operation_call::FilledOperation,
    operation_fields::{mapped_item, mapped_key, table},
    plain_json,
    request_head::RequestHead,
    success_response::Shape,
};
#[cfg(feature = "cli")]
use crate::integrations::{KeyForm, TableUse};
use crate::{
    aws::call::Attempts, error::GatewayError, integrations::ParseContext, item::Fields,
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

impl ChangeKind {
    /// The operation that is this change alone. DynamoDB has none for a `Check`, which is within transactions only.
    const fn operation(self) -> &'static str {
        match self {
            Self::Put => "PutItem",
            Self::Update => "UpdateItem",
            Self::Delete => "DeleteItem",
            Self::Check => "ConditionCheck",
        }
    }
}

/// A change of one item.
#[derive(Debug)]
pub struct ItemChange {
    pub kind: ChangeKind,
    pub table: String,
    head: RequestHead,
    /// The item of a `Put`, the key of all others.
    attributes: MappedAttribute,
    pub expressions: Expressions,
}

impl ItemChange {
    /// Reads the fields of a change.
    pub fn parse(kind: ChangeKind, fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let table = table(fields);
        let attributes = match kind {
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
        let table = table?;
        let head = RequestHead::of_table(&table);
        let change = Self { kind, table, head, attributes: attributes?, expressions: expressions? };
        complete.then_some(change)
    }

    /// Writes the fields of the change for one request; further ones may follow.
    pub fn write(&self, request: &OperationRequest<'_>, out: &mut Vec<u8>) -> Result<(), GatewayError> {
        self.head.write(out);
        match self.kind {
            ChangeKind::Put => {
                out.extend_from_slice(b",\"Item\":");
                self.attributes.write_item(&request.inputs, out)?;
            }
            ChangeKind::Update | ChangeKind::Delete | ChangeKind::Check => {
                out.extend_from_slice(b",\"Key\":");
                self.attributes.write_key(&request.inputs, out)?;
            }
        }
        self.expressions.write(&request.inputs, out)
    }

    #[cfg(feature = "cli")]
    pub fn table_use(&self, path: String) -> TableUse {
        let key = match self.kind {
            ChangeKind::Put => key_use::of_map("item", KeyForm::Item, self.attributes.mapped()),
            ChangeKind::Update | ChangeKind::Delete | ChangeKind::Check => {
                key_use::of_map("key", KeyForm::Whole, self.attributes.mapped())
            }
        };
        TableUse { path, table: self.table.clone(), index: None, keys: key.into_iter().collect() }
    }

    /// All that is mapped into it.
    pub fn mapped_values(&self) -> impl Iterator<Item = &MappedValue> {
        std::iter::once(self.attributes.mapped()).chain(self.expressions.mapped_values())
    }
}

/// A change that is an operation of its own.
#[derive(Debug)]
pub struct Write {
    change: ItemChange,
    returned: Returned,
}

/// DynamoDB's `ReturnValues`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReturnValues {
    None,
    AllOld,
    UpdatedOld,
    AllNew,
    UpdatedNew,
}

/// The attributes that a write gives back.
#[derive(Debug)]
enum Returned {
    /// Those that `returnValues` asks for.
    Attributes(ReturnValues),
    /// The item that was put.
    Put,
    /// The item that was deleted; none is a 404.
    Deleted,
}

fn return_values(kind: ChangeKind) -> &'static [(&'static str, ReturnValues)] {
    const ALL: [(&str, ReturnValues); 5] = [
        ("NONE", ReturnValues::None),
        ("ALL_OLD", ReturnValues::AllOld),
        ("UPDATED_OLD", ReturnValues::UpdatedOld),
        ("ALL_NEW", ReturnValues::AllNew),
        ("UPDATED_NEW", ReturnValues::UpdatedNew),
    ];
    if kind == ChangeKind::Update { &ALL } else { &ALL[..2] }
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
        let requested = fields.choice("returnValues", return_values(kind));
        let returned = match (shape, requested) {
            (Shape::Item, None) => match kind {
                ChangeKind::Put => Returned::Put,
                ChangeKind::Delete => Returned::Deleted,
                ChangeKind::Update => Returned::Attributes(ReturnValues::AllNew),
                ChangeKind::Check => Returned::Attributes(ReturnValues::None),
            },
            (Shape::Item | Shape::Items | Shape::Nothing | Shape::Attributes, requested) => {
                Returned::Attributes(requested.unwrap_or(ReturnValues::None))
            }
        };
        Some(Self { change: ItemChange::parse(kind, fields, parse_context)?, returned })
    }

    /// The operation with the request's values.
    pub fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        let mut body = Vec::new();
        self.change.write(request, &mut body)?;
        body.extend_from_slice(self.return_values().rest());
        Ok(FilledOperation { name: self.change.kind.operation(), body, attempts: self.attempts() })
    }

    /// Gives the attributes that were asked for, in plain JSON.
    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Option<Vec<u8>>, GatewayError> {
        let operation = self.fill(&call.request)?;
        let attributes = call.send(operation, plain_json::item, || self.subject()).await?;
        let attributes = attributes.filter(|attributes| attributes != b"{}");
        match self.returned {
            Returned::Attributes(_) => Ok(attributes),
            Returned::Put => {
                let mut item = Vec::new();
                self.change.attributes.write_plain(&call.request.inputs, &mut item)?;
                Ok(Some(item))
            }
            Returned::Deleted => attributes.ok_or(GatewayError::ItemNotFound).map(Some),
        }
    }

    /// True if there is a condition that can fail.
    pub fn has_condition(&self) -> bool {
        self.change.expressions.has(ExpressionKind::Condition)
    }

    #[cfg(feature = "cli")]
    pub fn table_use(&self) -> TableUse {
        self.change.table_use(String::new())
    }

    fn subject(&self) -> Subject<'_> {
        Subject::of_one(&self.change.table, self.change.mapped_values().collect())
    }

    fn return_values(&self) -> ReturnValues {
        match self.returned {
            Returned::Attributes(requested) => requested,
            Returned::Put => ReturnValues::None,
            Returned::Deleted => ReturnValues::AllOld,
        }
    }

    /// A write whose answer was lost may have happened: it is tried again only if twice is the same as once.
    /// `ADD n :one` would count twice, a condition would fail on its own write, old values would be the new.
    fn attempts(&self) -> Attempts {
        let plain = self.return_values() == ReturnValues::None;
        let same_twice = self.change.kind != ChangeKind::Update && !self.has_condition() && plain;
        if same_twice { Attempts::Twice } else { Attempts::Once }
    }
}

impl ReturnValues {
    /// The end of a request.
    const fn rest(self) -> &'static [u8] {
        match self {
            Self::None => b"}",
            Self::AllOld => b",\"ReturnValues\":\"ALL_OLD\"}",
            Self::UpdatedOld => b",\"ReturnValues\":\"UPDATED_OLD\"}",
            Self::AllNew => b",\"ReturnValues\":\"ALL_NEW\"}",
            Self::UpdatedNew => b",\"ReturnValues\":\"UPDATED_NEW\"}",
        }
    }
}
