//! `tollgate dev` as a process.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// A folder with an API without routes, and a gateway that is this program.
fn project(name: &str, gateway: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("tollgate-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("gateway"), gateway).unwrap();
    fs::set_permissions(folder.join("gateway"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("tollgate.yaml"), "tollgate: 1\n").unwrap();
    folder
}

/// `tollgate dev` in a folder, and the first line that it says.
fn started(folder: &PathBuf, variables: &[(&str, &str)]) -> (Child, String) {
    let mut dev = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["dev", "--api-port", "0", "--dynamodb-port", "0", "--invoke-port", "0", "--issuer-port", "0"])
        .env_clear()
        .env("GATEWAY_BINARY", folder.join("gateway"))
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `head -1` does.
    let mut first = String::new();
    BufReader::new(dev.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("API  "), "{first}");
    (dev, first)
}

fn interrupt(dev: &Child) {
    let interrupted = Command::new("kill").args(["-INT", &dev.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
}

#[test]
fn dev_ends_properly_after_its_output_was_closed() {
    // What it hosts has only to exist: no request comes.
    let folder = project("dev", "");
    let (dev, _) = started(&folder, &[]);
    interrupt(&dev);
    let output = dev.wait_with_output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""));
}

#[test]
fn the_gateway_finds_services_elsewhere_and_what_the_local_world_has_there() {
    let folder = project("endpoints", "#!/bin/sh\nexport -p > \"$0.env\"\n");
    let elsewhere =
        [("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"), ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:4567")];
    let (dev, first) = started(&folder, &elsewhere);
    let address = first.trim().rsplit("http://").next().unwrap().trim_end_matches('/');
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    client.read_to_string(&mut String::new()).unwrap();
    interrupt(&dev);
    dev.wait_with_output().unwrap();
    let variables = fs::read_to_string(folder.join("gateway.env")).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let of = |name: &str| {
        let begin = format!("export {name}='");
        let line = variables.lines().find_map(|line| line.strip_prefix(&begin));
        line.map(|value| value.trim_end_matches('\'').to_owned())
    };
    assert_eq!(of("AWS_ENDPOINT_URL").as_deref(), Some(elsewhere[0].1), "{variables}");
    assert_eq!(of("AWS_ENDPOINT_URL_SQS").as_deref(), Some(elsewhere[1].1));
    for own in ["DYNAMODB", "LAMBDA", "STS"] {
        let url = of(&format!("AWS_ENDPOINT_URL_{own}")).unwrap();
        assert!(url.starts_with("http://127.0.0.1:") && !url.contains(":456"), "{own} {url}");
    }
}

#[test]
fn a_function_is_not_started_anew_by_what_dev_writes_beside_it() {
    let folder = project("own-output", "");
    // The output stands beside calc; other is looked at in the same rounds.
    let functions = "functions: { calc: { command: [./calc], watch: [calc] }, other: { command: [./other], watch: [other] } }";
    fs::write(folder.join("tollgate.yaml"), format!("tollgate: 1\n{functions}\n")).unwrap();
    for name in ["calc", "other"] {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("code"), "").unwrap();
    }
    let out = fs::File::create(folder.join("calc/out.txt")).unwrap();
    let mut dev = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["dev", "--api-port", "0", "--dynamodb-port", "0", "--invoke-port", "0", "--issuer-port", "0"])
        .env_clear()
        .env("GATEWAY_BINARY", folder.join("gateway"))
        .current_dir(&folder)
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap();
    let written = |word: &str| fs::read_to_string(folder.join("calc/out.txt")).unwrap().matches(word).count();
    let wait_for = |word: &str, times: usize| {
        for _ in 0..200 {
            if written(word) >= times {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("no {word}");
    };
    wait_for("API  ", 1);
    fs::write(folder.join("calc/code"), "#").unwrap();
    wait_for("function calc changed", 1);
    for save in 1..=3 {
        fs::write(folder.join("other/code"), "#".repeat(save)).unwrap();
        wait_for("function other changed", save);
    }
    let changes = written("function calc changed");
    interrupt(&dev);
    dev.wait().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(changes, 1);
}
