//! Saves of the API file.

use std::time::{Duration, Instant};

use super::{Dev, Project};

fn api(routes: &str) -> String {
    format!("tollgate: 1\nstages:\n  v1:\n    routes:\n{routes}")
}

fn mock(path: &str, body: &str) -> String {
    format!("      GET /{path}: {{ integration: {{ type: MOCK, body: {body} }} }}\n")
}

#[tokio::test]
async fn a_good_save_is_served_within_a_second_and_a_bad_one_changes_nothing_and_is_told_as_check_does() {
    let project = Project::new(&[("tollgate.yaml", &api(&mock("a", "one")))]);
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/a").await, "200 one");

    let saved = Instant::now();
    project.write("tollgate.yaml", &api(&(mock("a", "two") + &mock("b", "new"))));
    dev.line(|line| line == "tollgate: v1 GET /a changed, v1 GET /b added");
    let took = saved.elapsed();
    assert_eq!(
        (dev.ask("GET /v1/a").await, dev.ask("GET /v1/b").await),
        ("200 two".into(), "200 new".into())
    );
    assert!(took < Duration::from_secs(5), "{took:?}, on a machine with other tests");

    let bad = api(&mock("a", "three")).replace("MOCK", "MOKC");
    project.write("tollgate.yaml", &bad);
    dev.line(|line| line == "tollgate: what is served stays");
    let check = project.tool(&["check", "tollgate.yaml"]).output().expect("a result");
    let report = String::from_utf8(check.stdout).expect("text");
    assert!(report.contains("integration.type: got \"MOKC\"") && check.status.code() == Some(3), "{report}");
    assert!(dev.printed().join("\n").contains(report.trim_end()), "{report}\n{:?}", dev.printed());
    assert_eq!(
        (dev.ask("GET /v1/a").await, dev.ask("GET /v1/b").await),
        ("200 two".into(), "200 new".into())
    );

    project.write("tollgate.yaml", &api(&mock("a", "three")));
    dev.line(|line| line == "tollgate: v1 GET /a changed, v1 GET /b removed");
    assert_eq!(dev.ask("GET /v1/a").await, "200 three");
    assert_eq!(dev.ask("GET /v1/b").await, "404 {\"message\":\"Not Found\"}");
}

#[tokio::test]
async fn stages_come_and_go_and_files_that_are_taken_in_are_followed() {
    let with_include = |rest: &str| {
        format!("tollgate: 1\nstages:\n  v1:\n    routes: {{ $include: routes/v1.yaml }}\n{rest}")
    };
    let route = |body: &str| format!("GET /a: {{ integration: {{ type: MOCK, body: {body} }} }}\n");
    let project = Project::new(&[("tollgate.yaml", &with_include("")), ("routes/v1.yaml", &route("one"))]);
    let dev = Dev::start(&project, &[]);
    assert_eq!(dev.ask("GET /v1/a").await, "200 one");
    project.write("routes/v1.yaml", &route("two"));
    dev.line(|line| line == "tollgate: v1 GET /a changed");
    assert_eq!(dev.ask("GET /v1/a").await, "200 two");

    project.write("tollgate.yaml", &with_include("  v2: { extends: v1, basePath: /next }\n"));
    dev.line(|line| line == "tollgate: v2 GET /a added, v2 added");
    assert_eq!(dev.ask("GET /next/a").await, "200 two");
    // The gateway writes into the item of a stage; that is no change.
    project.write("tollgate.yaml", &with_include("  v2: { extends: v1, basePath: /next } # later\n"));
    dev.line(|line| line == "tollgate: nothing to serve changed");
    project.write("tollgate.yaml", &with_include(""));
    dev.line(|line| line == "tollgate: v2 GET /a removed, v2 removed");
    assert_eq!(dev.ask("GET /next/a").await, "404 {\"message\":\"Not Found\"}");
}

#[tokio::test]
async fn what_is_taken_in_may_be_broken_and_mended_alone() {
    let file = "tollgate: 1\nstages:\n  v1:\n    routes: { $include: v1.yaml }\n";
    let route = "GET /a: { integration: { type: MOCK, body: one } }\n";
    let project = Project::new(&[("tollgate.yaml", file), ("v1.yaml", route)]);
    let dev = Dev::start(&project, &[]);
    project.write("v1.yaml", "GET /a: [\n");
    dev.line(|line| line == "tollgate: what is served stays");
    assert_eq!(dev.ask("GET /v1/a").await, "200 one");
    project.write("v1.yaml", &route.replace("one", "two"));
    dev.line(|line| line == "tollgate: v1 GET /a changed");
    assert_eq!(dev.ask("GET /v1/a").await, "200 two");
}

#[test]
fn a_file_that_is_bad_from_the_start_or_missing_is_not_served() {
    let project = Project::new(&[("bad.yaml", "tollgate: 2\n")]);
    let cases: [(&[&str], i32, &str, &str); 3] = [
        (
            &["dev", "bad.yaml"],
            3,
            "bad.yaml:1:11: problem: got 2, expected tollgate: 1, the version of this form\n 1 | tollgate: 2\n   |           ^\n\nbad.yaml: 1 problem\n",
            "",
        ),
        (&["dev", "other.yaml"], 4, "", "tollgate: there is no file other.yaml\n"),
        (
            &["dev"],
            4,
            "",
            "tollgate: there is no tollgate.yaml here: `tollgate init` writes one, or name a file\n",
        ),
    ];
    for (arguments, code, stdout, stderr) in cases {
        let output = project.tool(arguments).output().expect("a result");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        assert_eq!(
            (output.status.code(), text(output.stdout), text(output.stderr)),
            (Some(code), stdout.to_owned(), stderr.to_owned())
        );
    }
}

#[tokio::test]
async fn a_save_that_says_nothing_else_of_a_stage_leaves_what_it_was_rolled_back_to() {
    let project = Project::new(&[("tollgate.yaml", &api(&mock("a", "one")))]);
    let dev = Dev::start(&project, &[]);
    project.write("tollgate.yaml", &api(&mock("a", "two")));
    dev.until("GET /v1/a", "200 two").await;
    let ran = local_tool(&project, &dev, &["rollback", "v1", "--last", "--yes", "--local"]);
    assert!(ran.status.success(), "{ran:?}");
    dev.until("GET /v1/a", "200 one").await;
    project.write("tollgate.yaml", &format!("# a comment\n{}", api(&mock("a", "two"))));
    dev.line(|line| line == "tollgate: nothing to serve changed");
    assert_eq!(dev.ask("GET /v1/a").await, "200 one");
    project.write("tollgate.yaml", &api(&mock("a", "three")));
    dev.until("GET /v1/a", "200 three").await;
}

#[tokio::test]
async fn a_key_that_somebody_has_made_is_the_files_key_of_this_id() {
    let file = "tollgate: 1\nstages:\n  v1:\n    routes:\n      \
                GET /a: { apiKeyRequired: true, integration: { type: MOCK, body: in } }\nusagePlans: { starter: {} }\n";
    let project = Project::new(&[("tollgate.yaml", file)]);
    let dev = Dev::start(&project, &[]);
    let made = local_tool(&project, &dev, &["keys", "create", "--plan", "starter", "--local", "-o", "json"]);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let updated = local_tool(&project, &dev, &["export", "tollgate.yaml", "--local", "--update"]);
    assert!(updated.status.success(), "{updated:?}");
    dev.line(|line| {
        line.starts_with("tollgate: ") && (line.contains("API key") || line.contains("nothing to serve"))
    });
    let listed = local_tool(&project, &dev, &["keys", "list", "--local", "-o", "json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let ids: Vec<_> = listed["results"].as_array().expect("a list").iter().map(|key| &key["id"]).collect();
    assert_eq!(ids, [&made["id"]]);
}

/// The tool beside a world that runs.
fn local_tool(project: &Project, dev: &Dev, arguments: &[&str]) -> std::process::Output {
    let address = dev.address("DynamoDB");
    let port = address.rsplit(':').next().expect("a port");
    project.tool(arguments).env("DYNAMODB_PORT", port).output().expect("a result")
}
