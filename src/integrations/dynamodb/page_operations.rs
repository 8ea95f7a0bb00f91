//! `Query` and `Scan`: a page of items, and a cursor to the next.

use super::{
    OperationCall,
    cursor::{Binding, decode_key, encode_key},
    expressions::{ExpressionKind, Expressions},
    failure::Subject,
    operation_call::{bad_cursor, json_of},
    operation_fields::{Limit, index, table},
    success_response::Page,
};
use crate::{
    error::GatewayError, integrations::ParseContext, item::Fields, store::sdk_values::Attributes,
    template::mapped_value::MappedValue,
};

/// Items of a table or an index, page by page.
#[derive(Debug)]
pub struct Pages {
    kind: PageKind,
    table: String,
    index: Option<String>,
    expressions: Expressions,
    limit: Limit,
    consistent: Option<bool>,
    binding: Binding,
}

#[derive(Debug)]
enum PageKind {
    Query { forward: Option<bool> },
    Scan,
}

/// One page of DynamoDB's, of either kind.
struct FoundItems {
    items: Vec<Attributes>,
    last: Option<Attributes>,
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
        Some(Self { kind, table, index, expressions: expressions?, limit: limit?, consistent, binding })
    }

    /// The mapped values of the expressions and the limit.
    pub fn mapped_values(&self) -> Vec<&MappedValue> {
        self.expressions.mapped_values().chain(self.limit.mapped()).collect()
    }

    fn subject(&self) -> Subject<'_> {
        Subject::of_one(&self.table, self.mapped_values())
    }

    pub async fn invoke(&self, call: &OperationCall<'_>) -> Result<Page, GatewayError> {
        let start = match call.cursor() {
            None => None,
            Some(cursor) => {
                let key = self.binding.open(&cursor).and_then(|content| decode_key(&content));
                Some(key.ok_or_else(bad_cursor)?)
            }
        };
        let FoundItems { items, last } = match self.kind {
            PageKind::Query { forward } => self.query(call, start, forward).await?,
            PageKind::Scan => self.scan(call, start).await?,
        };
        let cursor = match last {
            None => None,
            Some(key) => {
                let key =
                    encode_key(&key).ok_or(GatewayError::BrokenAnswer("a key of an unknown type".into()))?;
                Some(self.binding.seal(&key))
            }
        };
        Ok(Page { items: items.into_iter().map(json_of).collect::<Result<_, _>>()?, cursor })
    }

    async fn query(
        &self,
        call: &OperationCall<'_>,
        start: Option<Attributes>,
        forward: Option<bool>,
    ) -> Result<FoundItems, GatewayError> {
        let expressions = self.expressions.fill(call)?;
        let output = call
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(self.index.clone())
            .set_key_condition_expression(expressions.text(ExpressionKind::KeyCondition))
            .set_filter_expression(expressions.text(ExpressionKind::Filter))
            .set_projection_expression(expressions.text(ExpressionKind::Projection))
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_limit(call.limit(&self.limit)?)
            .set_scan_index_forward(forward)
            .set_consistent_read(self.consistent)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| call.failed(&self.subject(), error))?;
        Ok(FoundItems { items: output.items.unwrap_or_default(), last: output.last_evaluated_key })
    }

    async fn scan(
        &self,
        call: &OperationCall<'_>,
        start: Option<Attributes>,
    ) -> Result<FoundItems, GatewayError> {
        let expressions = self.expressions.fill(call)?;
        let output = call
            .client
            .scan()
            .table_name(&self.table)
            .set_index_name(self.index.clone())
            .set_filter_expression(expressions.text(ExpressionKind::Filter))
            .set_projection_expression(expressions.text(ExpressionKind::Projection))
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .set_limit(call.limit(&self.limit)?)
            .set_consistent_read(self.consistent)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| call.failed(&self.subject(), error))?;
        Ok(FoundItems { items: output.items.unwrap_or_default(), last: output.last_evaluated_key })
    }
}
