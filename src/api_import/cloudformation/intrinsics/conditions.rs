//! The conditions of a template: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and `Condition`.

use super::{Intrinsic, TemplateReader};
use crate::api_import::source::{Located, NodeId};

/// The outcome of a condition. Unknown: it hangs on a name without an answer, which is a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api_import::cloudformation) enum Truth {
    True,
    False,
    Unknown,
}

impl Truth {
    fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    /// `decisive` if one of them is it, else unknown if one is, else the other.
    fn all(truths: &[Self], decisive: Self) -> Self {
        if truths.contains(&decisive) {
            decisive
        } else if truths.contains(&Self::Unknown) {
            Self::Unknown
        } else {
            decisive.not()
        }
    }
}

impl TemplateReader<'_> {
    /// The outcome of a condition that `at` names.
    pub fn condition(&mut self, at: NodeId, name: &str) -> Truth {
        if let Some(truth) = self.scope.truths.get(name) {
            return *truth;
        }
        let Some(node) = self.scope.conditions.get(name).copied() else {
            self.ledger.error(self.tree.at(at), format!("the template has no condition {name}"));
            return Truth::Unknown;
        };
        if self.scope.way.iter().any(|passed| passed == name) {
            let way = self.scope.way.join(" → ");
            let words = format!("conditions go in a circle: {way} → {name}");
            self.ledger.error(self.tree.at(node), words);
            return Truth::Unknown;
        }
        self.scope.way.push(name.to_owned());
        let truth = self.truth(node);
        self.scope.way.pop();
        self.scope.truths.insert(name.to_owned(), truth);
        truth
    }

    fn truth(&mut self, id: NodeId) -> Truth {
        if self.is_too_deep(id) {
            return Truth::Unknown;
        }
        self.scope.depth += 1;
        let truth = self.truth_within(id);
        self.scope.depth -= 1;
        truth
    }

    fn truth_within(&mut self, id: NodeId) -> Truth {
        if let Some(name) = self.tree.at(id).get("Condition").and_then(Located::text).map(str::to_owned) {
            return self.condition(id, &name);
        }
        let Some(Intrinsic { name, argument }) = self.intrinsic(id) else {
            return self.no_condition(id);
        };
        match name.as_str() {
            "Condition" => match self.tree.at(argument).text().map(str::to_owned) {
                Some(name) => self.condition(id, &name),
                None => self.no_condition(id),
            },
            "Fn::Equals" => self.equals(id, argument),
            "Fn::Not" => match self.arguments(id, argument, "Fn::Not: [condition]") {
                Some([condition]) => self.truth(condition).not(),
                None => Truth::Unknown,
            },
            "Fn::And" => Truth::all(&self.truths(argument), Truth::False),
            "Fn::Or" => Truth::all(&self.truths(argument), Truth::True),
            _ => self.no_condition(id),
        }
    }

    fn truths(&mut self, argument: NodeId) -> Vec<Truth> {
        let conditions: Vec<NodeId> =
            self.tree.at(argument).elements().into_iter().flatten().map(|node| node.id).collect();
        if conditions.is_empty() {
            return vec![self.no_condition(argument)];
        }
        conditions.into_iter().map(|condition| self.truth(condition)).collect()
    }

    fn equals(&mut self, id: NodeId, argument: NodeId) -> Truth {
        let Some([left, right]) = self.arguments(id, argument, "Fn::Equals: [value, value]") else {
            return Truth::Unknown;
        };
        match (self.text_of(left), self.text_of(right)) {
            (Some(left), Some(right)) if !left.contains("${") && !right.contains("${") => {
                Truth::of(left == right)
            }
            _ => Truth::Unknown,
        }
    }

    fn no_condition(&mut self, id: NodeId) -> Truth {
        let words = "expected a condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition";
        self.ledger.error(self.tree.at(id), words);
        Truth::Unknown
    }
}
