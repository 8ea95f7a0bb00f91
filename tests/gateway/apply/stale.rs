//! A plan that was saved, and tables that have changed since.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Project, stamped};

#[tokio::test]
async fn a_plan_is_applied_as_long_as_the_tables_do_not_change() {
    let project = Project::with(&stamped(1, 0));
    let saved = project.story(&["diff tollgate.yaml --save plan.json", "apply plan.json --prune --yes"]);
    // The file may have changed since: the plan is what is applied.
    project.write(&stamped(2, 0));
    let applied = project.story(&["apply plan.json --yes", "apply plan.json --yes"]);
    expect![[r#"
        $ tollgate diff tollgate.yaml --save plan.json
        exit 0
        + stage v1
            + stageVariables.stamp: "v1"
        + stage v1, GET /a
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /odd
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        v1: is to serve 3 routes, deployment 82aab7f4fa43be900af9da7b00ad4c28; serves nothing
        --

        $ tollgate apply plan.json --prune --yes
        exit 64
        --
        tollgate: --stage and --prune are in the plan already

        # ---
        $ tollgate apply plan.json --yes
        exit 0
        + stage v1
            + stageVariables.stamp: "v1"
        + stage v1, GET /a
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /odd
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        v1: is to serve 3 routes, deployment 82aab7f4fa43be900af9da7b00ad4c28; serves nothing
        v1: serves 3 routes, deployment 82aab7f4fa43be900af9da7b00ad4c28
        --

        $ tollgate apply plan.json --yes
        exit 5
        --
        tollgate: the tables have changed since ada@laptop made the plan at T; nothing is written. Changed since:
        + stage v1
            + stageVariables.stamp: "v1"
        + stage v1, GET /a
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /b
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        + stage v1, GET /odd
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        stage v1 serves 82aab7f4fa43be900af9da7b00ad4c28 since T (APPLY by ada@laptop)

    "#]].assert_eq(&without_times(&[saved, applied].join("# ---\n")));
}

#[tokio::test]
async fn a_plan_that_went_stale_is_refused_with_what_has_changed() {
    let project = Project::with(&stamped(1, 0));
    assert_eq!(project.tollgate("apply tollgate.yaml --yes").code, Some(0));
    project.write(&stamped(2, 0));
    assert_eq!(project.tollgate("diff tollgate.yaml --save plan.json").code, Some(0));
    let world = &project.world;
    world.put_route(&json!({ "routeKey": "GET /a", "integration": { "type": "MOCK", "body": "edited" } }));
    let edited = project.story(&["apply plan.json --yes"]);
    project.write(&stamped(3, 0));
    assert_eq!(project.tollgate("apply tollgate.yaml --yes -m hotfix").code, Some(0));
    let applied = project.story(&["apply plan.json --yes"]);
    let mut item = world.store.stage("v1").await.unwrap().unwrap().item;
    let mark = json!({ "id": "0123456789abcdef", "by": "bob@desk", "at": 1_744_668_768 });
    item.insert("applying".to_owned(), mark);
    world.put_stage(&Value::Object(item));
    let begun = project.story(&["apply plan.json --yes"]);
    expect![[r#"
        $ tollgate apply plan.json --yes
        exit 5
        --
        tollgate: the tables have changed since ada@laptop made the plan at T; nothing is written. Changed since:
        ~ stage v1, GET /a
            ~ integration.body: {"route":"v1","stage":"${stageVariables.stamp}"} → "edited"

        # ---
        $ tollgate apply plan.json --yes
        exit 5
        --
        tollgate: the tables have changed since ada@laptop made the plan at T; nothing is written. Changed since:
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v3"
        ~ stage v1, GET /a
            ~ integration.body.route: "v1" → "v3"
        ~ stage v1, GET /b
            ~ integration.body.route: "v1" → "v3"
        ~ stage v1, GET /odd
            ~ integration.body.route: "v1" → "v3"
        stage v1 serves 99a0bc6b69da5c0782744b7c96d05ecf since T (APPLY by ada@laptop)

        # ---
        $ tollgate apply plan.json --yes
        exit 5
        --
        tollgate: the tables have changed since ada@laptop made the plan at T; nothing is written. Changed since:
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v3"
        ~ stage v1, GET /a
            ~ integration.body.route: "v1" → "v3"
        ~ stage v1, GET /b
            ~ integration.body.route: "v1" → "v3"
        ~ stage v1, GET /odd
            ~ integration.body.route: "v1" → "v3"
        the apply to v1 that bob@desk began at T (id 0123456789abcdef) has not ended
        stage v1 serves 99a0bc6b69da5c0782744b7c96d05ecf since T (APPLY by ada@laptop)

    "#]].assert_eq(&without_times(&[edited, applied, begun].join("# ---\n")));
}

#[tokio::test]
async fn a_plan_writes_no_lines_of_the_tool() {
    let project = Project::with(&stamped(1, 0));
    assert_eq!(project.tollgate("diff tollgate.yaml --save plan.json").code, Some(0));
    let plan = std::fs::read_to_string(project.folder.path("plan.json")).unwrap();
    let forged = plan.replacen("ada@laptop", "ada\\nv1: serves all\\u001b[2J\\u202e", 1);
    assert_ne!(forged, plan);
    project.folder.write("plan.json", forged.as_bytes());
    project.world.put_stage(&json!({ "stage": "v1", "description": "edited\nv2: removed",
        "applying": { "id": "7\n8", "by": "bob\nv3: serves all\u{1b}[2J", "at": 1_744_668_768 } }));
    let ran = project.tollgate("apply plan.json --yes");
    expect![[r#"
        exit 5
        --
        tollgate: the tables have changed since ada\nv1: serves all\u{1b}[2J\u{202e} made the plan at T; nothing is written. Changed since:
        + stage v1
            + description: "edited\nv2: removed"
        the apply to v1 that bob\nv3: serves all\u{1b}[2J began at T (id 7\n8) has not ended
    "#]].assert_eq(&without_times(&ran.text(&[])));
}

#[tokio::test]
async fn what_is_no_plan_for_these_tables_is_refused() {
    let project = Project::with(&stamped(1, 0));
    assert_eq!(project.tollgate("diff tollgate.yaml --save plan.json").code, Some(0));
    let plan = std::fs::read_to_string(project.folder.path("plan.json")).unwrap();
    let with = |name: &str, from: &str, to: &str| {
        assert!(plan.contains(from), "{plan}");
        project.folder.write(name, plan.replacen(from, to, 1).as_bytes());
    };
    with("newer.json", "\"tollgatePlan\": 1", "\"tollgatePlan\": 2");
    with("elsewhere.json", "tollgate-stages, ", "prod-stages, ");
    with("cut.json", "\"desired\"", "\"wanted\"");
    with("astray.json", "\"stage\": \"v1\"", "\"stage\": \"prod\"");
    with("narrow.json", "\"stages\": null", "\"stages\": [\"v2\"]");
    with("unnamed.json", "\"usagePlans\": []", "\"usagePlans\": [{ \"usagePlanId\": \"\" }]");
    with("forged.json", "tollgate-stages, ", "tollgate-stages\\nv1: serves all\\u001b[2J, ");
    project.folder.write("half.json", &plan.as_bytes()[..plan.len() / 2]);
    let story = project.story(&[
        "apply newer.json --yes",
        "apply elsewhere.json --yes",
        "apply cut.json --yes",
        "apply astray.json --yes",
        "apply narrow.json --yes",
        "apply unnamed.json --yes",
        "apply forged.json --yes",
        "apply half.json --yes",
    ]);
    assert!(project.world.items("tollgate-stages").await.is_empty());
    expect![[r#"
        $ tollgate apply newer.json --yes
        exit 3
        --
        tollgate: newer.json: got a plan of version 2, expected 1: make it again with this tollgate

        $ tollgate apply elsewhere.json --yes
        exit 3
        --
        tollgate: elsewhere.json: got a plan for the tables prod-stages, tollgate-routes, tollgate-usage-plans, tollgate-api-keys, expected one for tollgate-stages, tollgate-routes, tollgate-usage-plans, tollgate-api-keys

        $ tollgate apply cut.json --yes
        exit 3
        --
        tollgate: cut.json: got a plan that is not whole; make it again

        $ tollgate apply astray.json --yes
        exit 3
        --
        tollgate: astray.json: got a plan that is not whole; make it again

        $ tollgate apply narrow.json --yes
        exit 3
        --
        tollgate: narrow.json: got a plan that is not whole; make it again

        $ tollgate apply unnamed.json --yes
        exit 3
        --
        tollgate: unnamed.json: got a plan that is not whole; make it again

        $ tollgate apply forged.json --yes
        exit 3
        --
        tollgate: forged.json: got a plan for the tables tollgate-stages\nv1: serves all\u{1b}[2J, tollgate-routes, tollgate-usage-plans, tollgate-api-keys, expected one for tollgate-stages, tollgate-routes, tollgate-usage-plans, tollgate-api-keys

        $ tollgate apply half.json --yes
        exit 3
        half.json:31:27: problem: no YAML: while parsing a flow mapping, did not find expected ',' or '}'
         31 |             "type": "MOCK"
            |                           ^
            = between { and } a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes

        half.json: 1 problem
        --
        tollgate: nothing is written

    "#]].assert_eq(&story);
}

/// The times of now are told as T.
fn without_times(text: &str) -> String {
    let mut told = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let is_time = word.len() > 19 && word.starts_with("20") && word.as_bytes()[10] == b'T';
        told += &if is_time { format!("T{}", &word[20..]) } else { word.to_owned() };
    }
    told
}
