//! The operator's tool as a process: what it prints where, and how it ends.

use std::process::{Command, Output};

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{TestGateway, free_port};

/// Runs `tollgate` with these arguments and variables and no others.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit code, then each stream that is not empty.
fn told(output: &Output) -> String {
    let mut told = format!("exit {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            told += &format!("{name}: {}\n", text(bytes).trim_end().replace('\n', "\n        "));
        }
    }
    told
}

/// Commands against the tables of a world.
struct Operator {
    world: TestGateway,
    endpoint: String,
}

impl Operator {
    fn new() -> Self {
        let world = TestGateway::new();
        let endpoint = format!("http://{}", world.dynamodb().address);
        Self { world, endpoint }
    }

    fn run(&self, command: &str) -> Output {
        let variables = [
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "hush-hush"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.endpoint),
        ];
        run(&command.split(' ').collect::<Vec<_>>(), &variables)
    }

    /// What the commands say, one after another.
    fn story(&self, commands: &[&str]) -> String {
        commands
            .iter()
            .map(|command| format!("$ tollgate {command}\n{}\n", told(&self.run(command))))
            .collect()
    }
}

fn mock(route_key: &str) -> Value {
    json!({ "routeKey": route_key, "integration": { "type": "MOCK" } })
}

#[test]
fn help_is_a_result_and_a_wrong_command_line_is_not() {
    for arguments in [
        "--help",
        "-h",
        "help",
        "--version",
        "-V",
        "check --help",
        "help deploy",
        "deploy -h",
        "local --help",
        "keys --help",
        "help keys",
        "keys create --help",
        "keys help rotate",
        "keys import -h",
        "usage --help",
    ] {
        let output = run(&arguments.split(' ').collect::<Vec<_>>(), &[]);
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments}: {output:?}");
    }
    for arguments in [
        "",
        "bake",
        "check v1 v2",
        "check --output xml",
        "deploy",
        "deploy -x v1",
        "--local check",
        "local --api-port high",
        "keys",
        "keys bake",
        "keys show",
        "keys create k1",
        "keys rotate k1 --overlap 24",
        "keys import",
        "usage",
        "usage k1 --from yesterday",
    ] {
        let output = run(&arguments.split_whitespace().collect::<Vec<_>>(), &[]);
        assert_eq!(output.status.code(), Some(64), "{arguments}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments}: {output:?}");
    }
    let help = run(&["--help"], &[]);
    for command in ["check", "deploy", "keys", "local", "usage"] {
        assert!(text(&help.stdout).contains(&format!("\n  {command} ")), "{help:?}");
        let own = run(&[command, "--help"], &[]);
        assert!(text(&own.stdout).contains(&format!("Usage: tollgate {command}")), "{own:?}");
    }
}

#[tokio::test]
async fn check_looks_and_deploy_acts() {
    let operator = Operator::new();
    let world = &operator.world;
    let nothing =
        operator.story(&["check", "check v1", "deploy v1", "check -o json", "deploy v1 --output json"]);
    world.put_route(&mock("GET /orders"));
    let valid = operator.story(&["check v1", "deploy v1", "deploy v1", "check"]);
    world.refresh().await;
    assert!(world.send("GET /v1/orders").await.starts_with("200\n"));

    world.put_route(&json!({ "routeKey": "GET /orders", "cacheTTL": 5, "integration": { "type": "MOCK" } }));
    let odd = operator.story(&["check v1", "check v1 -o json", "deploy v1"]);
    world.put_route(&json!({ "routeKey": "FETCH /x", "integration": { "type": "SOAP" } }));
    world.put_route(&json!({ "stage": "v2", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    let invalid = operator.story(&["check v1", "deploy v1", "check", "check -o json", "deploy v2 -o json"]);
    expect![[r#"
        $ tollgate check
        exit 0

        $ tollgate check v1
        exit 4
        stderr: tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        $ tollgate deploy v1
        exit 4
        stderr: tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        $ tollgate check -o json
        exit 0
        stdout: []

        $ tollgate deploy v1 --output json
        exit 4
        stderr: tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        # ---
        $ tollgate check v1
        exit 0
        stdout: v1: 1 route, not served yet

        $ tollgate deploy v1
        exit 0
        stdout: v1: serves 1 route, deployment 06685d89debaa2f25f84b13a512cbf6b

        $ tollgate deploy v1
        exit 0
        stdout: v1: serves these items already, deployment 06685d89debaa2f25f84b13a512cbf6b

        $ tollgate check
        exit 0
        stdout: v1: valid, and served as it is

        # ---
        $ tollgate check v1
        exit 0
        stdout: v1: 1 route, not served yet
                  warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?

        $ tollgate check v1 -o json
        exit 0
        stdout: [
                  {
                    "deploymentId": "9b03687b9ecf078f0b773b52d188e9a0",
                    "problems": [],
                    "stage": "v1",
                    "valid": true,
                    "warnings": [
                      {
                        "expected": "nothing of this name; did you mean cacheTtlInSeconds?",
                        "field": "cacheTTL",
                        "got": "5",
                        "key": "stage=v1 routeKey=GET /orders",
                        "table": "tollgate-routes"
                      }
                    ]
                  }
                ]

        $ tollgate deploy v1
        exit 0
        stdout: v1: serves 1 route, deployment 9b03687b9ecf078f0b773b52d188e9a0
                  warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?

        # ---
        $ tollgate check v1
        exit 3
        stdout: v1: 2 problems
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
                  warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?

        $ tollgate deploy v1
        exit 3
        stdout: v1: 2 problems; what was served stays
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
                  warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?

        $ tollgate check
        exit 3
        stdout: v1: 2 problems
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK
                  problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
                  warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
                v2: 1 route, not served yet

        $ tollgate check -o json
        exit 3
        stdout: [
                  {
                    "deploymentId": null,
                    "problems": [
                      {
                        "expected": "AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK",
                        "field": "integration.type",
                        "got": "\"SOAP\"",
                        "key": "stage=v1 routeKey=FETCH /x",
                        "table": "tollgate-routes"
                      },
                      {
                        "expected": "a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY",
                        "field": "routeKey",
                        "got": "\"FETCH /x\"",
                        "key": "stage=v1 routeKey=FETCH /x",
                        "table": "tollgate-routes"
                      }
                    ],
                    "stage": "v1",
                    "valid": false,
                    "warnings": [
                      {
                        "expected": "nothing of this name; did you mean cacheTtlInSeconds?",
                        "field": "cacheTTL",
                        "got": "5",
                        "key": "stage=v1 routeKey=GET /orders",
                        "table": "tollgate-routes"
                      }
                    ]
                  },
                  {
                    "deploymentId": "204aef23118e1d61f7a28e5dfadd5d08",
                    "problems": [],
                    "stage": "v2",
                    "valid": true,
                    "warnings": []
                  }
                ]

        $ tollgate deploy v2 -o json
        exit 0
        stdout: [
                  {
                    "deploymentId": "204aef23118e1d61f7a28e5dfadd5d08",
                    "problems": [],
                    "stage": "v2",
                    "valid": true,
                    "warnings": []
                  }
                ]

    "#]].assert_eq(&[nothing, valid, odd, invalid].join("# ---\n"));

    world.refresh().await;
    assert!(world.send("GET /v1/orders").await.starts_with("200\n"), "the last good deployment stays");
    assert!(world.send("GET /v2").await.starts_with("200\n"));
}

#[tokio::test]
async fn check_writes_nothing() {
    let operator = Operator::new();
    operator.world.put_stage(&json!({ "stage": "v2" }));
    for (route, code) in [(mock("GET /orders"), 0), (json!({ "routeKey": "FETCH /x" }), 3)] {
        operator.world.put_route(&route);
        assert_eq!(operator.run("check v1").status.code(), Some(code));
        assert_eq!(operator.world.items("tollgate-stages").await, [json!({ "stage": "v2" })]);
        assert_eq!(operator.world.items("tollgate-deployments").await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn deploy_does_what_auto_deploy_false_leaves_to_it() {
    let operator = Operator::new();
    operator.world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    operator.world.put_route(&mock("GET /orders"));
    operator.world.publish("v1").await;
    assert!(operator.world.cold_instance().send("GET /v1/orders").await.starts_with("503\n"));
    assert_eq!(operator.run("deploy v1").status.code(), Some(0));
    assert!(operator.world.cold_instance().send("GET /v1/orders").await.starts_with("200\n"));
}

#[test]
fn what_hinders_it_is_one_message_on_stderr_and_exit_1() {
    let nobody = format!("http://{}", free_port().local_addr().unwrap());
    let aws =
        [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];
    let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        aws.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let cases = [
        (vec![], "AWS_REGION"),
        (with(&[("AWS_ENDPOINT_URL_DYNAMODB", "localhost")]), "AWS_ENDPOINT_URL_DYNAMODB"),
        (with(&[("REFRESH_SECONDS", "soon"), ("AWS_ENDPOINT_URL_DYNAMODB", &nobody)]), "REFRESH_SECONDS"),
        (with(&[("AWS_ENDPOINT_URL_DYNAMODB", &nobody)]), "reading the stage"),
    ];
    for (variables, word) in cases {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for arguments in [&["check", "v1"][..], &["deploy", "v1"], &["check", "v1", "-o", "json"]] {
            let output = run(arguments, &variables);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            let stderr = text(&output.stderr);
            assert!(output.stdout.is_empty() && stderr.starts_with("tollgate: "), "{output:?}");
            assert!(stderr.contains(word), "{word}: {stderr}");
            assert!(!stderr.contains("hush-hush") && stderr.lines().count() <= 2, "{stderr}");
        }
    }
}

#[tokio::test]
async fn tables_that_are_not_there_are_named() {
    let operator = Operator::new();
    let variables =
        [("STAGES_TABLE", "missing-table"), ("AWS_ENDPOINT_URL_DYNAMODB", operator.endpoint.as_str())];
    let output = run(&["deploy", "v1", "--local"], &variables);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        text(&output.stderr),
        format!(
            "tollgate: with the tables missing-table, tollgate-routes and tollgate-deployments at {}: reading the \
             stage failed: service error: ResourceNotFoundException: Requested resource not found\n",
            operator.endpoint
        )
    );
}

#[test]
fn an_address_where_nothing_listens_is_named() {
    let nobody = format!("http://{}", free_port().local_addr().unwrap());
    for (arguments, tables) in [
        (&["keys", "list", "--local"][..], "the table tollgate-api-keys"),
        (&["usage", "k1", "--local"], "the tables tollgate-counters and tollgate-api-keys"),
    ] {
        let output = run(arguments, &[("AWS_ENDPOINT_URL_DYNAMODB", &nobody)]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let expected = format!("tollgate: with {tables} at {nobody}: reading the ");
        assert!(text(&output.stderr).starts_with(&expected), "{output:?}");
        assert!(text(&output.stderr).contains("Connection refused"), "{output:?}");
    }
}

#[tokio::test]
async fn nothing_is_coloured_where_nobody_looks() {
    let operator = Operator::new();
    operator.world.put_route(&json!({ "routeKey": "FETCH /x" }));
    let endpoint = ("AWS_ENDPOINT_URL_DYNAMODB", operator.endpoint.as_str());
    for arguments in [&["check", "--local"][..], &["--help"], &["bake"], &["deploy", "nowhere", "--local"]] {
        for variables in
            [&[endpoint][..], &[endpoint, ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]]
        {
            let Output { stdout, stderr, .. } = run(arguments, variables);
            assert!(!stdout.contains(&0x1b) && !stderr.contains(&0x1b), "{arguments:?} {variables:?}");
        }
    }
}
