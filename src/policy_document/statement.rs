//! One statement of a policy document.

use super::{
    condition::{Condition, ConditionContext},
    document::PolicyKind,
    element::Element,
    resource::ResourcePattern,
};
use crate::policy_document::Wildcard;

/// A statement, which is about requests that all of its parts fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`, or its place: `Statement[0]`.
    pub name: String,
    pub effect: Effect,
    pub principal: Principal,
    resources: Vec<ResourcePattern>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// The callers that a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    Everybody,
    /// Callers that IAM knows, which no caller of this gateway is.
    KnownToIam,
}

const EFFECT: &str = "Allow or Deny";
const PRINCIPAL: &str = r#""*", or {"AWS": …} with "*", account ids or ARNs of IAM"#;
const CALLER: &str = r#"no Principal, or "*": the policy is about the caller that it was made for"#;
const ACTION: &str = "execute-api:Invoke, execute-api:* or *";
const RESOURCE: &str = "a resource or a list of resources";
const ELEMENT: &str = "Sid, Effect, Principal, Action, Resource or Condition";

/// The one action that there is here, in lower case.
const INVOKE: &str = "execute-api:invoke";

impl Statement {
    /// Reads a statement. Whatever is wrong in it is noted, also where there is a statement all the same.
    pub fn parse(element: &Element<'_>, kind: PolicyKind) -> Option<Self> {
        let entries = element.entries(kind.statement())?;
        let (mut sid, mut effect, mut principal) = (None, None, kind.principal());
        let (mut resources, mut conditions) = (Vec::new(), Vec::new());
        for (name, value) in &entries {
            match *name {
                "Sid" => sid = value.text("a text"),
                "Effect" => effect = parse_effect(value),
                "Principal" => principal = parse_principal(value, kind),
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
        let required =
            [("Effect", EFFECT), ("Principal", PRINCIPAL), ("Action", ACTION), ("Resource", RESOURCE)];
        for (name, expected) in required {
            let is_needed = name != "Principal" || kind.principal().is_none();
            if is_needed && !entries.iter().any(|(other, _)| *other == name) {
                element.note_missing(name, expected);
            }
        }
        let name = sid.filter(|sid| !sid.is_empty()).unwrap_or(&element.path).to_owned();
        Some(Self { name, effect: effect?, principal: principal?, resources, conditions })
    }

    /// Says if the statement is about a request for this [resource](super::requested).
    pub fn is_about(&self, resource: &str, context: &ConditionContext<'_>) -> bool {
        self.principal == Principal::Everybody
            && self.resources.iter().any(|pattern| pattern.matches(resource))
            && self.conditions.iter().all(|condition| condition.holds(context))
    }
}

impl PolicyKind {
    /// The callers of a statement that does not say whom it is about.
    const fn principal(self) -> Option<Principal> {
        match self {
            Self::ResourceBased => None,
            Self::IdentityBased => Some(Principal::Everybody),
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

fn parse_principal(element: &Element<'_>, kind: PolicyKind) -> Option<Principal> {
    if element.value == "*" {
        return Some(Principal::Everybody);
    }
    // A denial of somebody else would be lost without a word.
    if kind == PolicyKind::IdentityBased {
        return element.fault(CALLER);
    }
    let mut principals = Vec::new();
    for (name, value) in element.entries(PRINCIPAL)? {
        if name != "AWS" {
            return value.fault("nothing: only principals of AWS can call");
        }
        for principal in value.each(PRINCIPAL)? {
            principals.push(match principal.text(PRINCIPAL)? {
                "*" => Principal::Everybody,
                text if is_known_to_iam(text) => Principal::KnownToIam,
                _ => return principal.fault(PRINCIPAL),
            });
        }
    }
    let is_everybody = principals.contains(&Principal::Everybody);
    let first = principals.first().copied();
    first
        .map(|first| if is_everybody { Principal::Everybody } else { first })
        .or_else(|| element.fault(PRINCIPAL))
}

/// An account's id, or the ARN of an account, a user, a role or a session.
fn is_known_to_iam(text: &str) -> bool {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split(':');
    let is_arn = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next().is_some_and(|service| service == "iam" || service == "sts")
        && !text.contains(['*', '?']);
    is_account || is_arn
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
