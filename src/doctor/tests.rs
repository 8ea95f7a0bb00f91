//! The settings of tables that no stand-in for DynamoDB has, and a clock that is wrong, from scripted answers.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{clock_skew, finding::Finding, table_settings};
use crate::{
    aws::{ServiceClient, call::CallPolicy, dynamodb::DynamoDb, service::Service},
    environment::{Aws, Endpoints, Environment, Secret, Tables},
    http_client::scripted_server::{
        ScriptedServer,
        Then::{Close, Keep},
        Turn,
    },
};

fn dynamodb(server: &ScriptedServer) -> DynamoDb {
    let aws = Aws {
        region: "eu-west-1".to_owned(),
        access_key_id: "id".to_owned(),
        secret_access_key: Secret("secret".to_owned()),
        session_token: None,
        endpoints: Endpoints::default().with("DYNAMODB", &server.url),
    };
    DynamoDb::new(ServiceClient::new(Service::DynamoDb, &aws), CallPolicy::ONCE)
}

fn tables() -> Tables {
    const REQUIRED: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    Environment::read(|name| REQUIRED.contains(&name).then(|| "x".to_owned())).unwrap().tables
}

/// A table with these keys and more.
fn table(keys: &[(&str, &str)], more: &Value) -> Turn {
    let roles = ["HASH", "RANGE"];
    let schema: Vec<Value> = keys
        .iter()
        .zip(roles)
        .map(|((name, _), role)| json!({ "AttributeName": name, "KeyType": role }))
        .collect();
    let definitions: Vec<Value> =
        keys.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect();
    let mut table =
        json!({ "KeySchema": schema, "AttributeDefinitions": definitions, "TableStatus": "ACTIVE" });
    table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Turn::ok(&json!({ "Table": table }).to_string(), Keep)
}

fn backups(status: &str) -> Turn {
    let told = json!({ "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status } });
    Turn::ok(&json!({ "ContinuousBackupsDescription": told }).to_string(), Keep)
}

fn expiry(status: &str, attribute: &str) -> Turn {
    let told = json!({ "TimeToLiveStatus": status, "AttributeName": attribute });
    Turn::ok(&json!({ "TimeToLiveDescription": told }).to_string(), Keep)
}

fn refused(code: &str) -> Turn {
    let body = json!({ "__type": code, "message": "m" }).to_string();
    Turn::new(&[format!("HTTP/1.1 400 X\r\ncontent-length: {}\r\n\r\n{body}", body.len())], Keep)
}

fn told(findings: &[Finding]) -> Vec<String> {
    let line = |Finding { level, subject, message, mend }: &Finding| {
        format!("{}: {subject}: {message} > {}", level.word(), mend.as_deref().unwrap_or("-"))
    };
    findings.iter().map(line).collect()
}

#[tokio::test]
async fn tables_are_held_against_what_the_gateway_needs() {
    let none = json!({});
    let stream =
        json!({ "StreamSpecification": { "StreamEnabled": true }, "LatestStreamArn": "s", "TableArn": "a" });
    let script = vec![
        table(&[("stage", "S")], &none),
        backups("ENABLED"),
        table(&[("stage", "S"), ("routeKey", "S")], &stream),
        backups("DISABLED"),
        refused("ResourceNotFoundException"),
        refused("AccessDeniedException"),
        table(&[("deploymentId", "S")], &json!({ "TableStatus": "DELETING" })),
        table(&[("counter", "S")], &none),
        expiry("DISABLED", ""),
        table(&[("cacheKey", "S"), ("part", "N")], &none),
        expiry("ENABLED", "ttl"),
    ];
    let server = ScriptedServer::start(script).await;
    let found = table_settings::examine(&dynamodb(&server), &tables()).await;
    assert_eq!(
        told(&found.findings),
        [
            "ok: table tollgate-stages: key stage (S) > -",
            "warning: table tollgate-routes: has no point-in-time recovery: what somebody deletes is gone > aws dynamodb \
             update-continuous-backups --table-name tollgate-routes --point-in-time-recovery-specification \
             PointInTimeRecoveryEnabled=true",
            "problem: table tollgate-api-keys: there is no such table > aws dynamodb create-table --table-name \
             tollgate-api-keys --billing-mode PAY_PER_REQUEST --attribute-definitions \
             AttributeName=keyHash,AttributeType=S --key-schema AttributeName=keyHash,KeyType=HASH",
            "not checked: table tollgate-usage-plans: denied: AccessDeniedException: m > -",
            "problem: table tollgate-deployments: its key is deploymentId (S), and must be deploymentId (S), part (N): the \
             key of a table cannot be changed, so make another table > -",
            "problem: table tollgate-deployments: is DELETING > -",
            "warning: table tollgate-counters: its items do not expire: it grows, and what is read stays right > aws \
             dynamodb update-time-to-live --table-name tollgate-counters --time-to-live-specification \
             Enabled=true,AttributeName=expiresAt",
            "warning: table tollgate-cache: items expire by \"ttl\", and must by expiresAt > aws dynamodb \
             update-time-to-live --table-name tollgate-cache --time-to-live-specification \
             Enabled=true,AttributeName=expiresAt",
        ]
    );
    assert_eq!(found.routes.unwrap().stream_arn.as_deref(), Some("s"));
    assert_eq!((found.arns.of("tollgate-routes"), found.all_are_there), (Some("a"), false));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_with_how_much() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_047_200);
    let dated =
        |date: &str| Turn::new(&[format!("HTTP/1.1 200 OK\r\n{date}content-length: 2\r\n\r\n{{}}")], Close);
    let wrong = "from 5 minutes on AWS refuses what is signed here";
    let table = [
        (
            dated("date: Mon, 30 Nov 2026 14:00:05 GMT\r\n"),
            "ok: clock of this machine: as the service's > -".to_owned(),
        ),
        (
            dated("date: Mon, 30 Nov 2026 14:01:00 GMT\r\n"),
            format!("warning: clock of this machine: 60 s behind the service's: {wrong} > -"),
        ),
        (
            dated("date: Mon, 30 Nov 2026 13:58:20 GMT\r\n"),
            format!("warning: clock of this machine: 100 s ahead of the service's: {wrong} > -"),
        ),
        (dated(""), "not checked: clock of this machine: the service does not say its time > -".to_owned()),
        (
            refused("AccessDeniedException"),
            "not checked: clock of this machine: denied: AccessDeniedException: m > -".to_owned(),
        ),
    ];
    for (turn, expected) in table {
        let server = ScriptedServer::start(vec![turn]).await;
        let found = clock_skew::examine(&dynamodb(&server), "t", now).await;
        assert_eq!(told(&[found]), [expected]);
    }
}
