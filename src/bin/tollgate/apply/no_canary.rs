//! Why an apply cannot be a canary's.

use tollgate::api_file::apply::NoCanary;

use crate::{exit_status::ExitStatus, notes::note, text_table::printable};

/// Prints all reasons.
pub fn refuse(reasons: &[NoCanary]) -> ExitStatus {
    reasons.iter().flat_map(lines).for_each(note);
    note("tollgate: this can be no canary; nothing is written");
    ExitStatus::Invalid
}

fn lines(reason: &NoCanary) -> Vec<String> {
    let line = match reason {
        NoCanary::Invalid(problems) => {
            return problems.iter().map(|problem| format!("problem: {problem}")).collect();
        }
        NoCanary::KeysOrPlans => {
            "usage plans or keys would change, and act for all requests at once: apply them without \
             --canary first, or leave them out with --stage"
                .to_owned()
        }
        NoCanary::Removed { stage } => {
            format!(
                "{} would be removed, for all requests at once: apply it without --canary",
                printable(stage)
            )
        }
        NoCanary::NothingServed { stage } => format!(
            "{} serves nothing yet that a canary could stand beside: apply it without --canary",
            printable(stage)
        ),
        NoCanary::ServedAlready { stage, deployment_id } => format!(
            "{} serves deployment {} already, to all: apply it without --canary",
            printable(stage),
            printable(deployment_id)
        ),
        NoCanary::Fields { stage, fields } => format!(
            "{}: a canary has no fields of the stage item of its own but stageVariables that are new or others, and these \
             would change: {}; apply them without --canary, before it or after it",
            printable(stage),
            printable(&fields.join(", "))
        ),
    };
    vec![format!("tollgate: {line}")]
}
