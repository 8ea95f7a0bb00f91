//! `tollgate init`: what it writes is valid, and served as it is.

use std::fs;

use expect_test::expect;

use super::{Dev, Project, has_node, python};
use crate::harness::example;

/// The files of a folder, sorted.
fn files(project: &Project) -> Vec<String> {
    fn below(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { below(&path, found) } else { found.push(path) }
        }
    }
    let (root, mut found) = (project.path(""), Vec::new());
    below(&root, &mut found);
    let mut names: Vec<_> =
        found.iter().map(|path| path.strip_prefix(&root).expect("below").display().to_string()).collect();
    names.sort();
    names
}

/// Exit code, stdout and stderr.
fn ran(project: &Project, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = project.tool(arguments).output().expect("a result");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn begun(language: &str) -> Project {
    let project = Project::new(&[]);
    let (code, _, stderr) = ran(&project, &["init", "--function", language]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    let check = ran(&project, &["check", "tollgate.yaml"]);
    let routes = if language == "none" { 3 } else { 4 };
    let valid = format!("tollgate.yaml: valid, 1 stage, {routes} routes\n");
    assert_eq!(check, (Some(0), valid, String::new()), "{language}");
    for file in files(&project) {
        let text = fs::read_to_string(project.path(&file)).expect("text");
        assert!(!text.contains("# function") && !text.contains("# end"), "{file}: {text}");
        assert!(
            !["<ENTRY>", "<PROPERTIES>", "<IGNORED>", "<WORDS>"].iter().any(|mark| text.contains(mark)),
            "{file}: {text}"
        );
    }
    project
}

/// Asks what the file says to try.
async fn tried(dev: &Dev) {
    assert_eq!(dev.ask("GET /v1/notes/1").await, "200 {\"id\":\"1\",\"text\":\"Buy ink\"}");
    assert_eq!(dev.ask("GET /v1/health").await, "200 {\"status\":\"up\"}");
    dev.line(|line| line == format!("  curl {}/v1/health", dev.api));
}

#[test]
fn init_tells_what_it_wrote_and_what_to_do_next() {
    let project = Project::new(&[]);
    let (code, stdout, stderr) = ran(&project, &["init", "shop", "--function", "python"]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    expect![[r#"
        shop/tollgate.yaml
        shop/tollgate.schema.json
        shop/template.yaml
        shop/tests/api.yaml
        shop/.github/workflows/api.yml
        shop/.gitignore
        shop/README.md
        shop/functions/hello/app.py
        shop/functions/hello/requirements.txt
        shop/requirements-dev.txt

        Next:
          cd shop
          python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt
          tollgate dev
    "#]]
    .assert_eq(&stdout);
    let printed: Vec<&str> = stdout.lines().take_while(|line| !line.is_empty()).collect();
    let mut sorted = printed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, files(&project));
}

#[test]
fn init_writes_over_nothing_and_then_writes_nothing() {
    let project = Project::new(&[("README.md", "mine"), ("template.yaml", "mine")]);
    let expected = "tollgate: nothing is written, since these are there already: template.yaml, README.md\n";
    assert_eq!(ran(&project, &["init"]), (Some(1), String::new(), expected.to_owned()));
    assert_eq!(files(&project), ["README.md", "template.yaml"]);
}

#[tokio::test]
async fn a_new_api_without_a_function_is_served_as_it_is() {
    let project = begun("none");
    let dev = Dev::start(&project, &[]);
    tried(&dev).await;
    assert_eq!(dev.ask("GET /v1/hello").await, "404 {\"message\":\"Not Found\"}");
}

#[tokio::test]
async fn a_new_api_in_node_is_served_as_it_is() {
    if !has_node() {
        return;
    }
    let project = begun("node");
    let dev = Dev::start(&project, &[]);
    tried(&dev).await;
    assert_eq!(dev.ask("GET /v1/hello?name=Ada").await, "200 {\"hello\":\"Ada\"}");
    assert_eq!(dev.ask("GET /v1/hello").await, "200 {\"hello\":\"world\"}");
}

#[tokio::test]
async fn a_new_api_in_python_is_served_once_awslambdaric_is_there() {
    let Some(python) = python() else { return };
    let project = begun("python");
    if let Some(venv) = python.parent().and_then(|bin| bin.parent()).filter(|_| python.is_absolute()) {
        std::os::unix::fs::symlink(venv, project.path(".venv")).expect("a link");
    }
    let dev = Dev::start(&project, &[]);
    tried(&dev).await;
    assert_eq!(dev.ask("GET /v1/hello?name=Ada").await, "200 {\"hello\":\"Ada\"}");
}

/// A build of its crate would take minutes: an example of this package stands in for it.
#[tokio::test]
async fn a_new_api_in_rust_runs_what_cargo_builds() {
    let project = begun("rust");
    let binary = project.path("functions/hello/target/debug/hello");
    fs::create_dir_all(binary.parent().expect("a folder")).expect("a folder");
    fs::copy(example("echo"), binary).expect("a copy");
    let dev = Dev::start(&project, &[]);
    tried(&dev).await;
    assert_eq!(dev.json("GET /v1/hello").await["rawPath"], "/v1/hello");
}
