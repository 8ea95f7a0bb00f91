//! Ctrl-C while the tool writes.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{harness::TestGateway, operator::Home};

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_import_finishes_what_is_under_way_and_says_how_to_go_on() {
    let world = TestGateway::new();
    let rows: String = (0..60).map(|row| format!("key {row},imported-key-of-partner-{row}\n")).collect();
    let home = Home::new("import", &[("keys.csv", &format!("Name,Key\n{rows}"))]);
    let child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["keys", "import", "keys.csv"])
        .current_dir(&home.0)
        .env_clear()
        .envs([("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")])
        .env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", world.gate.address))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id().to_string();
    // The first write waits until the signal has been sent.
    world
        .gate
        .hold("PutItem", async move {
            assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        })
        .await;
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let written = world.items("tollgate-api-keys").await.len();
    assert!((1..60).contains(&written), "{written}");
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines[0], "tollgate: finishing what is under way; Ctrl-C again ends at once");
    assert!(lines[1].starts_with("tollgate: interrupted: "), "{stderr}");
    assert!(lines[1].ends_with(" of 60 keys of keys.csv are written; do it again for the rest"), "{stderr}");
    assert_eq!((output.status.code(), lines.len()), (Some(1), 2), "{stderr}");
    fs::metadata(&home.0).unwrap();
}
