//! `tollgate template test`, the real program: a template is rendered on this machine, and nobody is called.

mod contexts;
mod failures;
mod files;
mod inputs;
mod page;
mod routes;

use crate::{api_file::Folder, harness::tool::Ran};

/// Runs the command in a folder with these files.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    Folder::new(&files).tollgate(&[&["template", "test"], arguments].concat())
}

/// The outcome of a template with this input.
fn tried(template: &str, input: &str, more: &[&str]) -> String {
    let files = [("t.vtl", template), ("request.json", input)];
    run(&files, &[&["t.vtl", "-i", "request.json"], more].concat()).text(&[])
}
