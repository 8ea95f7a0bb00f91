//! Paths of guarded routes, written in every way that may be taken for them: whenever a target is asked for what a
//! guarded route would have asked it for, the guard was passed.
//!
//! `SEED=…` runs the requests of one seed again.

mod guarded_targets;
mod route_tables;
pub mod spellings;

use self::{guarded_targets::GuardOracle, route_tables::TABLES, spellings::any_spelling};
use super::KEY;
use crate::{
    cache::random::Random,
    harness::{Target, event},
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
    for number in 0..REQUESTS {
        let oracle = &oracles[random.below(oracles.len())];
        let (method, path) = random.pick(oracle.table.guarded);
        let request = any_spelling(&mut random, method, path);
        let has_key = random.one_in(8);
        let key = if has_key { format!("\nx-api-key: {KEY}") } else { String::new() };
        let answer = oracle.world.send_event(&event(&format!("{request}{key}"))).await;
        match oracle.target_request(&target, &answer) {
            Some(asked) if oracle.asks_for_a_key(&asked) && has_key => guarded += 1,
            Some(asked) => match oracle.guard(&asked) {
                Some(guard) => panic!(
                    "SEED={seed}, request {number}: {request} led past {guard:?} of {path}: the target was asked \
                     for {asked:?}\n{answer}"
                ),
                None => open += 1,
            },
            None => refused += 1,
        }
    }
    println!("{guarded} past a guard with its key, {open} by open routes, {refused} refused");
    // Whoever refuses everything lets nobody past.
    let enough = REQUESTS / 50;
    assert!([guarded, open, refused].iter().all(|count| *count > enough), "{guarded}, {open}, {refused}");
}
