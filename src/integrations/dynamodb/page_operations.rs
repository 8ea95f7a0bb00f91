//! `Query` and `Scan`: a page of items, and a cursor to the next.

use super::{
    OperationCall, OperationRequest,
    cursor::{Binding, decode_key, encode_key},
    expression::ExpressionKind,
    expressions::Expressions,
    failure::Subject,
    operation_call::{FilledOperation, bad_cursor},
    operation_fields::{Limit, index, table},
    plain_json::{self, PlainPage},
    request_head::RequestHead,
    success_response::Page,
};
#[cfg(feature = "cli")]
use crate::integrations::TableUse;
use crate::{
    aws::call::Attempts, error::GatewayError, integrations::ParseContext, item::Fields,
    template::mapped_value::MappedValue,
};

/// Items of a table or an index, page by page.
#[derive(Debug)]
pub struct Pages {
    kind: PageKind,
    table: String,
    head: RequestHead,
    expressions: Expressions,
    limit: Limit,
    binding: Binding,
}

#[derive(Clone, Copy, Debug)]
enum PageKind {
    Query { forward: Option<bool> },
    Scan,
}

impl Pages {
    /// Reads a `Query`.
    pub fn parse_query(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let kind = PageKind::Query { forward: fields.boolean("scanIndexForward") };
        const KEY_CONDITION: &str = ExpressionKind::KeyCondition.field();
        let condition =
            fields.require(KEY_CONDITION, fields.value(KEY_CONDITION), "an expression such as pk = :pk");
        let pages = Self::parse(
            fields,
            parse_context,
            kind,
            &[ExpressionKind::KeyCondition, ExpressionKind::Filter, ExpressionKind::Projection],
        );
        condition.and(pages)
    }

    /// Reads a `Scan`.
    pub fn parse_scan(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        Self::parse(
            fields,
            parse_context,
            PageKind::Scan,
            &[ExpressionKind::Filter, ExpressionKind::Projection],
        )
    }

    fn parse(
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
        kind: PageKind,
        expressions: &[ExpressionKind],
    ) -> Option<Self> {
        let (table, index) = (table(fields), index(fields));
        let expressions = Expressions::parse(fields, parse_context, expressions);
        let limit = Limit::parse(fields, parse_context);
        let consistent = fields.boolean("consistentRead");
        let (table, index) = (table?, index?);
        let parts = [parse_context.stage_and_route, &table, index.as_deref().unwrap_or_default()];
        let binding = Binding::new(&parts);
        let forward = match kind {
            PageKind::Query { forward } => forward,
            PageKind::Scan => None,
        };
        let head = RequestHead::of_table(&table)
            .text("IndexName", index.as_deref())
            .value("ConsistentRead", consistent)
            .value("ScanIndexForward", forward);
        Some(Self { kind, table, head, expressions: expressions?, limit: limit?, binding })
    }

    /// The mapped values of the expressions and the limit.
    pub fn mapped_values(&self) -> Vec<&MappedValue> {
        self.expressions.mapped_values().chain(self.limit.mapped()).collect()
    }

    #[cfg(feature = "cli")]
    pub fn table_use(&self) -> TableUse {
        let index = self.head.text_of("IndexName");
        let keys = self.expressions.key_use().into_iter().collect();
        TableUse { path: String::new(), table: self.table.clone(), index, keys }
    }

    fn subject(&self) -> Subject<'_> {
        Subject::of_one(&self.table, self.mapped_values())
    }

    /// The operation with the request's values.
    pub fn fill(&self, request: &OperationRequest<'_>) -> Result<FilledOperation, GatewayError> {
        let start = match request.cursor() {
            None => None,
            Some(cursor) => {
                let key = self.binding.open(&cursor).and_then(|content| decode_key(&content));
                Some(key.ok_or_else(bad_cursor)?)
            }
        };
        let mut body = self.head.begin();
        self.expressions.write(&request.inputs, &mut body)?;
        if let Some(limit) = request.limit(&self.limit)? {
            body.extend_from_slice(format!(",\"Limit\":{limit}").as_bytes());
        }
        if let Some(start) = start {
            body.extend_from_slice(b",\"ExclusiveStartKey\":");
            serde_json::to_writer(&mut body, &start).expect("a key is JSON");
        }
        body.push(b'}');
        let name = match self.kind {
            PageKind::Query { .. } => "Query",
            PageKind::Scan => "Scan",
        };
        Ok(FilledOperation { name, body, attempts: Attempts::Twice })
    }

    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Page, GatewayError> {
        let operation = self.fill(&call.request)?;
        let page = call.send(operation, plain_json::page, || self.subject()).await?;
        let PlainPage { json, first, last_evaluated_key, .. } = page;
        let cursor = match last_evaluated_key {
            None => None,
            Some(key) => {
                let key =
                    encode_key(&key).ok_or(GatewayError::BrokenAnswer("a key of an unknown type".into()))?;
                Some(self.binding.seal(&key))
            }
        };
        Ok(Page { json, first, cursor })
    }
}
