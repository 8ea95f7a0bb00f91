//! `tollgate check`: all problems of the operator's items, those of stages before they go live; or of an API file.

use std::collections::BTreeSet;

use anyhow::Result;
use tollgate::{
    deployment::{self, PublishOutcome, counted},
    store::Store,
};

use crate::{
    check_file::{self, ReportFormat},
    check_keys_and_plans,
    check_report::{self, CheckReport},
    common_args::{self, CommonArgs},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// Say everything that is wrong or odd in the items of a stage, or of all, and then of API keys and usage plans
/// too; or in an API file. Change nothing.
///
/// Exit code 3: there are problems. 4: there is no such stage or file. 64: github and sarif are for files, --auth is for stages.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate check
  tollgate check v1 --auth
  tollgate check tollgate.yaml --format github
  tollgate check --local -o json")]
pub struct Arguments {
    /// A stage, or an API file such as tollgate.yaml (with a dot or a slash in it); without it, all stages.
    #[arg(value_name = "STAGE|FILE")]
    subject: Option<String>,
    /// The form of the report [default: that of --output]. github are annotations of a pull request.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Say of each route who may call it, as the items are now, and warn of routes by which anybody may change a table;
    /// nothing of a stage that has problems. Not of a file.
    #[arg(long)]
    auth: bool,
    #[command(flatten)]
    common: CommonArgs,
}

impl Arguments {
    /// The form of a report on tables; `None`: there is no such.
    fn output(&self) -> Option<OutputFormat> {
        match self.format {
            None => Some(self.common.output),
            Some(ReportFormat::Text) => Some(OutputFormat::Text),
            Some(ReportFormat::Json) => Some(OutputFormat::Json),
            Some(ReportFormat::Yaml) => Some(OutputFormat::Yaml),
            Some(ReportFormat::Github | ReportFormat::Sarif) => None,
        }
    }
}

impl From<OutputFormat> for ReportFormat {
    fn from(output: OutputFormat) -> Self {
        match output {
            OutputFormat::Text => Self::Text,
            OutputFormat::Json => Self::Json,
            OutputFormat::Yaml => Self::Yaml,
        }
    }
}

/// # Errors
///
/// The tables or the file cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let stage = arguments.subject.as_deref();
    if let Some(file) = stage.filter(|subject| check_file::is_file(subject)) {
        if arguments.auth {
            note("tollgate: --auth is for stages, not for files");
            return Ok(ExitStatus::WrongUse);
        }
        return check_file::run(file, arguments.format.unwrap_or(arguments.common.output.into()));
    }
    let Some(output) = arguments.output() else {
        note("tollgate: --format github and sarif tell places in a file: name one, such as ./tollgate.yaml");
        return Ok(ExitStatus::WrongUse);
    };
    let tables = if stage.is_some() { common_args::STAGES } else { common_args::ALL };
    arguments.common.run(tables, async |store| {
        let reports = reports(store, arguments).await?;
        if let Some(stage) = stage
            && reports.is_empty()
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        check_report::print(&reports, output)?;
        Ok(if reports.iter().all(CheckReport::is_valid) { ExitStatus::Ok } else { ExitStatus::Invalid })
    })
}

async fn reports(store: &Store, arguments: &Arguments) -> Result<Vec<CheckReport>> {
    let stage = arguments.subject.as_deref();
    let stages = match stage {
        Some(stage) => BTreeSet::from([stage.to_owned()]),
        None => store.stage_names().await?,
    };
    let mut reports = Vec::new();
    if stage.is_none() {
        reports.extend(check_keys_and_plans::reports(store, &stages).await?);
    }
    for stage in stages {
        if let Some(outcome) = deployment::check(store, &stage).await? {
            let routes = if arguments.auth { deployment::route_access(store, &stage).await? } else { None };
            let report = CheckReport::of_stage(stage, outcome, headline);
            reports.push(match routes {
                Some(routes) => report.with_routes(&store.tables.routes, routes),
                None => report,
            });
        }
    }
    Ok(reports)
}

fn headline(outcome: &PublishOutcome) -> String {
    match outcome {
        PublishOutcome::Published { routes, footprint, .. } => {
            format!("{}, not served yet, {footprint} of memory", counted(*routes, "route"))
        }
        PublishOutcome::Unchanged { footprint, .. } | PublishOutcome::Restored { footprint, .. } => {
            format!("valid, and served as it is, {footprint} of memory")
        }
        PublishOutcome::Invalid { problems, .. } => counted(problems.len(), "problem"),
        PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => "no items".to_owned(),
    }
}
