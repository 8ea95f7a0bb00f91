//! `tollgate diff`: what `tollgate apply` would do, or what two deployments differ in.

mod deployments;

use std::{
    fs::OpenOptions,
    io::{self, Write},
};

use anyhow::{Context, Result};
use tollgate::api_file::apply::{Plan, PlanFile, Planning};

use self::deployments::DeploymentPair;
use crate::{
    apply::{
        input::{self, Input, ScopeArgs},
        plan_report,
    },
    common_args::{ALL, CommonArgs},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    notes::note,
    operator::operator,
    paint::Paint,
    time_arg,
};

/// Say what `tollgate apply` would do with an API file, or what one deployment has changed against another. Change
/// nothing.
///
/// Exit code 2: there are differences, with --exit-code. 3: there are problems in the file, or in what the tables would
/// hold. 4: there is no such file, no such stage in it, or no such deployment. 64: --stage, --prune and --save are for
/// files.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate diff tollgate.yaml
  tollgate diff tollgate.yaml --exit-code --save plan.json
  tollgate diff v1 69b8f57a 6f73a0da")]
pub struct Arguments {
    /// The API file; or two deployments by their ids, the earlier one first; or their stage, and then the first digits
    /// of their ids do.
    #[arg(required = true, num_args = 1..=3, value_name = "FILE|[STAGE] ID ID")]
    subject: Vec<String>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// End with 2 where apply would change something.
    #[arg(long)]
    exit_code: bool,
    /// Write the plan to a file, which `tollgate apply` takes as long as the tables do not change. It holds the items, and
    /// secrets that stand in them.
    #[arg(long, value_name = "PLAN")]
    save: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The file or the tables cannot be read, or the plan cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let (stage, before, after) = match &*arguments.subject {
        [stage, before, after] => (Some(&**stage), before, after),
        [before, after] => (None, before, after),
        [file] => return of_file(arguments, file),
        _ => unreachable!("clap takes one to three"),
    };
    if arguments.scope.is_given() || arguments.save.is_some() {
        note("tollgate: --stage, --prune and --save are for an API file");
        return Ok(ExitStatus::WrongUse);
    }
    let difference = deployments::run(&DeploymentPair { stage, before, after }, &arguments.common)?;
    Ok(match difference {
        Ok(difference) if arguments.exit_code && !difference.is_empty() => ExitStatus::Different,
        Ok(_) => ExitStatus::Ok,
        Err(status) => status,
    })
}

fn of_file(arguments: &Arguments, file: &str) -> Result<ExitStatus> {
    let Input { desired, scope, .. } = match input::read_file(file, &arguments.scope)? {
        Ok(input) => input,
        Err(status) => return Ok(status),
    };
    arguments.common.place.connected(ALL, WhenInterrupted::End, async |connection| {
        let store = &connection.store;
        let plan = match Plan::make(store, desired, scope).await? {
            Planning::Valid(plan) => *plan,
            Planning::Invalid(problems) => return Ok(plan_report::refuse(&problems)),
        };
        if let Some(path) = &arguments.save {
            let by = operator(connection.sts().as_ref()).await;
            save(path, &PlanFile::write(&plan, &store.tables, &by, time_arg::now()))
                .with_context(|| format!("writing {path}"))?;
        }
        arguments.common.output.write(
            || plan_report::json(&plan),
            |out| {
                let lines = plan_report::lines(&plan, Paint::of_stdout());
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            },
        )?;
        plan_report::warn(&plan);
        let is_told = arguments.exit_code && !plan.is_empty();
        Ok(if is_told { ExitStatus::Different } else { ExitStatus::Ok })
    })
}

/// For its owner alone: there may be secrets in it.
fn save(path: &str, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
