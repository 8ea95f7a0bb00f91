//! Where the tables are: `--table-prefix`, `--region`, `--endpoint-url`, `--stack`.

use crate::{
    harness::{
        scripted_aws::{Answer, AwsCall, ScriptedAws},
        tool::tollgate,
    },
    operator::at,
};

fn stack(outputs: &[(&str, &str)]) -> Answer {
    let outputs = outputs.iter().map(|(key, value)| {
        format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>")
    });
    let outputs: String = outputs.collect();
    (
        200,
        format!(
            "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
             <Stacks><member><StackName>x</StackName><Outputs>{outputs}</Outputs></member></Stacks>\
             </DescribeStacksResult></DescribeStacksResponse>"
        ),
    )
}

const OUTPUTS: [(&str, &str); 9] = [
    ("Url", "https://x.lambda-url.eu-west-1.on.aws/"),
    ("FunctionName", "shop"),
    ("StagesTable", "of-stack-stages"),
    ("RoutesTable", "of-stack-routes"),
    ("DeploymentsTable", "of-stack-deployments"),
    ("ApiKeysTable", "of-stack-api-keys"),
    ("UsagePlansTable", "of-stack-usage-plans"),
    ("CountersTable", "of-stack-counters"),
    ("CacheTable", "of-stack-cache"),
];

fn answer(call: &AwsCall) -> Answer {
    if call.operation == "Scan" {
        return (200, r#"{"Items":[]}"#.to_owned());
    }
    let error = |code: &str, message: &str| {
        let error =
            format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
        (400, format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"))
    };
    match call.body.split("StackName=").nth(1).unwrap() {
        "shop" => stack(&OUTPUTS),
        "other" => stack(&OUTPUTS[..3]),
        "denied" => {
            let mut answer = error(
                "AccessDenied",
                "User: arn:aws:iam::1:user/ada is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-west-1:1:stack/denied/*",
            );
            answer.0 = 403;
            answer
        }
        missing => error("ValidationError", &format!("Stack with id {missing} does not exist")),
    }
}

#[test]
fn tables_are_those_of_the_prefix_the_stack_or_the_environment() {
    let aws = ScriptedAws::start(answer);
    let variable = [("API_KEYS_TABLE", "of-variable")];
    let none: &[(&str, &str)] = &[];
    let table = [
        (none, &[][..], "tollgate-api-keys", "eu-west-1"),
        (&variable, &[], "of-variable", "eu-west-1"),
        (&variable, &["--table-prefix", "shop"], "shop-api-keys", "eu-west-1"),
        (&variable, &["--stack", "shop"], "of-stack-api-keys", "eu-west-1"),
        (none, &["--region", "sa-east-1"], "tollgate-api-keys", "sa-east-1"),
    ];
    for (variables, arguments, name, region) in table {
        let ran = at(&aws.url, variables, &[&["keys", "list"], arguments].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        let call = aws.calls().pop().unwrap();
        assert_eq!((call.operation.as_str(), call.region.as_str()), ("Scan", region), "{arguments:?}");
        let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(body["TableName"], name, "{arguments:?}");
    }
}

#[test]
fn an_endpoint_on_the_command_line_is_for_every_service() {
    let aws = ScriptedAws::start(answer);
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1"),
    ];
    let ran = tollgate(&variables, &["keys", "list", "--stack", "shop", "--endpoint-url", &aws.url]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(aws.operations(), ["cloudformation DescribeStacks", "dynamodb Scan"]);
}

#[test]
fn a_stack_that_cannot_be_used_is_refused_in_one_line() {
    let aws = ScriptedAws::start(answer);
    let table = [
        ("nix", 1, "there is no stack nix in eu-west-1; another region: --region"),
        ("other", 1, "the stack other has no output RoutesTable: it is none of Tollgate's template.yaml"),
        (
            "denied",
            6,
            "reading the stack denied in eu-west-1: denied: arn:aws:iam::1:user/ada may not do cloudformation:DescribeStacks \
             on arn:aws:cloudformation:eu-west-1:1:stack/denied/*; let it be allowed, or use other credentials (--profile)",
        ),
    ];
    for (stack, code, expected) in table {
        let ran = at(&aws.url, &[], &["keys", "list", "--stack", stack]);
        assert_eq!(ran.text(&[]), format!("exit {code}\n--\ntollgate: {expected}\n"));
    }
}

#[test]
fn places_that_are_none_or_contradict_each_other_are_wrong_command_lines() {
    for arguments in [
        &["--region", "eu west"][..],
        &["--region", ""],
        &["--table-prefix", "a/b"],
        &["--table-prefix", ""],
        &["--endpoint-url", "localhost"],
        &["--profile", ""],
        &["--stack", " "],
        &["--stack", "a", "--table-prefix", "b"],
        &["--stack", "a", "--local"],
        &["--profile", "a", "--local"],
    ] {
        let ran = tollgate(&[], &[&["keys", "list"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(64), ""), "{arguments:?}: {ran:?}");
    }
}
