//! What cannot be fetched: no such API or stage, several stages, a WebSocket API, a call that is not allowed.

use expect_test::{Expect, expect};
use serde_json::json;

use super::{api_gateway, import, not_found};
use crate::{
    api_file::Folder,
    harness::scripted_aws::{ScriptedAws, denied},
};

#[test]
fn an_api_that_is_not_there_or_cannot_be_served_is_told() {
    let stage = |name: &str| json!({ "stageName": name });
    let aws = api_gateway(vec![
        ("/v2/apis/chat1", json!({ "apiId": "chat1", "protocolType": "WEBSOCKET" })),
        ("/restapis/several", json!({ "id": "several" })),
        ("/restapis/several/stages", json!({ "item": [stage("prod"), stage("test")] })),
        ("/restapis/draft", json!({ "id": "draft" })),
        ("/restapis/draft/stages", json!({ "item": [] })),
    ]);
    let table: [(&[&str], i32, Expect); 5] = [
        (
            &["gone"],
            4,
            expect![[r#"
            tollgate: there is no API gone at URL; another region: --region
        "#]],
        ),
        (
            &["chat1"],
            3,
            expect![[r#"
            tollgate: chat1 is a WebSocket API, which a function URL cannot serve
        "#]],
        ),
        (
            &["several"],
            3,
            expect![[r#"
            tollgate: the API several has the stages prod, test: say which one, such as --stage prod
        "#]],
        ),
        (
            &["several", "--stage", "live"],
            4,
            expect![[r#"
            tollgate: the API several has no stage live: it has prod, test
        "#]],
        ),
        (
            &["draft"],
            4,
            expect![[r#"
            tollgate: the API draft has no stage: deploy it, for an export is one of a stage
        "#]],
        ),
    ];
    for (arguments, code, expected) in table {
        let ran = import(&Folder::new(&[]), &aws, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?}");
        expected.assert_eq(&ran.stderr.replace(&aws.url, "URL"));
    }
}

#[test]
fn a_call_that_is_not_allowed_names_the_permission_and_the_resource() {
    let aws = ScriptedAws::start(|call| match call.operation.as_str() {
        "GET /restapis/a1b2c3" => (200, json!({ "id": "a1b2c3" }).to_string()),
        "GET /restapis/a1b2c3/stages" => {
            let (_, answer) =
                denied("apigateway:GET", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages");
            (403, answer)
        }
        _ => not_found(call),
    });
    let ran = import(&Folder::new(&[]), &aws, &["a1b2c3"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(6), ""), "{}", ran.stderr);
    expect![[r#"
        tollgate: get-stages needs apigateway:GET on arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages: denied: arn:aws:iam::111122223333:user/ada may not do apigateway:GET on arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages; let it be allowed, or use other credentials (--profile)
    "#]].assert_eq(&ran.stderr);
}

#[test]
fn files_and_an_api_together_are_a_wrong_use_and_so_is_neither() {
    let aws = api_gateway(Vec::new());
    let ran = import(&Folder::new(&[]), &aws, &["a1b2c3", "openapi.yaml"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    assert!(ran.stderr.contains("'--from-aws <API_ID>' cannot be used with '[FILE]...'"), "{}", ran.stderr);
    let ran = Folder::new(&[]).tollgate(&["import"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
}
