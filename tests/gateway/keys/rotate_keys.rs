//! `tollgate keys rotate`.

use expect_test::expect;
use serde_json::json;
use tollgate::calendar::timestamp;

use super::{KEYS, hash_of, shown, text, with_keys};

#[tokio::test]
async fn a_rotated_key_ends_after_the_overlap_and_has_one_successor() {
    let gateway = with_keys();
    let ran = gateway.tollgate(&["keys", "rotate", "k1", "--overlap", "36h", "-o", "json"]);
    let (mut new, value) = shown(&ran);
    let previous = new.as_object_mut().unwrap().remove("previous").unwrap();
    let created_at = new["createdAt"].as_u64().unwrap();
    let until = created_at + 36 * 3600;
    assert_eq!(previous, json!({ "id": "k1", "expiresAt": until }));
    assert_eq!(
        new,
        json!({ "keyHash": hash_of(&value), "id": new["id"], "name": "web", "usagePlanId": "gold",
            "stages": ["v1", "v2"], "expiresAt": 4_102_444_800u64, "customerId": "42", "tags": { "team": "a" },
            "createdAt": created_at, "rotatedFrom": "k1" })
    );
    let id = text(&new, "id");
    assert_eq!(
        ran.stderr,
        format!(
            "tollgate: created key {id}; its value is shown this once\ntollgate: key k1 ends at {}\n",
            timestamp(until)
        )
    );
    let items = gateway.items(KEYS).await;
    let old = items.iter().find(|item| item["id"] == "k1").unwrap();
    assert_eq!((&old["expiresAt"], &old["rotatedTo"]), (&json!(until), &new["id"]));
    assert!(items.contains(&new) && items.len() == 3);

    assert_eq!(
        gateway.tollgate(&["keys", "rotate", "k1"]).text(&[(id, "ID")]),
        "exit 3\n--\ntollgate: key k1 has a successor already: key ID\n"
    );
    // A disabled key's successor is disabled; the default overlap is a day.
    let ran = gateway.tollgate(&["keys", "rotate", "k2"]);
    let value = ran.stdout.trim_end().to_owned();
    let items = gateway.items(KEYS).await;
    let new = items.iter().find(|item| item["keyHash"] == hash_of(&value).as_str()).unwrap();
    let ends = timestamp(new["createdAt"].as_u64().unwrap() + 86_400);
    assert_eq!(new["enabled"], false);
    expect![[r#"
        exit 0
        VALUE
        --
        tollgate: created key ID; its value is shown this once
        tollgate: key k2 ends at TOMORROW
        tollgate: key ID is disabled, as k2 is
    "#]]
    .assert_eq(&ran.text(&[(&value, "VALUE"), (text(new, "id"), "ID"), (&ends, "TOMORROW")]));
}

#[tokio::test]
async fn rotation_warns_if_a_key_ends_before_instances_learn_of_it() {
    let gateway = with_keys();
    gateway.put(KEYS, &json!({ "keyHash": "cc", "id": "k3", "expiresAt": 1_600_000_000 }));
    let late = "instances that know the key follow within KEY_CACHE_SECONDS (60 unless it is set)";
    for (id, overlap, expected) in [("k1", "0s", true), ("k2", "1d", false), ("k3", "0s", false)] {
        let ran = gateway.tollgate(&["keys", "rotate", id, "--overlap", overlap, "--expires", "1w"]);
        assert_eq!((ran.code, ran.stderr.contains(late)), (Some(0), expected), "{id}: {ran:?}");
    }
}

#[tokio::test]
async fn rotation_never_prolongs_a_key() {
    let gateway = with_keys();
    let (soon, over) = (4_000_000_000u64, 1_600_000_000);
    gateway.put(KEYS, &json!({ "keyHash": "cc", "id": "k3", "expiresAt": soon.to_string() }));
    gateway.put(KEYS, &json!({ "keyHash": "dd", "id": "k4", "expiresAt": over }));
    // About 95 years.
    let ran = gateway.tollgate(&[
        "keys",
        "rotate",
        "k3",
        "--overlap",
        "5000w",
        "--expires",
        "2130-01-01",
        "-o",
        "json",
    ]);
    let (new, _) = shown(&ran);
    assert_eq!((&new["expiresAt"], &new["previous"]["expiresAt"]), (&json!(5_049_129_600u64), &json!(soon)));

    assert_eq!(
        gateway.tollgate(&["keys", "rotate", "k4"]).text(&[]),
        "exit 3\n--\ntollgate: a successor of key k4 would have ended at 2020-09-13T12:26:40Z; see --expires\n"
    );
    let (new, _) = shown(&gateway.tollgate(&["keys", "rotate", "k4", "--expires", "1w", "-o", "json"]));
    assert_eq!(new["previous"]["expiresAt"], over);
    assert_eq!(new["expiresAt"].as_u64(), Some(new["createdAt"].as_u64().unwrap() + 604_800));
}
