//! `tollgate export --update`: a file gets what the tables have, and keeps its comments and its order.

use std::{fs, path::Path};

use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tollgate::api_file::{
    check,
    difference::Difference,
    export::StoredItems,
    update::{Update, UpdateScope, update},
};

use super::Folder;
use crate::harness::TestGateway;

const FILE: &str = r#"# The shop's API
tollgate: 1
$include: plans.yaml

stages:
  v1: # production
    stageVariables: { table: orders } # the table
    api:
      # browsers
      corsConfiguration: { allowOrigins: ["*"] }
    routes:
      # one order
      GET /orders/{id}: { integration: { type: MOCK } } # soon a table
      $include: [more.yaml]

      POST /orders:   # create
        # no key yet
        apiKeyRequired: false
        integration:
          type: MOCK   # later
          body: &body { a: 1 }
      PUT /orders: { integration: { type: MOCK, body: *body } }
  # the next one
  v2:
    extends: v1
    basePath: /next
    routes:
      POST /orders: null # closed
"#;

const PLANS: &str = "# Limits\nusagePlans:\n  gold: { quota: { limit: 1000, period: DAY } } # a day\n";
const MORE: &str = "GET /more: # from elsewhere\n  integration: { type: MOCK }\n";

fn folder() -> Folder {
    let files = [("tollgate.yaml", FILE), ("plans.yaml", PLANS), ("more.yaml", MORE)];
    Folder::new(&files.map(|(name, text)| (name, text.as_bytes())))
}

fn items_of(path: &Path) -> StoredItems {
    let checked = check(path).unwrap();
    assert!(checked.is_valid(), "{:?}\n{}", checked.problems, fs::read_to_string(path).unwrap());
    checked.api.to_stored()
}

fn item<'a>(items: &'a mut StoredItems, stage: &str, route_key: &str) -> &'a mut Map<String, Value> {
    let routes = items.routes.get_mut(stage).unwrap();
    routes.iter_mut().find(|item| item["routeKey"] == route_key).unwrap()
}

/// The file with these items, and those that it includes.
fn updated(folder: &Folder, items: &StoredItems) -> Difference {
    let path = folder.path("tollgate.yaml");
    let Update::Edited { files, changes, left_out } = update(&path, items, UpdateScope::All).unwrap() else {
        panic!("{:?}", update(&path, items, UpdateScope::All));
    };
    assert_eq!(left_out, [""; 0]);
    files.iter().for_each(|edit| fs::write(&edit.path, &edit.text).unwrap());
    changes
}

#[test]
fn a_value_that_differs_keeps_its_quotes() {
    let text = r#"tollgate: 1
stages:
  v1:
    description: 'The shop''s' # ours
    hosts: ['a.example', 'b.example']
    routes:
      GET /a: { description: "one", integration: { type: MOCK, body: 'x', headers: { x-a: plain } } }
      GET /b:
        description: 'one line'
        integration: { type: MOCK, statusCode: 200 }
"#;
    let folder = Folder::new(&[("tollgate.yaml", text.as_bytes())]);
    let mut items = items_of(&folder.path("tollgate.yaml"));
    items.stages[0].insert("description".to_owned(), json!("Ada's: new"));
    items.stages[0].insert("hosts".to_owned(), json!(["a.example", "c.example"]));
    let a = item(&mut items, "v1", "GET /a");
    a["description"] = json!("two");
    a["integration"]["body"] = json!("${context.requestId}");
    a["integration"]["headers"]["x-a"] = json!("yes: no");
    item(&mut items, "v1", "GET /b")["description"] = json!("two\nlines");
    updated(&folder, &items);
    expect![[r#"
        tollgate: 1
        stages:
          v1:
            description: 'Ada''s: new' # ours
            hosts: ['a.example', 'c.example']
            routes:
              GET /a: { description: "two", integration: { type: MOCK, body: '${context.requestId}', headers: { x-a: "yes: no" } } }
              GET /b:
                description: |-
                  two
                  lines
                integration: { type: MOCK, statusCode: 200 }
    "#]].assert_eq(&fs::read_to_string(folder.path("tollgate.yaml")).unwrap());
}

#[test]
fn what_differs_is_changed_and_all_else_stays_to_the_letter() {
    let folder = folder();
    let path = folder.path("tollgate.yaml");
    let mut items = items_of(&path);
    item(&mut items, "v1", "POST /orders")["apiKeyRequired"] = json!(true);
    item(&mut items, "v1", "GET /more")["integration"]["body"] = json!({ "more": ["x", 1] });
    for stage in ["v1", "v2"] {
        item(&mut items, stage, "GET /orders/{id}")["integration"] = json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "${stageVariables.table}", "key": { "id": "$request.path.id" } });
    }
    let routes = items.routes.get_mut("v2").unwrap();
    routes.push(
        json!({ "stage": "v2", "routeKey": "GET /new", "integration": { "type": "MOCK" } })
            .as_object()
            .unwrap()
            .clone(),
    );
    routes.retain(|route| route["routeKey"] != "PUT /orders");
    let v1 = items.stages.iter_mut().find(|stage| stage["stage"] == "v1").unwrap();
    v1.insert("throttle".to_owned(), json!({ "rateLimit": 10, "burstLimit": 20 }));
    items.usage_plans[0]["quota"]["limit"] = json!(2000);
    items.usage_plans.push(
        json!({ "usagePlanId": "silver", "quota": { "limit": 10, "period": "DAY" } })
            .as_object()
            .unwrap()
            .clone(),
    );

    updated(&folder, &items);
    assert_eq!(Difference::between(&items_of(&path), &items), Difference::default());
    expect![[r##"
        # The shop's API
        tollgate: 1
        $include: plans.yaml

        stages:
          v1: # production
            stageVariables: { table: orders } # the table
            api:
              # browsers
              corsConfiguration: { allowOrigins: ["*"] }
            routes:
              # one order
              GET /orders/{id}: { integration: { type: DYNAMODB, action: GetItem, key: { id: $request.path.id }, tableName: "${stageVariables.table}" } } # soon a table
              $include: [more.yaml]

              POST /orders:   # create
                # no key yet
                apiKeyRequired: true
                integration:
                  type: MOCK   # later
                  body: &body { a: 1 }
              PUT /orders: { integration: { type: MOCK, body: *body } }
            throttle: { burstLimit: 20, rateLimit: 10 }
          # the next one
          v2:
            extends: v1
            basePath: /next
            routes:
              POST /orders: null # closed
              GET /more: { integration: { type: MOCK } }
              GET /new: { integration: { type: MOCK } }
              PUT /orders: null
            throttle: null
    "##]].assert_eq(&fs::read_to_string(&path).unwrap());
    expect![[r#"
        # Limits
        usagePlans:
          gold: { quota: { limit: 2000, period: DAY } } # a day
          silver: { quota: { limit: 10, period: DAY } }
    "#]]
    .assert_eq(&fs::read_to_string(folder.path("plans.yaml")).unwrap());
    expect![[r#"
        GET /more: # from elsewhere
          integration: { type: MOCK, body: { more: [x, 1] } }
    "#]]
    .assert_eq(&fs::read_to_string(folder.path("more.yaml")).unwrap());
    // Once more, and nothing is left to do.
    assert_eq!(updated(&folder, &items), Difference::default());
}

#[tokio::test]
async fn the_tool_says_what_it_changed() {
    let world = TestGateway::new();
    let folder = Folder::new(&[("api.yaml", b"tollgate: 1 # the form\nstages:\n  v1:\n    routes:\n      GET /a: { integration: { type: MOCK } } # first\n      GET /b: { integration: { type: MOCK } }\n")]);
    let path = folder.path("api.yaml");
    let file = path.to_str().unwrap();
    let mock = json!({ "type": "MOCK", "body": "a" });
    world.put_route(&json!({ "routeKey": "GET /a", "integration": mock }));
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    let ran = world.tollgate(&["export", file, "--update"]);
    expect![[r#"
        exit 0
        ~ stage v1, GET /a
            + integration.body: "a"
        - stage v1, GET /b
        + usage plan gold
        --
    "#]]
    .assert_eq(&ran.text(&[(file, "FILE")]));
    expect![[r#"
        tollgate: 1 # the form
        stages:
          v1:
            routes:
              GET /a: { integration: { type: MOCK, body: a } } # first
        usagePlans: { gold: {} }
    "#]]
    .assert_eq(&fs::read_to_string(&path).unwrap());
    let ran = world.tollgate(&["export", file, "--update"]);
    assert_eq!(ran.text(&[]), "exit 0\nnothing differs\n--\n");
    world.put_plan(&json!({ "usagePlanId": "gold", "throttle": { "rateLimit": 1, "burstLimit": 2 } }));
    let ran = world.tollgate(&["export", file, "--update", "--stage", "v1"]);
    assert_eq!(ran.text(&[]), "exit 0\nnothing differs\n--\n", "a plan is of no stage");
    let ran = world.tollgate(&["export", file, "--update", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "changes": [
            {
              "change": "changed",
              "fields": [
                {
                  "after": 2,
                  "path": "throttle.burstLimit"
                },
                {
                  "after": 1,
                  "path": "throttle.rateLimit"
                }
              ],
              "kind": "usagePlan",
              "usagePlanId": "gold"
            }
          ],
          "files": [
            "api.yaml"
          ],
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&ran.text(&[(folder.path("").to_str().unwrap(), "")]));
}

#[tokio::test]
async fn a_file_that_cannot_be_edited_is_left_as_it_is() {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "GET /a", "integration": { "type": "MOCK" } }));
    let text = "tollgate: 1\nstages: { v1: [ }\n";
    let folder = Folder::new(&[("api.yaml", text.as_bytes())]);
    let path = folder.path("api.yaml");
    let file = path.to_str().unwrap();
    let ran = world.tollgate(&["export", file, "--update"]);
    expect![[r#"
        exit 3
        FILE:2:17: problem: no YAML: while parsing a node, did not find expected node content
         2 | stages: { v1: [ }
           |                 ^

        FILE: 1 problem
        --
    "#]]
    .assert_eq(&ran.text(&[(file, "FILE")]));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let ran = world.tollgate(&["export", "./nothing.yaml", "--update"]);
    expect![[r#"
        exit 4
        --
        tollgate: there is no file ./nothing.yaml; without --update one is written
    "#]]
    .assert_eq(&ran.text(&[]));
    let ran = world.tollgate(&["export", "--update"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(64), ""));
}

/// An edit of the tables.
#[derive(Clone, Debug)]
struct TableEdit {
    stage: &'static str,
    place: usize,
    value: Value,
}

fn any_edit() -> impl Strategy<Value = TableEdit> {
    let values = [
        Value::Null,
        json!({ "type": "MOCK" }),
        json!({ "type": "MOCK", "body": { "a": "b: c # d", "list": [1, { "two": "three\nfour" }] } }),
        json!({ "type": "MOCK", "statusCode": 204, "headers": { "x-a": "on", "x-b": "0777" } }),
        json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "${stageVariables.table}", "expressionAttributeNames": { "#a": "*a" }, "filterExpression": "#a = :b", "expressionAttributeValues": { ":b": { "c": null } } }),
    ];
    let stage = prop_oneof![Just("v1"), Just("v2"), Just("v3")];
    (stage, 0_usize..8, proptest::sample::select(values.to_vec()))
        .prop_map(|(stage, place, value)| TableEdit { stage, place, value })
}

fn apply(items: &mut StoredItems, TableEdit { stage, place, value }: &TableEdit) {
    let set = |map: &mut Map<String, Value>, name: &str, value: Value| {
        if value.is_null() { drop(map.remove(name)) } else { drop(map.insert(name.to_owned(), value)) }
    };
    let settings = match items.stages.iter_mut().position(|item| item["stage"] == *stage) {
        Some(at) => &mut items.stages[at],
        None => {
            items.stages.push(Map::from_iter([("stage".to_owned(), json!(stage))]));
            items.stages.last_mut().unwrap()
        }
    };
    let routes = items.routes.entry((*stage).to_owned()).or_default();
    match place {
        0 => set(
            settings,
            "throttle",
            value.get("type").map_or(Value::Null, |_| json!({ "rateLimit": 5, "burstLimit": 6 })),
        ),
        1 => set(
            settings,
            "stageVariables",
            value.get("body").map_or(Value::Null, |body| json!({ "table": body.to_string() })),
        ),
        2 => {
            routes.retain(|item| item["routeKey"] != "$api");
            if !value.is_null() {
                routes.push(
                    json!({ "stage": stage, "routeKey": "$api", "models": { "A": value } })
                        .as_object()
                        .unwrap()
                        .clone(),
                );
            }
        }
        _ => {
            let keys = ["GET /orders/{id}", "POST /orders", "GET /more", "$default", "ANY /new/{path+}"];
            let key = keys[place - 3];
            routes.retain(|item| item["routeKey"] != key);
            if !value.is_null() {
                routes.push(
                    json!({ "stage": stage, "routeKey": key, "integration": value })
                        .as_object()
                        .unwrap()
                        .clone(),
                );
            }
        }
    }
}

proptest! {
    /// Whatever is edited in the tables comes into the file, and what is said beside it stays.
    #[test]
    fn after_an_update_nothing_differs(edits in proptest::collection::vec(any_edit(), 1..12)) {
        let folder = folder();
        let path = folder.path("tollgate.yaml");
        let mut items = items_of(&path);
        edits.iter().for_each(|edit| apply(&mut items, edit));
        updated(&folder, &items);
        let text = fs::read_to_string(&path).unwrap();
        let checked = check(&path).unwrap();
        prop_assert_eq!(Difference::between(&checked.api.to_stored(), &items), Difference::default(), "{}", text);
        for comment in ["# The shop's API", "# production", "# the next one"] {
            prop_assert!(text.contains(comment), "{}", text);
        }
        prop_assert_eq!(fs::read_to_string(folder.path("plans.yaml")).unwrap(), PLANS);
    }
}
