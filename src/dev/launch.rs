//! Functions of an API file → processes: which program, in which folder, with which variables; and the files that they
//! are likely made of.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::Stdio,
    time::SystemTime,
};

use tokio::process::Command;

use super::node_bootstrap::NodeBootstrap;
use crate::{
    api_file::local_function::{FunctionProgram, LocalFunction},
    local::{
        function_output::FunctionOutput,
        function_settings::{Aliases, FunctionSettings},
    },
};

/// What the functions of an API have in common.
pub struct Launcher {
    /// The folder of the API file.
    folder: PathBuf,
    bootstrap: NodeBootstrap,
    /// By which they find the services of the local world.
    environment: Vec<(String, String)>,
    instances: NonZeroUsize,
    output: FunctionOutput,
}

/// A program with what it is started with.
struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    handler: String,
}

impl Launcher {
    /// # Errors
    ///
    /// What runs handlers in Node.js cannot be written.
    pub fn new(
        folder: PathBuf,
        environment: Vec<(String, String)>,
        instances: NonZeroUsize,
        output: FunctionOutput,
    ) -> io::Result<Self> {
        Ok(Self { folder, bootstrap: NodeBootstrap::write()?, environment, instances, output })
    }

    pub fn settings(&self, function: &LocalFunction) -> FunctionSettings {
        let directory = self.directory(function);
        let Program { path, arguments, handler } = self.program(function, &directory);
        let own = function.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        let mut environment = self.environment.clone();
        // Compiled code is taken for new where a save within its second leaves the size: it is made anew each time.
        environment.push(("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()));
        environment.push(("LAMBDA_TASK_ROOT".to_owned(), directory.display().to_string()));
        environment.push(("_HANDLER".to_owned(), handler));
        environment.extend(own);
        FunctionSettings {
            arguments,
            directory: Some(directory),
            environment,
            aliases: Aliases::Any,
            instances: self.instances,
            memory_megabytes: function.memory_megabytes,
            timeout: function.timeout,
            output: self.output.clone(),
            ..FunctionSettings::new(&function.name, path)
        }
    }

    /// The files and folders whose changes start the function anew.
    pub fn watched(&self, function: &LocalFunction) -> Vec<PathBuf> {
        let directory = self.directory(function);
        if !function.watch.is_empty() {
            return function.watch.iter().map(|path| directory.join(path)).collect();
        }
        match &function.program {
            FunctionProgram::Node { .. } | FunctionProgram::Python { .. } => vec![directory],
            FunctionProgram::Rust { binary } => binaries(&directory, binary).to_vec(),
            // A word that names a file there is likely a part of it.
            FunctionProgram::Command { program, arguments } => {
                let files = arguments.iter().map(|word| directory.join(word)).filter(|path| path.is_file());
                let program = program.contains('/').then(|| directory.join(program));
                program.into_iter().chain(files).collect()
            }
        }
    }

    /// Says why the function will not run, if that can be told beforehand.
    pub async fn obstacle(&self, function: &LocalFunction) -> Option<String> {
        let (name, directory) = (&function.name, self.directory(function));
        if !directory.is_dir() {
            return Some(format!("function {name}: there is no folder {}", directory.display()));
        }
        let path = self.program(function, &directory).path;
        let is_there = if path.is_absolute() { path.is_file() } else { is_on_the_path(&path) };
        match &function.program {
            FunctionProgram::Rust { binary } if !is_there => {
                let folder = directory.display();
                Some(format!(
                    "function {name}: there is no binary {binary} in {folder}/target: cargo build --bin {binary}"
                ))
            }
            _ if !is_there => Some(format!("function {name}: there is no program {}", path.display())),
            FunctionProgram::Python { .. } if !has_awslambdaric(&path).await => {
                let python = path.display();
                Some(format!(
                    "function {name}: {python} has no awslambdaric: {python} -m pip install awslambdaric"
                ))
            }
            FunctionProgram::Node { .. }
            | FunctionProgram::Python { .. }
            | FunctionProgram::Rust { .. }
            | FunctionProgram::Command { .. } => None,
        }
    }

    fn directory(&self, function: &LocalFunction) -> PathBuf {
        let directory = self.folder.join(&function.code_uri);
        // One that is not there is told as it is written.
        directory.canonicalize().unwrap_or(directory)
    }

    fn program(&self, function: &LocalFunction, directory: &Path) -> Program {
        match &function.program {
            FunctionProgram::Command { program, arguments } => {
                let path = if program.contains('/') { directory.join(program) } else { program.into() };
                Program { path, arguments: arguments.clone(), handler: "bootstrap".to_owned() }
            }
            FunctionProgram::Node { handler } => {
                let bootstrap = self.bootstrap.path().display().to_string();
                Program { path: "node".into(), arguments: vec![bootstrap], handler: handler.clone() }
            }
            FunctionProgram::Python { handler } => Program {
                path: self.python(directory),
                arguments: vec!["-m".to_owned(), "awslambdaric".to_owned(), handler.clone()],
                handler: handler.clone(),
            },
            FunctionProgram::Rust { binary } => {
                let built = binaries(directory, binary).into_iter().filter(|path| path.is_file());
                let path = built.max_by_key(|path| modified(path));
                let path = path.unwrap_or_else(|| directory.join("target/debug").join(binary));
                Program { path, arguments: Vec::new(), handler: "bootstrap".to_owned() }
            }
        }
    }

    /// That of a virtual environment beside the function, or beside the API file, or which is active.
    fn python(&self, directory: &Path) -> PathBuf {
        let beside = [directory, &self.folder].map(|folder| [folder.join(".venv"), folder.join("venv")]);
        let active = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
        let environments = beside.into_iter().flatten().chain(active);
        let mut pythons = environments.map(|environment| environment.join("bin/python"));
        pythons.find(|python| python.is_file()).unwrap_or_else(|| "python3".into())
    }
}

/// The places where cargo and cargo-lambda put a binary.
fn binaries(directory: &Path, binary: &str) -> [PathBuf; 3] {
    let target = directory.join("target");
    [
        target.join("debug").join(binary),
        target.join("release").join(binary),
        target.join("lambda").join(binary).join("bootstrap"),
    ]
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn is_on_the_path(program: &Path) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Asks Python itself.
async fn has_awslambdaric(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import awslambdaric"]).env_clear();
    command.env("PATH", env::var_os("PATH").as_deref().unwrap_or(OsStr::new("")));
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    status.is_ok_and(|status| status.success())
}
