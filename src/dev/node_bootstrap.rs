//! The program that runs a handler in Node.js. It stands in a file of its own as long as it is used.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use uuid::Uuid;

const TEXT: &str = include_str!("node_bootstrap.mjs");

/// A file in the system's folder for such, gone when it is dropped.
#[derive(Debug)]
pub struct NodeBootstrap(PathBuf);

impl NodeBootstrap {
    /// # Errors
    ///
    /// It cannot be written.
    pub fn write() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("tollgate-node-{}.mjs", Uuid::new_v4().simple()));
        fs::write(&path, TEXT)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for NodeBootstrap {
    fn drop(&mut self) {
        // The system empties the folder.
        fs::remove_file(&self.0).ok();
    }
}
