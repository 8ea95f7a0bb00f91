//! What people write: reference/vtl.md §B and §C. Each is written anew after what it shows.

use super::World;

/// 11: the console's "method request passthrough".
#[test]
fn all_parameters_are_walked_in_three_levels() {
    let template = r#"#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "http-method" : "$context.httpMethod",
    "caller" : "$context.identity.caller",
    "user-agent" : "$context.identity.userAgent",
    "resource-path" : "$context.resourcePath"
    }
}"#;
    let text = World::new().body("[1]").text(template);
    let json: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let expected = serde_json::json!({
        "body-json": [1],
        "params": {
            "path": { "id": "7/8" },
            "querystring": { "page": "2", "q": "a b", "twice": "2" },
            "header": { "content-type": "application/json", "origin": "https://app.example" },
        },
        "stage-variables": { "bad": "a\r\nx-evil: 1", "env": "dev", "limit": "10" },
        "context": { "http-method": "GET", "caller": "", "user-agent": "", "resource-path": "/orders/{id}" },
    });
    assert_eq!(json, expected);
}

/// 12, 31: JSON → XML.
#[test]
fn json_becomes_xml() {
    let world = World::new().body(
        r#"{"statusCode":200,"body":"{\"orders\":[{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":\"b\"}]}"}"#,
    );
    let template = r##"#set ($root=$input.path('$'))##
#set($data = $util.parseJson($root.body))##
<orders count="$data.orders.size()">#if($data.orders.size()>0)#foreach($order in $data.orders)<order id="$order.id">$order.name</order>#end#end</orders>"##;
    world
        .gives(&[(template, r#"<orders count="2"><order id="1">a</order><order id="2">b</order></orders>"#)]);
}

/// 13: the answer of a function, its status and its body.
#[test]
fn a_functions_answer_is_unwrapped() {
    let template = r#"#set($inputRoot = $input.path('$'))
#if($inputRoot.toString().contains("error"))
#set($context.responseOverride.status = 400)
#end
#set($inputRoot.body = $util.parseJson($inputRoot.body))
$input.json('$')"#;
    let good = World::new().body(r#"{"body":"{\"ok\":true}","x":1}"#).rendered(template).unwrap();
    assert_eq!(good.text.trim(), r#"{"body":{"ok":true},"x":1}"#);
    assert_eq!(good.overrides.response.status_code(), None);
    let bad = World::new().body(r#"{"body":"{\"error\":\"no\"}"}"#).rendered(template).unwrap();
    assert_eq!(bad.text.trim(), r#"{"body":{"error":"no"}}"#);
    assert_eq!(bad.overrides.response.status_code(), Some(400));
}

#[test]
fn single_constructs() {
    let world = World::new().body(
        r#"{"to":["a@x.example","b@x.example"],"x":"{\"k\":\"v v\"}","records":[{"scores":[7,8],"S":{"S":"id-1"}}],
            "items":"a,b","output":"{\"answer\":[1,2]}","Items":[{"a":1}],"name":"it's","path":"%2F","n":null}"#,
    );
    #[rustfmt::skip]
    world.gives(&[
        // 14
        ("Action=SendEmail#foreach($to in $input.path('$.to'))&Destination.ToAddresses.member.$foreach.count=$util.urlEncode($to)#end",
         "Action=SendEmail&Destination.ToAddresses.member.1=a%40x.example&Destination.ToAddresses.member.2=b%40x.example"),
        // 15, 16
        (r#"{"Detail": "$util.escapeJavaScript($input.json('$.name')).replaceAll("\\'","'")", "Time": $context.requestTimeEpoch}"#,
         r#"{"Detail": "\"it's\"", "Time": 1700000000000}"#),
        // 17
        ("#set($body = $input.path('$.records[0].S')) #set($text = '<' + $body + '>') $text", " <{S=id-1}>"),
        // 18, 19
        ("#foreach($elem in $input.path('$.records'))$elem.S.S#end", "id-1"),
        // 20
        ("#set($inputRoot = $input.path('$'))$inputRoot.Items", r#"[{"a":1}]"#),
        // 21
        ("#foreach($i in $input.path('$.Items')) { \"a\": $i.a }#if($foreach.hasNext),#end#end", " { \"a\": 1 }"),
        // 23: no loop around it.
        ("[$elem.data]#if($foreach.hasNext),#end.", "[]."),
        // 24
        ("#foreach($item in $input.path('$.items').split(\",\"))$item$esc.newline#end", "a\nb\n"),
        // 25
        ("#foreach($item in $input.path('$.records'))$item.scores[0]#end", "7"),
        // 26
        ("#if($context.stage == 'v1' && $input.params('origin').contains('app'))A#elseif($context.stage == 'v2')B#{else}C#end", "A"),
        // 28
        ("$util.urlEncode($util.parseJson($input.json('$.x')))", "%7B%22k%22%3A%22v+v%22%7D"),
        // 29
        ("$util.parseJson($input.json('$.output'))", r#"{"answer":[1,2]}"#),
        ("$util.parseJson($util.parseJson($input.json('$.output'))).answer", "[1,2]"),
        // 30
        ("#set($id = $context.requestId){\"id\":\"$id\"}", "{\"id\":\"0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d\"}"),
        // 32
        ("#if($input.path('$.path')=='%2F')\"/\"#{else}\"$input.path('$.path')\"#end", "\"/\""),
        // 37
        ("$input.path('$.to').size()", "2"),
        // 39
        ("#foreach($a in [1, 2])#foreach($b in [1, 2, 3])#if($b == 2)#break#end$a$b #end#end", "11 21 "),
        // 43
        ("#foreach($name in $input.params().querystring.keySet())$name=$util.urlEncode($input.params().querystring.get($name))#if($foreach.hasNext)&#end#end",
         "page=2&q=a+b&twice=2"),
        // 46
        ("#set($records = $input.path('$.to'))#set($max = $records.size() - 1)#foreach($i in [0..$max])$input.json(\"$.to[${i}]\")#end",
         r#""a@x.example""b@x.example""#),
        // 47
        ("#set($m = {})#set($k = 'a b')#set($m[$k] = 1)#set($x = $m.put('c', 2))$m.get('a b') $m", "1 {a b=1, c=2}"),
    ]);
}

/// 41, 44: overrides of a request's template.
#[test]
fn requests_are_overridden() {
    let template = "#set($user = $context.authorizer.claims['cognito:username']+\"/\")\
                    #set($context.requestOverride.path.key = \"$user$input.params('id')\"),\
                    #set($client_id = $input.params().header.get('client-id'))\
                    #if(!$client_id)#set($context.responseOverride.status = 401)#end";
    let rendered = World::new().rendered(template).unwrap();
    assert_eq!(rendered.text, ",");
    // Nobody is signed in: null and a text are one text.
    assert_eq!(rendered.overrides.request.path[0].value, "/7/8");
    assert_eq!(rendered.overrides.response.status_code(), Some(401));
}
