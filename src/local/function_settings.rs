//! The settings of a function: program, environment, instances, memory, timeout.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use super::function_output::{Colours, FunctionOutput};

/// The settings of one function.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// The folder that it runs in; `None`: that of the host.
    pub directory: Option<PathBuf>,
    /// Added to what every Lambda function finds in its environment.
    pub environment: Vec<(String, String)>,
    pub aliases: Aliases,
    pub instances: NonZeroUsize,
    /// The most events that one instance works on at a time; more than one is Lambda Managed Instances.
    pub events_at_a_time: NonZeroUsize,
    pub memory_megabytes: u32,
    pub timeout: Duration,
    pub output: FunctionOutput,
}

/// The qualifiers besides `$LATEST` that callers may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aliases {
    Listed(Vec<String>),
    Any,
}

impl Aliases {
    pub fn include(&self, alias: &str) -> bool {
        match self {
            Self::Listed(aliases) => aliases.iter().any(|known| known == alias),
            Self::Any => true,
        }
    }
}

impl FunctionSettings {
    /// Four instances with one event at a time, 128 MB (told, not enforced), 30 s, the alias `live`, output to the terminal.
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
            aliases: Aliases::Listed(vec!["live".to_owned()]),
            instances: const { NonZeroUsize::new(4).expect("four is not zero") },
            events_at_a_time: NonZeroUsize::MIN,
            memory_megabytes: 128,
            timeout: Duration::from_secs(30),
            output: FunctionOutput::terminal(Colours::None),
        }
    }
}
