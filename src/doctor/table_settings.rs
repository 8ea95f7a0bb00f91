//! The tables: that they are there, with the keys, the expiry, the stream and the backups that they should have.

use serde_json::{Value, json};

use super::finding::{Finding, FindingLevel, quoted};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{DynamoDb, read},
    },
    environment::Tables,
};

/// A table as it should be.
struct TableSpec {
    name: fn(&Tables) -> &str,
    key: &'static str,
    sort_key: Option<(&'static str, &'static str)>,
    extras: &'static [Extra],
}

/// What a table has besides its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Expiry,
    Stream,
    Backups,
}

const PART: Option<(&str, &str)> = Some(("part", "N"));

#[rustfmt::skip]
const TABLES: [TableSpec; 7] = [
    TableSpec { name: |tables| &tables.stages,      key: "stage",        sort_key: None,                    extras: &[Extra::Backups] },
    TableSpec { name: |tables| &tables.routes,      key: "stage",        sort_key: Some(("routeKey", "S")), extras: &[Extra::Stream, Extra::Backups] },
    TableSpec { name: |tables| &tables.api_keys,    key: "keyHash",      sort_key: None,                    extras: &[Extra::Backups] },
    TableSpec { name: |tables| &tables.usage_plans, key: "usagePlanId",  sort_key: None,                    extras: &[Extra::Backups] },
    TableSpec { name: |tables| &tables.deployments, key: "deploymentId", sort_key: PART,                    extras: &[] },
    TableSpec { name: |tables| &tables.counters,    key: "counter",      sort_key: None,                    extras: &[Extra::Expiry] },
    TableSpec { name: |tables| &tables.cache,       key: "cacheKey",     sort_key: PART,                    extras: &[Extra::Expiry] },
];

const EXPIRES_AT: &str = "expiresAt";

/// The routes table, as far as the function's checks need it.
#[derive(Clone, Debug)]
pub struct RoutesTable {
    /// `None`: it has none.
    pub stream_arn: Option<String>,
}

/// The ARNs of the tables, each if it is known.
#[derive(Clone, Debug, Default)]
pub struct TableArns(Vec<(String, String)>);

impl TableArns {
    /// The ARN of the table of this name.
    pub fn of(&self, table: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == table).map(|(_, arn)| arn.as_str())
    }
}

/// What was found of the tables.
#[derive(Debug)]
pub struct TableFindings {
    pub findings: Vec<Finding>,
    pub routes: Option<RoutesTable>,
    pub arns: TableArns,
    pub all_are_there: bool,
}

pub async fn examine(dynamodb: &DynamoDb, tables: &Tables) -> TableFindings {
    let mut found =
        TableFindings { findings: Vec::new(), routes: None, arns: TableArns::default(), all_are_there: true };
    for spec in &TABLES {
        let name = (spec.name)(tables);
        match ask(dynamodb, "DescribeTable", name).await {
            Ok(described) => {
                let table = &described["Table"];
                found.findings.extend(examine_one(dynamodb, spec, name, table).await);
                if let Some(arn) = table["TableArn"].as_str() {
                    found.arns.0.push((name.to_owned(), arn.to_owned()));
                }
                if spec.extras.contains(&Extra::Stream) {
                    let is_on = table["StreamSpecification"]["StreamEnabled"] == true;
                    let stream_arn = table["LatestStreamArn"].as_str().filter(|_| is_on);
                    found.routes = Some(RoutesTable { stream_arn: stream_arn.map(str::to_owned) });
                }
            }
            Err(error) if is_missing(&error) => {
                found.all_are_there = false;
                found.findings.push(
                    Finding::problem(subject(name), "there is no such table").mended_by(creation(spec, name)),
                );
            }
            Err(error) => found.findings.push(Finding::not_told(subject(name), &error)),
        }
    }
    // What is said of no table in particular is said once.
    let mut told = Vec::new();
    found.findings.retain(|finding| {
        let is_new = !told.contains(finding);
        told.push(finding.clone());
        is_new
    });
    found
}

async fn examine_one(dynamodb: &DynamoDb, spec: &TableSpec, name: &str, table: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (got, expected) = (keys(table), expected_keys(spec));
    if got != expected {
        let words = format!(
            "its key is {got}, and must be {expected}: the key of a table cannot be changed, so make another table"
        );
        findings.push(Finding::problem(subject(name), words));
    }
    if table["TableStatus"].as_str().is_some_and(|status| status != "ACTIVE" && status != "UPDATING") {
        let status = table["TableStatus"].as_str().unwrap_or_default();
        findings.push(Finding::problem(subject(name), format!("is {status}")));
    }
    for extra in spec.extras {
        findings.extend(match extra {
            Extra::Expiry => expiry(dynamodb, name).await,
            Extra::Stream => stream(name, table),
            Extra::Backups => backups(dynamodb, name).await,
        });
    }
    // What was not told of it says nothing against it.
    let is_well = findings.iter().all(|finding| finding.level < FindingLevel::Warning);
    let good = is_well.then(|| Finding::good(subject(name), format!("key {}", expected_keys(spec))));
    good.into_iter().chain(findings).collect()
}

fn stream(name: &str, table: &Value) -> Option<Finding> {
    let is_on = table["StreamSpecification"]["StreamEnabled"] == true;
    let words = "has no stream: an edit of a route goes live only by `tollgate deploy`";
    let command = format!(
        "aws dynamodb update-table --table-name {} --stream-specification StreamEnabled=true,StreamViewType=KEYS_ONLY",
        quoted(name)
    );
    (!is_on).then(|| Finding::problem(subject(name), words).mended_by(command))
}

async fn expiry(dynamodb: &DynamoDb, name: &str) -> Option<Finding> {
    let described = match ask(dynamodb, "DescribeTimeToLive", name).await {
        Ok(described) => described,
        Err(error) => return Some(untold(name, "expiry", &error)),
    };
    let told = &described["TimeToLiveDescription"];
    let is_on = told["TimeToLiveStatus"].as_str().is_some_and(|status| status.starts_with("ENABL"));
    let is_of_attribute = told["AttributeName"].as_str() == Some(EXPIRES_AT);
    let words = match (is_on, is_of_attribute) {
        (true, true) => return None,
        (true, false) => format!("items expire by {}, and must by {EXPIRES_AT}", told["AttributeName"]),
        (false, _) => "its items do not expire: it grows, and what is read stays right".to_owned(),
    };
    let command = format!(
        "aws dynamodb update-time-to-live --table-name {} --time-to-live-specification Enabled=true,AttributeName={EXPIRES_AT}",
        quoted(name)
    );
    Some(Finding::warning(subject(name), words).mended_by(command))
}

async fn backups(dynamodb: &DynamoDb, name: &str) -> Option<Finding> {
    let described = match ask(dynamodb, "DescribeContinuousBackups", name).await {
        Ok(described) => described,
        Err(error) => return Some(untold(name, "backups", &error)),
    };
    let told = &described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
    let is_on = told["PointInTimeRecoveryStatus"].as_str() == Some("ENABLED");
    let words = "has no point-in-time recovery: what somebody deletes is gone";
    let command = format!(
        "aws dynamodb update-continuous-backups --table-name {} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        quoted(name)
    );
    (!is_on).then(|| Finding::warning(subject(name), words).mended_by(command))
}

/// What is not told of one table; or of none, where the DynamoDB is another than AWS's and does not know it.
fn untold(name: &str, what: &str, error: &CallError) -> Finding {
    match error.code() {
        Some("UnknownOperationException") => Finding::not_checked(what, "this DynamoDB does not know them"),
        Some(_) | None => Finding::not_told(format!("{}, {what}", subject(name)), error),
    }
}

/// Asks about a table.
async fn ask(dynamodb: &DynamoDb, operation: &str, table: &str) -> Result<Value, CallError> {
    let body = json!({ "TableName": table }).to_string().into_bytes();
    read(dynamodb.call_json(operation, body).await?.body())
}

fn is_missing(error: &CallError) -> bool {
    error.code() == Some("ResourceNotFoundException")
}

fn subject(name: &str) -> String {
    format!("table {name}")
}

/// `stage (S), routeKey (S)`.
fn keys(table: &Value) -> String {
    let list = |name: &str| table[name].as_array().cloned().unwrap_or_default();
    let definitions = list("AttributeDefinitions");
    let kind = |name: &Value| {
        let definition = definitions.iter().find(|definition| definition["AttributeName"] == *name);
        definition
            .and_then(|definition| definition["AttributeType"].as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let mut elements = list("KeySchema");
    elements.sort_by_key(|element| element["KeyType"] != "HASH");
    let key = |element: &Value| {
        let name = &element["AttributeName"];
        format!("{} ({})", name.as_str().unwrap_or_default(), kind(name))
    };
    elements.iter().map(key).collect::<Vec<_>>().join(", ")
}

fn expected_keys(spec: &TableSpec) -> String {
    let sort_key = spec.sort_key.map(|(name, kind)| format!(", {name} ({kind})"));
    format!("{} (S){}", spec.key, sort_key.unwrap_or_default())
}

/// The command that makes the table.
fn creation(spec: &TableSpec, name: &str) -> String {
    let keys = [(spec.key, "S", "HASH")].into_iter();
    let keys: Vec<_> = keys.chain(spec.sort_key.map(|(name, kind)| (name, kind, "RANGE"))).collect();
    let definitions: String =
        keys.iter().map(|(name, kind, _)| format!(" AttributeName={name},AttributeType={kind}")).collect();
    let schema: String =
        keys.iter().map(|(name, _, role)| format!(" AttributeName={name},KeyType={role}")).collect();
    let stream = match spec.extras.contains(&Extra::Stream) {
        true => " --stream-specification StreamEnabled=true,StreamViewType=KEYS_ONLY",
        false => "",
    };
    format!(
        "aws dynamodb create-table --table-name {} --billing-mode PAY_PER_REQUEST --attribute-definitions{definitions} --key-schema{schema}{stream}",
        quoted(name)
    )
}
