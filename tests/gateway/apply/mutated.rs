//! Mutated files through `apply`: one with a problem writes nothing, and any other is in the tables whole.

use std::env;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use tollgate::api_file::{
    self,
    apply::{ApplyScope, Plan, Planning, Removal},
    export::StoredItems,
};

use super::Project;
use crate::api_file::mutated::{MutatedFile, RICH, mutated_file};

const TABLES: [&str; 4] = ["tollgate-stages", "tollgate-routes", "tollgate-api-keys", "tollgate-usage-plans"];

/// All that the tables hold.
async fn held(project: &Project) -> Vec<Value> {
    let mut held = Vec::new();
    for table in TABLES {
        held.extend(project.world.items(table).await);
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutated_file_with_a_problem_writes_nothing_and_any_other_is_in_the_tables_whole() {
    let cases = env::var("APPLIED_FILES").map_or(40, |cases| cases.parse().unwrap());
    let project = Project::with(RICH);
    project.world.put_key("the-key-k-of-the-tests", &json!({ "id": "k" }));
    project.folder.write("a.yaml", b"a: { rateLimit: 1 }\n");
    project.apply_file(Removal::Prune).await;
    let mut runner = TestRunner::deterministic();
    let strategy = mutated_file();
    let (mut refused, mut applied) = (0, 0);
    // Most files have a problem.
    while refused < cases || applied < cases / 4 {
        let MutatedFile { text, mutations } = strategy.new_tree(&mut runner).unwrap().current();
        project.folder.write("tollgate.yaml", &text);
        let checked = api_file::check(&project.folder.path("tollgate.yaml")).unwrap();
        if checked.is_valid() {
            applied += 1;
            is_applied_whole(&project, || checked.api.to_stored()).await.unwrap_or_else(|fault| {
                panic!("{fault}: {mutations:?}");
            });
        } else if refused < cases {
            refused += 1;
            let before = held(&project).await;
            let ran = tokio::task::block_in_place(|| project.tollgate("apply tollgate.yaml --prune --yes"));
            assert_eq!(ran.code, Some(3), "{mutations:?}: {ran:?}");
            let problems = ran.stdout.lines().filter(|line| line.contains(".yaml:")).count();
            assert!(problems >= checked.problems.len(), "{mutations:?}: {}", ran.stdout);
            assert_eq!(ran.stderr, "tollgate: nothing is written\n", "{mutations:?}");
            assert_eq!(held(&project).await, before, "{mutations:?}");
        }
    }
}

/// Applies a file and looks for a difference then. One that names a key that nobody has is refused, and writes nothing.
async fn is_applied_whole(project: &Project, desired: impl Fn() -> StoredItems) -> Result<(), &'static str> {
    let plan = async || {
        let scope = ApplyScope { stages: None, removal: Removal::Prune };
        Plan::make(&project.world.store, desired(), scope).await.unwrap()
    };
    let before = held(project).await;
    let Planning::Valid(first) = plan().await else {
        return if held(project).await == before { Ok(()) } else { Err("a plan wrote") };
    };
    let applied = project.apply(&first).await;
    let Planning::Valid(again) = plan().await else { return Err("what was applied has problems") };
    let is_whole = applied.stopped.is_none() && again.is_empty();
    if is_whole { Ok(()) } else { Err("what was applied is not all there") }
}
