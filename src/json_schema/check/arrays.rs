//! Rules on arrays.

use std::collections::HashSet;

use serde_json::Value;

use super::{Check, Step, TEXT_BYTES};
use crate::json_schema::{
    canonical::canonical,
    evaluated::Evaluated,
    keyword::{Keyword, Node, NodeId},
};

impl<'s, 'v> Check<'s, 'v> {
    pub(super) fn array(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        items: &'v [Value],
        evaluated: &mut Evaluated<'v>,
    ) -> bool {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        match keyword {
            Keyword::MaxItems(most) => {
                let words = || {
                    format!(
                        "array is too long: must have at most {most} elements but instance has {count} elements"
                    )
                };
                count <= *most || self.fail(node, keyword, words)
            }
            Keyword::MinItems(least) => {
                let words = || {
                    format!(
                        "array is too short: must have at least {least} elements but instance has {count} elements"
                    )
                };
                count >= *least || self.fail(node, keyword, words)
            }
            Keyword::NoAdditionalItems { listed } => {
                let words = || {
                    format!("schema only allows {listed} elements in array but instance has {count} elements")
                };
                count <= *listed || self.fail(node, keyword, words)
            }
            Keyword::UniqueItems => {
                let words = || "array must not contain duplicate elements".to_owned();
                self.are_unique(items) || self.fail(node, keyword, words)
            }
            Keyword::Items { prefix, rest } => self.items(prefix, *rest, items, evaluated),
            Keyword::Contains { node: other, least, most } => {
                let found = self.contained(*other, items, evaluated);
                let words = || {
                    let most = most.map(|most| format!(" and at most {most}")).unwrap_or_default();
                    format!("array must contain at least {least}{most} matching elements but has {found}")
                };
                let is_enough = found >= *least && most.is_none_or(|most| found <= most);
                is_enough || self.fail(node, keyword, words)
            }
            Keyword::UnevaluatedItems(other) => {
                let left = (0..items.len()).filter(|index| !evaluated.has_item(*index)).collect::<Vec<_>>();
                let is_valid = self.all_parts(left.iter().map(|index| (*other, *index)), items);
                evaluated.add_items_before(items.len());
                is_valid
            }
            _ => true,
        }
    }

    fn items(
        &mut self,
        prefix: &[NodeId],
        rest: Option<NodeId>,
        items: &'v [Value],
        evaluated: &mut Evaluated<'v>,
    ) -> bool {
        let nodes = prefix.iter().copied().map(Some).chain(std::iter::repeat(rest));
        let judged = nodes.take(items.len()).enumerate().filter_map(|(index, node)| Some((node?, index)));
        let is_valid = self.all_parts(judged, items);
        evaluated.add_items_before(if rest.is_some() { items.len() } else { prefix.len().min(items.len()) });
        is_valid
    }

    fn all_parts(&mut self, judged: impl Iterator<Item = (NodeId, usize)>, items: &'v [Value]) -> bool {
        let mut is_valid = true;
        for (node, index) in judged {
            is_valid &= self.part(node, Step::Index(index), &items[index]);
            if !is_valid && self.is_quiet() {
                break;
            }
        }
        is_valid
    }

    fn contained(&mut self, node: NodeId, items: &'v [Value], evaluated: &mut Evaluated<'v>) -> u64 {
        let mut found = 0;
        for (index, item) in items.iter().enumerate() {
            if self.quietly(node, item, &mut Evaluated::default()) {
                found += 1;
                if self.schemas.has_unevaluated {
                    evaluated.add_item(index);
                }
            }
        }
        found
    }

    fn are_unique(&mut self, items: &[Value]) -> bool {
        let mut known = HashSet::with_capacity(items.len());
        items.iter().all(|item| {
            let text = canonical(item);
            self.spend(1 + text.len() / TEXT_BYTES) && known.insert(text)
        })
    }
}
