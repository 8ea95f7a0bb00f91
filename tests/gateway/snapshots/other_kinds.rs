//! Another version may have found other guards in the same items: no route is open because the index says so.

use std::io::Read;

use flate2::{
    Compression,
    read::{DeflateDecoder, DeflateEncoder},
};
use serde_json::json;

use super::{changed, deployment_id, store, stored};
use crate::{
    harness::TestGateway,
    text_route::{served, text_route},
};

const FORBIDDEN: &str = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n{\"message\":\"Forbidden\"}";
const NOT_FOUND: &str =
    "404\ncontent-type: application/json\nx-amzn-errortype: NotFoundException\n\n{\"message\":\"Not Found\"}";

const GUARDED: &str = "GET /admin/x";

/// An API with an open route beside one that asks for a key, and its deployment with an index in which none does.
async fn world() -> (TestGateway, Vec<u8>) {
    let world = TestGateway::new();
    let mut open = text_route("v1", "open");
    open["routeKey"] = json!("ANY /{proxy+}");
    let mut guarded = text_route("v1", "guarded");
    guarded["routeKey"] = json!(GUARDED);
    guarded["apiKeyRequired"] = json!(true);
    world.put_route(&open);
    world.put_route(&guarded);
    world.go_live().await;
    let (id, bytes) = (deployment_id(&world).await, stored(&world).await.bytes);
    let unguarded = changed(&id, &bytes, |rest| *rest = without_key(rest));
    (world, unguarded)
}

/// What follows the digest, but for the demand of the last route for a key.
fn without_key(mut bytes: &[u8]) -> Vec<u8> {
    let (deflated, length) = (number(&mut bytes), number(&mut bytes));
    let (index, blocks) = bytes.split_at(deflated);
    let mut index = all(DeflateDecoder::new(index));
    assert_eq!(index.len(), length);
    let last_key = index.windows(GUARDED.len()).position(|text| text == GUARDED.as_bytes()).unwrap();
    // After the keys: how many different facts there are, then those of the open route, then these.
    let facts = &mut index[last_key + GUARDED.len()..][..7];
    assert_eq!(facts, [2, 0, 0, 0, 1, 0, 0]);
    facts[4] = 0;
    let deflated = all(DeflateEncoder::new(&*index, Compression::best()));
    let head: Vec<u8> = [deflated.len(), length].into_iter().flat_map(as_number).collect();
    [&*head, &deflated, blocks].concat()
}

fn all(mut bytes: impl Read) -> Vec<u8> {
    let mut read = Vec::new();
    bytes.read_to_end(&mut read).unwrap();
    read
}

/// Seven bits a byte, the lowest first.
fn number(bytes: &mut &[u8]) -> usize {
    let end = bytes.iter().position(|byte| *byte < 0x80).unwrap() + 1;
    let (digits, rest) = bytes.split_at(end);
    *bytes = rest;
    digits.iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f))
}

fn as_number(number: usize) -> [u8; 2] {
    [(number & 0x7f) as u8 | 0x80, u8::try_from(number >> 7).unwrap()]
}

/// A target may read `/admin//x` as the path of the route that asks for a key.
async fn assert_guarded(world: &TestGateway) {
    for (request, answer) in [
        ("GET /v1/admin//x", NOT_FOUND),
        ("GET /v1/admin/x", FORBIDDEN),
        ("GET /v1/admin/y", &served("open")),
    ] {
        assert_eq!(world.send(request).await, answer, "{request}");
    }
}

#[tokio::test]
async fn routes_are_guarded_as_this_version_reads_their_items() {
    let (world, unguarded) = world().await;
    let validated_with = stored(&world).await.validated_with;
    // A mark of this version is of the index that it has made.
    for marks in [&["of another version".to_owned()][..], &validated_with] {
        store(&world, &unguarded, marks).await;
        assert_guarded(&world.another_instance().await).await;
    }
}

#[tokio::test]
async fn publishing_stores_the_guards_that_this_version_finds() {
    let (world, unguarded) = world().await;
    let before = stored(&world).await;
    store(&world, &unguarded, &["of another version".to_owned()]).await;
    let id = deployment_id(&world).await;
    let ran = world.tollgate(&["deploy", "v1"]);
    assert_eq!(ran.text(&[(&id, "ID")]), "exit 0\nv1: serves these items already, deployment ID\n--\n");
    assert_eq!(stored(&world).await, before);
    assert_guarded(&world.another_instance().await).await;
}
