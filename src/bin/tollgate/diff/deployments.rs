//! `tollgate diff ID ID`: what one deployment has changed against another.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::{
    api_file::{difference::Difference, export::StoredItems},
    deployment::{self, DeploymentItems},
    store::Store,
};

use crate::{
    apply::plan_report::SCHEMA_VERSION,
    common_args::{CommonArgs, SERVED},
    deployment_arg, difference_report,
    exit_status::ExitStatus,
    notes::note,
    paint::Paint,
};

/// Two deployments as they are typed, and the stage whose they are.
pub struct DeploymentPair<'a> {
    /// `None`: the ids are whole.
    pub stage: Option<&'a str>,
    pub before: &'a str,
    pub after: &'a str,
}

/// Prints the difference; returns it.
///
/// # Errors
///
/// The tables cannot be read. In the result: one of the deployments cannot be, which is told.
pub fn run(pair: &DeploymentPair<'_>, common: &CommonArgs) -> Result<Result<Difference, ExitStatus>> {
    let DeploymentPair { stage, before, after } = pair;
    common.place.run(SERVED, async |store| {
        let after = match read(store, *stage, after).await? {
            Ok(after) => after,
            Err(status) => return Ok(Err(status)),
        };
        let before = match read(store, *stage, before).await? {
            // Deployments of two stages are compared as if they were of one.
            Ok((id, items)) => (id, DeploymentItems { stage: after.1.stage.clone(), ..items }),
            Err(status) => return Ok(Err(status)),
        };
        let (from, to) = (before.0, after.0);
        let difference =
            Difference::between(&StoredItems::of_deployment(before.1), &StoredItems::of_deployment(after.1));
        common.output.write(
            || {
                json!({ "schemaVersion": SCHEMA_VERSION, "from": from, "to": to,
                    "differences": difference_report::json(&difference) })
            },
            |out| {
                let lines = difference_report::lines(&difference, Paint::of_stdout());
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            },
        )?;
        if difference.is_empty() {
            note("tollgate: no differences");
        }
        Ok(Ok(difference))
    })
}

async fn read(
    store: &Store,
    stage: Option<&str>,
    id: &str,
) -> Result<Result<(String, DeploymentItems), ExitStatus>> {
    let id = match stage {
        None => id.to_owned(),
        Some(stage) => match deployment_arg::find(store, stage, id).await? {
            Ok(id) => id,
            Err(status) => return Ok(Err(status)),
        },
    };
    Ok(match deployment::items_of(store, &id, stage).await? {
        Ok(items) => Ok((id, items)),
        Err(why) => {
            note(format_args!("tollgate: {}", why.words(&id)));
            Err(ExitStatus::NotFound)
        }
    })
}
