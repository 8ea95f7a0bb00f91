//! A hint at the API file of the folder, where a command that was given none was of no use.

use std::path::Path;

use anyhow::Result;

use crate::{exit_status::ExitStatus, failure, notes::note};

const FILE: &str = "tollgate.yaml";

/// Says that `command` reads the file of this folder, if there is one, and the tables did not do.
///
/// # Errors
///
/// That of `result`, if nothing is said.
pub fn hinting(result: Result<ExitStatus>, command: &str) -> Result<ExitStatus> {
    let status = match result {
        Ok(ExitStatus::NotFound) => ExitStatus::NotFound,
        Err(error) if !failure::is_closed_pipe(&error) && has_file() => failure::tell(&error),
        done => return done,
    };
    hint(command);
    Ok(status)
}

/// Says that `command` reads the file of this folder, if there is one.
pub fn hint(command: &str) {
    if has_file() {
        note(format_args!("tollgate: this folder has a {FILE}: `{command}` goes by it, and asks no table"));
    }
}

fn has_file() -> bool {
    Path::new(FILE).is_file()
}
