//! Usage plans and API keys of a file.

use expect_test::expect;
use serde_json::json;

use super::Project;

const FILE: &str = "tollgate: 1
usagePlans:
  gold: { quota: { limit: 1000, period: DAY } }
apiKeys:
  acme-1: { usagePlanId: gold, name: Acme }
";

#[tokio::test]
async fn keys_get_the_fields_of_the_file_and_keep_the_others_and_plans_go_with_prune() {
    let project = Project::with(FILE);
    let missing = project.story(&["apply tollgate.yaml --yes"]);
    let world = &project.world;
    assert!(world.items("tollgate-usage-plans").await.is_empty());
    world.put_plan(&json!({ "usagePlanId": "silver" }));
    world.put_key(
        "imported-key-of-the-tests",
        &json!({ "id": "acme-1", "usagePlanId": "silver", "enabled": false, "createdAt": 7 }),
    );
    world.put_key("another-key-of-the-tests", &json!({ "id": "other", "usagePlanId": "silver" }));
    let story = project.story(&[
        "apply tollgate.yaml --yes",
        "diff tollgate.yaml --exit-code",
        "diff tollgate.yaml --prune",
    ]);
    world.put_key("another-key-of-the-tests", &json!({ "id": "other", "usagePlanId": "gold" }));
    let pruned = project.story(&["apply tollgate.yaml --yes --prune"]);
    let mut key = world.items("tollgate-api-keys").await.remove(0);
    if key["id"] != "acme-1" {
        key = world.items("tollgate-api-keys").await.remove(1);
    }
    key.as_object_mut().unwrap().remove("keyHash");
    assert_eq!(
        key,
        json!({ "id": "acme-1", "usagePlanId": "gold", "enabled": false, "createdAt": 7, "name": "Acme" })
    );
    assert_eq!(
        world.items("tollgate-usage-plans").await,
        [json!({ "usagePlanId": "gold", "quota": { "limit": 1000, "period": "DAY" } })]
    );
    expect![[r#"
        $ tollgate apply tollgate.yaml --yes
        exit 3
        --
        problem: tollgate-api-keys [id=acme-1] id: got "acme-1", which no key has, expected the id of a key that exists (tollgate keys create makes one)
        tollgate: 1 problem in what the tables would hold; nothing is written

        # ---
        $ tollgate apply tollgate.yaml --yes
        exit 0
        + usage plan gold
            + quota.limit: 1000
            + quota.period: "DAY"
        ~ API key acme-1
            + name: "Acme"
            ~ usagePlanId: "silver" → "gold"
          usage plan silver is not in the file, and stays
          --prune removes what is not in the file
        --
        tollgate: changed 1 usage plan and 1 API key: they act within the gateway's KEY_CACHE_SECONDS [60]

        $ tollgate diff tollgate.yaml --exit-code
        exit 0
          usage plan silver is not in the file, and stays
          --prune removes what is not in the file
        --

        $ tollgate diff tollgate.yaml --prune
        exit 3
        --
        problem: tollgate-api-keys [id=other] usagePlanId: got "silver", expected a usage plan of tollgate-usage-plans
        tollgate: 1 problem in what the tables would hold; nothing is written

        # ---
        $ tollgate apply tollgate.yaml --yes --prune
        exit 0
        - usage plan silver
        --
        tollgate: changed 1 usage plan: it acts within the gateway's KEY_CACHE_SECONDS [60]

    "#]].assert_eq(&[missing, story, pruned].join("# ---\n"));
}

#[tokio::test]
async fn an_item_that_would_be_over_400_kb_is_refused_before_anything_is_written() {
    let name = "x".repeat(200_000);
    let project = Project::with(&format!(
        "tollgate: 1\nusagePlans:\n  gold: {{ description: new }}\napiKeys:\n  acme-1: {{ usagePlanId: gold, name: {name} }}\n"
    ));
    let world = &project.world;
    let stored = json!({ "id": "acme-1", "usagePlanId": "gold", "notes": "y".repeat(300_000) });
    world.put_key("imported-key-of-the-tests", &stored);
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    let story = project.story(&["apply tollgate.yaml --yes"]);
    expect![[r#"
        $ tollgate apply tollgate.yaml --yes
        exit 3
        --
        problem: tollgate-api-keys [id=acme-1] *: got an item of 500103 bytes, expected at most 409600 (400 KB), names and values together: DynamoDB takes no larger item
        tollgate: 1 problem in what the tables would hold; nothing is written

    "#]].assert_eq(&story);
    assert_eq!(world.items("tollgate-usage-plans").await, [json!({ "usagePlanId": "gold" })]);
}
