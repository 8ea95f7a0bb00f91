//! The templates that frameworks write for their users: reference/vtl.md §A. Each is written anew after what it does.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::World;
use crate::{
    caller::{
        ClaimTexts, FunctionContext, FunctionPrincipal, Principal, PrincipalIdentity, TokenPlace,
        TokenPrincipal,
    },
    message::Origin,
};

fn user() -> Principal {
    let claims = [("sub", "u-1"), ("email", "o'neil@example.com")];
    Principal::Token(TokenPrincipal {
        identity: PrincipalIdentity::of_subject("https://issuer.example", "u-1"),
        id: None,
        claims: ClaimTexts {
            of_rest_apis: claims.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
            of_http_apis: BTreeMap::new(),
        },
        scopes: None,
        place: TokenPlace::Header(http::header::AUTHORIZATION),
    })
}

fn partner() -> Principal {
    let context = json!({ "tenant": "acme \"1\"", "level": 3 });
    Principal::Function(FunctionPrincipal {
        identity: PrincipalIdentity::of_principal_id("partners", "p-1"),
        id: Some("p-1".to_owned()),
        context: Arc::new(FunctionContext::new(context.as_object().unwrap().clone())),
        usage_identifier_key: None,
        latency_ms: 0,
        places: Arc::new([]),
    })
}

/// Valid JSON, without its white space.
#[track_caller]
fn gives_json(world: &World, template: &str, expected: &serde_json::Value) {
    let text = world.text(template);
    let json: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(json, *expected, "{text}");
}

/// 1: one `#define` that is rendered with another `$map` each time.
const LAMBDA_JSON: &str = r#"
#define( $loop )
  {
  #foreach($key in $map.keySet())
    #set( $k = $util.escapeJavaScript($key) )
    #set( $v = $util.escapeJavaScript($map.get($key)).replaceAll("\\'", "'") )
    "$k":
      "$v"
      #if( $foreach.hasNext ) , #end
  #end
  }
#end
{
  "body": $input.json("$"),
  "method": "$context.httpMethod",
  "principalId": "$context.authorizer.principalId",
  "stage": "$context.stage",
  "cognitoPoolClaims" : {
     "sub": "$context.authorizer.claims.sub"
  },
  #set( $map = $context.authorizer )
  "enhancedAuthContext": $loop,
  #set( $map = $input.params().header )
  "headers": $loop,
  #set( $map = $input.params().querystring )
  "query": $loop,
  #set( $map = $input.params().path )
  "path": $loop,
  #set( $map = $context.identity )
  "identity": $loop,
  #set( $map = $stageVariables )
  "stageVariables": $loop,
  "requestPath": "$context.resourcePath"
}
"#;

/// What the template says of [`World::new`].
fn lambda_json_event() -> serde_json::Value {
    json!({
        "body": { "name": "Ada", "age": 36, "tags": ["x", "y"], "address": { "city": "London", "lines": [{ "no": 1 }] } },
        "method": "GET",
        "principalId": "",
        "stage": "v1",
        "cognitoPoolClaims": { "sub": "" },
        "enhancedAuthContext": {},
        "headers": { "content-type": "application/json", "origin": "https://app.example" },
        "query": { "page": "2", "q": "a b", "twice": "2" },
        "path": { "id": "7/8" },
        "identity": {
            "cognitoIdentityPoolId": "", "accountId": "", "cognitoIdentityId": "", "caller": "",
            "sourceIp": "192.0.2.1", "principalOrgId": "", "accessKey": "", "cognitoAuthenticationType": "",
            "cognitoAuthenticationProvider": "", "userArn": "", "userAgent": "", "user": "",
        },
        "stageVariables": { "bad": "a\r\nx-evil: 1", "env": "dev", "limit": "10" },
        "requestPath": "/orders/{id}",
    })
}

#[test]
fn serverless_lambda_with_json() {
    gives_json(&World::new(), LAMBDA_JSON, &lambda_json_event());

    let mut event = lambda_json_event();
    event["body"] = json!({});
    event["query"] = json!({ "q": "it's \"quoted\" \\ ü\n" });
    event["headers"] = json!({ "cookie": "a=1; b=2" });
    let mut world = World::new().without_headers().body("").query("q=it's%20%22quoted%22%20%5C%20%C3%BC%0A");
    world.request.request.cookies = vec!["a=1".to_owned(), "b=2".to_owned()];
    gives_json(&world, LAMBDA_JSON, &event);
}

#[test]
fn serverless_lambda_with_json_and_an_authorizer() {
    let mut event = lambda_json_event();
    event["principalId"] = json!("p-1");
    event["enhancedAuthContext"] =
        json!({ "principalId": "p-1", "integrationLatency": "0", "level": "3", "tenant": "acme \"1\"" });
    gives_json(&World::new().principal(partner()), LAMBDA_JSON, &event);

    let mut event = lambda_json_event();
    event["cognitoPoolClaims"] = json!({ "sub": "u-1" });
    // A map of `$context` prints nothing.
    event["enhancedAuthContext"] = json!({ "claims": "" });
    gives_json(&World::new().principal(user()), LAMBDA_JSON, &event);
}

/// 2: form bodies, which are no JSON.
const LAMBDA_FORM: &str = r##"
#define( $body )
  {
  #foreach( $pair in $input.path('$').split('&') )
    #set( $parts = $pair.split('=') )
    #if( $parts.size() >= 1 && $parts[0].length() > 0 )
      #set( $name = $util.escapeJavaScript($util.urlDecode($parts[0])).replaceAll("\\'", "'") )
      #set( $value = "" )
      #if( $parts.size() > 1 )
        #set( $value = $util.escapeJavaScript($util.urlDecode($parts[1])).replaceAll("\\'", "'") )
      #end
      "$name": "$value"#if( $foreach.hasNext ),#end
    #end
  #end
  }
#end
{ "body": $body, "method": "$context.httpMethod" }
"##;

#[test]
fn serverless_lambda_with_a_form() {
    #[rustfmt::skip]
    let cases = [
        ("a=1&b=x+y%20z", json!({ "a": "1", "b": "x y z" })),
        ("name=O'Neil%20%22x%22&empty=&bare", json!({ "name": "O'Neil \"x\"", "empty": "", "bare": "" })),
        ("a%5B%5D=%E2%82%AC", json!({ "a[]": "€" })),
        ("single", json!({ "single": "" })),
    ];
    for (body, expected) in cases {
        let event = json!({ "body": expected, "method": "GET" });
        gives_json(&World::new().body(body), LAMBDA_FORM, &event);
    }
}

/// 4: CORS with several origins on a MOCK; the response's template reads the request.
#[test]
fn serverless_cors_with_several_origins() {
    let template = r#"#set($origin = $input.params("Origin"))
#if($origin == "") #set($origin = $input.params("origin")) #end
#if($origin.matches("https://[^.]*[.]example[.]com") || $origin.matches("http://localhost:3000"))
  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end"#;
    let allowed = |origin: &'static str| {
        let rendered =
            World::new().body("{statusCode:200}").header("origin", origin).rendered(template).unwrap();
        assert_eq!(rendered.text.trim(), "", "{origin}");
        rendered
            .overrides
            .response
            .header
            .into_iter()
            .map(|one| format!("{}: {}", one.name, one.value))
            .collect::<Vec<_>>()
    };
    for origin in ["https://app.example.com", "http://localhost:3000", "https://.example.com"] {
        assert_eq!(allowed(origin), [format!("Access-Control-Allow-Origin: {origin}")]);
    }
    for origin in [
        "https://app.example.org",
        "https://a.b.example.com",
        "https://app.exampleXcom",
        "x http://localhost:3000",
        "",
    ] {
        assert_eq!(allowed(origin), [""; 0], "{origin}");
    }
}

/// 5: the same of CDK, which asks the map of headers.
#[test]
fn cdk_cors_with_several_origins() {
    let template = r#"#set($origin = $input.params().header.get("Origin"))
#if($origin == "")
  #set($origin = $input.params().header.get("origin"))
#end
#if($origin == "https://a.example" || $origin == "https://b.example")
  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end"#;
    for (origin, allowed) in [("https://a.example", 1), ("https://b.example", 1), ("https://c.example", 0)] {
        let rendered =
            World::new().body("{ statusCode: 200 }").header("origin", origin).rendered(template).unwrap();
        assert_eq!(rendered.overrides.response.header.len(), allowed, "{origin}");
    }
    let rendered = World::new().without_headers().rendered(template).unwrap();
    assert_eq!(rendered.overrides.response.header, []);
}

/// 6: the text of an input of Step Functions, built piece by piece.
#[test]
fn cdk_step_functions() {
    let template = r##"## Settings of the integration
#set($inputString = '')
#set($includeHeaders = true)
#set($includeQueryString = true)
#set($includePath = true)
#set($includeAuthorizer = false)
#set($allParams = $input.params())
#set($allContext = ["sourceIp", "httpMethod", "stage"])
{
    "stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:m",
    #set($inputString = "$inputString,@@body@@: $input.body")
    #if ($includeHeaders)
        #set($inputString = "$inputString, @@header@@:{")
        #foreach($name in $allParams.header.keySet())
            #set($inputString = "$inputString @@$name@@: @@$util.escapeJavaScript($allParams.header.get($name))@@")
            #if($foreach.hasNext)
                #set($inputString = "$inputString,")
            #end
        #end
        #set($inputString = "$inputString }")
    #end
    #if ($includeQueryString)
        #set($inputString = "$inputString, @@querystring@@:{")
        #foreach($name in $allParams.querystring.keySet())
            #set($inputString = "$inputString @@$name@@: @@$util.escapeJavaScript($allParams.querystring.get($name))@@")
            #if($foreach.hasNext)
                #set($inputString = "$inputString,")
            #end
        #end
        #set($inputString = "$inputString }")
    #end
    #if ($includePath && !$allParams.path.isEmpty())
        #set($inputString = "$inputString, @@id@@: @@$allParams.path.id@@")
    #end
    #if (!$allContext.empty && $allContext.contains("stage"))
        #set($inputString = "$inputString, @@requestContext@@:{")
        #foreach($word in $allContext)
            #if($word.toLowerCase() == "sourceip")
                #set($inputString = "$inputString @@$word@@: @@$context.identity.sourceIp@@")
            #else
                #set($inputString = "$inputString @@$word@@: @@$context.get($word)@@")
            #end
            #if($foreach.hasNext)
                #set($inputString = "$inputString,")
            #end
        #end
        #set($inputString = "$inputString }")
    #end
    #set($inputString = "$inputString}")
    #set($inputString = $inputString.replaceAll("@@",'"'))
    #set($len = $inputString.length() - 1)
    "input": "{$util.escapeJavaScript($inputString.substring(1,$len)).replaceAll("\\'","'")}"
}"##;
    let text = World::new().body(r#"{"a": "it's"}"#).text(template);
    let outer: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let inner: serde_json::Value = serde_json::from_str(outer["input"].as_str().unwrap()).unwrap();
    let expected = json!({
        "body": { "a": "it's" },
        "header": { "content-type": "application/json", "origin": "https://app.example" },
        "querystring": { "page": "2", "q": "a b", "twice": "2" },
        "id": "7/8",
        "requestContext": { "sourceIp": "192.0.2.1", "httpMethod": "GET", "stage": "v1" },
    });
    assert_eq!(inner, expected);
}

/// 7: the body as a text in JSON.
#[test]
fn sam_state_machine() {
    let template = r#"{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "arn:x"}"#;
    let world = World::new().body(r#"{"name": "O'Neil \"x\" €/", "n": 1.50}"#);
    let text = world.text(template);
    let outer: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(outer["input"], r#"{"name":"O'Neil \"x\" €/","n":1.50}"#);
    gives_json(&World::new().body(""), template, &json!({ "input": "{}", "stateMachineArn": "arn:x" }));
}

/// 8: DynamoDB by Serverless's service proxy; `hasNext()` is called.
#[test]
fn serverless_dynamodb() {
    let template = r#"#set ($body = $util.parseJson($input.body)){"TableName": "orders","Item": {#foreach ($key in $body.keySet())#set ($item = $body.get($key))#foreach ($type in $item.keySet())"$key": {"$type": "$item.get($type)"}#if($foreach.hasNext()),#end#end#if($foreach.hasNext()),#end#end},"Key": {"pk": {"S": "${input.params().path.id}"},"sk": {"N": "$input.params().querystring.page"}}}"#;
    let world = World::new().body(r#"{"id":{"S":"a"},"n":{"N":"1"}}"#);
    let expected = json!({
        "TableName": "orders",
        "Item": { "id": { "S": "a" }, "n": { "N": "1" } },
        "Key": { "pk": { "S": "7/8" }, "sk": { "N": "2" } },
    });
    gives_json(&world, template, &expected);
}

/// 9: Kinesis, EventBridge, SNS and SQS by the same.
#[test]
fn serverless_services() {
    let world = World::new().body(r#"{"data":{"a":"ü"},"message":"a&b","type":"order"}"#);
    #[rustfmt::skip]
    world.gives(&[
        (r#"{"StreamName":"s","Data":"$util.base64Encode($input.json('$.data'))","PartitionKey":"$input.params().path.id"}"#,
         r#"{"StreamName":"s","Data":"eyJhIjoiw7wifQ==","PartitionKey":"7/8"}"#),
        (r#"{"PartitionKey":"$input.path('$.type')","Kind":"$util.parseJson($input.body).type"}"#,
         r#"{"PartitionKey":"order","Kind":"order"}"#),
        ("Action=Publish&TopicArn=$util.urlEncode('arn:aws:sns:eu-west-1:1:t')&Message=$util.urlEncode($input.body)",
         "Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Message=%7B%22data%22%3A%7B%22a%22%3A%22%C3%BC%22%7D%2C%22message%22%3A%22a%26b%22%2C%22type%22%3A%22order%22%7D"),
        ("Action=SendMessage&MessageBody=$util.urlEncode($util.parseJson($input.body).message)", "Action=SendMessage&MessageBody=a%26b"),
        (r#"#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1"){"Entries":[{"Detail":"$util.escapeJavaScript($input.json('$'))","DetailType":"$input.path('$.type')"}]}"#,
         r#"{"Entries":[{"Detail":"{\"data\":{\"a\":\"\u00FC\"},\"message\":\"a&b\",\"type\":\"order\"}","DetailType":"order"}]}"#),
    ]);
}

/// 10: AWS Solutions Constructs.
#[test]
fn solutions_constructs() {
    let world = World::new()
        .body(r#"{"records":[{"data":"a","partition-key":"p1"},{"data":"b","partition-key":"p2"}]}"#);
    #[rustfmt::skip]
    world.gives(&[
        (r#"{ "StreamName": "s", "Records": [ #foreach($elem in $input.path('$.records')) { "Data": "$util.base64Encode($elem.data)", "PartitionKey": "$elem.partition-key"}#if($foreach.hasNext),#end #end ] }"#,
         r#"{ "StreamName": "s", "Records": [  { "Data": "YQ==", "PartitionKey": "p1"},  { "Data": "Yg==", "PartitionKey": "p2"}  ] }"#),
        ("Action=SendMessage&MessageBody=$util.urlEncode(\"$input.body\")&MessageAttribute.1.Value=$context.httpMethod",
         "Action=SendMessage&MessageBody=%7B%22records%22%3A%5B%7B%22data%22%3A%22a%22%2C%22partition-key%22%3A%22p1%22%7D%2C%7B%22data%22%3A%22b%22%2C%22partition-key%22%3A%22p2%22%7D%5D%7D&MessageAttribute.1.Value=GET"),
        ("Action=ReceiveMessage", "Action=ReceiveMessage"),
        ("Action=DeleteMessage&ReceiptHandle=$util.urlEncode($input.params('receiptHandle'))", "Action=DeleteMessage&ReceiptHandle="),
    ]);
}

#[test]
fn the_origin_of_a_request_does_not_change_the_template() {
    let mut world = World::new();
    world.request.request.origin = Origin { source_ip: "2001:db8::1".to_owned(), ..Origin::default() };
    world.gives(&[("$context.identity.sourceIp", "2001:db8::1")]);
}
