//! `tollgate check`: all problems of the operator's items, those of stages before they go live; or of an API file.

use std::{collections::BTreeSet, io};

use anyhow::Result;
use tollgate::{
    deployment::{self, PublishOutcome, counted},
    store::Store,
};

use crate::{
    check_file::{self, Depth, ReportFormat},
    check_keys_and_plans,
    check_report::{self, CheckReport},
    check_resources,
    common_args::{self, CommonArgs},
    exit_status::ExitStatus,
    file_hint,
    interrupt::WhenInterrupted,
    notes::note,
    output_format::OutputFormat,
};

/// Say everything that is wrong or odd in an API file, or in the items of the tables. Change nothing
///
/// FILE: the text, the sections, the items and what they refer to; nobody is asked. STAGE: the items of a stage, as the
/// tables hold them. Neither, or --live: the items of all stages, and then API keys and usage plans too.
///
/// With --deep it also asks AWS, read-only, about what routes and authorizers name: the functions with their aliases and
/// versions, the tables, their indexes and keys. Each is asked about once; of a stage that has problems, nothing. What
/// another account or region has is a warning, for it cannot be asked about. With --local the functions and tables of
/// FILE are there, and `tollgate dev` is asked about others. The rights: dynamodb:DescribeTable,
/// lambda:GetFunctionConfiguration.
///
/// Exit code 3: there are problems. 4: there is no such stage or file. 6: AWS denies what --deep asks. 64: github and sarif
/// are for files, --auth and --live are not.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate check tollgate.yaml --deep
  tollgate check --live --deep
  tollgate check v1 --auth
  tollgate check tollgate.yaml --format github
  tollgate check --local -o json")]
pub struct Arguments {
    /// A stage, or an API file such as tollgate.yaml (with a dot or a slash in it) [default: all stages of the tables].
    #[arg(value_name = "STAGE|FILE")]
    subject: Option<String>,
    /// The form of the report [default: that of --output]. github are annotations of a pull request.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Check what the tables hold, as without it; for scripts that say what they mean. Not with a file.
    #[arg(long)]
    live: bool,
    /// Ask AWS about the functions, tables, indexes and keys that routes and authorizers name.
    #[arg(long)]
    deep: bool,
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
        for (is_given, flag) in [(arguments.auth, "--auth"), (arguments.live, "--live")] {
            if is_given {
                note(format_args!("tollgate: {flag} is for what the tables hold, not for files"));
                return Ok(ExitStatus::WrongUse);
            }
        }
        let depth = if arguments.deep { Depth::Resources(&arguments.common) } else { Depth::File };
        return check_file::run(file, arguments.format.unwrap_or(arguments.common.output.into()), depth);
    }
    let Some(output) = arguments.output() else {
        note("tollgate: --format github and sarif tell places in a file: name one, such as ./tollgate.yaml");
        return Ok(ExitStatus::WrongUse);
    };
    file_hint::hinting(check_tables(arguments, output), FILE_COMMAND)
}

const FILE_COMMAND: &str = "tollgate check tollgate.yaml";

fn check_tables(arguments: &Arguments, output: OutputFormat) -> Result<ExitStatus> {
    let stage = arguments.subject.as_deref();
    let tables = if stage.is_some() { common_args::STAGES } else { common_args::ALL };
    arguments.common.place.connected(tables, WhenInterrupted::End, async |connection| {
        let store = &connection.store;
        let mut reports = reports(store, arguments).await?;
        if let Some(stage) = stage
            && reports.is_empty()
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        let compared = match arguments.deep {
            true => check_resources::of_tables(connection, &mut reports).await?,
            false => None,
        };
        check_report::print(&reports, output)?;
        if let (OutputFormat::Text, Some(compared)) = (output, compared) {
            compared.write(&mut io::stdout().lock())?;
        }
        if reports.is_empty() {
            file_hint::hint(FILE_COMMAND);
        }
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
            let required = match arguments.deep {
                true => deployment::required_resources(store, &stage).await?.unwrap_or_default(),
                false => Vec::new(),
            };
            let report = CheckReport::of_stage(stage, outcome, headline).requiring(required);
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
