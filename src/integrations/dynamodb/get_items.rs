//! `GetItem` and `BatchGetItem`.

use std::collections::BTreeMap;

#[cfg(feature = "cli")]
use super::key_use;
use super::{
    OperationCall, OperationRequest,
    cursor::Binding,
    expression::ExpressionKind,
    expressions::Expressions,
    failure::Subject,
    mapped_attribute::MappedAttribute,
    operation_call::{FilledOperation, bad_cursor},
    operation_fields::{mapped_key, mapped_keys, table},
    plain_json::{self, PlainPage},
    request_head::{RequestHead, quoted},
    success_response::Page,
};
#[cfg(feature = "cli")]
use crate::integrations::{KeyForm, TableUse};
use crate::{
    aws::{
        call::Attempts,
        dynamodb::{AttributeValue, Attributes},
    },
    decimal::canonical,
    digest::hex,
    error::{GatewayError, StoreError},
    integrations::ParseContext,
    item::Fields,
    template::mapped_value::MappedValue,
};

/// The most keys that DynamoDB takes in one call.
const MOST_KEYS: usize = 100;

/// One item by its key.
#[derive(Debug)]
pub struct GetItem {
    table: String,
    head: RequestHead,
    key: MappedAttribute,
    expressions: Expressions,
}

impl GetItem {
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let table = table(fields);
        let key = mapped_key(fields, "key", parse_context);
        let expressions = Expressions::parse(fields, parse_context, &[ExpressionKind::Projection]);
        let consistent = fields.boolean("consistentRead");
        let table = table?;
        let head = RequestHead::of_table(&table).value("ConsistentRead", consistent);
        Some(Self { table, head, key: key?, expressions: expressions? })
    }

    /// The mapped value of the key; a projection has no placeholders for values.
    pub fn mapped(&self) -> &MappedValue {
        self.key.mapped()
    }

    #[cfg(feature = "cli")]
    pub fn table_use(&self) -> TableUse {
        let keys = key_use::of_map("key", KeyForm::Whole, self.mapped()).into_iter().collect();
        TableUse { path: String::new(), table: self.table.clone(), index: None, keys }
    }

    /// The operation with the request's values.
    pub fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        let mut body = self.head.begin();
        self.expressions.write(&request.inputs, &mut body)?;
        body.extend_from_slice(b",\"Key\":");
        self.key.write_key(&request.inputs, &mut body)?;
        body.push(b'}');
        Ok(FilledOperation { name: "GetItem", body, attempts: Attempts::Twice })
    }

    /// Gives the item in plain JSON.
    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Vec<u8>, GatewayError> {
        let operation = self.fill(&call.request)?;
        let subject = || Subject::of_one(&self.table, vec![self.mapped()]);
        call.send(operation, plain_json::item, subject).await?.ok_or(GatewayError::ItemNotFound)
    }
}

/// Items by their keys, in no order.
///
/// DynamoDB may leave keys for later (a response holds 16 MB at most). They become a cursor: the client
/// sends the same keys again with it, and gets the rest.
#[derive(Debug)]
pub struct BatchGetItem {
    table: String,
    /// `{"RequestItems":{"orders":{"Keys":`, to be gone on with.
    beginning: String,
    keys: MappedAttribute,
    /// The fields behind the keys.
    fields: String,
    expressions: Expressions,
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
        let beginning = format!("{{\"RequestItems\":{{{}:{{\"Keys\":", quoted(&table));
        let fields = consistent.map(|value| format!(",\"ConsistentRead\":{value}")).unwrap_or_default();
        Some(Self { table, beginning, keys: keys?, fields, expressions: expressions?, binding })
    }

    /// The mapped value of the keys; a projection has no placeholders for values.
    pub fn mapped(&self) -> &MappedValue {
        self.keys.mapped()
    }

    #[cfg(feature = "cli")]
    pub fn table_use(&self) -> TableUse {
        let keys = key_use::of_list("keys", self.mapped());
        TableUse { path: String::new(), table: self.table.clone(), index: None, keys }
    }

    /// The operation with the request's values.
    pub fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        Ok(self.fill_and_tell(request)?.operation)
    }

    /// The same, with all keys that the request names.
    fn fill_and_tell(&self, request: &OperationRequest<'_>) -> Result<FilledBatch, GatewayError> {
        let mut body = Vec::from(self.beginning.as_bytes());
        let count = self.keys.write_keys(&request.inputs, &mut body)?;
        if !(1..=MOST_KEYS).contains(&count) {
            return Err(self.mapped().refused("has not 1 to 100 keys"));
        }
        let keys = body[self.beginning.len()..].to_vec();
        if let Some(cursor) = request.cursor() {
            let all = SentKeys::of(&keys);
            let wanted = all.behind(self.binding, &cursor).ok_or_else(bad_cursor)?;
            body.truncate(self.beginning.len());
            serde_json::to_writer(&mut body, &wanted).expect("keys are JSON");
        }
        body.extend_from_slice(self.fields.as_bytes());
        self.expressions.write(&request.inputs, &mut body)?;
        body.extend_from_slice(b"}}}");
        let operation = FilledOperation { name: "BatchGetItem", body, attempts: Attempts::Twice };
        Ok(FilledBatch { operation, keys })
    }

    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Page, GatewayError> {
        let FilledBatch { operation, keys } = self.fill_and_tell(&call.request)?;
        let subject = || Subject::of_one(&self.table, vec![self.mapped()]);
        let PlainPage { json, first, unprocessed_keys, .. } =
            call.send(operation, plain_json::page, subject).await?;
        if unprocessed_keys.is_empty() {
            return Ok(Page { json, first, cursor: None });
        }
        let all = SentKeys::of(&keys);
        let places: Vec<u8> = unprocessed_keys.iter().map(|key| all.place(key)).collect::<Result<_, _>>()?;
        if first.is_none() {
            return Err(StoreError::new("the integration's operation", "every key was left for later").into());
        }
        Ok(Page { json, first, cursor: Some(all.binding(self.binding).seal(&places)) })
    }
}

/// An operation with the request's values, and the keys that the request names, as DynamoDB has them.
struct FilledBatch {
    operation: FilledOperation,
    keys: Vec<u8>,
}

/// The keys of a client's list: a cursor's numbers mean places in this very list.
struct SentKeys(Vec<Attributes>);

impl SentKeys {
    /// Reads keys that were written for DynamoDB.
    fn of(json: &[u8]) -> Self {
        Self(serde_json::from_slice(json).expect("keys were written as DynamoDB has them"))
    }

    /// `binding` to this list.
    fn binding(&self, binding: Binding) -> Binding {
        self.0.iter().fold(binding, |binding, key| binding.with(canonical_key(key).as_bytes()))
    }

    /// The keys that `cursor` says; `None` if it is not of this list.
    fn behind(&self, binding: Binding, cursor: &str) -> Option<Vec<&Attributes>> {
        let places = self.binding(binding).open(cursor)?;
        places.iter().map(|place| self.0.get(usize::from(*place))).collect()
    }

    /// The index of a key.
    fn place(&self, key: &Attributes) -> Result<u8, GatewayError> {
        let key = canonical_key(key);
        let place = self.0.iter().position(|other| canonical_key(other) == key);
        place
            .and_then(|place| u8::try_from(place).ok())
            .ok_or(GatewayError::BrokenAnswer("DynamoDB left a key for later that was not asked for".into()))
    }
}

/// The one text of a key: DynamoDB may write a number in another way than it was sent. Cursors are bound to this text,
/// so it stays as it is.
fn canonical_key(key: &Attributes) -> String {
    let text = |value: &AttributeValue| match value {
        AttributeValue::N(number) => format!("N{}", canonical(number).unwrap_or_default()),
        AttributeValue::B(bytes) => {
            format!("B(Blob {{ inner: {} }})", hex(&bytes.0))
        }
        other => format!("{other:?}"),
    };
    let parts: BTreeMap<_, _> = key.iter().map(|(name, value)| (name, text(value))).collect();
    format!("{parts:?}")
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{primitives::Blob, types};

    use super::*;
    use crate::aws::dynamodb::Binary;

    #[test]
    fn a_cursor_is_bound_to_keys_as_it_has_always_been() {
        let key = Attributes::from([
            ("b".to_owned(), AttributeValue::B(Binary(b"\x00\xffa".to_vec().into()))),
            ("n".to_owned(), AttributeValue::N("7.50".to_owned())),
            ("p\"k".to_owned(), AttributeValue::S("a\"\\\u{1}é\u{301}".to_owned())),
        ]);
        // Former versions took the texts of the SDK's values.
        let binary = types::AttributeValue::B(Blob::new(b"\x00\xffa"));
        let text = types::AttributeValue::S("a\"\\\u{1}é\u{301}".to_owned());
        let expected = BTreeMap::from([
            ("b", format!("{binary:?}")),
            ("n", "N75e-1".to_owned()),
            ("p\"k", format!("{text:?}")),
        ]);
        assert_eq!(canonical_key(&key), format!("{expected:?}"));
    }
}
