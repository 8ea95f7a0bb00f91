//! `tollgate doctor`: tables of a real DynamoDB, and scripted services around them.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{
    harness::{
        TestGateway,
        scripted_aws::{Answer, AwsCall, ScriptedAws, denied},
    },
    operator::at,
};

const FUNCTION: &str = "shop";
const ROLE: &str = "arn:aws:iam::111122223333:role/shop-role";

/// A world with one good stage, and the ARN of the stream of its routes.
async fn world() -> (TestGateway, String) {
    let world =
        TestGateway::serving(&[json!({ "routeKey": "GET /orders", "integration": { "type": "MOCK" } })])
            .await;
    let table = world.client().describe_table().table_name("tollgate-routes").send().await.unwrap();
    let stream = table.table.unwrap().latest_stream_arn.unwrap();
    (world, stream)
}

fn doctor(world: &TestGateway, aws: &ScriptedAws, arguments: &[&str]) -> String {
    let variables = [("AWS_ENDPOINT_URL", aws.url.as_str())];
    let ran = world.tollgate_with(&variables, &[&["doctor", "--function", FUNCTION], arguments].concat());
    ran.text(&[])
}

fn statement(action: &str, condition: &Value) -> Value {
    json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "r", "Condition": condition })
}

fn simulated(call: &AwsCall, decision: impl Fn(&str) -> &'static str) -> Answer {
    let value = |name: &str| -> Vec<String> {
        let pairs = call.body.split('&').filter(|pair| pair.starts_with(name));
        pairs
            .map(|pair| {
                let encoded = pair.split_once('=').unwrap().1;
                percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap().into_owned()
            })
            .collect()
    };
    let mut members = String::new();
    for action in value("ActionNames") {
        for resource in value("ResourceArns") {
            let decision = decision(&action);
            members += &format!(
                "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>\
                 <EvalDecision>{decision}</EvalDecision></member>"
            );
        }
    }
    let result = format!("<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>");
    (200, format!("<R><SimulatePrincipalPolicyResult>{result}</SimulatePrincipalPolicyResult></R>"))
}

/// Everything as the template makes it.
fn well(stream: &str) -> impl Fn(&AwsCall) -> Answer + Send + Sync + use<> {
    let mapping =
        json!({ "UUID": "u", "EventSourceArn": stream, "State": "Enabled", "LastProcessingResult": "OK" });
    move |call: &AwsCall| {
        let policy = json!({ "Statement": [
            statement("lambda:InvokeFunctionUrl", &json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } })),
            statement("lambda:InvokeFunction", &json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } })),
        ] });
        let answer = match call.operation.as_str() {
            "SimulatePrincipalPolicy" => return simulated(call, |_| "allowed"),
            "GET /2015-03-31/functions/shop/configuration" => json!({ "FunctionArn": "f", "Role": ROLE,
                "Environment": { "Variables": { "STAGES_TABLE": "tollgate-stages" } },
                "LoggingConfig": { "LogFormat": "JSON", "LogGroup": "/aws/lambda/shop" } }),
            "GET /2021-10-31/functions/shop/url" => {
                json!({ "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/",
                "AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM" })
            }
            "GET /2015-03-31/functions/shop/policy" => json!({ "Policy": policy.to_string() }),
            "GET /2015-03-31/event-source-mappings?FunctionName=shop" => {
                json!({ "EventSourceMappings": [mapping] })
            }
            "DescribeLogGroups" => {
                json!({ "logGroups": [{ "logGroupName": "/aws/lambda/shop", "retentionInDays": 30 }] })
            }
            "FilterLogEvents" => json!({ "events": [{ "eventId": "1", "timestamp": 1,
                "message": json!({ "message": "started", "gateway": env!("CARGO_PKG_VERSION") }).to_string() }] }),
            other => panic!("{other}"),
        };
        (200, answer.to_string())
    }
}

/// The URL, its permissions and the mapping of a stack are on its alias, and there they are looked for.
#[tokio::test]
async fn the_function_of_a_stack_is_looked_at_by_its_alias() {
    let (world, stream) = world().await;
    let well = well(&stream);
    let aws = ScriptedAws::start(move |call: &AwsCall| {
        if call.operation == "DescribeStacks" {
            return stack_with_alias();
        }
        let is_of_function =
            ["/functions/", "FunctionName="].iter().any(|part| call.operation.contains(part));
        assert!(!is_of_function || call.operation.contains("shop%3Alive"), "{}", call.operation);
        let operation = call.operation.replace("shop%3Alive", FUNCTION);
        well(&AwsCall { operation, ..call.clone() })
    });
    let variables = [("AWS_ENDPOINT_URL", aws.url.as_str())];
    let ran = world.tollgate_with(&variables, &["doctor", "--stack", "shop"]);
    let told = ran.text(&[]);
    let lines = told.lines().skip_while(|line| *line != "function").take(5).collect::<Vec<_>>().join("\n");
    expect![[r#"
        function
          ok           function shop:live: uses these tables
          ok           function URL: https://x.lambda-url.eu-west-1.on.aws/ (NONE)
          ok           function URL, permissions: everybody may call it, and only by the URL
          ok           edits of routes: the function reads the stream of the routes table"#]]
    .assert_eq(&lines);
}

fn stack_with_alias() -> Answer {
    let tables = ["Stages", "Routes", "Deployments", "ApiKeys", "UsagePlans", "Counters", "Cache"];
    let names = ["stages", "routes", "deployments", "api-keys", "usage-plans", "counters", "cache"];
    let tables =
        tables.iter().zip(names).map(|(key, name)| (format!("{key}Table"), format!("tollgate-{name}")));
    let own = [("FunctionName".to_owned(), FUNCTION.to_owned()), ("AliasName".to_owned(), "live".to_owned())];
    let outputs = own.into_iter().chain(tables).map(|(key, value)| {
        format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>")
    });
    let stack =
        format!("<Stacks><member><Outputs>{}</Outputs></member></Stacks>", outputs.collect::<String>());
    let result = format!("<DescribeStacksResult>{stack}</DescribeStacksResult>");
    (200, format!("<DescribeStacksResponse>{result}</DescribeStacksResponse>"))
}

#[tokio::test]
async fn what_is_as_it_should_be_is_said_to_be_so() {
    let (world, stream) = world().await;
    let aws = ScriptedAws::start(well(&stream));
    expect![[r#"
        exit 0
        tables
          ok           table tollgate-stages: key stage (S)
          not checked  backups: this DynamoDB does not know them
          ok           table tollgate-routes: key stage (S), routeKey (S)
          ok           table tollgate-api-keys: key keyHash (S)
          ok           table tollgate-usage-plans: key usagePlanId (S)
          ok           table tollgate-deployments: key deploymentId (S), part (N)
          ok           table tollgate-counters: key counter (S)
          ok           table tollgate-cache: key cacheKey (S), part (N)
        function
          ok           function shop: uses these tables
          ok           function URL: https://x.lambda-url.eu-west-1.on.aws/ (NONE)
          ok           function URL, permissions: everybody may call it, and only by the URL
          ok           edits of routes: the function reads the stream of the routes table
        role
          ok           role: may do what the gateway does with its tables
        log
          ok           log group /aws/lambda/shop: keeps lines for 30 days
          ok           gateway's version: 0.1.0, as the tool's
        stages
          ok           stage v1: serves 1 route
        items
          ok           items: each is read by somebody
        clock
          ok           clock of this machine: as the service's
        0 problems, 0 warnings, 1 not checked
        --
    "#]]
    .assert_eq(&doctor(&world, &aws, &[]));
}

#[tokio::test]
async fn what_is_wrong_is_told_with_the_command_that_mends_it() {
    let (world, stream) = world().await;
    world.put_route(&json!({ "routeKey": "GET /x", "integration": { "type": "SOAP" } }));
    world.put_route(&json!({ "stage": "lost", "routeKey": "GET /x", "integration": { "type": "MOCK" } }));
    world.put_route(&json!({ "stage": "api-only", "routeKey": "$api" }));
    world.put_stage(
        &json!({ "stage": "bare", "applying": { "id": "a1", "by": "ada@laptop", "at": 1_796_047_200 } }),
    );
    world.put_plan(&json!({ "usagePlanId": "unused" }));
    world.put(
        "tollgate-api-keys",
        &json!({ "keyHash": "aa", "id": "k1", "name": "a", "usagePlanId": "gone", "stages": ["v9"] }),
    );
    world.put("tollgate-api-keys", &json!({ "keyHash": "bb", "id": "k2", "name": "b" }));
    world.client().delete_table().table_name("tollgate-cache").send().await.unwrap();
    world.create_table("tollgate-cache", "key", None);
    let well = well(&stream);
    let aws = ScriptedAws::start(move |call| {
        let answer = match call.operation.as_str() {
            "SimulatePrincipalPolicy" => {
                return simulated(
                    call,
                    |action| if action == "dynamodb:Scan" { "implicitDeny" } else { "allowed" },
                );
            }
            "GET /2015-03-31/functions/shop/configuration" => json!({ "FunctionArn": "f", "Role": ROLE,
                "Environment": { "Variables": { "STAGES_TABLE": "other", "FUNCTION_URL_AUTH_TYPE": "AWS_IAM" } },
                "LoggingConfig": { "LogGroup": "/aws/lambda/shop" } }),
            "GET /2021-10-31/functions/shop/url" => {
                json!({ "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/",
                "AuthType": "NONE", "InvokeMode": "BUFFERED", "Cors": { "AllowOrigins": ["*"] } })
            }
            "GET /2015-03-31/functions/shop/policy" => {
                json!({ "Policy": json!({ "Statement": [statement("lambda:InvokeFunction", &json!({}))] }).to_string() })
            }
            "GET /2015-03-31/event-source-mappings?FunctionName=shop" => json!({ "EventSourceMappings": [] }),
            "DescribeLogGroups" => json!({ "logGroups": [{ "logGroupName": "/aws/lambda/shop" }] }),
            "FilterLogEvents" => json!({ "events": [{ "eventId": "1", "timestamp": 1,
                "message": json!({ "message": "started", "gateway": "0.0.1" }).to_string() }] }),
            _ => return well(call),
        };
        (200, answer.to_string())
    });
    let told = doctor(&world, &aws, &[]).replace(&stream, "STREAM");
    expect![[r#"
        exit 3
        tables
          ok           table tollgate-stages: key stage (S)
          not checked  backups: this DynamoDB does not know them
          ok           table tollgate-routes: key stage (S), routeKey (S)
          ok           table tollgate-api-keys: key keyHash (S)
          ok           table tollgate-usage-plans: key usagePlanId (S)
          ok           table tollgate-deployments: key deploymentId (S), part (N)
          ok           table tollgate-counters: key counter (S)
          problem      table tollgate-cache: its key is key (S), and must be cacheKey (S), part (N): the key of a table cannot be changed, so make another table
          warning      table tollgate-cache: its items do not expire: it grows, and what is read stays right
                       aws dynamodb update-time-to-live --table-name tollgate-cache --time-to-live-specification Enabled=true,AttributeName=expiresAt
        function
          problem      function shop: its STAGES_TABLE is other, and tollgate-stages is looked at here
          problem      function URL: its AuthType is NONE, and FUNCTION_URL_AUTH_TYPE says AWS_IAM
                       aws lambda update-function-url-config --function-name shop --auth-type AWS_IAM
          warning      function URL: has CORS of its own, which overrides the gateway's headers
                       aws lambda update-function-url-config --function-name shop --cors {}
          warning      function URL: its mode is BUFFERED: no answer is streamed, and none may be over 6 MB
                       aws lambda update-function-url-config --function-name shop --invoke-mode RESPONSE_STREAM
          problem      function URL, permissions: everybody may invoke the function itself, past its URL: remove that statement of its policy
                       aws lambda get-policy --function-name shop
          problem      function URL, permissions: lambda:InvokeFunctionUrl is not for everybody: the URL answers 403
                       aws lambda add-permission --function-name shop --principal '*' --statement-id url-is-public --action lambda:InvokeFunctionUrl --function-url-auth-type NONE
          problem      function URL, permissions: lambda:InvokeFunction by the URL is not for everybody: the URL answers 403
                       aws lambda add-permission --function-name shop --principal '*' --statement-id url-may-invoke --action lambda:InvokeFunction --invoked-via-function-url
          problem      edits of routes: nothing reads the stream of the routes table: an edit goes live only by `tollgate deploy`
                       aws lambda create-event-source-mapping --function-name shop --event-source-arn STREAM --starting-position TRIM_HORIZON --batch-size 1000 --maximum-batching-window-in-seconds 1
        role
          problem      role: shop-role may not do dynamodb:Scan on the table tollgate-stages
                       aws iam put-role-policy --role-name shop-role --policy-name tollgate-dynamodb-Scan-tollgate-stages --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"arn:aws:dynamodb:dynoxide:000000000000:table/tollgate-stages"}]}'
        log
          warning      log group /aws/lambda/shop: keeps lines for ever, and all of them are paid for
                       aws logs put-retention-policy --log-group-name /aws/lambda/shop --retention-in-days 30
          warning      gateway's version: the gateway is 0.0.1, and the tool is 0.1.0: they may read items otherwise
                       make deploy
        stages
          problem      stage api-only: its items have 1 problem, and what was served stays
                       tollgate check api-only
          problem      stage api-only: nothing is served: it answers 503
          problem      stage bare: the apply that ada@laptop began at 2026-11-30T14:00:00Z (id a1) has not ended, and no edit goes live: an apply of the file finishes it
                       tollgate apply tollgate.yaml --stage bare
          problem      stage bare: its items have 1 problem, and what was served stays
                       tollgate check bare
          problem      stage bare: nothing is served: it answers 503
          warning      stage lost: its items are valid, and not served yet
                       tollgate deploy lost
          problem      stage lost: nothing is served: it answers 503
          problem      stage v1: its items have 1 problem, and what was served stays
                       tollgate check v1
        items
          warning      stage api-only: its $api item belongs to no route and no stage
          warning      stage bare: has no routes
          warning      stage lost: has 1 item and no stage item: nobody has published them
                       tollgate deploy lost
          problem      key k1: its usage plan gone is not there: it gets 403
                       tollgate keys show k1
          warning      key k1: is for stages that are not there: v9
                       tollgate keys show k1
          warning      key k2: has no usage plan: it gets 403
                       tollgate keys show k2
          warning      usage plan unused: no key has it
        clock
          ok           clock of this machine: as the service's
        the commands of aws are for eu-west-1
        16 problems, 12 warnings, 1 not checked
        --
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_not_said_to_be_well() {
    let (world, _) = world().await;
    let aws = ScriptedAws::start(|call| match call.service.as_str() {
        "iam" => (
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
                .to_owned(),
        ),
        service => denied(&format!("{service}:X"), "r"),
    });
    expect![[r#"
        exit 0
        tables
          ok           table tollgate-stages: key stage (S)
          not checked  backups: this DynamoDB does not know them
          ok           table tollgate-routes: key stage (S), routeKey (S)
          ok           table tollgate-api-keys: key keyHash (S)
          ok           table tollgate-usage-plans: key usagePlanId (S)
          ok           table tollgate-deployments: key deploymentId (S), part (N)
          ok           table tollgate-counters: key counter (S)
          ok           table tollgate-cache: key cacheKey (S), part (N)
        function
          not checked  function shop: denied: arn:aws:iam::111122223333:user/ada may not do lambda:X on r
          not checked  function URL: denied: arn:aws:iam::111122223333:user/ada may not do lambda:X on r
          not checked  edits of routes: denied: arn:aws:iam::111122223333:user/ada may not do lambda:X on r
        role
          not checked  role: which role the function has, is not known
        log
          not checked  log group g: denied: arn:aws:iam::111122223333:user/ada may not do logs:X on r
          not checked  gateway's version: denied: arn:aws:iam::111122223333:user/ada may not do logs:X on r
        stages
          ok           stage v1: serves 1 route
        items
          ok           items: each is read by somebody
        clock
          ok           clock of this machine: as the service's
        0 problems, 0 warnings, 7 not checked
        --
    "#]]
    .assert_eq(&doctor(&world, &aws, &["--log-group", "g"]));
    let unknown = world.tollgate_with(&[("AWS_ENDPOINT_URL", &aws.url)], &["doctor"]);
    expect![[r#"
        exit 0
        tables
          ok           table tollgate-stages: key stage (S)
          not checked  backups: this DynamoDB does not know them
          ok           table tollgate-routes: key stage (S), routeKey (S)
          ok           table tollgate-api-keys: key keyHash (S)
          ok           table tollgate-usage-plans: key usagePlanId (S)
          ok           table tollgate-deployments: key deploymentId (S), part (N)
          ok           table tollgate-counters: key counter (S)
          ok           table tollgate-cache: key cacheKey (S), part (N)
        function
          not checked  function: which function it is, is not known: --stack or --function
        role
          not checked  role: which role the function has, is not known
        log
          not checked  log group: which one it is, is not known: --stack or --log-group
        stages
          ok           stage v1: serves 1 route
        items
          ok           items: each is read by somebody
        clock
          ok           clock of this machine: as the service's
        0 problems, 0 warnings, 4 not checked
        --
    "#]]
    .assert_eq(&unknown.text(&[]));
}

#[tokio::test]
async fn a_missing_table_is_a_problem_and_no_error() {
    let world = TestGateway::new();
    let ran = world.tollgate(&["doctor", "--local", "--table-prefix", "shop"]);
    expect![[r#"
        exit 3
        tables
          problem      table shop-stages: there is no such table
                       aws dynamodb create-table --table-name shop-stages --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=stage,AttributeType=S --key-schema AttributeName=stage,KeyType=HASH
          problem      table shop-routes: there is no such table
                       aws dynamodb create-table --table-name shop-routes --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=stage,AttributeType=S AttributeName=routeKey,AttributeType=S --key-schema AttributeName=stage,KeyType=HASH AttributeName=routeKey,KeyType=RANGE --stream-specification StreamEnabled=true,StreamViewType=KEYS_ONLY
          problem      table shop-api-keys: there is no such table
                       aws dynamodb create-table --table-name shop-api-keys --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=keyHash,AttributeType=S --key-schema AttributeName=keyHash,KeyType=HASH
          problem      table shop-usage-plans: there is no such table
                       aws dynamodb create-table --table-name shop-usage-plans --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=usagePlanId,AttributeType=S --key-schema AttributeName=usagePlanId,KeyType=HASH
          problem      table shop-deployments: there is no such table
                       aws dynamodb create-table --table-name shop-deployments --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=deploymentId,AttributeType=S AttributeName=part,AttributeType=N --key-schema AttributeName=deploymentId,KeyType=HASH AttributeName=part,KeyType=RANGE
          problem      table shop-counters: there is no such table
                       aws dynamodb create-table --table-name shop-counters --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=counter,AttributeType=S --key-schema AttributeName=counter,KeyType=HASH
          problem      table shop-cache: there is no such table
                       aws dynamodb create-table --table-name shop-cache --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=cacheKey,AttributeType=S AttributeName=part,AttributeType=N --key-schema AttributeName=cacheKey,KeyType=HASH AttributeName=part,KeyType=RANGE
        function
          not checked  function: the local world has no function URL, role or log group
        clock
          not checked  clock of this machine: ResourceNotFoundException: Requested resource not found: Table: shop-stages not found (status 400)
        the commands of aws are for eu-west-1
        7 problems, 0 warnings, 2 not checked
        --
    "#]].assert_eq(&ran.text(&[]));
}

#[test]
fn one_who_may_do_nothing_learns_what_was_not_checked() {
    let aws = ScriptedAws::start(|call| denied(&format!("{}:{}", call.service, call.operation), "r"));
    expect![[r#"
        exit 0
        tables
          not checked  table tollgate-stages: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-routes: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-api-keys: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-usage-plans: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-deployments: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-counters: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
          not checked  table tollgate-cache: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
        function
          not checked  function: which function it is, is not known: --stack or --function
        role
          not checked  role: which role the function has, is not known
        log
          not checked  log group: which one it is, is not known: --stack or --log-group
        stages
          not checked  stages: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on r
        items
          not checked  items: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on r
        clock
          not checked  clock of this machine: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on r
        0 problems, 0 warnings, 13 not checked
        --
    "#]].assert_eq(&at(&aws.url, &[], &["doctor"]).text(&[]));
}
