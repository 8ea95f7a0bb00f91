//! An item's value with its warnings, or its problems with its warnings.

use std::cell::RefCell;

use crate::error::{InvalidConfiguration, Problem};

/// The result of reading an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The value, or every problem of the item.
    pub value: Result<T, InvalidConfiguration>,
    /// Oddities that the value does without.
    pub warnings: Vec<Problem>,
}

impl<T> Parsed<T> {
    /// The value, if nothing is wrong with the item.
    pub fn new(value: Option<T>, findings: Findings) -> Self {
        let Findings { problems, warnings } = findings;
        Self { value: value.filter(|_| problems.is_empty()).ok_or(InvalidConfiguration(problems)), warnings }
    }
}

/// Problems and warnings of items, in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

/// Collects findings while items are read.
#[derive(Debug, Default)]
pub struct Report {
    findings: RefCell<Findings>,
}

impl Report {
    pub fn into_findings(self) -> Findings {
        self.findings.into_inner()
    }

    pub fn add_problem(&self, problem: Problem) {
        self.findings.borrow_mut().problems.push(problem);
    }

    pub fn add_warning(&self, warning: Problem) {
        self.findings.borrow_mut().warnings.push(warning);
    }

    pub fn problem_count(&self) -> usize {
        self.findings.borrow().problems.len()
    }

    /// Says if a problem was added for this very field of the same item as `note`'s.
    pub(super) fn has_problem_at(&self, note: &Problem) -> bool {
        let findings = self.findings.borrow();
        findings.problems.iter().any(|problem| problem.key == note.key && problem.field == note.field)
    }
}
