//! `infra/policies/`: the rights that the commands need are in them.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fs,
};

use serde_json::{Value, json};
use tollgate::{
    api_file::apply::Removal,
    aws::{ServiceClient, call::ServiceCall, service::Service},
    clock::milliseconds,
    deployment::{self, Origin, Publication},
    environment::Environment,
    store::Store,
};

use super::{Project, stamped};

/// `dynamodb:GetItem tollgate-stages`
type Rights = BTreeSet<String>;

thread_local! {
    static NEEDED: RefCell<Rights> = const { RefCell::new(Rights::new()) };
}

fn record(call: &ServiceCall) {
    let target = call.headers["x-amz-target"].to_str().unwrap();
    let operation = target.split_once('.').unwrap().1;
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    let of = |operation: &str, table: &Value| format!("dynamodb:{operation} {}", table.as_str().unwrap());
    let needed: Rights = match operation {
        "TransactWriteItems" => {
            let writes = body["TransactItems"].as_array().unwrap().iter();
            let writes = writes.map(|write| write.as_object().unwrap().iter().next().unwrap());
            writes
                .map(|(kind, write)| match kind.as_str() {
                    "ConditionCheck" => of("ConditionCheckItem", &write["TableName"]),
                    kind => of(&format!("{kind}Item"), &write["TableName"]),
                })
                .collect()
        }
        "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().unwrap().keys();
            tables.map(|table| of(operation, &json!(table))).collect()
        }
        _ => Rights::from([of(operation, &body["TableName"])]),
    };
    NEEDED.with_borrow_mut(|all| all.extend(needed));
}

fn needed() -> Rights {
    NEEDED.take()
}

fn allowed(file: &str) -> Rights {
    let path = format!("{}/infra/policies/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let policy: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let list = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    };
    let mut rights = Rights::new();
    let of_deep_checks = |statement: &&Value| statement["Sid"] == "CheckDeep";
    for statement in policy["Statement"].as_array().unwrap().iter().filter(|it| !of_deep_checks(it)) {
        assert_eq!(statement["Effect"], "Allow");
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                let table = resource.as_str().unwrap().strip_prefix("arn:aws:dynamodb:*:*:table/").unwrap();
                rights.insert(format!("{} {table}", action.as_str().unwrap()));
            }
        }
    }
    rights
}

/// A store whose calls are recorded.
fn recorded_store(project: &Project) -> Store {
    let variables = HashMap::from([
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", project.world.dynamodb().address)),
    ]);
    let environment = Environment::read(|name| variables.get(name).cloned()).unwrap();
    let client = ServiceClient::new(Service::DynamoDb, &environment.aws).observed(record);
    Store::new(client, environment.tables)
}

#[tokio::test]
async fn what_diff_apply_and_deploy_ask_of_the_tables_is_in_the_policies() {
    let plans = "usagePlans: { gold: {} }\napiKeys: { acme-1: { usagePlanId: gold } }\n";
    let mut project = Project::with(&format!("{}{plans}", stamped(1, 0)));
    project.world.store = recorded_store(&project);
    let world = &project.world;
    world.put_key("imported-key-of-the-tests", &json!({ "id": "acme-1" }));
    world.put_plan(&json!({ "usagePlanId": "old" }));
    world.put_route(&json!({ "stage": "old", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    let read_only = allowed("read-only");
    let deploy = allowed("deploy");
    needed();

    let plan = project.plan(Removal::Prune).await;
    world.store.history("v1", 1).await.unwrap();
    let read = needed();
    assert!(read.is_subset(&read_only), "{:?}", read.difference(&read_only));
    assert!(read_only.iter().all(|right| ["Get", "Query", "Scan"].iter().any(|read| right.contains(read))));

    let applied = project.apply(&plan).await;
    assert!(applied.stopped.is_none(), "{applied:?}");
    project.write(&format!("{}{plans}", stamped(2, 0)));
    project.apply(&project.plan(Removal::Prune).await).await;
    // What is stored already is only checked.
    project.write(&format!("{}{plans}", stamped(1, 0)));
    project.apply(&project.plan(Removal::Prune).await).await;
    project.write(&format!("{}{plans}", stamped(4, 0)));
    let settings = json!({ "percentTraffic": 5 });
    let canary = project.plan(Removal::Leave).await;
    let canary = canary.into_canary("tollgate-stages", settings.as_object().unwrap()).unwrap();
    let applied = project.apply(&canary).await;
    assert!(applied.stopped.is_none(), "{applied:?}");
    let id = world.store.stage("v1").await.unwrap().unwrap().item["canarySettings"]["deploymentId"].clone();
    world.store.canary_answers("v1", id.as_str().unwrap(), milliseconds(world.now())).await.unwrap();
    deployment::abort_canary(&world.store, "v1").await.unwrap();
    let origin = Origin { at: world.now(), by: "ada@laptop", message: "" };
    deployment::publish(&world.store, "v1", Publication::on_request(origin)).await.unwrap();
    let former = deployment::served_before(&world.store, "v1").await.unwrap().unwrap();
    deployment::roll_back(&world.store, "v1", &former, origin).await.unwrap();
    for old in deployment::plan_pruning(&world.store, "v1", 1).await.unwrap().to_delete {
        deployment::delete_pruned(&world.store, "v1", &old).await.unwrap();
    }
    let written = needed();
    assert!(written.is_subset(&deploy), "{:?}", written.difference(&deploy));
    let unused: Vec<_> = deploy.difference(&written).filter(|right| !read_only.contains(*right)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
