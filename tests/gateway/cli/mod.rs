//! The operator's tool as a process: its output on stdout and stderr, and its exit status.

mod dev;
mod stages;

use serde_json::json;

use crate::harness::{TestGateway, free_port, tool::tollgate};

#[test]
fn the_version_is_that_of_the_package() {
    for flag in ["--version", "-V"] {
        let ran = tollgate(&[], &[flag]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert_eq!(ran.stdout, format!("tollgate {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn help_goes_to_stdout_and_a_wrong_command_line_to_stderr_with_exit_64() {
    for arguments in [
        "--help",
        "-h",
        "help",
        "--version",
        "-V",
        "check --help",
        "help deploy",
        "deploy -h",
        "dev --help",
        "keys --help",
        "help keys",
        "keys create --help",
        "keys help rotate",
        "keys import -h",
        "usage --help",
        "cost --help",
        "help cost",
        "cache --help",
        "cache purge --help",
        "cache help stats",
        "explain -h",
        "routes --help",
        "routes get -h",
        "test -h",
        "auth --help",
        "auth explain --help",
        "template --help",
        "template test -h",
        "export --help",
        "diff --help",
        "apply -h",
        "schema -h",
        "status --help",
        "doctor -h",
        "logs --help",
        "top --help",
        "completion --help",
        "man -h",
    ] {
        let ran = tollgate(&[], &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, Some(0), "{arguments}");
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{arguments}: {ran:?}");
    }
    for arguments in [
        "",
        "bake",
        "check v1 v2",
        "check --output xml",
        "deploy",
        "deploy -x v1",
        "--local check",
        "dev --api-port high",
        "dev --function search",
        "dev --function gateway=Cargo.toml",
        "dev --function search=not-there.py",
        "keys",
        "keys bake",
        "keys show",
        "keys create k1",
        "keys rotate k1 --overlap 24",
        "keys import",
        "cache",
        "cache purge",
        "cache purge v1 --api-key-id ada",
        "cache purge v1 --route x --key /x",
        "explain",
        "explain v1/x",
        "routes",
        "routes get v1",
        "explain /v1 -H x",
        "explain /v1 -d @no-such-file",
        "test",
        "test a.yaml --api b.yaml --deployed",
        "auth",
        "auth explain",
        "auth explain token v1/x",
        "auth explain /v1/x --source-ip here",
        "template",
        "template test",
        "template test a.vtl --route x --file b",
        "template test --route x",
        "template test a.vtl --response 200",
        "usage",
        "usage k1 --from yesterday",
        "cost",
        "check a.yaml --format xml",
        "export a.yaml b.yaml",
        "export --force",
        "diff",
        "diff a.yaml b.yaml c.yaml d.yaml",
        "apply",
        "apply a.yaml --stage",
        "schema v1",
        "cost --requests 10M",
        "cost --requests 10M --target-ms 50 --local",
        "status v1 v2",
        "doctor v1",
        "logs --since soon",
        "logs --status 6xx",
        "top --window 2h",
        "top --count 0",
        "completion",
        "man",
    ] {
        let ran = tollgate(&[], &arguments.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ran.code, Some(64), "{arguments}");
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments}: {ran:?}");
    }
    let help = tollgate(&[], &["--help"]);
    let commands = [
        "apply",
        "auth",
        "cache",
        "canary",
        "check",
        "completion",
        "cost",
        "deploy",
        "dev",
        "diff",
        "doctor",
        "export",
        "history",
        "init",
        "keys",
        "logs",
        "man",
        "prune",
        "rollback",
        "schema",
        "status",
        "template",
        "top",
        "usage",
    ];
    for command in commands {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{help:?}");
        let own = tollgate(&[], &[command, "--help"]);
        assert!(own.stdout.contains(&format!("Usage: tollgate {command}")), "{own:?}");
    }
}

#[test]
fn a_command_that_cannot_run_ends_with_one_message_on_stderr_and_exit_1() {
    let nobody = format!("http://{}", free_port().local_addr().unwrap());
    let aws =
        [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];
    let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        aws.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let cases = [
        (vec![], "AWS_REGION"),
        (
            [("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            "no credentials: ",
        ),
        (with(&[("AWS_ENDPOINT_URL_DYNAMODB", "localhost")]), "AWS_ENDPOINT_URL_DYNAMODB"),
        (with(&[("REFRESH_SECONDS", "soon"), ("AWS_ENDPOINT_URL_DYNAMODB", &nobody)]), "REFRESH_SECONDS"),
        (with(&[("AWS_ENDPOINT_URL_DYNAMODB", &nobody)]), "reading the stage"),
    ];
    for (variables, word) in cases {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for arguments in [&["check", "v1"][..], &["deploy", "v1"], &["check", "v1", "-o", "json"]] {
            let ran = tollgate(&variables, arguments);
            assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{ran:?}");
            assert!(ran.stderr.starts_with("tollgate: ") && ran.stderr.contains(word), "{word}: {ran:?}");
            assert!(!ran.stderr.contains("hush-hush") && ran.stderr.lines().count() <= 2, "{ran:?}");
        }
    }
}

#[tokio::test]
async fn missing_tables_are_named_with_their_endpoint() {
    let world = TestGateway::new();
    let endpoint = format!("http://{}", world.dynamodb().address);
    let variables = [("STAGES_TABLE", "missing-table"), ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)];
    let expected = format!(
        "exit 1\n--\ntollgate: reading the stage failed: there is no table missing-table at {endpoint}; `tollgate dev` \
         makes its own, of the names that its environment says\n"
    );
    assert_eq!(tollgate(&variables, &["deploy", "v1", "--local"]).text(&[]), expected);
}

#[test]
fn an_address_where_nothing_listens_is_named() {
    let nobody = "http://127.0.0.1:1";
    for (arguments, tables) in [
        (&["keys", "list", "--local"][..], "the table tollgate-api-keys"),
        (&["usage", "k1", "--local"], "the tables tollgate-counters and tollgate-api-keys"),
    ] {
        let ran = tollgate(&[("AWS_ENDPOINT_URL_DYNAMODB", nobody)], arguments);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let expected =
            format!("tollgate: with {tables} at {nobody} (is `tollgate dev` running?): reading the ");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
        assert!(ran.stderr.contains("Connection refused"), "{ran:?}");
    }
}

#[tokio::test]
async fn with_local_dynamodb_is_found_on_dynamodb_port() {
    let world = TestGateway::new();
    let port = world.dynamodb().address.port().to_string();
    let ran = tollgate(&[("DYNAMODB_PORT", &port)], &["check", "v1", "--local"]);
    assert_eq!(
        ran.text(&[]),
        "exit 4\n--\ntollgate: there is no stage v1 in tollgate-stages or tollgate-routes\n"
    );
    let ran = tollgate(&[("DYNAMODB_PORT", &port)], &["check", "v1"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("AWS_REGION"), "{ran:?}");
}

#[tokio::test]
async fn output_that_goes_to_no_terminal_has_no_colours() {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "FETCH /x" }));
    for arguments in [&["check"][..], &["--help"], &["bake"], &["deploy", "nowhere"]] {
        for variables in [&[][..], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]] {
            let ran = world.tollgate_with(variables, arguments);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}'), "{variables:?}: {ran:?}");
        }
    }
}
