//! `docs/compatibility.md`: the words that do nothing yet, and whether they are refused or passed over.

use serde_json::json;
use tollgate::error::Problem;

use super::{Page, markdown, notes::Notes};
use crate::harness::TestGateway;

#[tokio::test]
async fn each_word_that_does_nothing_yet_is_refused_or_warned_of_as_the_table_says() {
    let page = Page::read("docs/compatibility.md");
    let rows = markdown::rows(markdown::section(&page.text, "Words that are refused or passed over"));
    assert!(!rows.is_empty());
    for row in rows {
        let [item, _, verdict] = row[..] else { panic!("{row:?}") };
        for word in markdown::code_spans(row[1]) {
            let Notes { problems, warnings } = of_a_stage_with(item, &word).await;
            let is_refused = problems.iter().any(|note| is_not_yet(note, &word));
            let is_warned_of = warnings.iter().any(|note| is_not_yet(note, &word));
            let expected = (verdict == "refused", verdict == "warning");
            assert_eq!((is_refused, is_warned_of), expected, "{item} {word}");
        }
    }
}

/// The notes on a stage that is good but for `word`.
async fn of_a_stage_with(item: &str, word: &str) -> Notes {
    let world = TestGateway::new();
    let mut stage = json!({ "stage": "v1" });
    let mut api = json!({ "routeKey": "$api" });
    let mut route = json!({ "routeKey": "GET /", "integration": { "type": "MOCK" } });
    let with_word = match item {
        "stage" => &mut stage,
        "route" => &mut route,
        "`$api`" => &mut api,
        other => panic!("{other}"),
    };
    with_word[word] = json!(true);
    world.put_stage(&stage);
    world.put_route(&api);
    world.put_route(&route);
    Notes::of_publishing(&world).await
}

fn is_not_yet(note: &Problem, word: &str) -> bool {
    note.field == word && note.expected.starts_with("nothing: this version")
}
