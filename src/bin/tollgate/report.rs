//! What a command found of a stage or a table, as text or as JSON.

use std::io::{self, StdoutLock, Write};

use serde_json::{Value, json};
use tollgate::{
    deployment::{PublishOutcome, counted},
    error::Problem,
};

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum Output {
    #[default]
    Text,
    Json,
}

impl Output {
    /// Writes a result to stdout in this form.
    ///
    /// # Errors
    ///
    /// The reader is gone.
    pub fn write(
        self,
        json: impl FnOnce() -> Value,
        text: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match self {
            Self::Json => writeln!(stdout, "{:#}", json())?,
            Self::Text => text(&mut stdout)?,
        }
        stdout.flush()
    }
}

/// What was found of a stage or a table.
#[derive(Debug)]
pub struct Report {
    subject: Subject,
    /// Sums it up in text.
    headline: String,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

#[derive(Debug)]
enum Subject {
    Stage { stage: String, deployment_id: Option<String> },
    Table { table: String, items: usize },
}

impl Report {
    pub fn of_stage(
        stage: String,
        outcome: PublishOutcome,
        headline: impl Fn(&PublishOutcome) -> String,
    ) -> Self {
        let headline = headline(&outcome);
        let (deployment_id, problems, warnings) = match outcome {
            PublishOutcome::Published { deployment_id, warnings, .. }
            | PublishOutcome::Unchanged { deployment_id, warnings, .. }
            | PublishOutcome::Restored { deployment_id, warnings, .. } => {
                (Some(deployment_id), Vec::new(), warnings)
            }
            PublishOutcome::Invalid { problems, warnings } => (None, problems, warnings),
            PublishOutcome::LeftAlone => (None, Vec::new(), Vec::new()),
        };
        Self { subject: Subject::Stage { stage, deployment_id }, headline, problems, warnings }
    }

    /// `noun` is what an item of the table is.
    pub fn of_table(
        table: &str,
        (items, noun): (usize, &str),
        problems: Vec<Problem>,
        warnings: Vec<Problem>,
    ) -> Self {
        let headline = match problems.len() {
            0 => counted(items, noun),
            problems => format!("{}, {}", counted(items, noun), counted(problems, "problem")),
        };
        Self { subject: Subject::Table { table: table.to_owned(), items }, headline, problems, warnings }
    }

    pub fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }

    fn name(&self) -> &str {
        match &self.subject {
            Subject::Stage { stage: name, .. } | Subject::Table { table: name, .. } => name,
        }
    }

    fn to_json(&self) -> Value {
        let mut json = match &self.subject {
            Subject::Stage { stage, deployment_id } => {
                json!({ "stage": stage, "deploymentId": deployment_id })
            }
            Subject::Table { table, items } => json!({ "table": table, "items": items }),
        };
        json["valid"] = self.is_valid().into();
        json["problems"] = self.problems.iter().map(problem).collect();
        json["warnings"] = self.warnings.iter().map(problem).collect();
        json
    }
}

/// Prints the reports.
pub fn print(reports: &[Report], output: Output) -> io::Result<()> {
    let json = || reports.iter().map(Report::to_json).collect();
    output.write(json, |out| {
        reports.iter().try_for_each(|report| {
            writeln!(out, "{}: {}", report.name(), report.headline)?;
            report.problems.iter().try_for_each(|problem| writeln!(out, "  problem: {problem}"))?;
            report.warnings.iter().try_for_each(|warning| writeln!(out, "  warning: {warning}"))
        })
    })
}

fn problem(problem: &Problem) -> Value {
    let Problem { table, key, field, got, expected } = problem;
    json!({ "table": table, "key": key, "field": field, "got": got, "expected": expected })
}
