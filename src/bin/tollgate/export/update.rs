//! `tollgate export --update`: a file that is there gets what differs.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::json;
use tollgate::{
    api_file::{
        difference::Difference,
        export::StoredItems,
        update::{FileEdit, Update, UpdateScope, update},
    },
    random::random_bytes,
};

use crate::{
    check_file::{self, Depth},
    difference_report,
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
    paint::Paint,
};

/// # Errors
///
/// A file cannot be read or written, or edits alone do not give it these items.
pub fn run(file: &str, items: &StoredItems, stage: Option<&str>, output: OutputFormat) -> Result<ExitStatus> {
    let scope = stage.map_or(UpdateScope::All, UpdateScope::Stage);
    let path = Path::new(file);
    if !path.exists() {
        note(format_args!("tollgate: there is no file {file}; without --update one is written"));
        return Ok(ExitStatus::NotFound);
    }
    let updated = update(path, items, scope).with_context(|| format!("reading {file}"))?;
    let (files, changes, left_out) = match updated {
        Update::Edited { files, changes, left_out } => (files, changes, left_out),
        Update::Unreadable(_) => return check_file::run(file, output.into(), Depth::File),
        Update::Unwritable(rest) => {
            let lines = difference_report::lines(&rest, Paint::Plain).join("\n");
            anyhow::bail!(
                "{file} is left as it is: edits that leave the rest of it alone do not give it\n{lines}\n\
                 write these by hand, or the whole API to another file: tollgate export NEW"
            );
        }
    };
    for FileEdit { path, before, text } in &files {
        let is_as_read = fs::read_to_string(path).is_ok_and(|now| now == *before);
        anyhow::ensure!(
            is_as_read,
            "{} has changed meanwhile and is left as it is: update it again",
            path.display()
        );
        replace(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    print(&files, &changes, output)?;
    left_out.iter().for_each(|line| note(format_args!("tollgate: left out: {line}")));
    Ok(ExitStatus::Ok)
}

fn print(files: &[FileEdit], changes: &Difference, output: OutputFormat) -> io::Result<()> {
    let names = files.iter().map(|edit| edit.path.display().to_string());
    output.write(
        || json!({ "schemaVersion": 1, "files": names.collect::<Vec<_>>(), "changes": difference_report::json(changes) }),
        |out| match changes.is_empty() {
            true => writeln!(out, "nothing differs"),
            false => {
                let lines = difference_report::lines(changes, Paint::of_stdout());
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            }
        },
    )
}

/// Writes a file whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = path.with_file_name(format!(".{name}.{:016x}", u64::from_ne_bytes(random_bytes())));
    // Of somebody else's file or link of this name nothing is made.
    File::options().write(true).create_new(true).open(&new)?.write_all(text.as_bytes())?;
    fs::set_permissions(&new, fs::metadata(path)?.permissions())?;
    fs::rename(&new, path)
}
