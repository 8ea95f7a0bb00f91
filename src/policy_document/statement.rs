//! One statement of a policy document.

use super::{
    condition::{Condition, ConditionContext},
    document::PolicyKind,
    element::Element,
    principal::{self, Principals},
    resource::ResourcePattern,
};
use crate::policy_document::Wildcard;

/// A statement, which is about requests that all of its parts fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`, or its place: `Statement[0]`.
    pub name: String,
    pub effect: Effect,
    pub principals: Principals,
    resources: Vec<ResourcePattern>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

const EFFECT: &str = "Allow or Deny";
const ACTION: &str = "execute-api:Invoke, execute-api:* or *";
const RESOURCE: &str = "a resource or a list of resources";
const ELEMENT: &str = "Sid, Effect, Principal, Action, Resource or Condition";

/// The one action that there is here, in lower case.
const INVOKE: &str = "execute-api:invoke";

impl Statement {
    /// Reads a statement. Whatever is wrong in it is noted, also where there is a statement all the same.
    pub fn parse(element: &Element<'_>, kind: PolicyKind) -> Option<Self> {
        let entries = element.entries(kind.statement())?;
        let (mut sid, mut effect, mut principals) = (None, None, kind.principals());
        let (mut resources, mut conditions) = (Vec::new(), Vec::new());
        for (name, value) in &entries {
            match *name {
                "Sid" => sid = value.text("a text"),
                "Effect" => effect = parse_effect(value),
                "Principal" => principals = Principals::parse(value, kind),
                "Action" => check_actions(value),
                "Resource" => resources = parse_resources(value),
                "Condition" => conditions = Condition::parse_all(value),
                "NotAction" | "NotResource" | "NotPrincipal" => {
                    let positive = name.trim_start_matches("Not");
                    value.note(&format!("nothing: {name} is not evaluated here, only {positive}"));
                }
                _ => value.note(ELEMENT),
            }
        }
        let required = [
            ("Effect", EFFECT),
            ("Principal", principal::EXPECTED),
            ("Action", ACTION),
            ("Resource", RESOURCE),
        ];
        for (name, expected) in required {
            let is_needed = name != "Principal" || kind.principals().is_none();
            if is_needed && !entries.iter().any(|(other, _)| *other == name) {
                element.note_missing(name, expected);
            }
        }
        let name = sid.filter(|sid| !sid.is_empty()).unwrap_or(&element.path).to_owned();
        Some(Self { name, effect: effect?, principals: principals?, resources, conditions })
    }

    /// Says if the statement is about a request for this [resource](super::requested).
    pub fn is_about(&self, resource: &str, context: &ConditionContext<'_>) -> bool {
        self.principals.include(context.signer.as_ref())
            && self.names(resource)
            && self.conditions.iter().all(|condition| condition.holds(context))
    }

    /// Says if it is about every request for this resource, whoever sends it and from wherever.
    pub fn is_about_all(&self, resource: &str) -> bool {
        self.principals == Principals::Everybody && self.names(resource) && self.conditions.is_empty()
    }

    fn names(&self, resource: &str) -> bool {
        self.resources.iter().any(|pattern| pattern.matches(resource))
    }
}

impl PolicyKind {
    /// The callers of a statement that does not say whom it is about.
    const fn principals(self) -> Option<Principals> {
        match self {
            Self::ResourceBased => None,
            Self::IdentityBased => Some(Principals::Everybody),
        }
    }

    const fn statement(self) -> &'static str {
        match self {
            Self::ResourceBased => "a map with Effect, Principal, Action and Resource",
            Self::IdentityBased => "a map with Effect, Action and Resource",
        }
    }
}

fn parse_effect(element: &Element<'_>) -> Option<Effect> {
    match element.text(EFFECT)? {
        "Allow" => Some(Effect::Allow),
        "Deny" => Some(Effect::Deny),
        _ => element.fault(EFFECT),
    }
}

fn check_actions(element: &Element<'_>) {
    for action in element.each(ACTION).unwrap_or_default() {
        let Some(text) = action.text(ACTION) else { continue };
        let pattern = Wildcard::of_text(&text.to_ascii_lowercase());
        if !pattern.is_ok_and(|pattern| pattern.matches(INVOKE)) {
            action.note(ACTION);
        }
    }
}

fn parse_resources(element: &Element<'_>) -> Vec<ResourcePattern> {
    element.each(RESOURCE).unwrap_or_default().iter().filter_map(ResourcePattern::parse).collect()
}
