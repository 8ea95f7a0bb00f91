//! What a command found of a stage, as text or as JSON.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{deployment::Outcome, error::Problem};

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum Output {
    #[default]
    Text,
    Json,
}

/// One stage's outcome.
#[derive(Debug)]
pub struct Report {
    pub stage: String,
    pub outcome: Outcome,
}

impl Report {
    pub fn is_valid(&self) -> bool {
        self.problems().is_empty()
    }

    fn problems(&self) -> &[Problem] {
        match &self.outcome {
            Outcome::Invalid { problems, .. } => problems,
            Outcome::Published { .. } | Outcome::Unchanged { .. } | Outcome::LeftAlone => &[],
        }
    }

    fn warnings(&self) -> &[Problem] {
        match &self.outcome {
            Outcome::Published { warnings, .. }
            | Outcome::Unchanged { warnings, .. }
            | Outcome::Invalid { warnings, .. } => warnings,
            Outcome::LeftAlone => &[],
        }
    }

    fn deployment_id(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Published { deployment_id, .. } | Outcome::Unchanged { deployment_id, .. } => {
                Some(deployment_id)
            }
            Outcome::Invalid { .. } | Outcome::LeftAlone => None,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "stage": self.stage,
            "valid": self.is_valid(),
            "deploymentId": self.deployment_id(),
            "problems": self.problems().iter().map(problem).collect::<Vec<_>>(),
            "warnings": self.warnings().iter().map(problem).collect::<Vec<_>>(),
        })
    }
}

/// Prints the reports: `headline` sums one up in text.
pub fn print(reports: &[Report], output: Output, headline: impl Fn(&Report) -> String) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match output {
        Output::Json => writeln!(stdout, "{:#}", reports.iter().map(Report::to_json).collect::<Value>())?,
        Output::Text => {
            for report in reports {
                writeln!(stdout, "{}: {}", report.stage, headline(report))?;
                report.problems().iter().try_for_each(|problem| writeln!(stdout, "  problem: {problem}"))?;
                report.warnings().iter().try_for_each(|warning| writeln!(stdout, "  warning: {warning}"))?;
            }
        }
    }
    Ok(())
}

fn problem(problem: &Problem) -> Value {
    let Problem { table, key, field, got, expected } = problem;
    json!({ "table": table, "key": key, "field": field, "got": got, "expected": expected })
}
