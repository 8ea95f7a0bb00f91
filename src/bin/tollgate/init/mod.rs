//! `tollgate init`: a small working API in a folder, to begin with.

mod files;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use self::files::NewFile;
use crate::exit_status::ExitStatus;

/// Write a small working API: an API file with its schema, a function, a SAM template of what it calls, a CI workflow.
///
/// `tollgate dev` serves it as it is. Files that are there are never written over: then nothing is written at all.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate init
  tollgate init shop --function python")]
pub struct Arguments {
    /// The folder, which is made if it is missing.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The language of its function.
    #[arg(long, value_enum, default_value_t)]
    function: Language,
}

/// The language of the function that an API begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    #[default]
    Node,
    Python,
    Rust,
    // No function.
    None,
}

/// # Errors
///
/// One of the files is there, or cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { dir, function } = arguments;
    let files = files::of(*function);
    let there: Vec<&str> = files
        .iter()
        .map(|file| file.path)
        .filter(|path| fs::exists(dir.join(path)).unwrap_or(true))
        .collect();
    if !there.is_empty() {
        bail!("nothing is written, since these are there already: {}", there.join(", "));
    }
    for file in &files {
        write(dir, file)?;
    }
    greet(&mut io::stdout().lock(), dir, &files, *function)?;
    Ok(ExitStatus::Ok)
}

fn write(dir: &Path, file: &NewFile) -> Result<()> {
    let path = dir.join(file.path);
    let folder = path.parent().unwrap_or(dir);
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    // Somebody may be quicker.
    let written = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = written.and_then(|mut out| out.write_all(file.text.as_bytes()));
    written.with_context(|| format!("writing {}", path.display()))
}

fn greet(out: &mut impl Write, dir: &Path, files: &[NewFile], function: Language) -> io::Result<()> {
    for file in files {
        writeln!(out, "{}", dir.join(file.path).display())?;
    }
    writeln!(out, "\nNext:")?;
    if dir != Path::new(".") {
        writeln!(out, "  cd {}", dir.display())?;
    }
    match function {
        Language::Python => {
            writeln!(out, "  python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt")?;
        }
        Language::Rust => writeln!(out, "  cargo build --manifest-path functions/hello/Cargo.toml")?,
        Language::Node | Language::None => {}
    }
    writeln!(out, "  tollgate dev")
}
