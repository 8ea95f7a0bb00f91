//! The whole outcome of `tollgate diff` and `tollgate apply`: words and exit codes.

use expect_test::expect;
use serde_json::json;

use super::Project;

const FIRST: &str = "tollgate: 1
stages:
  v1:
    description: The shop
    stageVariables: { table: orders }
    routes:
      GET /a: { integration: { type: MOCK, body: one } }
      GET /b: { integration: { type: HTTP_PROXY, uri: \"https://a.example/x\", requestParameters: { \"append:header.x-api-key\": \"'hush'\" } } }
";

const SECOND: &str = "tollgate: 1
stages:
  v1:
    stageVariables: { table: orders-2 }
    api: { rateLimitHeaders: \"off\" }
    routes:
      GET /b: { integration: { type: HTTP_PROXY, uri: \"https://b.example/x\", requestParameters: { \"append:header.x-api-key\": \"'hush2'\" } } }
      GET /c: { integration: { type: MOCK, statusCode: 204 }, enabled: true }
";

#[tokio::test]
async fn a_file_is_shown_applied_changed_and_pruned() {
    let project = Project::with(FIRST);
    let first = project.story(&[
        "diff tollgate.yaml",
        "diff tollgate.yaml --exit-code",
        "apply tollgate.yaml",
        "apply tollgate.yaml --yes -m first",
        "apply tollgate.yaml --yes",
        "diff tollgate.yaml --exit-code",
    ]);
    project.write(SECOND);
    let second = project.story(&[
        "diff tollgate.yaml",
        "diff tollgate.yaml --prune -o json",
        "apply tollgate.yaml --yes",
        "apply tollgate.yaml --yes --prune -o json",
        "diff tollgate.yaml --prune",
    ]);
    assert!(!format!("{first}{second}").contains("hush"));
    expect![[r#"
        $ tollgate diff tollgate.yaml
        exit 0
        + stage v1
            + description: "The shop"
            + stageVariables.table: "orders"
        + stage v1, GET /a
            + integration.body: "one"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.requestParameters.append:header.x-api-key: "…"
            + integration.type: "HTTP_PROXY"
            + integration.uri: "https://a.example/x"
        v1: is to serve 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d; serves nothing
        --

        $ tollgate diff tollgate.yaml --exit-code
        exit 2
        + stage v1
            + description: "The shop"
            + stageVariables.table: "orders"
        + stage v1, GET /a
            + integration.body: "one"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.requestParameters.append:header.x-api-key: "…"
            + integration.type: "HTTP_PROXY"
            + integration.uri: "https://a.example/x"
        v1: is to serve 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d; serves nothing
        --

        $ tollgate apply tollgate.yaml
        exit 64
        --
        tollgate: nobody is there to ask whether to apply it: --yes says so

        $ tollgate apply tollgate.yaml --yes -m first
        exit 0
        + stage v1
            + description: "The shop"
            + stageVariables.table: "orders"
        + stage v1, GET /a
            + integration.body: "one"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.requestParameters.append:header.x-api-key: "…"
            + integration.type: "HTTP_PROXY"
            + integration.uri: "https://a.example/x"
        v1: is to serve 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d; serves nothing
        v1: serves 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d
        --

        $ tollgate apply tollgate.yaml --yes
        exit 0
        v1: no changes; serves 906f3be20642a62a9ec3d8a58f84db9d
        --

        $ tollgate diff tollgate.yaml --exit-code
        exit 0
        v1: no changes; serves 906f3be20642a62a9ec3d8a58f84db9d
        --

        # ---
        $ tollgate diff tollgate.yaml
        exit 0
        ~ stage v1
            - description: "The shop"
            ~ stageVariables.table: "orders" → "orders-2"
        + stage v1, api
            + rateLimitHeaders: "off"
        ~ stage v1, GET /b
            ~ integration.requestParameters.append:header.x-api-key: "…" → "…"
            ~ integration.uri: "https://a.example/x" → "https://b.example/x"
        + stage v1, GET /c
            + enabled: true
            + integration.statusCode: 204
            + integration.type: "MOCK"
          stage v1, GET /a is not in the file, and stays
          --prune removes what is not in the file
        v1: is to serve 3 routes, deployment 15eb8969b160560703f6612ab8c7ee38; serves 906f3be20642a62a9ec3d8a58f84db9d
        --

        $ tollgate diff tollgate.yaml --prune -o json
        exit 0
        {
          "differences": [
            {
              "change": "changed",
              "fields": [
                {
                  "before": "The shop",
                  "path": "description"
                },
                {
                  "after": "orders-2",
                  "before": "orders",
                  "path": "stageVariables.table"
                }
              ],
              "kind": "stage",
              "stage": "v1"
            },
            {
              "change": "added",
              "fields": [
                {
                  "after": "off",
                  "path": "rateLimitHeaders"
                }
              ],
              "kind": "api",
              "stage": "v1"
            },
            {
              "change": "removed",
              "fields": [],
              "kind": "route",
              "routeKey": "GET /a",
              "stage": "v1"
            },
            {
              "change": "changed",
              "fields": [
                {
                  "after": "…",
                  "before": "…",
                  "path": "integration.requestParameters.append:header.x-api-key"
                },
                {
                  "after": "https://b.example/x",
                  "before": "https://a.example/x",
                  "path": "integration.uri"
                }
              ],
              "kind": "route",
              "routeKey": "GET /b",
              "stage": "v1"
            },
            {
              "change": "added",
              "fields": [
                {
                  "after": true,
                  "path": "enabled"
                },
                {
                  "after": 204,
                  "path": "integration.statusCode"
                },
                {
                  "after": "MOCK",
                  "path": "integration.type"
                }
              ],
              "kind": "route",
              "routeKey": "GET /c",
              "stage": "v1"
            }
          ],
          "left": [],
          "schemaVersion": 1,
          "stages": [
            {
              "deploymentId": "cc8e9657ac0ea476f4ea0d9f627f0d9f",
              "routes": 2,
              "serves": "906f3be20642a62a9ec3d8a58f84db9d",
              "stage": "v1",
              "work": "publish"
            }
          ],
          "warnings": []
        }
        --

        $ tollgate apply tollgate.yaml --yes
        exit 0
        ~ stage v1
            - description: "The shop"
            ~ stageVariables.table: "orders" → "orders-2"
        + stage v1, api
            + rateLimitHeaders: "off"
        ~ stage v1, GET /b
            ~ integration.requestParameters.append:header.x-api-key: "…" → "…"
            ~ integration.uri: "https://a.example/x" → "https://b.example/x"
        + stage v1, GET /c
            + enabled: true
            + integration.statusCode: 204
            + integration.type: "MOCK"
          stage v1, GET /a is not in the file, and stays
          --prune removes what is not in the file
        v1: is to serve 3 routes, deployment 15eb8969b160560703f6612ab8c7ee38; serves 906f3be20642a62a9ec3d8a58f84db9d
        v1: serves 3 routes, deployment 15eb8969b160560703f6612ab8c7ee38
          to undo it: tollgate rollback v1 906f3be20642a62a9ec3d8a58f84db9d
        --

        $ tollgate apply tollgate.yaml --yes --prune -o json
        exit 0
        {
          "differences": [
            {
              "change": "removed",
              "fields": [],
              "kind": "route",
              "routeKey": "GET /a",
              "stage": "v1"
            }
          ],
          "left": [],
          "results": [
            {
              "deploymentId": "cc8e9657ac0ea476f4ea0d9f627f0d9f",
              "formerDeploymentId": "15eb8969b160560703f6612ab8c7ee38",
              "outcome": "served",
              "routes": 2,
              "stage": "v1"
            }
          ],
          "schemaVersion": 1,
          "stages": [
            {
              "deploymentId": "cc8e9657ac0ea476f4ea0d9f627f0d9f",
              "routes": 2,
              "serves": "15eb8969b160560703f6612ab8c7ee38",
              "stage": "v1",
              "work": "publish"
            }
          ],
          "warnings": []
        }
        --

        $ tollgate diff tollgate.yaml --prune
        exit 0
        v1: no changes; serves cc8e9657ac0ea476f4ea0d9f627f0d9f
        --

    "#]].assert_eq(&[first, second].join("# ---\n"));
}

#[tokio::test]
async fn several_stages_one_of_them_and_what_is_not_in_the_file() {
    let project = Project::with(
        "tollgate: 1
stages:
  v1: { routes: { GET /: { integration: { type: MOCK } } } }
  v2: { extends: v1, basePath: /two }
",
    );
    let world = &project.world;
    world.put_stage(&json!({ "stage": "old", "autoDeploy": false }));
    world.put_route(&json!({ "stage": "old", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    world.put_stage(&json!({ "stage": "v2", "autoDeploy": false, "cacheGeneration": 3 }));
    let story = project.story(&[
        "apply tollgate.yaml --stage v2 --yes",
        "apply tollgate.yaml --stage v3 --yes",
        "apply tollgate.yaml --yes --prune",
        "apply nowhere.yaml --yes",
        "diff nowhere.yaml",
    ]);
    let mut stages = world.items("tollgate-stages").await;
    for stage in &mut stages {
        stage.as_object_mut().unwrap().retain(|name, _| !name.starts_with("lastDeployment"));
        stage["deploymentId"] = json!("…");
    }
    assert_eq!(
        stages,
        [
            json!({ "basePath": "/two", "cacheGeneration": 3, "deploymentId": "…", "revision": 2, "stage": "v2" }),
            json!({ "deploymentId": "…", "revision": 1, "stage": "v1" }),
        ]
    );
    expect![[r#"
        $ tollgate apply tollgate.yaml --stage v2 --yes
        exit 0
        ~ stage v2
            - autoDeploy: false
            + basePath: "/two"
        + stage v2, GET /
            + integration.type: "MOCK"
        v2: is to serve 1 route, deployment 204aef23118e1d61f7a28e5dfadd5d08; serves nothing
        v2: serves 1 route, deployment 204aef23118e1d61f7a28e5dfadd5d08
        --

        $ tollgate apply tollgate.yaml --stage v3 --yes
        exit 4
        --
        tollgate: there is no stage v3 in tollgate.yaml, which has v1, v2

        $ tollgate apply tollgate.yaml --yes --prune
        exit 0
        - stage old
        - stage old, GET /
        + stage v1
        + stage v1, GET /
            + integration.type: "MOCK"
        old: is to be removed; serves nothing
        v1: is to serve 1 route, deployment 93ac5cbd6f521196f716881de0819b4f; serves nothing
        v2: no changes; serves 204aef23118e1d61f7a28e5dfadd5d08
        v1: serves 1 route, deployment 93ac5cbd6f521196f716881de0819b4f
        old: removed
        --

        $ tollgate apply nowhere.yaml --yes
        exit 4
        --
        tollgate: there is no file nowhere.yaml

        $ tollgate diff nowhere.yaml
        exit 4
        --
        tollgate: there is no file nowhere.yaml

    "#]]
    .assert_eq(&story);
}

#[tokio::test]
async fn problems_of_the_file_or_of_the_tables_as_they_would_be_are_told_and_nothing_is_written() {
    let project = Project::with(
        "tollgate: 1\nstages:\n  v1: { routes: { GET /a: { integration: { type: MOKC } } } }\n",
    );
    let world = &project.world;
    let of_file = project.story(&["diff tollgate.yaml", "apply tollgate.yaml --yes"]);
    world.put_route(&json!({ "routeKey": "GET /a/{id}", "integration": { "type": "MOCK" } }));
    let before = world.items("tollgate-routes").await;
    project.write(
        "tollgate: 1\nstages:\n  v1: { routes: { \"GET /a/{name}\": { integration: { type: MOCK } } } }\n",
    );
    let of_tables = project.story(&[
        "diff tollgate.yaml",
        "apply tollgate.yaml --yes",
        "apply tollgate.yaml --yes --prune",
    ]);
    assert_ne!(world.items("tollgate-routes").await, before);
    assert!(world.items("tollgate-stages").await.iter().all(|item| item["stage"] == "v1"));
    expect![[r#"
        $ tollgate diff tollgate.yaml
        exit 3
        tollgate.yaml:3:50: problem: integration.type: got "MOKC", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         3 |   v1: { routes: { GET /a: { integration: { type: MOKC } } } }
           |                                                  ^^^^
           = in stage v1, GET /a

        tollgate.yaml: 1 problem
        --
        tollgate: nothing is written

        $ tollgate apply tollgate.yaml --yes
        exit 3
        tollgate.yaml:3:50: problem: integration.type: got "MOKC", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         3 |   v1: { routes: { GET /a: { integration: { type: MOKC } } } }
           |                                                  ^^^^
           = in stage v1, GET /a

        tollgate.yaml: 1 problem
        --
        tollgate: nothing is written

        # ---
        $ tollgate diff tollgate.yaml
        exit 3
        --
        problem: tollgate-routes [stage=v1 routeKey=GET /a/{name}] routeKey: got "GET /a/{name}", expected a route that "GET /a/{id}" does not serve already
        tollgate: 1 problem in what the tables would hold; nothing is written

        $ tollgate apply tollgate.yaml --yes
        exit 3
        --
        problem: tollgate-routes [stage=v1 routeKey=GET /a/{name}] routeKey: got "GET /a/{name}", expected a route that "GET /a/{id}" does not serve already
        tollgate: 1 problem in what the tables would hold; nothing is written

        $ tollgate apply tollgate.yaml --yes --prune
        exit 0
        - stage v1, GET /a/{id}
        + stage v1, GET /a/{name}
            + integration.type: "MOCK"
        v1: is to serve 1 route, deployment 9f0a0ca65e4e1d93e7dc1e12cc4ce417; serves nothing
        v1: serves 1 route, deployment 9f0a0ca65e4e1d93e7dc1e12cc4ce417
        --

    "#]].assert_eq(&[of_file, of_tables].join("# ---\n"));
}

#[tokio::test]
async fn a_stage_with_canary_settings_stays_where_it_is() {
    let project = Project::with(FIRST);
    assert_eq!(project.tollgate("apply tollgate.yaml --yes").code, Some(0));
    let world = &project.world;
    let mut item = world.store.stage("v1").await.unwrap().unwrap().item;
    let canary = json!({ "deploymentId": item["deploymentId"], "percentTraffic": 5 });
    item.insert("canarySettings".to_owned(), canary);
    world.put_stage(&item.clone().into());
    project.write(SECOND);
    let story = project.story(&["apply tollgate.yaml --yes --prune"]);
    let now = world.store.stage("v1").await.unwrap().unwrap().item;
    for name in ["deploymentId", "stageVariables", "description", "canarySettings", "applying"] {
        assert_eq!(now.get(name), item.get(name), "{name}");
    }
    expect![[r#"
        $ tollgate apply tollgate.yaml --yes --prune
        exit 0
        ~ stage v1
            - description: "The shop"
            ~ stageVariables.table: "orders" → "orders-2"
        + stage v1, api
            + rateLimitHeaders: "off"
        - stage v1, GET /a
        ~ stage v1, GET /b
            ~ integration.requestParameters.append:header.x-api-key: "…" → "…"
            ~ integration.uri: "https://a.example/x" → "https://b.example/x"
        + stage v1, GET /c
            + enabled: true
            + integration.statusCode: 204
            + integration.type: "MOCK"
        v1: 2 routes, deployment cc8e9657ac0ea476f4ea0d9f627f0d9f, are to be stored and not served: canarySettings hold the stage where it is, with the fields of its item; serves 906f3be20642a62a9ec3d8a58f84db9d, and canary 906f3be20642a62a9ec3d8a58f84db9d to 5 % of requests
        v1: deployment cc8e9657ac0ea476f4ea0d9f627f0d9f is stored and not served: canarySettings hold the stage where it is, with the fields of its item
        --

    "#]].assert_eq(&story);
}

#[tokio::test]
async fn deploy_refuses_a_stage_whose_apply_has_not_ended_and_says_the_way_out() {
    let project = Project::with(FIRST);
    let world = &project.world;
    world.put_stage(&json!({ "stage": "v1", "applying": { "id": "0123456789abcdef", "by": "bob@desk", "at": 1_744_668_768 } }));
    world.put_route(&json!({ "routeKey": "GET /a", "integration": { "type": "MOCK" } }));
    let story = project.story(&["deploy v1", "apply tollgate.yaml --yes", "deploy v1"]);
    expect![[r#"
        $ tollgate deploy v1
        exit 5
        --
        tollgate: the apply to v1 that bob@desk began at 2025-04-14T22:12:48Z (id 0123456789abcdef) has not ended; tollgate apply FILE ends it. To serve the items as they are: tollgate export now.yaml, then tollgate apply now.yaml --stage v1

        $ tollgate apply tollgate.yaml --yes
        exit 0
        ~ stage v1
            + description: "The shop"
            + stageVariables.table: "orders"
        ~ stage v1, GET /a
            + integration.body: "one"
        + stage v1, GET /b
            + integration.requestParameters.append:header.x-api-key: "…"
            + integration.type: "HTTP_PROXY"
            + integration.uri: "https://a.example/x"
        the apply to v1 that bob@desk began at 2025-04-14T22:12:48Z (id 0123456789abcdef) has not ended; this one takes its place
        v1: is to serve 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d; serves nothing
        v1: serves 2 routes, deployment 906f3be20642a62a9ec3d8a58f84db9d
        --

        $ tollgate deploy v1
        exit 0
        v1: serves these items already, deployment 906f3be20642a62a9ec3d8a58f84db9d
        --

    "#]].assert_eq(&story);
}
