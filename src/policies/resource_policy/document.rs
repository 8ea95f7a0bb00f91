//! A policy document, wherever it came from, and what it says of a request.

use std::cell::RefCell;

use serde_json::Value;

use super::{
    condition::{Condition, ConditionContext},
    element::{Element, PolicyFault},
    statement::{Effect, Principal, Statement},
};

/// The statements of a document, ready to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

/// What a document says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    Allow,
    /// A denial wins over everything that allows. It has the statement's name.
    ExplicitDeny(&'a str),
    /// No statement is about the request.
    ImplicitDeny,
}

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

impl PolicyDocument {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(document: &Value) -> Result<Self, Vec<PolicyFault>> {
        let faults = RefCell::default();
        let statements = parse_statements(&Element::document(document, &faults));
        let faults = faults.into_inner();
        if faults.is_empty() { Ok(Self { statements }) } else { Err(faults) }
    }

    /// What it says of a request for a [resource](super::requested).
    pub fn evaluate(&self, resource: &str, context: &ConditionContext<'_>) -> Decision<'_> {
        let mut decision = Decision::ImplicitDeny;
        for statement in self.statements.iter().filter(|statement| statement.is_about(resource, context)) {
            match statement.effect {
                Effect::Deny => return Decision::ExplicitDeny(&statement.name),
                Effect::Allow => decision = Decision::Allow,
            }
        }
        decision
    }

    /// Says if it may say another thing of another address.
    pub fn asks_for_address(&self) -> bool {
        let mut conditions = self.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.any(Condition::asks_for_address)
    }

    /// The names of the statements that are about no caller whom this gateway knows.
    pub fn about_nobody(&self) -> impl Iterator<Item = &str> {
        let is_about_nobody = |statement: &&Statement| statement.principal == Principal::KnownToIam;
        self.statements.iter().filter(is_about_nobody).map(|statement| statement.name.as_str())
    }
}

/// Reads the statements; whatever is wrong in the document is noted.
fn parse_statements(document: &Element<'_>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let entries = document.entries("a policy: a map with Version and Statement").unwrap_or_default();
    for (name, value) in &entries {
        match *name {
            "Version" if value.value.as_str().is_some_and(|version| VERSIONS.contains(&version)) => {}
            "Version" => value.note("2012-10-17"),
            "Id" => drop(value.text("a text")),
            "Statement" => {
                let each = value.each("at least one statement").unwrap_or_default();
                statements = each.iter().filter_map(Statement::parse).collect();
            }
            _ => value.note("Version, Id or Statement"),
        }
    }
    if document.value.is_object() && !entries.iter().any(|(name, _)| *name == "Statement") {
        document.note_missing("Statement", "at least one statement");
    }
    statements
}
