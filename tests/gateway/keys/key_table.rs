//! The table of keys when several write to it at once, or an answer is lost.

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tollgate::{
    authorizers::KeyValue,
    store::{ConditionalWrite, KeyCreation},
};

use super::{KEYS, with_keys};
use crate::harness::TestGateway;

fn item(value: Value) -> Map<String, Value> {
    let Value::Object(item) = value else { panic!("{value}") };
    item
}

#[tokio::test]
async fn of_several_keys_written_at_once_with_one_hash_the_first_stays() {
    let gateway = TestGateway::new();
    let new = |id: usize| item(json!({ "keyHash": "aa", "id": format!("k{id}") }));
    let items: Vec<_> = (0..8).map(new).collect();
    let created = join_all(items.iter().map(|item| gateway.store.create_api_key(item))).await;
    let (winners, losers): (Vec<_>, Vec<_>) =
        created.into_iter().map(Result::unwrap).partition(|created| *created == KeyCreation::Created);
    let there = item(gateway.items(KEYS).await.remove(0));
    assert_eq!((winners.len(), losers.len()), (1, 7));
    assert!(losers.into_iter().all(|loser| loser == KeyCreation::AlreadyExists(there.clone())));
    // The winner's answer was lost, and it tries again.
    assert_eq!(gateway.store.create_api_key(&there).await.unwrap(), KeyCreation::Created);
    assert_eq!(gateway.items(KEYS).await, [Value::Object(there)]);
}

#[tokio::test]
async fn of_several_rotations_at_once_one_succeeds() {
    let gateway = with_keys();
    let old = gateway.store.api_key_items_of("k1").await.unwrap().remove(0);
    let new = |number: usize| item(json!({ "keyHash": format!("n{number}"), "id": format!("new{number}") }));
    let items: Vec<_> = (0..4).map(new).collect();
    let until = json!(1_800_000_000);
    let rotated = join_all(items.iter().map(|new| gateway.store.rotate_api_key(&old, new, &until))).await;
    let rotated: Vec<_> = rotated.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        rotated.iter().filter(|rotated| **rotated == ConditionalWrite::Done).count(),
        1,
        "{rotated:?}"
    );
    let winner = rotated.iter().position(|rotated| *rotated == ConditionalWrite::Done).unwrap();
    let items = gateway.items(KEYS).await;
    assert_eq!(items.len(), 3);
    let old = items.iter().find(|item| item["id"] == "k1").unwrap();
    assert_eq!((&old["rotatedTo"], &old["expiresAt"]), (&json!(format!("new{winner}")), &until));
}

#[tokio::test]
async fn a_key_that_was_edited_meanwhile_is_not_rotated() {
    let gateway = with_keys();
    let new = item(json!({ "keyHash": "nn", "id": "new" }));
    let rotate = async |old: &Map<String, Value>| {
        gateway.store.rotate_api_key(old, &new, &json!(1_800_000_000)).await.unwrap()
    };
    for (id, edited) in [
        ("k1", json!({ "keyHash": "aa", "id": "k1", "expiresAt": 1_700_000_000 })),
        ("k1", json!({ "keyHash": "aa", "id": "k1" })),
        ("k2", json!({ "keyHash": "bb", "id": "k2", "expiresAt": 1_700_000_000 })),
    ] {
        let old = gateway.store.api_key_items_of(id).await.unwrap().remove(0);
        gateway.put(KEYS, &edited);
        assert_eq!(rotate(&old).await, ConditionalWrite::ChangedMeanwhile, "{edited}");
    }
    let old = gateway.store.api_key_items_of("k2").await.unwrap().remove(0);
    gateway.store.delete_api_key("bb").await.unwrap();
    assert_eq!(rotate(&old).await, ConditionalWrite::ChangedMeanwhile);
    assert_eq!(gateway.store.set_api_key("bb", "enabled", &json!(true)).await.unwrap(), None);
    assert_eq!(gateway.items(KEYS).await, [json!({ "keyHash": "aa", "id": "k1" })]);
}

#[tokio::test]
async fn a_key_is_found_by_the_hash_of_its_value_and_a_plan_by_its_id() {
    let gateway = with_keys();
    let value = KeyValue::parse(b"apikey1234abcdefghij0123456789").unwrap();
    assert_eq!(gateway.store.api_key_item(&value.hash()).await.unwrap(), None);
    let key = json!({ "keyHash": value.hash().to_string(), "id": "k3" });
    gateway.put(KEYS, &key);
    assert_eq!(gateway.store.api_key_item(&value.hash()).await.unwrap(), Some(item(key)));
    let gold = item(json!({ "usagePlanId": "gold" }));
    assert_eq!(gateway.store.usage_plan_item("gold").await.unwrap(), Some(gold.clone()));
    assert_eq!(gateway.store.usage_plan_item("silver").await.unwrap(), None);
    assert_eq!(gateway.store.usage_plan_items().await.unwrap(), [gold]);
}
