//! The peers: other ways to put an API before a function, and how each is started.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder into which `bench/peers/install` puts everything, with a file `<id>.error` for what it could not install.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.tools/peers");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/peers");

/// The work that is asked for: only an invoke of the target, or first a key check and a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Plain,
    Keyed,
}

impl Work {
    pub const ALL: [Self; 2] = [Self::Plain, Self::Keyed];

    pub fn id(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Keyed => "keyed",
        }
    }
}

/// A framework in which a Lambda function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    PowertoolsPython,
    PowertoolsTypescript,
    Hono,
}

/// How a function is started: a program, its arguments, and its own environment.
pub struct Command {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Framework {
    pub const ALL: [Self; 3] = [Self::PowertoolsPython, Self::PowertoolsTypescript, Self::Hono];

    pub fn id(self) -> &'static str {
        match self {
            Self::PowertoolsPython => "powertools-python",
            Self::PowertoolsTypescript => "powertools-typescript",
            Self::Hono => "hono",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::PowertoolsPython => "Powertools for AWS (Python)",
            Self::PowertoolsTypescript => "Powertools for AWS (TypeScript)",
            Self::Hono => "Hono on Lambda",
        }
    }

    pub fn command(self) -> Command {
        match self {
            Self::PowertoolsPython => Command {
                program: tool("bin/python"),
                arguments: ["-m", "awslambdaric", "app.handler"].map(str::to_owned).to_vec(),
                environment: vec![("PYTHONPATH".to_owned(), format!("{SOURCES}/powertools-python"))],
            },
            Self::PowertoolsTypescript => node("powertools.cjs"),
            Self::Hono => node("hono.cjs"),
        }
    }
}

fn node(bundle: &str) -> Command {
    let bundle = tool("node").join(bundle).display().to_string();
    Command {
        program: "node".into(),
        // The AWS SDK warns that it will want a newer Node.js.
        arguments: vec!["--no-warnings".to_owned(), format!("{SOURCES}/node/runtime.mjs"), bundle],
        environment: Vec::new(),
    }
}

/// A server that runs for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    Envoy,
    Nginx,
}

impl Proxy {
    pub const ALL: [Self; 2] = [Self::Envoy, Self::Nginx];

    pub fn id(self) -> &'static str {
        match self {
            Self::Envoy => "envoy",
            Self::Nginx => "nginx",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Envoy => "Envoy",
            Self::Nginx => "nginx with Lua",
        }
    }
}

/// A path below the folder of the installed tools.
pub fn tool(path: &str) -> PathBuf {
    Path::new(TOOLS).join(path)
}

/// Returns why a peer could not be installed, if that is so.
pub fn install_error(id: &str) -> Option<String> {
    fs::read_to_string(tool(&format!("{id}.error"))).ok().map(|error| error.trim().to_owned())
}
