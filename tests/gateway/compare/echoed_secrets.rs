//! A secret that an API sends back in another form.

use super::{TwoApis, ok};
use crate::harness::Target;

/// The key `abcd/1+"<efgh>`, as servers write it into texts.
const FORMS: [&str; 10] = [
    "abcd/1+\"<efgh>",
    "abcd%2F1%2B%22%3Cefgh%3E",
    "abcd%2f1%2b%22%3cefgh%3e",
    "abcd/1+\\\"<efgh>",
    "abcd\\/1+\\\"<efgh>",
    "abcd/1+\\\"\\u003cefgh\\u003e",
    "abcd/1+&quot;&lt;efgh&gt;",
    "YWJjZC8xKyI8ZWZnaD4=",
    // Of `user:` and the key.
    "dXNlcjphYmNkLzErIjxlZmdoPg==",
    // The password of Basic.
    "correct horse",
];

#[tokio::test]
async fn no_form_of_a_secret_is_shown() {
    let body = FORMS.join(" | ");
    let left = Target::of(move |_| ok("", &body)).await;
    let right = Target::of(|_| ok("", "")).await;
    let headers = b"x-api-key: abcd/1+\"<efgh>\nauthorization: Basic YWRhOmNvcnJlY3QgaG9yc2U=\n";
    let apis = TwoApis::between(left, right, &[("key.txt", headers)]);
    let masked = "… | … | … | … | … | … | … | … | dXNlcjp…g== | …";
    let given = ["/a", "--left-header", "@key.txt", "--page", "page.html"];
    let text = apis.compare(&given).await;
    assert!(text.contains(&format!("\n      left:  {masked}\n")), "{text}");
    let json = apis.compare(&[&given[..], &["-o", "json"]].concat()).await;
    assert!(json.contains(&format!("\"left\": \"{masked}\"")), "{json}");
    let page = std::fs::read_to_string(apis.folder.path("page.html")).unwrap();
    assert!(page.contains(masked), "{page}");
    for shown in [text, json, page] {
        for part in ["abcd", "efgh", "YWJjZC8x", "horse"] {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
    }
}
