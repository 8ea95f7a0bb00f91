//! A function that a route or an authorizer calls, against what is known of it.

use super::known_resources::{FunctionAnswer, KnownResources};
use crate::{
    error::Problem,
    item::{Findings, brief, nearest},
};

/// Checks the function `name`, which `field` names.
pub fn check(
    name: &str,
    field: &str,
    known: &KnownResources,
    problem: impl Fn(&str, &str, &str) -> Problem,
    findings: &mut Findings,
) {
    let got = brief(&name.into());
    let place = &known.places.lambda;
    match known.functions.get(name) {
        None | Some(FunctionAnswer::Callable) => {}
        Some(FunctionAnswer::Failed { reason }) => {
            let got = format!("{got}, which is Failed: {reason}");
            findings.problems.push(problem(field, &got, "a function that can be called"));
        }
        Some(FunctionAnswer::Missing) => {
            let expected = format!("a function that is there: there is none of this name {place}");
            findings.problems.push(problem(field, &got, &(expected + &meant(name, known))));
        }
        Some(FunctionAnswer::NoQualifier { function, qualifier }) => {
            let expected = format!("an alias or a version of {function}, which has no {qualifier}");
            findings.problems.push(problem(field, &got, &expected));
        }
        Some(FunctionAnswer::NotAsked { why }) => {
            let expected = format!("a function that can be asked about: {why}");
            findings.warnings.push(problem(field, &got, &expected));
        }
    }
}

/// Another function of the API that is there, and nearly of this name.
fn meant(name: &str, known: &KnownResources) -> String {
    let is_there = |(name, answer): (&'_ String, &FunctionAnswer)| match answer {
        FunctionAnswer::Callable => Some(name.clone()),
        FunctionAnswer::Failed { .. }
        | FunctionAnswer::Missing
        | FunctionAnswer::NoQualifier { .. }
        | FunctionAnswer::NotAsked { .. } => None,
    };
    let names: Vec<_> = known.functions.iter().filter_map(is_there).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(name, &names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}
