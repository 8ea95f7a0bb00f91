//! The terminal sessions of `docs/import.md`: each command of one is run, and prints what the page shows.

use std::{path::Path, process::Command};

use super::Page;
use crate::{api_file::Folder, harness::tool::Ran};

const SESSION: &str = "```console\n";

#[test]
fn every_session_with_an_import_shows_what_the_commands_print() {
    let page = Page::read("docs/import.md");
    let folder = Folder::new(&[]);
    write_files(&page, &folder);
    let mut parts = page.text.split(SESSION);
    let mut text = parts.next().unwrap().to_owned();
    let mut sessions = 0;
    for part in parts {
        sessions += 1;
        let (session, after) = part.split_once("```\n").unwrap();
        text += SESSION;
        for command in session.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let ran = run(command, &folder.path("."));
            // A page shows the file without the report beside it.
            let printed = if ran.stdout.is_empty() { ran.stderr } else { ran.stdout };
            text += &format!("$ {command}\n{printed}");
        }
        text += &format!("```\n{after}");
    }
    assert!(sessions >= 2, "{sessions} sessions");
    page.assert_says(&text);
}

/// Writes the files of the page: the YAML behind a line such as ``An example, `pets.yaml`:``.
fn write_files(page: &Page, folder: &Folder) {
    let mut parts = page.text.split("```yaml\n");
    let mut before = parts.next().unwrap();
    for part in parts {
        let named = before.trim_end().strip_suffix("`:").and_then(|line| line.rsplit('`').next());
        let (yaml, after) = part.split_once("```\n").unwrap();
        if let Some(name) = named {
            folder.write(name, yaml.as_bytes());
        }
        before = after;
    }
}

/// Runs a command as a shell does, with the tool on its path.
fn run(command: &str, folder: &Path) -> Ran {
    let tool = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", tool.display());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env_clear().env("PATH", path);
    Ran::of(shell.output().unwrap())
}
