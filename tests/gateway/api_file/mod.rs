//! An API in a file: `tollgate check FILE` as a process, each message as it is told.

mod export;
mod for_a_laptop;
mod formats;
mod includes;
mod item_size;
mod items;
mod layout;
pub mod mutated;
mod pages;
mod schema;
mod stages;
mod syntax;
mod templates;
mod update;

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::harness::tool::{Ran, tollgate_in};

/// A folder with files, gone with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("api-file-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).join("project");
        fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        files.iter().for_each(|(name, bytes)| folder.write(name, bytes));
        folder
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Runs the tool there, without any variables: nobody is asked.
    pub fn tollgate(&self, arguments: &[&str]) -> Ran {
        tollgate_in(&self.0, &[], arguments)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// The report on a file.
pub fn checked(text: impl AsRef<[u8]>) -> String {
    checked_with(&[("tollgate.yaml", text.as_ref())])
}

/// The report on `tollgate.yaml` among other files.
pub fn checked_with(files: &[(&str, &[u8])]) -> String {
    let ran = Folder::new(files).tollgate(&["check", "tollgate.yaml"]);
    assert_eq!(ran.stderr, "");
    format!("exit {}\n{}", ran.code.unwrap(), ran.stdout)
}

/// A stage whose fields and routes are these lines of YAML.
pub fn with_stage(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("tollgate: 1\nstages:\n  v1:\n{lines}")
}
