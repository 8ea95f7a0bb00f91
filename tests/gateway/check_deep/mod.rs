//! `tollgate check --deep` as a process, against services that a test scripts and a local world.

mod elsewhere;
mod formats;
mod functions;
mod hints;
mod live;
mod local_world;
mod refused;
mod tables;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    api_file::{Folder, with_stage},
    harness::{
        scripted_aws::{Answer, AwsCall, ScriptedAws},
        tool::{Ran, tollgate_in},
    },
};

/// A file with a stage whose fields are these lines, in its folder.
fn file(lines: &str) -> Folder {
    Folder::new(&[("tollgate.yaml", with_stage(lines).as_bytes())])
}

/// Runs the tool there, against services at `url`.
fn at(folder: &Folder, url: &str, arguments: &[&str]) -> Ran {
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "hush-hush"),
        ("AWS_ENDPOINT_URL", url),
    ];
    tollgate_in(&folder.path(""), &variables, arguments)
}

/// The outcome of `check tollgate.yaml --deep`, with the address of the services replaced.
fn deep(lines: &str, aws: &ScriptedAws) -> String {
    at(&file(lines), &aws.url, &["check", "tollgate.yaml", "--deep"]).text(&[(&aws.url, "URL")])
}

/// The services of account 111122223333 in eu-west-1.
fn aws() -> ScriptedAws {
    ScriptedAws::start(answer)
}

fn answer(call: &AwsCall) -> Answer {
    match (call.service.as_str(), call.operation.as_str()) {
        ("dynamodb", "DescribeTable") => table(&call.body),
        ("lambda", operation) => {
            let name = operation.strip_prefix("GET /2015-03-31/functions/").unwrap();
            let name =
                percent_decode_str(name.strip_suffix("/configuration").unwrap()).decode_utf8().unwrap();
            function(&name)
        }
        ("sts", "GetCallerIdentity") => (200, "<Arn>arn:aws:iam::111122223333:user/ada</Arn>".to_owned()),
        other => panic!("{other:?}"),
    }
}

fn function(name: &str) -> Answer {
    let (_, own) = name.rsplit_once(":function:").unwrap_or(("", name));
    match own {
        "orders" | "orders:live" | "orders:7" | "users" => (200, json!({ "State": "Active" }).to_string()),
        "idle" => (200, json!({ "State": "Inactive" }).to_string()),
        "broken" => (200, json!({ "State": "Failed", "StateReason": "The image is gone." }).to_string()),
        _ => missing(),
    }
}

fn missing() -> Answer {
    (404, json!({ "__type": "ResourceNotFoundException", "message": "Not found" }).to_string())
}

/// `KeySchema`, of the partition key and a sort key.
fn key(names: &[&str]) -> Value {
    names
        .iter()
        .zip(["HASH", "RANGE"])
        .map(|(name, role)| json!({ "AttributeName": name, "KeyType": role }))
        .collect()
}

fn table(body: &str) -> Answer {
    let body: Value = serde_json::from_str(body).unwrap();
    let name = body["TableName"].as_str().unwrap();
    let definition = |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
    let index = |name: &str, status: &str, names: &[&str]| json!({ "IndexName": name, "IndexStatus": status, "KeySchema": key(names) });
    let table = match name {
        "orders" => json!({
            "TableStatus": "ACTIVE",
            "KeySchema": key(&["pk", "sk"]),
            "AttributeDefinitions": [
                definition("pk", "S"), definition("sk", "N"), definition("day", "S"), definition("hash", "B"),
            ],
            "GlobalSecondaryIndexes": [
                index("by-day", "ACTIVE", &["day", "sk"]),
                index("by-hash", "CREATING", &["hash"]),
            ],
            "LocalSecondaryIndexes": [{ "IndexName": "by-pk-day", "KeySchema": key(&["pk", "day"]) }],
        }),
        "growing" | "users" => json!({
            "TableStatus": if name == "users" { "UPDATING" } else { "CREATING" },
            "KeySchema": key(&["id"]),
            "AttributeDefinitions": [definition("id", "S")],
        }),
        _ => return missing(),
    };
    (200, json!({ "Table": table }).to_string())
}
