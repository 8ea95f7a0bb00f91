//! Items that DynamoDB would not take.

use super::{Folder, with_stage};

#[test]
fn an_item_of_more_than_400_kb_is_a_problem_at_its_name() {
    let text = |bytes: usize| {
        let integration = format!("{{ type: MOCK, body: \"{}\" }}", "x".repeat(bytes));
        with_stage(&format!(
            "routes:\n  GET /small: {{ integration: {{ type: MOCK }} }}\n  GET /a:\n    integration: {integration}"
        ))
    };
    let check = |bytes: usize| {
        Folder::new(&[("tollgate.yaml", text(bytes).as_bytes())])
            .tollgate(&["check", "tollgate.yaml"])
            .text(&[])
    };
    // Names and values besides the body's: stage v1, routeKey GET /a, integration (3), type MOCK (1), body (1).
    let rest = 5 + 2 + 8 + 6 + 11 + 3 + 4 + 4 + 1 + 4 + 1;
    assert_eq!(check(409_600 - rest), "exit 0\ntollgate.yaml: valid, 1 stage, 2 routes\n--\n");
    assert_eq!(
        check(409_601 - rest),
        "exit 3\n\
         tollgate.yaml:6:7: problem: got an item of 409601 bytes, expected at most 409600 (400 KB), names and values together: DynamoDB takes no larger item\n \
         6 |       GET /a:\n   \
         |       ^^^^^^\n   \
         = in stage v1, GET /a\n\n\
         tollgate.yaml: 1 problem\n--\n"
    );
}
