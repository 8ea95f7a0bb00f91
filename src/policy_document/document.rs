//! A policy document, wherever it came from, and what it says of a request.

use std::cell::RefCell;

use serde_json::Value;

use super::{
    condition::{Condition, ConditionContext},
    decision::Decision,
    element::{Element, PolicyFault},
    principal::Principals,
    resource::requested,
    statement::{Effect, Statement},
};

/// The statements of a document, ready to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

/// The kind of a document, by the callers that its statements are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// It hangs on an API: each statement says in `Principal` whom it is about.
    ResourceBased,
    /// It was made for one caller, whom every statement is about. `Principal` may be left out, or `*`.
    IdentityBased,
}

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

impl PolicyDocument {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(document: &Value, kind: PolicyKind) -> Result<Self, Vec<PolicyFault>> {
        let faults = RefCell::default();
        let statements = parse_statements(&Element::document(document, &faults), kind);
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

    /// What it says of a request that may be taken for each of these resources: a denial of one is a denial, and the first
    /// has to be allowed.
    pub fn evaluate_all(
        &self,
        resources: impl IntoIterator<Item = impl AsRef<str>>,
        context: &ConditionContext<'_>,
    ) -> Decision<'_> {
        let mut first = None;
        for resource in resources {
            let decision = self.evaluate(resource.as_ref(), context);
            if matches!(decision, Decision::ExplicitDeny(_)) {
                return decision;
            }
            first.get_or_insert(decision);
        }
        first.unwrap_or(Decision::ImplicitDeny)
    }

    /// Says if it may say another thing of another address.
    pub fn asks_for_address(&self) -> bool {
        let mut conditions = self.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.any(Condition::asks_for_address)
    }

    /// Says if it lets everybody ask for everything of a stage: nothing is denied, and a statement without conditions
    /// allows it.
    pub fn is_open(&self, stage: &str) -> bool {
        // No pattern names these but one that stands for every method and path.
        let any = requested(stage, "\0", "/\0");
        let denies = |statement: &Statement| statement.effect == Effect::Deny;
        !self.statements.iter().any(denies)
            && self.statements.iter().any(|statement| statement.is_about_all(&any))
    }

    /// The names of the statements that are about certain signers.
    pub fn about_signers(&self) -> impl Iterator<Item = &str> {
        let is_about_signers = |statement: &&Statement| statement.principals != Principals::Everybody;
        self.statements.iter().filter(is_about_signers).map(|statement| statement.name.as_str())
    }

    /// Says if it may say another thing of another signer.
    pub fn asks_for_signer(&self) -> bool {
        self.about_signers().next().is_some()
    }
}

/// Reads the statements; whatever is wrong in the document is noted.
fn parse_statements(document: &Element<'_>, kind: PolicyKind) -> Vec<Statement> {
    let mut statements = Vec::new();
    let entries = document.entries("a policy: a map with Version and Statement").unwrap_or_default();
    for (name, value) in &entries {
        match *name {
            "Version" if value.value.as_str().is_some_and(|version| VERSIONS.contains(&version)) => {}
            "Version" => value.note("2012-10-17"),
            "Id" => drop(value.text("a text")),
            "Statement" => {
                let each = value.each("at least one statement").unwrap_or_default();
                statements = each.iter().filter_map(|one| Statement::parse(one, kind)).collect();
            }
            _ => value.note("Version, Id or Statement"),
        }
    }
    if document.value.is_object() && !entries.iter().any(|(name, _)| *name == "Statement") {
        document.note_missing("Statement", "at least one statement");
    }
    statements
}
