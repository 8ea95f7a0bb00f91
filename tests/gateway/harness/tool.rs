//! The operator's tool as a process, against the tables of a test.

use std::{
    path::Path,
    process::{Command, Output},
};

use super::TestGateway;

/// The result of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `tollgate` to its end, with these variables and no others.
pub fn tollgate(variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    tollgate_in(".".as_ref(), variables, arguments)
}

/// The same in a folder.
pub fn tollgate_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    Ran::of(command_in(folder, variables, arguments).output().unwrap())
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The same, to be started.
pub fn command_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).args(arguments).env_clear().envs(variables.iter().copied());
    command
}

impl TestGateway {
    /// Runs `tollgate` with the tables of this world.
    pub fn tollgate(&self, arguments: &[&str]) -> Ran {
        self.tollgate_with(&[], arguments)
    }

    /// The same with some variables more.
    pub fn tollgate_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        self.tollgate_of(".".as_ref(), variables, arguments)
    }

    /// The same in a folder.
    pub fn tollgate_in(&self, folder: &Path, arguments: &[&str]) -> Ran {
        self.tollgate_of(folder, &[], arguments)
    }

    fn tollgate_of(&self, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let endpoint = format!("http://{}", self.dynamodb().address);
        let own = [
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
        ];
        tollgate_in(folder, &[&own, variables].concat(), arguments)
    }
}

impl Ran {
    /// The whole outcome as text, with each of `values` replaced by its name.
    pub fn text(&self, values: &[(&str, &str)]) -> String {
        let text = format!("exit {}\n{}--\n{}", self.code.unwrap(), self.stdout, self.stderr);
        values.iter().fold(text, |text, (value, name)| text.replace(value, name))
    }
}
