//! The file of `tollgate apply` and `tollgate diff`: an API file, or a plan of one.

use std::{collections::BTreeSet, fs, io::ErrorKind};

use anyhow::{Context, Result};
use tollgate::{
    api_file::{
        self,
        apply::{ApplyScope, PlanFile, Removal},
        export::StoredItems,
    },
    environment::Tables,
};

use crate::{
    check_file::{self, ReportFormat},
    exit_status::ExitStatus,
    notes::note,
    text_table::printable,
};

/// The part of an API file that is applied.
#[derive(clap::Args)]
#[group(skip)]
pub struct ScopeArgs {
    /// Only this stage, as often as there are; without usage plans and keys.
    #[arg(long = "stage", value_name = "STAGE")]
    stages: Vec<String>,
    /// Remove what the tables have and the file does not: routes, stages and usage plans. Never keys.
    #[arg(long)]
    prune: bool,
}

impl ScopeArgs {
    pub fn is_given(&self) -> bool {
        self.prune || !self.stages.is_empty()
    }

    fn scope(&self) -> ApplyScope {
        let stages: BTreeSet<String> = self.stages.iter().cloned().collect();
        ApplyScope {
            stages: (!stages.is_empty()).then_some(stages),
            removal: if self.prune { Removal::Prune } else { Removal::Leave },
        }
    }
}

/// What the tables are to hold.
pub struct Input {
    pub desired: StoredItems,
    pub scope: ApplyScope,
    /// Of a plan: what they held when it was made, by whom and when.
    pub planned: Option<PlannedBase>,
}

pub struct PlannedBase {
    pub base: StoredItems,
    pub by: String,
    pub at: u64,
}

/// Reads an API file; what is wrong is printed.
///
/// # Errors
///
/// The file cannot be read.
pub fn read_file(path: &str, arguments: &ScopeArgs) -> Result<Result<Input, ExitStatus>> {
    let checked = match api_file::check(path.as_ref()) {
        Ok(checked) => checked,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(no_file(path))),
        Err(error) => return Err(error).with_context(|| format!("reading {path}")),
    };
    if !checked.is_valid() {
        check_file::write(path, &checked, ReportFormat::Text)?;
        note("tollgate: nothing is written");
        return Ok(Err(ExitStatus::Invalid));
    }
    let desired = checked.api.to_stored();
    if let Some(unknown) = arguments.stages.iter().find(|stage| !desired.routes.contains_key(*stage)) {
        let known: Vec<_> = desired.routes.keys().map(String::as_str).collect();
        note(format_args!("tollgate: there is no stage {unknown} in {path}, which has {}", known.join(", ")));
        return Ok(Err(ExitStatus::NotFound));
    }
    Ok(Ok(Input { desired, scope: arguments.scope(), planned: None }))
}

/// The whole of an API file that has been checked.
pub fn of_checked(text: &str) -> Input {
    let desired = api_file::check_text("tollgate.yaml", text).api.to_stored();
    Input { desired, scope: ApplyScope { stages: None, removal: Removal::Leave }, planned: None }
}

/// Reads an API file, or a plan.
///
/// # Errors
///
/// The file cannot be read.
pub fn read(path: &str, arguments: &ScopeArgs, tables: &Tables) -> Result<Result<Input, ExitStatus>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(no_file(path))),
        Err(error) => return Err(error).with_context(|| format!("reading {path}")),
    };
    match PlanFile::read(&text, tables) {
        Ok(None) => read_file(path, arguments),
        Ok(Some(_)) if arguments.is_given() => {
            note("tollgate: --stage and --prune are in the plan already");
            Ok(Err(ExitStatus::WrongUse))
        }
        Ok(Some(PlanFile { by, at, scope, desired, base })) => {
            Ok(Ok(Input { desired, scope, planned: Some(PlannedBase { base, by, at }) }))
        }
        Err(error) => {
            note(format_args!("tollgate: {path}: got {}", printable(&error.to_string())));
            Ok(Err(ExitStatus::Invalid))
        }
    }
}

fn no_file(path: &str) -> ExitStatus {
    note(format_args!("tollgate: there is no file {path}"));
    ExitStatus::NotFound
}
