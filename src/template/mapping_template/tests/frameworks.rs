//! The templates that frameworks write for their users: reference/vtl.md §A. Each is written anew after what it does.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::{World, gives_json};
use crate::caller::{
    ClaimTexts, FunctionContext, FunctionPrincipal, Principal, PrincipalIdentity, TokenPlace, TokenPrincipal,
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
const STEP_FUNCTIONS: &str = r##"## Settings of the integration
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

#[test]
fn cdk_step_functions() {
    let text = World::new().body(r#"{"a": "it's"}"#).text(STEP_FUNCTIONS);
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
