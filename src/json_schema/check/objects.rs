//! Rules on objects.

use serde_json::{Map, Value};

use super::{Check, Step};
use crate::json_schema::{
    evaluated::Evaluated,
    keyword::{Keyword, Node, NodeId, Properties},
    words::names,
};

impl<'s, 'v> Check<'s, 'v> {
    pub(super) fn object(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        (value, map): (&'v Value, &'v Map<String, Value>),
        evaluated: &mut Evaluated<'v>,
    ) -> bool {
        let count = u64::try_from(map.len()).unwrap_or(u64::MAX);
        match keyword {
            Keyword::MaxProperties(most) => {
                let words = || {
                    format!(
                        "object has too many properties (found {count} but schema requires at most {most})"
                    )
                };
                count <= *most || self.fail(node, keyword, words)
            }
            Keyword::MinProperties(least) => {
                let words = || {
                    format!(
                        "object has too few properties (found {count} but schema requires at least {least})"
                    )
                };
                count >= *least || self.fail(node, keyword, words)
            }
            Keyword::Required(required) => {
                let missing = missing(required, map);
                let words = || format!("object has missing required properties ({})", names(&missing));
                missing.is_empty() || self.fail(node, keyword, words)
            }
            Keyword::DependentRequired(dependent) => self.dependent_required(node, keyword, dependent, map),
            Keyword::DependentSchemas(dependent) => {
                let present = dependent.iter().filter(|(name, _)| map.contains_key(name));
                let nodes: Vec<NodeId> = present.map(|(_, node)| *node).collect();
                self.all_of(&nodes, value, evaluated)
            }
            Keyword::Properties(properties) => self.properties(node, keyword, properties, map, evaluated),
            Keyword::PropertyNames(other) => {
                let wrong: Vec<&str> =
                    map.keys().filter(|name| !self.is_name(*other, name)).map(String::as_str).collect();
                let words = || {
                    format!(
                        "object instance has properties whose names are not allowed by the schema: {}",
                        names(&wrong)
                    )
                };
                wrong.is_empty() || self.fail(node, keyword, words)
            }
            Keyword::UnevaluatedProperties(other) => {
                let left = map.iter().filter(|(name, _)| !evaluated.has_property(name)).collect();
                let is_valid = self.further(node, keyword, *other, left);
                evaluated.add_all_properties();
                is_valid
            }
            _ => true,
        }
    }

    fn dependent_required(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        dependent: &'s [(String, Vec<String>)],
        map: &Map<String, Value>,
    ) -> bool {
        let mut is_valid = true;
        for (name, required) in dependent.iter().filter(|(name, _)| map.contains_key(name)) {
            let missing = missing(required, map);
            let words = || {
                let all = required.iter().map(String::as_str).collect::<Vec<_>>();
                let (all, missing) = (names(&all), names(&missing));
                format!(
                    "property \"{name}\" of object has missing property dependencies (schema requires {all}; \
                     missing: {missing})"
                )
            };
            is_valid &= missing.is_empty() || self.fail(node, keyword, words);
        }
        is_valid
    }

    fn properties(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        properties: &'s Properties,
        map: &'v Map<String, Value>,
        evaluated: &mut Evaluated<'v>,
    ) -> bool {
        let mut is_valid = true;
        let mut left = Vec::new();
        for (name, value) in map {
            let mut is_judged = false;
            if let Some(own) = properties.named.get(name) {
                is_judged = true;
                is_valid &= self.part(*own, Step::Name(name), value);
            }
            for (pattern, own) in &properties.patterns {
                if self.matches(pattern, name) {
                    is_judged = true;
                    is_valid &= self.part(*own, Step::Name(name), value);
                }
            }
            if !is_judged {
                left.push((name, value));
            } else if self.schemas.has_unevaluated {
                evaluated.add_property(name);
            }
            if !is_valid && self.is_quiet() {
                return false;
            }
        }
        if let Some(additional) = properties.additional {
            is_valid &= self.further(node, keyword, additional, left);
            evaluated.add_all_properties();
        }
        is_valid
    }

    /// Members that only the schema for all further ones is about. If it lets nothing through, they are told together.
    fn further(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        further: NodeId,
        left: Vec<(&'v String, &'v Value)>,
    ) -> bool {
        if matches!(*self.schemas.nodes[further].keywords, [Keyword::Nothing]) {
            let left: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
            let words = || {
                format!(
                    "object instance has properties which are not allowed by the schema: {}",
                    names(&left)
                )
            };
            return left.is_empty() || self.fail(node, keyword, words);
        }
        let mut is_valid = true;
        for (name, value) in left {
            is_valid &= self.part(further, Step::Name(name), value);
            if !is_valid && self.is_quiet() {
                break;
            }
        }
        is_valid
    }

    fn is_name(&mut self, node: NodeId, name: &str) -> bool {
        let value = Value::from(name);
        let mut check =
            Check { steps_left: self.steps_left, depth: self.depth, quiet: 1, ..Check::new(self.schemas) };
        let is_valid = check.node(node, &value, &mut Evaluated::default());
        self.steps_left = check.steps_left;
        self.is_exhausted |= check.is_exhausted;
        is_valid
    }
}

fn missing<'a>(required: &'a [String], map: &Map<String, Value>) -> Vec<&'a str> {
    required.iter().filter(|name| !map.contains_key(*name)).map(String::as_str).collect()
}
