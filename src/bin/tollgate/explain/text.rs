//! The explanation for people: a line a step, in the order in which the gateway takes them.

use std::io::{self, Write};

use tollgate::{
    context::StageVersion,
    deployment::{Configuration, PassedOverRoute},
    error::chain,
    gateway::{
        AddedHeader, CheckedAuthorizer, ExplainedApiKey, ExplainedCanary, ExplainedLimit, ExplainedOutcome,
        ExplainedResponse, ExplainedRoute, ExplainedShadow, ExplainedStage, ExplainedValidation, FoundCaller,
    },
    limits::usage_plan::LimitOwner,
};

use super::{Explanation, integration_part, write_line};
use crate::{
    checked_rules::{api_key, authorizer, principal_id, why, write_rules},
    limit_words::limit_words,
};

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    let explained = &explanation.explained;
    if let Some(stage) = &explained.stage {
        write_stage(out, stage)?;
    }
    if let Some(route) = &explained.route {
        write_line(out, "route", &format!("{}, {}", route.key, why(&route.key, &explanation.method)))?;
    }
    for (nth, PassedOverRoute { key, reason }) in explained.passed_over.iter().enumerate() {
        write_line(out, if nth == 0 { "passed over" } else { "" }, &format!("{key}: {reason}"))?;
    }
    if let Some(route) = &explained.route {
        write_steps(out, explanation, route)?;
    }
    match &explained.outcome {
        ExplainedOutcome::Passes { added } => {
            for (nth, AddedHeader { name, value }) in added.iter().enumerate() {
                let value = value.as_deref().unwrap_or("as the counters say");
                write_line(out, if nth == 0 { "adds" } else { "" }, &format!("{name}: {value}"))?;
            }
            match &explanation.answer {
                Some(answer) => write_answer(out, "of the call, which was made", answer),
                None => write_line(out, "answer", "the integration's"),
            }
        }
        ExplainedOutcome::Preflight(response) => {
            write_answer(out, "the gateway's own, to a CORS preflight", response)
        }
        ExplainedOutcome::Refused(refusal) => {
            let words = format!("refused by {}: {}", refusal.step.name(), chain(&refusal.error));
            write_answer(out, &words, &refusal.response)
        }
    }
}

fn write_stage(out: &mut impl Write, stage: &ExplainedStage) -> io::Result<()> {
    let ExplainedStage { name, host, base_path, path, deployment_id, configuration, version, canary, .. } =
        stage;
    let last_good = match configuration {
        Configuration::AsWritten => "",
        Configuration::LastGood => ", the last good one: the item or what it points to is no good",
        Configuration::WithoutCanary => ", without its canary, whose deployment cannot be loaded",
    };
    let (of_canary, other) = match (version, canary) {
        (_, None) => ("", None),
        (StageVersion::Own, Some(ExplainedCanary { deployment_id, percent })) => (
            "",
            Some(format!("{percent} % of requests get deployment {deployment_id}: --canary tells of it")),
        ),
        (StageVersion::Canary(_), Some(ExplainedCanary { percent, .. })) => {
            (", its canary", Some(format!("{percent} % of requests get it; isCanaryRequest is true")))
        }
    };
    write_line(out, "stage", &format!("{name}, deployment {deployment_id}{of_canary}{last_good}"))?;
    if let Some(other) = other {
        write_line(out, "canary", &other)?;
    }
    let host = if host.is_empty() { "any host" } else { host };
    let base_path = if base_path.is_empty() { "/" } else { base_path };
    write_line(out, "base path", &format!("{base_path} at {host}; the path below is {path}"))
}

fn write_steps(out: &mut impl Write, explanation: &Explanation, route: &ExplainedRoute) -> io::Result<()> {
    for (nth, (name, value)) in route.path_parameters.iter().enumerate() {
        write_line(out, if nth == 0 { "parameters" } else { "" }, &format!("{name} = {value}"))?;
    }
    let access = route.access.as_ref().map(ToString::to_string);
    write_line(out, "access", &access.unwrap_or_else(|| "no address lists and no policy".to_owned()))?;
    write_line(out, "authorizer", &authorizer(&route.authorizer))?;
    if let Some(checked) = &route.checked {
        write_checked(out, checked)?;
    }
    let key = match &route.api_key {
        ExplainedApiKey::NotRequired => "none".to_owned(),
        ExplainedApiKey::NotKnown(asked) => api_key(*asked).to_owned(),
        ExplainedApiKey::Known { id, usage_plan_id } => format!("{id}, of usage plan {usage_plan_id}"),
    };
    write_line(out, "API key", &key)?;
    let Some(validation) = route.validation else { return write_limits(out, &route.limits) };
    write_limits(out, &route.limits)?;
    let validation = match validation {
        ExplainedValidation::NothingToCheck => "nothing to check",
        ExplainedValidation::Passed => "passed",
    };
    write_line(out, "validation", validation)?;
    if let Some(cache) = explanation.cache_part() {
        cache.write(out)?;
    }
    if let Some(integration) = &route.integration {
        integration_part::write(out, integration)?;
    }
    match &route.shadow {
        Some(ExplainedShadow { uri, percent }) => {
            write_line(out, "shadow", &format!("{percent} % of these requests go to {uri} too"))
        }
        None => Ok(()),
    }
}

fn write_checked(out: &mut impl Write, checked: &CheckedAuthorizer) -> io::Result<()> {
    let CheckedAuthorizer { rules, claim_names, caller } = checked;
    if !rules.is_empty() {
        writeln!(out)?;
        write_rules(out, rules)?;
        writeln!(out)?;
    }
    match caller {
        FoundCaller::Known(principal) => {
            write_line(out, "principal", principal_id(principal))?;
            write_line(out, "identity", principal.identity().as_str())?;
        }
        FoundCaller::AsSays(whom) => {
            write_line(out, "principal", &format!("as {whom} says; it is not asked here"))?;
        }
        FoundCaller::Refused => {}
    }
    if claim_names.is_empty() { Ok(()) } else { write_line(out, "claims", &claim_names.join(", ")) }
}

fn write_limits(out: &mut impl Write, limits: &[ExplainedLimit]) -> io::Result<()> {
    if limits.is_empty() {
        return write_line(out, "limits", "none");
    }
    for (nth, limit) in limits.iter().enumerate() {
        let words = format!("{}: {}", owner(limit.owner), limit_words(&limit.limits));
        write_line(out, if nth == 0 { "limits" } else { "" }, &words)?;
    }
    Ok(())
}

fn owner(owner: Option<LimitOwner>) -> &'static str {
    match owner {
        None => "each client address",
        Some(LimitOwner::KeyOnRoute) => "the key on this route",
        Some(LimitOwner::Key) => "the key",
        Some(LimitOwner::CallerOnRoute) => "the caller on this route",
        Some(LimitOwner::Caller) => "the caller",
        Some(LimitOwner::Route) => "the route",
        Some(LimitOwner::Stage) => "the stage",
    }
}

fn write_answer(out: &mut impl Write, words: &str, response: &ExplainedResponse) -> io::Result<()> {
    let ExplainedResponse { status, headers, body } = response;
    write_line(out, "answer", words)?;
    write_line(out, "", &status.to_string())?;
    integration_part::write_message(out, headers, body.as_ref())
}
