//! `tollgate local` as a process.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// What it hosts has only to exist: no request comes.
const PROGRAMS: [&str; 4] = ["gateway", "orders", "echo", "reflect"];

#[test]
fn local_ends_properly_after_its_output_was_closed() {
    let folder = env::temp_dir().join(format!("tollgate-local-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for program in PROGRAMS {
        fs::write(folder.join(program), "").unwrap();
    }
    let mut local = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args([
            "local",
            "--api-port",
            "0",
            "--dynamodb-port",
            "0",
            "--invoke-port",
            "0",
            "--issuer-port",
            "0",
        ])
        .env_clear()
        .env("GATEWAY_BINARY", folder.join("gateway"))
        .env("EXAMPLES_DIR", &folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `head -1` does.
    let mut first = String::new();
    BufReader::new(local.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("API  "), "{first}");
    let interrupted = Command::new("kill").args(["-INT", &local.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let output = local.wait_with_output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""));
}
