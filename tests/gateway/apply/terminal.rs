//! The question of `apply`, asked on a terminal.

use std::{fs::File, io::Write, process::Stdio};

use nix::pty::openpty;

use super::Project;
use crate::harness::tool::Ran;

const FILE: &str =
    "tollgate: 1\nstages:\n  v1:\n    routes:\n      GET /a: { integration: { type: MOCK, body: one } }\n";

/// Runs the tool with a terminal as its standard input, at which somebody types `typed`.
fn at_a_terminal(project: &Project, arguments: &str, typed: &str) -> Ran {
    let endpoint = format!("http://{}", project.world.dynamodb().address);
    let terminal = openpty(None, None).unwrap();
    let mut keyboard = File::from(terminal.master);
    keyboard.write_all(typed.as_bytes()).unwrap();
    let mut command = project.command(&endpoint, arguments);
    let output = command.stdin(Stdio::from(terminal.slave)).output().unwrap();
    Ran::of(output)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_asks_on_a_terminal_and_does_what_the_answer_says() {
    let project = Project::with(FILE);
    let question = "tollgate: apply this to 2 items? [y/N] ";
    for (typed, code) in [("\n", 1), ("n\n", 1), ("maybe\n", 1), ("\u{4}", 1), ("YES\n", 0)] {
        let ran = tokio::task::block_in_place(|| at_a_terminal(&project, "apply tollgate.yaml", typed));
        assert_eq!(ran.code, Some(code), "{typed:?}: {ran:?}");
        assert!(ran.stderr.starts_with(question), "{typed:?}: {}", ran.stderr);
        let is_written = !project.world.items("tollgate-routes").await.is_empty();
        assert_eq!(is_written, code == 0, "{typed:?}");
        assert_eq!(ran.stderr.contains("nothing is written"), code == 1, "{typed:?}: {}", ran.stderr);
    }
}
