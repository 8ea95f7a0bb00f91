//! Words on arrays.

use serde_json::Value;

use super::SchemaReader;
use crate::json_schema::keyword::{Keyword, NodeId};

impl SchemaReader<'_, '_> {
    pub(super) fn arrays(&mut self, keywords: &mut Vec<Keyword>) {
        keywords.extend(self.count("maxItems").map(Keyword::MaxItems));
        keywords.extend(self.count("minItems").map(Keyword::MinItems));
        if self.boolean("uniqueItems") == Some(true) {
            keywords.push(Keyword::UniqueItems);
        }
        let (prefix, rest) = if self.is_draft_4() { self.draft_4_items() } else { self.items() };
        if !prefix.is_empty() || rest.is_some() {
            keywords.push(Keyword::Items { prefix, rest });
        }
        if !self.is_draft_4()
            && let Some(node) = self.schema("contains")
        {
            let (least, most) = (self.count("minContains").unwrap_or(1), self.count("maxContains"));
            keywords.push(Keyword::Contains { node, least, most });
        }
    }

    fn items(&mut self) -> (Vec<NodeId>, Option<NodeId>) {
        (self.schema_list("prefixItems").unwrap_or_default(), self.schema("items"))
    }

    /// A list is of the first items, and `additionalItems` of those behind; without a list it means nothing.
    fn draft_4_items(&mut self) -> (Vec<NodeId>, Option<NodeId>) {
        match self.map.get("items") {
            Some(Value::Array(list)) if list.is_empty() => (Vec::new(), self.schema("additionalItems")),
            Some(Value::Array(_)) => {
                (self.schema_list("items").unwrap_or_default(), self.schema("additionalItems"))
            }
            Some(_) => (Vec::new(), self.schema("items")),
            None => (Vec::new(), None),
        }
    }
}
