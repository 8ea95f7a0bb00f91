//! `tollgate logs` and `tollgate top`: lines of CloudWatch Logs, and of the local world.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    clock::{Clock, milliseconds},
    local::{
        function_output::{FunctionOutput, OutputLine},
        kept_lines::KeptLines,
        server::Server,
    },
};

use crate::{
    harness::{
        free_port,
        scripted_aws::{Answer, AwsCall, ScriptedAws, denied},
        tool::tollgate,
    },
    operator::at,
};

/// 30 November 2026, 14:00:00 UTC.
const AT: u64 = 1_796_047_200_000;

/// Before that.
const LONG_AGO: &str = "36500d";

fn event(id: u32, after_ms: u64, line: &Value) -> Value {
    json!({ "eventId": id.to_string(), "timestamp": AT + after_ms, "message": line.to_string(), "logStreamName": "s" })
}

fn ok(path: &str, latency_ms: u64) -> Value {
    json!({ "requestId": "r", "stage": "v1", "routeKey": "GET /orders/{id}", "httpMethod": "GET", "path": path, "status": 200,
        "responseLatency": latency_ms, "responseLength": 2, "apiKeyId": "k1", "cacheStatus": "HIT" })
}

fn refused() -> Value {
    json!({ "requestId": "r", "stage": "none", "httpMethod": "GET", "path": "/\u{1b}[2J", "status": 503, "responseLatency": 1,
        "responseLength": 2, "errorResponseType": "DEFAULT_5XX", "errorMessage": "no", "degraded": "configuration" })
}

/// Two parts; the second has the end of the first again, as overlapping looks have it.
fn two_pages(call: &AwsCall) -> Answer {
    let request: Value = serde_json::from_str(&call.body).unwrap();
    let started = json!({ "level": "INFO", "message": "started", "gateway": "0.1.0" });
    let answer = match request["nextToken"].as_str() {
        None => {
            json!({ "events": [event(1, 0, &started), event(2, 5, &ok("/v1/orders/7", 12)), event(3, 2, &ok("/v1/orders/1", 3))],
            "nextToken": "t" })
        }
        Some(_) => json!({ "events": [event(2, 5, &ok("/v1/orders/7", 12)), event(4, 1_700, &refused())] }),
    };
    (200, answer.to_string())
}

#[test]
fn lines_are_printed_in_columns_each_once_and_nothing_in_them_is_obeyed() {
    let aws = ScriptedAws::start(two_pages);
    let group = ["--log-group", "/aws/lambda/shop", "--since", LONG_AGO];
    let text = at(&aws.url, &[], &[&["logs"][..], &group].concat()).text(&[]);
    let bodies: Vec<Value> =
        aws.calls().iter().map(|call| serde_json::from_str(&call.body).unwrap()).collect();
    assert_eq!(bodies[0]["logGroupName"], "/aws/lambda/shop");
    assert_eq!(bodies[0]["filterPattern"], "{ ($.responseLatency = *) }");
    assert_eq!((&bodies[1]["nextToken"], bodies.len()), (&json!("t"), 2));
    let json =
        at(&aws.url, &[], &[&["logs", "-o", "json", "--status", "5xx"][..], &group].concat()).text(&[]);
    let none = at(&aws.url, &[], &[&["logs", "--stage", "v2", "--key", "k9"][..], &group].concat()).text(&[]);
    expect![[r#"
        exit 0
        2026-11-30T14:00:00.002Z 200      3 ms  v1  GET /v1/orders/1      GET /orders/{id}  cache=HIT key=k1
        2026-11-30T14:00:00.005Z 200     12 ms  v1  GET /v1/orders/7      GET /orders/{id}  cache=HIT key=k1
        2026-11-30T14:00:01.700Z 503      1 ms  none  GET /\u{1b}[2J                          degraded=configuration DEFAULT_5XX: no
        --
        # ---
        exit 0
        {"degraded":"configuration","errorMessage":"no","errorResponseType":"DEFAULT_5XX","httpMethod":"GET","path":"/\u001b[2J","requestId":"r","responseLatency":1,"responseLength":2,"schemaVersion":1,"stage":"none","status":503,"time":"2026-11-30T14:00:01.700Z"}
        --
        # ---
        exit 0
        --
    "#]].assert_eq(&[text, json, none].join("# ---\n"));
}

#[test]
fn what_is_no_log_is_told_in_one_line() {
    let aws = ScriptedAws::start(|call| match call.body.contains("denied") {
        true => {
            denied("logs:FilterLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:denied:log-stream:")
        }
        false => (400, json!({ "__type": "ResourceNotFoundException", "message": "no" }).to_string()),
    });
    let table = [
        (&["logs"][..], 1, "which log group: --stack or --log-group; the local world: --local"),
        (
            &["logs", "--log-group", "nix"],
            1,
            "there is no log group nix; others: --region, --log-group or --stack",
        ),
        (
            &["top", "--log-group", "denied"],
            6,
            "reading the log group denied: denied: arn:aws:iam::111122223333:user/ada may not do logs:FilterLogEvents on \
             arn:aws:logs:eu-west-1:111122223333:log-group:denied:log-stream:; let it be allowed, or use other credentials \
             (--profile)",
        ),
    ];
    for (arguments, code, expected) in table {
        let ran = at(&aws.url, &[], arguments);
        assert_eq!(ran.text(&[]), format!("exit {code}\n--\ntollgate: {expected}\n"));
    }
}

#[test]
fn followed_lines_come_until_somebody_ends_it_through_failures_that_pass() {
    let looks = AtomicUsize::new(0);
    let aws = ScriptedAws::start(move |_| match looks.fetch_add(1, Ordering::Relaxed) {
        0 => (200, json!({ "events": [event(1, 0, &ok("/v1/orders/1", 3))] }).to_string()),
        // Twice: a call is tried once more by itself.
        1 | 2 => (500, json!({ "__type": "InternalFailure", "message": "oh" }).to_string()),
        _ => (
            200,
            json!({ "events": [event(1, 0, &ok("/v1/orders/1", 3)), event(2, 9, &ok("/v1/orders/2", 4))] })
                .to_string(),
        ),
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["logs", "--follow", "--log-group", "g", "--since", LONG_AGO])
        .env_clear()
        .envs([("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")])
        .env("AWS_ENDPOINT_URL", &aws.url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let seen = [lines.next().unwrap(), lines.next().unwrap()];
    assert!(seen[0].contains("GET /v1/orders/1") && seen[1].contains("GET /v1/orders/2"), "{seen:?}");
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let expected = "tollgate: reading the log group g: InternalFailure: oh (status 500); trying again\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(lines.next(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_world_offers_its_gateways_lines() {
    let lines = KeptLines::new("gateway", Clock::System);
    let output = lines.output(FunctionOutput::new(|_| {}));
    let now = milliseconds(Clock::System.now());
    for (function, line) in
        [("gateway", ok("/v1/orders/7", 12)), ("orders", ok("/not/ours", 1)), ("gateway", refused())]
    {
        output.take(OutputLine { function: function.to_owned(), pid: 1, text: line.to_string() });
    }
    let listener = free_port();
    listener.set_nonblocking(true).unwrap();
    let server = Server::start(tokio::net::TcpListener::from_std(listener).unwrap(), lines.router()).unwrap();
    let port = server.address.port().to_string();
    let local = |arguments: &[&str]| {
        let ran = tollgate(&[("INVOKE_PORT", &port)], &[arguments, &["--local"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        ran.stdout
    };
    let told = local(&["logs", "--since", "1h"]);
    let paths: Vec<&str> = told.lines().map(|line| line.split_whitespace().nth(6).unwrap()).collect();
    assert_eq!(paths, ["/v1/orders/7", r"/\u{1b}[2J"], "{told}");
    let time = told.split_whitespace().next().unwrap();
    let at = tollgate::calendar::parse_timestamp_ms(time).unwrap();
    assert!((now..now + 60_000).contains(&at), "{time}");

    let top = local(&["top", "--count", "1", "--window", "10s"]);
    let table: String = top.lines().skip(1).map(|line| format!("{line}\n")).collect();
    expect![[r#"
        STAGE  ROUTE             REQUESTS  A SECOND  P50 MS  P99 MS  4XX  5XX
        none   (no route)               1       0.1       1       1    0    1
        v1     GET /orders/{id}         1       0.1      12      12    0    0
        total                           2       0.2       1      12    0    1
    "#]]
    .assert_eq(&table);
    let top: Value =
        serde_json::from_str(&local(&["top", "-n", "1", "-o", "json", "--stage", "v1"])).unwrap();
    assert_eq!(
        top["total"],
        json!({ "requests": 1, "requestsPerSecond": 0.017, "p50Ms": 12, "p99Ms": 12, "4xx": 0, "5xx": 0 })
    );
}
