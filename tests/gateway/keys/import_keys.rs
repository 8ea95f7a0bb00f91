//! `tollgate keys import`.

use std::{fs, path::PathBuf};

use expect_test::expect;
use serde_json::json;

use super::{KEYS, hash_of, listed, result, text, with_keys};
use crate::harness::TestGateway;

/// A file of its own for each test.
fn file(name: &str, contents: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("keys");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, contents).unwrap();
    file.to_str().unwrap().to_owned()
}

/// A value as API Gateway makes them: 40 letters and digits.
fn api_gateways(number: usize) -> String {
    format!("{number:040}")
}

#[tokio::test]
async fn api_gateways_keys_are_imported_once() {
    let gateway = with_keys();
    let [a, b, c] = [1, 2, 3].map(api_gateways);
    let file = file(
        "good.csv",
        &format!(
            "Name,Key,Description,Enabled,UsagePlanIds\nweb,{a},The shop,true,gold\n,{b},,,\nold,{c},,FALSE,\n"
        ),
    );
    let ran = gateway.tollgate(&["keys", "import", &file]);
    assert_eq!(
        ran.text(&[]),
        "exit 0\n3 imported, 0 existing, 0 bad\n--\n\
         tollgate: without a usage plan: 2; they get 403 until their items name one\n"
    );
    let items = gateway.items(KEYS).await;
    let imported =
        |value: &str| items.iter().find(|item| item["keyHash"] == hash_of(value).as_str()).unwrap();
    let [first, second, third] = [&a, &b, &c].map(|value| imported(value));
    let (id, now) = (&first["id"], &first["createdAt"]);
    assert_eq!(
        *first,
        json!({ "keyHash": hash_of(&a), "id": id, "name": "web", "description": "The shop", "enabled": true,
            "usagePlanId": "gold", "createdAt": now })
    );
    assert_eq!(second["enabled"], true);
    assert_eq!(third["enabled"], false);

    // Again, with one more: those that exist stay as they are.
    let ids = [
        (text(first, "id"), "ID1"),
        (text(second, "id"), "ID2"),
        (text(third, "id"), "ID3"),
        (&file, "FILE"),
    ];
    let more = fs::read_to_string(&file).unwrap() + &format!("new,{},,,\n", api_gateways(4));
    fs::write(&file, more).unwrap();
    let ran = gateway.tollgate(&["keys", "import", &file, "--plan", "gold"]);
    expect![[r#"
        exit 0
        1 imported, 3 existing, 0 bad
        --
        FILE:2: exists already, as key ID1; it stays as it is
        FILE:3: exists already, as key ID2; it stays as it is
        FILE:4: exists already, as key ID3; it stays as it is
    "#]]
    .assert_eq(&ran.text(&ids));
    let after = gateway.items(KEYS).await;
    assert!(items.iter().all(|item| after.contains(item)));
    assert_eq!(after.len(), items.len() + 1);
    let new = after.iter().find(|item| item["name"] == "new").unwrap();
    assert_eq!(new["usagePlanId"], "gold");
}

#[tokio::test]
async fn a_file_with_a_bad_line_is_not_imported_unless_bad_lines_are_skipped() {
    let gateway = with_keys();
    let before = gateway.items(KEYS).await;
    let good = api_gateways(1);
    let file = file(
        "bad.csv",
        &format!(
            "name,key,usagePlanIds\nshort,hush-hush,\nok,{good},gold\nplan,{},silver\ntwice,{good},\nswapped,{},{}\n",
            api_gateways(2),
            api_gateways(3),
            api_gateways(4)
        ),
    );
    let ran = gateway.tollgate(&["keys", "import", &file]);
    expect![[r#"
        exit 3
        0 imported, 0 existing, 4 bad
        --
        FILE:2: malformed key: shorter than 20 characters
        FILE:4: there is no usage plan silver
        FILE:5: the same key as in line 3
        FILE:6: there is no such usage plan
        tollgate: nothing is written; --skip-bad leaves the bad lines out
    "#]]
    .assert_eq(&ran.text(&[(&file, "FILE")]));
    assert_eq!(gateway.items(KEYS).await, before);

    let ran = gateway.tollgate(&["keys", "import", &file, "--skip-bad", "-o", "json"]);
    let items = gateway.items(KEYS).await;
    let new = items.iter().find(|item| item["name"] == "ok").unwrap();
    expect![[r#"
        exit 0
        {
          "bad": [
            {
              "line": 2,
              "problem": "malformed key: shorter than 20 characters"
            },
            {
              "line": 4,
              "problem": "there is no usage plan silver"
            },
            {
              "line": 5,
              "problem": "the same key as in line 3"
            },
            {
              "line": 6,
              "problem": "there is no such usage plan"
            }
          ],
          "existing": [],
          "imported": [
            {
              "id": "ID",
              "line": 3
            }
          ],
          "schemaVersion": 1
        }
        --
        FILE:2: malformed key: shorter than 20 characters
        FILE:4: there is no usage plan silver
        FILE:5: the same key as in line 3
        FILE:6: there is no such usage plan
    "#]]
    .assert_eq(&ran.text(&[(&file, "FILE"), (text(new, "id"), "ID")]));
    assert_eq!(items.len(), before.len() + 1);

    let ran = gateway.tollgate(&["keys", "import", "/not/there.csv"]);
    assert_eq!(
        ran.text(&[]),
        "exit 1\n--\ntollgate: cannot read /not/there.csv: No such file or directory (os error 2)\n"
    );
}

#[tokio::test]
async fn a_long_file_is_imported_whole_and_found_over_many_pages() {
    let gateway = TestGateway::new();
    // Over a megabyte: more than DynamoDB gives in a page.
    let lines = (0..300).map(|number| format!("n{number},{},{}\n", api_gateways(number), "d".repeat(4000)));
    let file = file("long.csv", &format!("Name,Key,Description\n{}", lines.collect::<String>()));
    let ran = gateway.tollgate(&["keys", "import", &file]);
    assert_eq!(
        ran.text(&[]),
        "exit 0\n300 imported, 0 existing, 0 bad\n--\ntollgate: without a usage plan: 300; they get 403 until their items name one\n"
    );
    let listed = listed(&gateway.tollgate(&["keys", "list", "-o", "json"]));
    assert_eq!(listed.len(), 300);
    for item in [&listed[0], &listed[299]] {
        let ran = gateway.tollgate(&["keys", "show", text(item, "id"), "-o", "json"]);
        assert_eq!(result(&ran), *item);
    }
}
