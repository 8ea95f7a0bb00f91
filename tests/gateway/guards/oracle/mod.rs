//! Paths of guarded routes, written in every way that may be taken for them: whenever a target is asked for what a
//! guarded route would have asked it for, the guard was passed.
//!
//! `SEED=…` runs the requests of one seed again.

mod guarded_targets;
mod route_tables;
pub mod spellings;

use self::{
    guarded_targets::{Credentials, GuardOracle},
    route_tables::TABLES,
    spellings::any_spelling,
};
use crate::{
    cache::random::{Random, share_of},
    harness::Target,
};

const REQUESTS: usize = 100_000;

#[tokio::test]
async fn no_spelling_of_a_path_leads_past_its_guard() {
    let (mut random, seed) = Random::of_environment();
    let target = Target::start([]).await;
    let mut oracles = Vec::new();
    for table in &TABLES {
        oracles.push(GuardOracle::new(table, &target).await);
    }
    let (mut guarded, mut open, mut refused) = (0, 0, 0);
    let count = share_of(REQUESTS);
    for number in 0..count {
        let oracle = &oracles[random.below(oracles.len())];
        let (method, path) = random.pick(oracle.table.guarded);
        let request = any_spelling(&mut random, method, path);
        let credentials = Credentials::any(&mut random);
        let answer = oracle.world.send_event(&credentials.event(&request)).await;
        let Some(asked) = oracle.target_request(&target, &answer) else {
            refused += 1;
            continue;
        };
        match oracle.guard(&asked) {
            None => open += 1,
            Some(guard) if credentials.pass(guard) => guarded += 1,
            Some(guard) => panic!(
                "SEED={seed}, request {number}: {request} with {credentials:?} led past {guard:?} of {path}: the \
                 target was asked for {asked:?}\n{answer}"
            ),
        }
    }
    println!("{guarded} past a guard with what it asks for, {open} by open routes, {refused} refused");
    // Whoever refuses everything lets nobody past.
    let enough = count / 50;
    assert!([guarded, open, refused].iter().all(|count| *count > enough), "{guarded}, {open}, {refused}");
}
