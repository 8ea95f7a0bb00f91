//! What AWS refuses: denied, unknown or ended credentials, tables that are not there. One line: which, and what to do.

use expect_test::expect;
use serde_json::json;

use crate::{
    harness::{
        TestGateway,
        scripted_aws::{ScriptedAws, denied},
        tool::tollgate,
    },
    operator::at,
};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/tollgate-";

#[test]
fn what_is_denied_is_named_with_exit_6() {
    let aws = ScriptedAws::start(|call| {
        let table = call.body.split("\"tollgate-").nth(1).unwrap().split('"').next().unwrap();
        denied(&format!("dynamodb:{}", call.operation), &format!("{TABLE}{table}"))
    });
    let commands = [
        "check",
        "check v1",
        "deploy v1",
        "export --stage v1",
        "status",
        "keys list",
        "keys show k1",
        "keys delete k1 --yes",
        "keys create --plan gold",
        "cache stats v1",
        "usage k1",
    ];
    let told = commands.map(|command| {
        let ran = at(&aws.url, &[], &command.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(6), ""), "{command}: {ran:?}");
        format!("{command}\n  {}", ran.stderr)
    });
    expect![[r#"
        check
          tollgate: reading the stages failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-stages; let it be allowed, or use other credentials (--profile)
        check v1
          tollgate: reading the stage failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:GetItem on the table tollgate-stages; let it be allowed, or use other credentials (--profile)
        deploy v1
          tollgate: reading the stage failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:GetItem on the table tollgate-stages; let it be allowed, or use other credentials (--profile)
        export --stage v1
          tollgate: reading the stage failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:GetItem on the table tollgate-stages; let it be allowed, or use other credentials (--profile)
        status
          tollgate: reading the stages failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-stages; let it be allowed, or use other credentials (--profile)
        keys list
          tollgate: reading the API keys failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-api-keys; let it be allowed, or use other credentials (--profile)
        keys show k1
          tollgate: looking for the API key failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-api-keys; let it be allowed, or use other credentials (--profile)
        keys delete k1 --yes
          tollgate: looking for the API key failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-api-keys; let it be allowed, or use other credentials (--profile)
        keys create --plan gold
          tollgate: reading the usage plan failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:GetItem on the table tollgate-usage-plans; let it be allowed, or use other credentials (--profile)
        cache stats v1
          tollgate: reading the cache failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-cache; let it be allowed, or use other credentials (--profile)
        usage k1
          tollgate: reading the usage failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:BatchGetItem on the table tollgate-counters; let it be allowed, or use other credentials (--profile)
    "#]].assert_eq(&told.concat());
}

#[test]
fn credentials_that_aws_does_not_take_are_named_with_what_to_do() {
    let table = [
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "other ones: --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            "they have ended: sign in anew (`aws sso login`)",
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20261130T120000Z is now earlier than 20261130T130000Z",
            "the clock of this machine is wrong",
        ),
    ];
    for (code, message, what_to_do) in table {
        let answer =
            json!({ "__type": format!("com.amazon.coral.service#{code}"), "message": message }).to_string();
        let aws = ScriptedAws::start(move |_| (400, answer.clone()));
        let ran = at(&aws.url, &[], &["keys", "list"]);
        let expected = format!(
            "exit 1\n--\ntollgate: reading the API keys failed: AWS does not take these credentials: {code}: {message}: {what_to_do}\n"
        );
        assert_eq!(ran.text(&[]), expected);
    }
}

#[tokio::test]
async fn tables_that_are_not_there_are_named_with_what_to_do() {
    let world = TestGateway::new();
    let endpoint = format!("http://{}", world.dynamodb().address);
    let ways = "where they are: --region, --table-prefix or --stack";
    let table = [
        (
            &["deploy", "v1", "--table-prefix", "shop"][..],
            format!(
                "reading the stage failed: there is none of the tables shop-stages, shop-routes and shop-deployments at {endpoint}; {ways}"
            ),
        ),
        (
            &["keys", "list", "--table-prefix", "shop"],
            format!("reading the API keys failed: there is no table shop-api-keys at {endpoint}; {ways}"),
        ),
    ];
    for (arguments, expected) in table {
        let ran = world.tollgate(arguments);
        assert_eq!(ran.text(&[]), format!("exit 1\n--\ntollgate: {expected}\n"));
    }
    let variables =
        [("AWS_ENDPOINT_URL_DYNAMODB", &*endpoint), ("STAGES_TABLE", "mine"), ("ROUTES_TABLE", "too")];
    let ran = tollgate(&variables, &["deploy", "v1", "--local"]);
    let expected = format!(
        "exit 1\n--\ntollgate: reading the stage failed: there are no tables mine, too at {endpoint}; `tollgate dev` makes its own, of the names that \
         its environment says\n"
    );
    assert_eq!(ran.text(&[]), expected);
}
