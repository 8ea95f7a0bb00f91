//! A deployment of a stage as it is typed: its id, or the first digits of it.

use anyhow::Result;
use tollgate::{
    deployment::{self, FoundDeployment, counted},
    store::Store,
};

use crate::{exit_status::ExitStatus, notes::note};

/// Returns the id of the deployment that is meant.
///
/// # Errors
///
/// The tables cannot be read. In the result: no deployment is meant, or several may be; which is told.
pub async fn find(store: &Store, stage: &str, prefix: &str) -> Result<Result<String, ExitStatus>> {
    Ok(match deployment::find_deployment(store, stage, prefix).await? {
        FoundDeployment::Found(id) => Ok(id),
        FoundDeployment::NotFound => {
            note(format_args!("tollgate: stage {stage} has no deployment {prefix}"));
            Err(ExitStatus::NotFound)
        }
        FoundDeployment::Ambiguous(ids) => {
            let count = counted(ids.len(), "deployment");
            note(format_args!("tollgate: {count} of stage {stage} begin with {prefix:?}:"));
            ids.iter().for_each(|id| note(format_args!("  {id}")));
            Err(ExitStatus::NotFound)
        }
    })
}
