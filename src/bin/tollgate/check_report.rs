//! The problems and warnings of a stage or a table, as text or as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};
use tollgate::{
    deployment::{PublishOutcome, RequiredResource, RouteAccess, counted},
    error::Problem,
    item::Findings,
};

use crate::{check_auth, output_format::OutputFormat, text_table::printable};

/// The problems and warnings of a stage or a table.
#[derive(Debug)]
pub struct CheckReport {
    subject: CheckedItems,
    /// The summary in text.
    headline: String,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    /// Who may call each route, where that was asked for and is known.
    routes: Option<Vec<RouteAccess>>,
    /// What the items need to be there, where that was asked for and is known.
    required: Vec<RequiredResource>,
}

#[derive(Debug)]
enum CheckedItems {
    Stage { stage: String, deployment_id: Option<String> },
    Table { table: String, items: usize },
}

impl CheckReport {
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
            PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => (None, Vec::new(), Vec::new()),
        };
        let subject = CheckedItems::Stage { stage, deployment_id };
        Self { subject, headline, problems, warnings, routes: None, required: Vec::new() }
    }

    /// Adds who may call each route of the stage, and the warnings that follow.
    pub fn with_routes(mut self, table: &str, routes: Vec<RouteAccess>) -> Self {
        self.warnings.extend(check_auth::warnings(table, self.name(), &routes));
        self.routes = Some(routes);
        self
    }

    /// `noun` is the word for an item of the table.
    pub fn of_table(table: &str, items: usize, noun: &str, findings: Findings) -> Self {
        let Findings { mut problems, mut warnings } = findings;
        problems.sort();
        warnings.sort();
        let headline = match problems.len() {
            0 => counted(items, noun),
            problems => format!("{}, {}", counted(items, noun), counted(problems, "problem")),
        };
        let subject = CheckedItems::Table { table: table.to_owned(), items };
        Self { subject, headline, problems, warnings, routes: None, required: Vec::new() }
    }

    /// Notes what the items need to be there.
    pub fn requiring(self, required: Vec<RequiredResource>) -> Self {
        Self { required, ..self }
    }

    pub fn required(&self) -> &[RequiredResource] {
        &self.required
    }

    /// Adds what was found of functions and tables.
    pub fn add(&mut self, findings: Findings) {
        let Findings { problems, warnings } = findings;
        self.problems.extend(problems);
        self.warnings.extend(warnings);
        if !self.problems.is_empty() {
            self.headline = counted(self.problems.len(), "problem");
        }
    }

    pub fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }

    fn name(&self) -> &str {
        match &self.subject {
            CheckedItems::Stage { stage: name, .. } | CheckedItems::Table { table: name, .. } => name,
        }
    }

    fn to_json(&self) -> Value {
        let mut json = match &self.subject {
            CheckedItems::Stage { stage, deployment_id } => {
                json!({ "stage": stage, "deploymentId": deployment_id })
            }
            CheckedItems::Table { table, items } => json!({ "table": table, "items": items }),
        };
        json["valid"] = self.is_valid().into();
        json["problems"] = self.problems.iter().map(problem).collect();
        json["warnings"] = self.warnings.iter().map(problem).collect();
        if let Some(routes) = &self.routes {
            json["routes"] = check_auth::to_json(routes);
        }
        json
    }
}

/// Prints the reports.
pub fn print(reports: &[CheckReport], output: OutputFormat) -> io::Result<()> {
    let json = || reports.iter().map(CheckReport::to_json).collect();
    output.write(json, |out| {
        reports.iter().try_for_each(|report| {
            writeln!(out, "{}: {}", report.name(), report.headline)?;
            let mut list = |name, problems: &[Problem]| {
                problems
                    .iter()
                    .try_for_each(|problem| writeln!(out, "  {name}: {}", printable(&problem.to_string())))
            };
            list("problem", &report.problems)?;
            list("warning", &report.warnings)?;
            match &report.routes {
                Some(routes) => {
                    writeln!(out)?;
                    check_auth::write(out, routes)?;
                    writeln!(out)
                }
                None => Ok(()),
            }
        })
    })
}

fn problem(problem: &Problem) -> Value {
    let Problem { table, key, field, got, expected, .. } = problem;
    json!({ "table": table, "key": key, "field": field, "got": got, "expected": expected })
}
