//! The settings of a function: program, environment, instances, memory, timeout.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use super::function_output::FunctionOutput;

/// The settings of one function.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Added to what every Lambda function finds in its environment.
    pub environment: Vec<(String, String)>,
    /// Qualifiers besides `$LATEST` that callers may name.
    pub aliases: Vec<String>,
    pub instances: NonZeroUsize,
    pub memory_megabytes: u32,
    pub timeout: Duration,
    pub output: FunctionOutput,
}

impl FunctionSettings {
    /// Four instances, 128 MB (told, not enforced), 30 s, the alias `live`, output to the terminal.
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            aliases: vec!["live".to_owned()],
            instances: const { NonZeroUsize::new(4).expect("four is not zero") },
            memory_megabytes: 128,
            timeout: Duration::from_secs(30),
            output: FunctionOutput::terminal(),
        }
    }
}
