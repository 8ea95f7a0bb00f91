//! The operator's tool as a process, against the tables of a test.

use std::process::Command;

use super::TestGateway;

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl TestGateway {
    /// Runs `tollgate` to its end. Nothing of the test's own environment reaches it.
    pub fn tollgate(&self, arguments: &[&str]) -> Ran {
        self.tollgate_with(&[], arguments)
    }

    /// The same with some variables.
    pub fn tollgate_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(arguments)
            .env_clear()
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", self.dynamodb().address))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The whole outcome as text, with each of `values` replaced by its name.
    pub fn text(&self, values: &[(&str, &str)]) -> String {
        let text = format!("exit {}\n{}--\n{}", self.code.unwrap(), self.stdout, self.stderr);
        values.iter().fold(text, |text, (value, name)| text.replace(value, name))
    }
}
