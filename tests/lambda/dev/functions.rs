//! Functions of the user's own: in Python and Rust, by file and by command, edited, crashing.

use std::fs;

use serde_json::json;

use super::{Dev, Project, has_node, python};
use crate::harness::example;

fn api(function: &str) -> String {
    format!(
        "tollgate: 1\nstages:\n  v1:\n    routes:\n      \
         GET /hello: {{ integration: {{ type: AWS_PROXY, uri: \"hello:live\" }} }}\n      \
         GET /health: {{ integration: {{ type: MOCK, body: up }} }}\nfunctions:\n  hello: {function}\n"
    )
}

#[tokio::test]
async fn a_node_function_runs_anew_when_its_file_changes() {
    if !has_node() {
        return;
    }
    let code = |word: &str| {
        format!(
            "export const handler = async event => ({{ statusCode: 200, headers: {{ 'content-type': 'text/plain' }}, \
             body: `{word} ${{event.rawPath}} ${{process.env.GREETING}} ${{process.env.AWS_LAMBDA_FUNCTION_NAME}}` }});\n"
        )
    };
    let file =
        api("{ runtime: node, handler: index.handler, codeUri: hello, environment: { GREETING: hi } }");
    let project = Project::new(&[("tollgate.yaml", &file), ("hello/index.mjs", &code("one"))]);
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/hello").await, "200 one /v1/hello hi hello");
    project.write("hello/index.mjs", &code("two"));
    dev.line(|line| line == "tollgate: function hello changed");
    assert_eq!(dev.ask("GET /v1/hello").await, "200 two /v1/hello hi hello");

    project.write("tollgate.yaml", &file.replace("GREETING: hi", "GREETING: moin"));
    dev.until("GET /v1/hello", "200 two /v1/hello moin hello").await;
}

#[tokio::test]
async fn a_syntax_error_of_a_node_function_is_told_with_its_file_and_line() {
    if !has_node() {
        return;
    }
    let project = Project::new(&[
        ("tollgate.yaml", &api("{ runtime: node, handler: index.handler }")),
        ("index.mjs", "import { price } from './price.mjs';\nexport const handler = async () => price;\n"),
        ("price.mjs", "export const price =\n  7;;)\n"),
    ]);
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/hello").await, "502 {\"message\": \"Internal server error\"}");
    dev.line(|line| line.starts_with("hello: file:///") && line.ends_with("/price.mjs:2"));
    dev.line(|line| line == "hello:   7;;)");
    dev.line(|line| line == "hello: SyntaxError: Unexpected token ')'");
    // Of the other kind of module Node.js says it by itself.
    project.write("index.mjs", "import './price.cjs';\nexport const handler = async () => 7;\n");
    project.write("price.cjs", "let price =\n  7;;)\n");
    dev.line(|line| line == "tollgate: function hello changed");
    assert_eq!(dev.ask("GET /v1/hello").await, "502 {\"message\": \"Internal server error\"}");
    dev.line(|line| line.starts_with("hello: /") && line.ends_with("/price.cjs:2"));
}

#[tokio::test]
async fn the_crash_of_one_function_ends_nothing_else() {
    if !has_node() {
        return;
    }
    let code = "export const handler = async event => { if (event.queryStringParameters?.crash) process.exit(3); \
                console.log('called'); return 'fine'; };\n";
    let project = Project::new(&[
        ("tollgate.yaml", &api("{ runtime: node, handler: index.handler }")),
        ("index.mjs", code),
    ]);
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/hello").await, "200 fine");
    assert_eq!(dev.ask("GET /v1/hello?crash=1").await, "502 {\"message\": \"Internal server error\"}");
    assert_eq!(dev.ask("GET /v1/health").await, "200 up");
    assert_eq!(dev.ask("GET /v1/hello").await, "200 fine");
    dev.line(|line| line == "hello: called");
}

#[tokio::test]
async fn an_event_under_way_ends_in_the_process_that_it_began_in() {
    if !has_node() {
        return;
    }
    let code = |word: &str| {
        format!(
            "import {{ existsSync, writeFileSync }} from 'node:fs';\n\
             const there = file => new Promise(done => {{ const look = () => existsSync(file) ? done() : setTimeout(look, 5); look(); }});\n\
             export const handler = async event => {{ if (event.queryStringParameters?.wait) {{ writeFileSync('began.txt', ''); await there('go.txt'); }} return '{word}'; }};\n"
        )
    };
    let file = api("{ runtime: node, handler: index.handler, watch: [index.mjs] }");
    let project = Project::new(&[("tollgate.yaml", &file), ("index.mjs", &code("old"))]);
    let dev = Dev::start(&project, &[]);
    let began = project.path("began.txt");
    let meanwhile = async {
        while !began.exists() {
            tokio::task::yield_now().await;
        }
        project.write("index.mjs", &code("new"));
        dev.until("GET /v1/hello", "200 new").await;
        project.write("go.txt", "");
    };
    let (answer, ()) = tokio::join!(dev.ask("GET /v1/hello?wait=1"), meanwhile);
    assert_eq!(answer, "200 old");
    assert_eq!(dev.ask("GET /v1/hello").await, "200 new");
}

#[tokio::test]
async fn a_python_function_runs_anew_when_its_file_changes() {
    let Some(python) = python() else { return };
    let code = |word: &str| {
        format!(
            "import os\n\ndef handler(event, context):\n    return f'{word} {{event[\"rawPath\"]}} {{context.function_name}}'\n"
        )
    };
    let project = Project::new(&[
        ("tollgate.yaml", &api("{ runtime: python, handler: app.handler }")),
        ("app.py", &code("one")),
    ]);
    // The virtual environment beside the file.
    let venv = python.parent().and_then(|bin| bin.parent()).filter(|_| python.is_absolute());
    if let Some(venv) = venv {
        std::os::unix::fs::symlink(venv, project.path(".venv")).expect("a link");
    }
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/hello").await, "200 one /v1/hello hello");
    project.write("app.py", &code("two"));
    dev.line(|line| line == "tollgate: function hello changed");
    assert_eq!(dev.ask("GET /v1/hello").await, "200 two /v1/hello hello");
}

#[tokio::test]
async fn a_rust_function_is_the_newest_binary_and_runs_anew_when_it_is_built_again() {
    let project = Project::new(&[("tollgate.yaml", &api("{ runtime: rust, handler: hello }"))]);
    let dev = Dev::start(&project, &[]);
    let place = project.path(".").canonicalize().expect("a folder");
    let missing = format!(
        "tollgate: function hello: there is no binary hello in {}/target: cargo build --bin hello",
        place.display()
    );
    dev.line(|line| line == missing);
    assert!(dev.ask("GET /v1/hello").await.starts_with("502 "));

    let build = |from: &str, to: &str| {
        let to = project.path(to);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        // As cargo does: the file is another one.
        let new = to.with_extension("new");
        fs::copy(example(from), &new).expect("a copy");
        fs::rename(new, to).expect("a file");
    };
    build("echo", "target/debug/hello");
    dev.line(|line| line == "tollgate: function hello changed");
    assert_eq!(dev.json("GET /v1/hello").await["rawPath"], json!("/v1/hello"));
    let before = dev.printed().len();
    build("orders", "target/lambda/hello/bootstrap");
    dev.until("GET /v1/hello", "400 {\"message\":\"EOF while parsing a value at line 1 column 0\"}").await;
    assert!(dev.printed().len() > before);
}

#[tokio::test]
async fn functions_without_a_file_answer_below_their_names() {
    if !has_node() {
        return;
    }
    let code = "exports.handler = async event => `${event.requestContext.http.method} ${event.rawPath}`;\n";
    let project = Project::new(&[("search.js", code)]);
    let echo = format!("echo={}", example("echo").display());
    let dev = Dev::start(&project, &["--function", "search=./search.js", "--function", &echo]);
    dev.line(|line| line == "Stages    $default (4 routes)");
    dev.line(|line| line == "Functions search, echo");
    dev.line(|line| line == format!("  curl {}/search", dev.api));
    assert_eq!(dev.ask("GET /search").await, "200 GET /search");
    assert_eq!(dev.ask("POST /search/deep/er").await, "200 POST /search/deep/er");
    assert_eq!(dev.json("GET /echo/x").await["rawPath"], json!("/echo/x"));
    project.write("search.js", "exports.handler = async () => 'anew';\n");
    dev.until("GET /search", "200 anew").await;
}

#[tokio::test]
async fn what_will_not_run_is_told_at_the_start() {
    let file = "tollgate: 1\nfunctions:\n  a: { command: [./not-there] }\n  b: { command: [not-on-the-path] }\n  c: { command: [true], codeUri: nowhere }\n";
    let project = Project::new(&[("tollgate.yaml", file)]);
    let dev = Dev::start(&project, &[]);
    let place = project.path(".").canonicalize().expect("a folder").display().to_string();
    dev.line(|line| line == format!("tollgate: function a: there is no program {place}/./not-there"));
    dev.line(|line| line == "tollgate: function b: there is no program not-on-the-path");
    dev.line(|line| line == format!("tollgate: function c: there is no folder {place}/nowhere"));
}

#[tokio::test]
async fn functions_that_routes_call_and_nobody_runs_are_told() {
    let file = "tollgate: 1\nstages:\n  v1:\n    stageVariables: { env: test }\n    routes:\n      \
                GET /a: { integration: { type: AWS_PROXY, uri: \"prices-${stageVariables.env}:live\" } }\n";
    let project = Project::new(&[("tollgate.yaml", file)]);
    let dev = Dev::start(&project, &[]);
    let told = "tollgate: function prices-test is not in the section functions, and routes call it";
    dev.line(|line| line == told);
}
