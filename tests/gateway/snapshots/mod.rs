//! Deployments as they are stored: of which a start reads only the index, in the former format, in one that nobody knows
//! yet, and damaged.

mod broken_route;
mod formats;
mod other_kinds;
mod two_writers;
mod validations;

use tollgate::{
    digest::Sha256,
    store::{Consistency, StoredSnapshot},
};

use crate::harness::TestGateway;

/// What comes before the digest: `format`, and its version.
const HEAD_BYTES: usize = 7;
const DIGEST_BYTES: usize = 32;

async fn deployment_id(world: &TestGateway) -> String {
    world.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap()
}

/// The deployment that `v1` points to, as it is stored.
async fn stored(world: &TestGateway) -> StoredSnapshot {
    let id = deployment_id(world).await;
    world.store.snapshot(&id, Consistency::Strong).await.unwrap().unwrap()
}

/// Stores other bytes under the id of `v1`'s deployment.
async fn store(world: &TestGateway, bytes: &[u8], validated_with: &[String]) {
    let id = deployment_id(world).await;
    let stored = StoredSnapshot {
        bytes: bytes.to_vec(),
        validated_with: validated_with.to_vec(),
        ..stored(world).await
    };
    world.store.keep_snapshot(&id, "v1", &stored).await.unwrap();
}

/// The bytes with `change` made to what follows the digest, under a digest that fits.
fn changed(id: &str, bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut rest = bytes[HEAD_BYTES + DIGEST_BYTES..].to_vec();
    change(&mut rest);
    let digest = Sha256::default().with(id).with([0]).with(&rest).finish();
    [&bytes[..HEAD_BYTES], &digest, &rest].concat()
}

/// The last block, and with it the last items, cannot be read any more.
async fn break_last_block(world: &TestGateway, validated_with: &[String]) {
    let bytes = stored(world).await.bytes;
    let broken = changed(&deployment_id(world).await, &bytes, |rest| {
        let end = rest.len();
        rest[end - 40..].fill(0xff);
    });
    store(world, &broken, validated_with).await;
}

/// Text that does not deflate: a route with it has a block of its own.
pub fn noise(seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 58) as u8)
    };
    (0..20_000).map(|_| next()).collect()
}
