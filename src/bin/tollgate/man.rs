//! `tollgate man`: the pages of `man`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap_mangen::generate_to;

use crate::{exit_status::ExitStatus, whole_command};

/// Write the manual, a page for each command: tollgate.1, tollgate-check.1 and so on.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate man ~/.local/share/man/man1
  man tollgate-check")]
pub struct Arguments {
    /// The folder, which is made if it is not there. Pages of before are written anew.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// # Errors
///
/// The pages cannot be written.
pub fn run(Arguments { folder }: &Arguments) -> Result<ExitStatus> {
    let written = fs::create_dir_all(folder).and_then(|()| generate_to(whole_command(), folder));
    written.with_context(|| format!("writing into {}", folder.display()))?;
    Ok(ExitStatus::Ok)
}
