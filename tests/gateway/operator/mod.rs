//! The tool around its commands: where it finds tables and credentials, what it says when it cannot, the forms of its
//! results, and what stands around a gateway.

mod credentials;
mod doctor;
mod interrupted;
mod logs;
mod places;
mod refused;
mod result_forms;
mod shell;
mod status;

use std::{env, fs, path::PathBuf};

use crate::harness::tool::{Ran, tollgate};

/// A home folder, which goes with the test.
struct Home(PathBuf);

impl Home {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = env::temp_dir().join(format!("tollgate-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Runs the tool with keys of the environment against services at `url`.
fn at(url: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let own = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "hush-hush"),
        ("AWS_ENDPOINT_URL", url),
    ];
    tollgate(&[&own, variables].concat(), arguments)
}
