//! `tollgate dev` as a process, with real functions in other languages.

mod functions;
mod init;
mod node;
mod reload;
mod tables;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use http::Request;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{render, send};

/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with files, gone with the test.
pub struct Project(PathBuf);

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let name = format!("dev-{}", Uuid::new_v4().simple());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        let project = Self(folder);
        files.iter().for_each(|(path, text)| project.write(path, text));
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// Saves a file as editors do: whole, by renaming another one.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let new = path.with_extension("new~");
        fs::write(&new, text).expect("a file");
        fs::rename(new, path).expect("a file");
    }

    /// The tool in this folder, with the search path alone in its environment.
    pub fn tool(&self, arguments: &[&str]) -> Command {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        tool.args(arguments).current_dir(&self.0).env_clear();
        tool.env("PATH", env::var_os("PATH").unwrap_or_default());
        tool
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

#[derive(Default)]
struct Printed {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

/// `tollgate dev` under way.
pub struct Dev {
    process: Child,
    printed: Arc<Printed>,
    /// The address of the API: `http://127.0.0.1:40001`.
    pub api: String,
}

impl Dev {
    /// Starts it on free ports.
    pub fn start(project: &Project, arguments: &[&str]) -> Self {
        Self::of(project.tool(&[&["dev"], arguments].concat()))
    }

    pub fn of(mut command: Command) -> Self {
        for port in ["--api-port", "--dynamodb-port", "--invoke-port", "--issuer-port"] {
            command.args([port, "0"]);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let printed = Arc::new(Printed::default());
        collect(&printed, process.stdout.take().expect("its stdout"));
        collect(&printed, process.stderr.take().expect("its stderr"));
        let mut dev = Self { process, printed, api: String::new() };
        let line = dev.line(|line| line.starts_with("API  "));
        dev.api = line.trim_start_matches("API").trim().trim_end_matches('/').to_owned();
        dev.line(|line| line.starts_with("Ctrl-C"));
        dev
    }

    /// Waits for a line of its output.
    pub fn line(&self, is_it: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.printed.lines.lock().expect("nobody panics");
        loop {
            if let Some(line) = lines.iter().find(|line| is_it(line)) {
                return line.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no such line in:\n{}", lines.join("\n"));
            lines = self.printed.grown.wait_timeout(lines, left).expect("nobody panics").0;
        }
    }

    /// What it has printed, without the gateway's log.
    pub fn printed(&self) -> Vec<String> {
        let lines = self.printed.lines.lock().expect("nobody panics");
        lines.iter().filter(|line| !line.starts_with("gateway: ")).cloned().collect()
    }

    /// The address after a word of the greeting.
    pub fn address(&self, word: &str) -> String {
        let line = self.line(|line| line.starts_with(word));
        line.trim_start_matches(word).trim().to_owned()
    }

    /// Status and body of `GET /path`, or of `POST /path` with the body behind it.
    pub async fn ask(&self, request: &str) -> String {
        let (line, body) = request.split_once('\n').unwrap_or((request, ""));
        let (method, target) = line.split_once(' ').expect("a method and a path");
        let request = Request::builder().method(method).uri(format!("{}{target}", self.api));
        let answer = send(request.body(body.to_owned().into()).expect("a request")).await;
        let status = answer.status().as_u16();
        format!("{status} {}", String::from_utf8_lossy(answer.body()))
    }

    /// The whole answer to `GET /path`.
    pub async fn whole(&self, target: &str) -> String {
        let request = Request::get(format!("{}{target}", self.api));
        render(&send(request.body(String::new().into()).expect("a request")).await)
    }

    /// Asks until the answer is this one.
    pub async fn until(&self, request: &str, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(request).await;
            if answer == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{request}: {answer}\n{}", self.printed().join("\n"));
            tokio::task::yield_now().await;
        }
    }

    pub async fn json(&self, request: &str) -> Value {
        let answer = self.ask(request).await;
        let (_, body) = answer.split_once(' ').expect("a status");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{answer}: {error}"))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        drop(Command::new("kill").args(["-INT", &pid]).status());
        drop(self.process.wait());
    }
}

fn collect(printed: &Arc<Printed>, pipe: impl Read + Send + 'static) {
    let printed = Arc::clone(printed);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            printed.lines.lock().expect("nobody panics").push(line);
            printed.grown.notify_all();
        }
    });
}

/// Says if a program runs, and prints that the test is skipped where it does not.
pub fn can_run(program: &Path, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let runs = status.is_ok_and(|status| status.success());
    if !runs {
        eprintln!("skipped: {} {} does not run here", program.display(), arguments.join(" "));
    }
    runs
}

pub fn has_node() -> bool {
    can_run("node".as_ref(), &["--version"])
}

/// A Python with awslambdaric: that of `.tools`, or the one on the search path.
pub fn python() -> Option<PathBuf> {
    let of_tools = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/bin/python");
    let candidates = [of_tools, PathBuf::from("python3")];
    candidates.into_iter().find(|python| can_run(python, &["-c", "import awslambdaric"]))
}
