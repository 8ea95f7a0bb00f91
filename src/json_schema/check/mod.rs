//! A value against a schema.
//!
//! The work is counted, and one check ends after so much of it: schemas that refer to themselves can be made to take
//! twice the time for each level of a value.

mod arrays;
mod objects;
mod scalars;

use serde_json::Value;

use super::{
    Schemas,
    evaluated::Evaluated,
    keyword::{Keyword, Node, NodeId},
    pattern::Pattern,
    words::pointer,
};
use crate::error::Violation;

/// The steps of one check: a schema at a value is one. It is about a second's work at most.
const MOST_STEPS: usize = 10_000_000;
/// The steps of a regular expression that take the time of one.
const PATTERN_STEPS: usize = 16;
/// The bytes of a text that are looked at in the time of one.
const TEXT_BYTES: usize = 16;
/// Schemas within schemas and values within values, together. Each takes room on the stack.
const MOST_DEPTH: usize = 256;
/// More are not told, and not looked for.
pub const MOST_VIOLATIONS: usize = 20;

/// A step into a value.
#[derive(Clone, Copy, Debug)]
pub enum Step<'v> {
    Name(&'v str),
    Index(usize),
}

/// One check.
struct Check<'s, 'v> {
    schemas: &'s Schemas,
    path: Vec<Step<'v>>,
    steps_left: usize,
    depth: usize,
    /// Above zero while only the outcome counts.
    quiet: usize,
    is_exhausted: bool,
    violations: Vec<Violation>,
}

impl Schemas {
    /// Checks a value against the schema of a model.
    ///
    /// # Errors
    ///
    /// The rules that it breaks, the first 20 of them.
    pub fn check(&self, model: NodeId, value: &Value) -> Result<(), Vec<Violation>> {
        let mut check = Check::new(self);
        let is_valid = check.node(model, value, &mut Evaluated::default());
        if check.is_exhausted {
            let rule = self.path(&self.nodes[model]);
            let detail = "the value is too deep or takes too long to check".to_owned();
            return Err(vec![Violation { pointer: String::new(), detail, rule }]);
        }
        if is_valid { Ok(()) } else { Err(check.violations) }
    }
}

impl<'s, 'v> Check<'s, 'v> {
    fn new(schemas: &'s Schemas) -> Self {
        Self {
            schemas,
            path: Vec::new(),
            steps_left: MOST_STEPS,
            depth: 0,
            quiet: 0,
            is_exhausted: false,
            violations: Vec::new(),
        }
    }

    /// True if the value keeps to the schema; then `outer` gets to know what it has judged.
    fn node(&mut self, node: NodeId, value: &'v Value, outer: &mut Evaluated<'v>) -> bool {
        if self.depth == MOST_DEPTH || !self.spend(1) {
            self.is_exhausted = true;
            return false;
        }
        self.depth += 1;
        let node = &self.schemas.nodes[node];
        let mut evaluated = Evaluated::default();
        let mut is_valid = true;
        for keyword in &node.keywords {
            let needs_the_others =
                matches!(keyword, Keyword::UnevaluatedItems(_) | Keyword::UnevaluatedProperties(_));
            if !is_valid && (self.is_quiet() || needs_the_others) {
                break;
            }
            is_valid &= self.keyword(node, keyword, value, &mut evaluated);
        }
        self.depth -= 1;
        if is_valid && self.schemas.has_unevaluated {
            outer.extend(evaluated);
        }
        is_valid
    }

    fn keyword(
        &mut self,
        node: &'s Node,
        keyword: &'s Keyword,
        value: &'v Value,
        evaluated: &mut Evaluated<'v>,
    ) -> bool {
        match keyword {
            Keyword::Nothing => self.fail(node, keyword, || "no value is allowed here".to_owned()),
            Keyword::Ref(other) => self.node(*other, value, evaluated),
            Keyword::AllOf(nodes) => self.all_of(nodes, value, evaluated),
            Keyword::AnyOf(nodes) => {
                let matched = self.matching(nodes, value, evaluated, 1);
                let words =
                    || format!("instance failed to match at least one required schema among {}", nodes.len());
                matched > 0 || self.fail(node, keyword, words)
            }
            Keyword::OneOf(nodes) => {
                let matched = self.matching(nodes, value, evaluated, 2);
                let words = || {
                    let all = nodes.len();
                    format!("instance failed to match exactly one schema (matched {matched} out of {all})")
                };
                matched == 1 || self.fail(node, keyword, words)
            }
            Keyword::Not(other) => {
                let words = || "instance matched a schema which it should not have".to_owned();
                !self.quietly(*other, value, &mut Evaluated::default()) || self.fail(node, keyword, words)
            }
            Keyword::If { condition, then, otherwise } => {
                let branch = if self.quietly(*condition, value, evaluated) { then } else { otherwise };
                branch.is_none_or(|branch| self.node(branch, value, evaluated))
            }
            _ => match value {
                Value::Array(items) if keyword.is_of_arrays() => self.array(node, keyword, items, evaluated),
                Value::Object(map) if keyword.is_of_objects() => {
                    self.object(node, keyword, (value, map), evaluated)
                }
                _ => self.scalar(node, keyword, value),
            },
        }
    }

    fn all_of(&mut self, nodes: &[NodeId], value: &'v Value, evaluated: &mut Evaluated<'v>) -> bool {
        let mut is_valid = true;
        for node in nodes {
            is_valid &= self.node(*node, value, evaluated);
            if !is_valid && self.is_quiet() {
                break;
            }
        }
        is_valid
    }

    /// Counts the schemas that the value keeps to, up to `enough`; all of them where they say what is judged.
    fn matching(
        &mut self,
        nodes: &[NodeId],
        value: &'v Value,
        evaluated: &mut Evaluated<'v>,
        enough: usize,
    ) -> usize {
        let mut matched = 0;
        for node in nodes {
            matched += usize::from(self.quietly(*node, value, evaluated));
            if self.is_exhausted || (matched >= enough && !self.schemas.has_unevaluated) {
                break;
            }
        }
        matched
    }

    /// The outcome alone.
    fn quietly(&mut self, node: NodeId, value: &'v Value, evaluated: &mut Evaluated<'v>) -> bool {
        self.quiet += 1;
        let is_valid = self.node(node, value, evaluated);
        self.quiet -= 1;
        is_valid
    }

    /// Checks a part of the value.
    fn part(&mut self, node: NodeId, step: Step<'v>, value: &'v Value) -> bool {
        self.path.push(step);
        let is_valid = self.node(node, value, &mut Evaluated::default());
        self.path.pop();
        is_valid
    }

    fn matches(&mut self, pattern: &Pattern, text: &str) -> bool {
        self.spend(pattern.steps(text) / PATTERN_STEPS) && pattern.is_match(text)
    }

    /// Counts work; false if there was too much of it.
    fn spend(&mut self, steps: usize) -> bool {
        match self.steps_left.checked_sub(steps) {
            Some(left) => self.steps_left = left,
            None => self.is_exhausted = true,
        }
        !self.is_exhausted
    }

    fn is_quiet(&self) -> bool {
        self.quiet > 0 || self.is_exhausted || self.violations.len() >= MOST_VIOLATIONS
    }

    /// Notes a broken rule, and is false.
    fn fail(&mut self, node: &Node, keyword: &Keyword, detail: impl FnOnce() -> String) -> bool {
        if !self.is_quiet() {
            let rule = format!("{}.{}", self.schemas.path(node), keyword.name());
            self.violations.push(Violation { pointer: pointer(&self.path), detail: detail(), rule });
        }
        false
    }
}

impl Keyword {
    fn is_of_arrays(&self) -> bool {
        matches!(
            self,
            Self::MaxItems(_)
                | Self::MinItems(_)
                | Self::UniqueItems
                | Self::NoAdditionalItems { .. }
                | Self::Items { .. }
                | Self::Contains { .. }
                | Self::UnevaluatedItems(_)
        )
    }

    fn is_of_objects(&self) -> bool {
        matches!(
            self,
            Self::MaxProperties(_)
                | Self::MinProperties(_)
                | Self::Required(_)
                | Self::DependentRequired(_)
                | Self::DependentSchemas(_)
                | Self::Properties(_)
                | Self::PropertyNames(_)
                | Self::UnevaluatedProperties(_)
        )
    }
}
