//! An entry of `functions`: one of the user's own functions, which `tollgate dev` runs. AWS knows nothing of it.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use crate::{
    error::ItemId,
    item::{self, Fields, Parsed},
};

/// The name of the section, which problems have for the table.
pub const FUNCTIONS: &str = "functions";

/// The function that the gateway itself is in the local world.
const GATEWAY: &str = "gateway";

/// A function of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFunction {
    pub name: String,
    pub program: FunctionProgram,
    /// The folder that it runs in, from the folder of the API file.
    pub code_uri: String,
    pub environment: BTreeMap<String, String>,
    pub timeout: Duration,
    pub memory_megabytes: u32,
    /// Files and folders whose changes start it anew, from `code_uri`; empty: those that it is likely made of.
    pub watch: Vec<String>,
}

/// The program of a function, which speaks the Runtime API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionProgram {
    /// Any program, with its arguments.
    Command { program: String, arguments: Vec<String> },
    /// `index.handler`: a file without its ending, and what it exports.
    Node { handler: String },
    /// `app.handler`: a module, and a function in it.
    Python { handler: String },
    /// The name of a binary that cargo or cargo-lambda has built.
    Rust { binary: String },
}

/// The words of `runtime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runtime {
    Node,
    Python,
    Rust,
}

const RUNTIMES: [(&str, Runtime); 3] =
    [("node", Runtime::Node), ("python", Runtime::Python), ("rust", Runtime::Rust)];

/// What an entry may have, for whoever writes another word.
const FIELDS: &str = "the folder of the code is codeUri, its file and what that exports are handler; the others are runtime, \
                      command, environment, timeout, memorySize and watch";

/// Lambda's own bounds.
const MOST_SECONDS: u64 = 900;
const DEFAULT_SECONDS: u64 = 30;
const MEMORY_MEGABYTES: std::ops::RangeInclusive<u64> = 128..=10_240;
const DEFAULT_MEGABYTES: u64 = 128;

impl LocalFunction {
    /// Reads an entry with what is written under its name.
    pub fn parse(name: &str, map: &Map<String, Value>) -> Parsed<Self> {
        let id = ItemId { table: FUNCTIONS, key: name };
        item::read(id, map, |fields| {
            fields.name_the_known(FIELDS);
            let name = checked_name(fields, name);
            let program = program(fields, map);
            let code_uri = fields.read_or("codeUri", ".".to_owned(), |name| fields.string(name));
            let environment = fields.read_or("environment", BTreeMap::new(), |name| fields.string_map(name));
            let seconds =
                fields.read_or("timeout", DEFAULT_SECONDS, |name| fields.integer(name, 1..=MOST_SECONDS));
            let memory = fields
                .read_or("memorySize", DEFAULT_MEGABYTES, |name| fields.integer(name, MEMORY_MEGABYTES));
            let watch = fields.read_or("watch", Vec::new(), |name| fields.strings(name));
            Some(Self {
                name: name?,
                program: program?,
                code_uri: code_uri?,
                environment: environment?,
                timeout: Duration::from_secs(seconds?),
                memory_megabytes: u32::try_from(memory?).ok()?,
                watch: watch?,
            })
        })
    }

    /// A function that is made of nothing but its program.
    pub fn new(name: &str, program: FunctionProgram, code_uri: &str) -> Self {
        Self {
            name: name.to_owned(),
            program,
            code_uri: code_uri.to_owned(),
            environment: BTreeMap::new(),
            timeout: Duration::from_secs(DEFAULT_SECONDS),
            memory_megabytes: 128,
            watch: Vec::new(),
        }
    }

    /// Says if Lambda would take it as a function's name, and no other function of the local world has it.
    pub fn is_name(name: &str) -> bool {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (1..=64).contains(&name.len()) && name.chars().all(is_fine) && name != GATEWAY
    }
}

/// A name that Lambda takes.
fn checked_name(fields: &Fields<'_>, name: &str) -> Option<String> {
    if LocalFunction::is_name(name) {
        return Some(name.to_owned());
    }
    let expected = "a name of 1 to 64 letters, digits, - and _, but gateway";
    fields.problem("*", &format!("{name:?}"), expected);
    None
}

fn program(fields: &Fields<'_>, map: &Map<String, Value>) -> Option<FunctionProgram> {
    let is_there = |name: &str| map.get(name).is_some_and(|value| !value.is_null());
    let (command, runtime) = (fields.strings("command"), fields.choice("runtime", &RUNTIMES));
    let handler = fields.string("handler");
    match (is_there("command"), is_there("runtime")) {
        (true, true) => {
            fields.problem("command", "a command beside runtime", "one of the two");
            None
        }
        (true, false) => {
            if is_there("handler") {
                fields.problem("handler", "a handler beside command", "nothing: it is for runtime");
            }
            command_of(fields, command?)
        }
        (false, true) => program_of(fields, runtime?, handler),
        (false, false) => {
            fields.problem("runtime", "nothing", "node, python or rust, or else command");
            None
        }
    }
}

fn command_of(fields: &Fields<'_>, words: Vec<String>) -> Option<FunctionProgram> {
    let mut words = words.into_iter();
    let program = words.next().unwrap_or_default();
    let arguments: Vec<String> = words.collect();
    // A whole line is no program.
    if program.trim().is_empty() || arguments.is_empty() && program.contains(' ') {
        fields.problem("command", &format!("{program:?}"), "a program and its arguments: [node, index.mjs]");
        return None;
    }
    Some(FunctionProgram::Command { program, arguments })
}

fn program_of(fields: &Fields<'_>, runtime: Runtime, handler: Option<String>) -> Option<FunctionProgram> {
    let has_a_module = |handler: &String| {
        let parts = handler.rsplit_once('.');
        parts.is_some_and(|(module, function)| !module.is_empty() && !function.is_empty())
    };
    let dotted = |example: &str| {
        let given = fields.require(
            "handler",
            handler.clone(),
            &format!("a file and a function in it, such as {example}"),
        )?;
        if has_a_module(&given) {
            return Some(given);
        }
        fields.problem(
            "handler",
            &format!("{given:?}"),
            &format!("a file and a function in it, such as {example}"),
        );
        None
    };
    Some(match runtime {
        Runtime::Node => FunctionProgram::Node { handler: dotted("index.handler")? },
        Runtime::Python => FunctionProgram::Python { handler: dotted("app.handler")? },
        Runtime::Rust => FunctionProgram::Rust {
            binary: fields.require("handler", handler, "the name of a binary that cargo builds")?,
        },
    })
}
