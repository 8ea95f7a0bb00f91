//! The stages that a resource policy names: in the file they are the stages that are written, so that a denial goes on denying.

use serde_json::Value;

use super::{
    definition::Definition,
    openapi,
    options::ImportOptions,
    report::{Ledger, Question, Remark, Visibility},
    source::Located,
};
use crate::{api_file::Span, path, policy_document::Wildcard};

/// The stage of API Gateway that the routes are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageOfOrigin {
    /// Stages keep their names.
    Kept,
    Named(String),
    /// The input does not say it; `--stage` may.
    Unknown {
        said: Option<String>,
    },
}

impl StageOfOrigin {
    /// The stage of a document that no other part of the input says a stage of.
    pub fn of_document(root: Located<'_>, options: &ImportOptions) -> Self {
        match openapi::stage_of_document(root) {
            Some(name) => Self::Named(name),
            None => Self::Unknown { said: options.stage.clone() },
        }
    }
}

const POLICY: &str = "policy";
const EXTENSION: &str = "x-amazon-apigateway-policy";
/// The name of the question.
const KEY: &str = "policy stage";
/// Where an API's id ends with `*`, the first word behind it may be a method.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "ANY"];

/// Rewrites the stages in the resources of the policy.
pub fn adapt(ledger: &mut Ledger, root: Located<'_>, definition: &mut Definition, origin: StageOfOrigin) {
    let written = match &definition.stages[..] {
        [] => definition.kind.default_stage().to_owned(),
        [only] => only.name.clone(),
        // Several stages keep their names.
        [_, _, ..] => return,
    };
    let settings = &mut definition.settings;
    let span = settings.policy.as_ref().map_or(root.span(), |policy| policy.origin);
    let own = settings.more.get_mut(POLICY);
    let mut policies: Vec<&mut Value> =
        settings.policy.iter_mut().map(|policy| &mut policy.value).chain(own).collect();
    for policy in &mut policies {
        if let Some(text) = policy.as_str()
            && let Ok(parsed) = serde_json::from_str(text)
        {
            **policy = parsed;
        }
    }
    let mut resources: Vec<&mut Value> = policies.into_iter().flat_map(resources_of).collect();
    let place = root.get(EXTENSION).unwrap_or(root);
    let old = match origin {
        StageOfOrigin::Kept => return,
        StageOfOrigin::Named(old) => old,
        StageOfOrigin::Unknown { said } => {
            let named: Vec<&str> = resources.iter().filter_map(|text| named_stage(text.as_str()?)).collect();
            let is_written = |stage: &&str| matches(stage, &written);
            let is_known = match said {
                Some(_) => named.is_empty() || named.iter().any(is_written),
                None => named.iter().all(is_written),
            };
            if is_known {
                return;
            }
            let Some(old) = asked(ledger, place, &named, &written) else { return };
            old
        }
    };
    if old == written {
        return;
    }
    let mut is_changed = false;
    for resource in &mut resources {
        let Some(text) = resource.as_str() else { continue };
        match renamed(text, &old, &written) {
            Renamed::Same => {}
            Renamed::To(text) => {
                **resource = text.into();
                is_changed = true;
            }
            Renamed::Unclear => unclear(ledger, span, text, &StageNames { old: &old, written: &written }),
        }
    }
    if is_changed {
        let words = format!("the stage {old} is {written} in the resources of the policy too");
        ledger.remark(place, Remark::otherwise(words, Visibility::Invisible));
    }
}

/// The stage of origin, as the answer says it.
fn asked(ledger: &mut Ledger, place: Located<'_>, named: &[&str], written: &str) -> Option<String> {
    let words = format!(
        "the resource policy is about the stage {}, and the input does not say which stage it is of: which stage of API \
         Gateway is imported? What the policy says of it counts for the stage {written} then; --stage keeps its name",
        named.join(", ")
    );
    let answer = ledger.answer(place, Question::of_map(KEY, words, named.first()?))?;
    if answer.as_str().is_none() {
        ledger.error(place, format!("the answer to {KEY} is no name of a stage"));
    }
    answer.as_str().map(str::to_owned)
}

/// The names of a stage on API Gateway and in the file.
struct StageNames<'a> {
    old: &'a str,
    written: &'a str,
}

fn unclear(ledger: &mut Ledger, span: Span, resource: &str, StageNames { old, written }: &StageNames<'_>) {
    let words = format!(
        "the policy's resource {resource} does not say the same of the stage {written} as of {old}, which it was: import it \
         with --stage {old}"
    );
    ledger.error_at(span, words);
}

/// The resources of all statements.
fn resources_of(policy: &mut Value) -> Vec<&mut Value> {
    let statements = elements(policy.get_mut("Statement"));
    statements.into_iter().flat_map(|statement| elements(statement.get_mut("Resource"))).collect()
}

/// A list's elements, or the one that stands without a list.
fn elements(value: Option<&mut Value>) -> Vec<&mut Value> {
    match value {
        Some(Value::Array(values)) => values.iter_mut().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

/// A resource around its stage.
struct SplitResource<'r> {
    before: &'r str,
    stage: &'r str,
    behind: &'r str,
}

/// The stage of `execute-api:/STAGE/METHOD/path` and of an ARN; `None`: it is about all stages.
fn split(resource: &str) -> Option<SplitResource<'_>> {
    let slash = resource.find('/')?;
    let (before, rest) = resource.split_at(slash + 1);
    let (stage, behind) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_about_all = stage == "*" || stage.is_empty();
    let may_be_method = before.ends_with("*/") && METHODS.contains(&stage);
    (!is_about_all && !may_be_method).then_some(SplitResource { before, stage, behind })
}

fn named_stage(resource: &str) -> Option<&str> {
    split(resource).map(|split| split.stage)
}

/// Says if a pattern for stages is about a stage.
fn matches(pattern: &str, stage: &str) -> bool {
    let literal =
        |text: &str| path::decode_all_but_slashes(text).map(|text| text.into_owned()).ok_or("whole escapes");
    Wildcard::parse(pattern, literal).is_ok_and(|pattern| pattern.matches(stage))
}

/// A resource after its stage has got another name.
#[derive(Debug, PartialEq, Eq)]
enum Renamed {
    Same,
    To(String),
    Unclear,
}

fn renamed(resource: &str, old: &str, new: &str) -> Renamed {
    let Some(SplitResource { before, stage, behind }) = split(resource) else { return Renamed::Same };
    let end = match stage.split_once('*') {
        None => "",
        Some((_, "")) => "*",
        // It may stand for a stage with a part of a path, or for the end of a name.
        Some(_) => return Renamed::Unclear,
    };
    match (matches(stage, old), matches(stage, new)) {
        (true, true) | (false, false) => Renamed::Same,
        (true, false) => Renamed::To(format!("{before}{new}{end}{behind}")),
        (false, true) => Renamed::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_in_a_resource_gets_the_name_in_the_file() {
        let to = |text: &str| Renamed::To(text.to_owned());
        let table = [
            ("*", Renamed::Same),
            ("execute-api:*", Renamed::Same),
            ("execute-api:/*/GET/prod", Renamed::Same),
            ("execute-api:/prod/DELETE/*", to("execute-api:/live/DELETE/*")),
            ("execute-api:/prod", to("execute-api:/live")),
            ("execute-api:/pro?/GET/x", to("execute-api:/live/GET/x")),
            ("execute-api:/pr%6Fd/GET/x", to("execute-api:/live/GET/x")),
            ("execute-api:/pr*/GET/x", to("execute-api:/live*/GET/x")),
            ("execute-api:/p*d/GET/x", Renamed::Unclear),
            ("execute-api:/dev/GET/x", Renamed::Same),
            ("execute-api:/live/GET/x", Renamed::Unclear),
            (
                "arn:aws:execute-api:eu-west-1:111122223333:abc/prod/*",
                to("arn:aws:execute-api:eu-west-1:111122223333:abc/live/*"),
            ),
            ("arn:aws:execute-api:*:*:*/prod/GET/x", to("arn:aws:execute-api:*:*:*/live/GET/x")),
            ("arn:aws:execute-api:*:*:*/GET/x", Renamed::Same),
        ];
        for (resource, expected) in table {
            assert_eq!(renamed(resource, "prod", "live"), expected, "{resource}");
        }
    }
}
