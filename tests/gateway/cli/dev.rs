//! `tollgate dev` as a process.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

#[test]
fn dev_ends_properly_after_its_output_was_closed() {
    let folder = env::temp_dir().join(format!("tollgate-dev-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    // What it hosts has only to exist: no request comes.
    fs::write(folder.join("gateway"), "").unwrap();
    fs::write(folder.join("tollgate.yaml"), "tollgate: 1\n").unwrap();
    let mut dev = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["dev", "--api-port", "0", "--dynamodb-port", "0", "--invoke-port", "0", "--issuer-port", "0"])
        .env_clear()
        .env("GATEWAY_BINARY", folder.join("gateway"))
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `head -1` does.
    let mut first = String::new();
    BufReader::new(dev.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("API  "), "{first}");
    let interrupted = Command::new("kill").args(["-INT", &dev.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let output = dev.wait_with_output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""));
}
