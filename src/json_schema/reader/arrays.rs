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
        keywords.extend(self.no_additional_items());
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

    fn no_additional_items(&self) -> Option<Keyword> {
        let listed = self.map.get("items").filter(|_| self.is_draft_4())?.as_array()?.len();
        let listed = u64::try_from(listed).unwrap_or(u64::MAX);
        self.forbids_additional_items().then_some(Keyword::NoAdditionalItems { listed })
    }

    fn forbids_additional_items(&self) -> bool {
        self.map.get("additionalItems") == Some(&Value::Bool(false))
    }

    /// A list is of the first items, and `additionalItems` of those behind; without a list it means nothing.
    fn draft_4_items(&mut self) -> (Vec<NodeId>, Option<NodeId>) {
        match self.map.get("items") {
            Some(Value::Array(list)) => {
                let prefix = if list.is_empty() { None } else { self.schema_list("items") };
                let rest =
                    if self.forbids_additional_items() { None } else { self.schema("additionalItems") };
                (prefix.unwrap_or_default(), rest)
            }
            Some(_) => (Vec::new(), self.schema("items")),
            None => (Vec::new(), None),
        }
    }
}
