//! What is refused, and what ends a rendering.

use super::{MappingTemplate, RenderError, World};

#[test]
fn what_api_gateway_does_not_have_is_refused_when_a_template_is_read() {
    let functions = "escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode";
    #[rustfmt::skip]
    let cases = [
        ("\n  $util.toJson($input.path('$'))", format!("line 2, column 3: got `$util.toJson`, which AppSync has, expected what API Gateway has: {functions}")),
        ("#set($x = $util.defaultIfNull($a, 'b'))", format!("line 1, column 11: got `$util.defaultIfNull`, which AppSync has, expected what API Gateway has: {functions}")),
        ("$!util.error('x')", format!("line 1, column 1: got `$util.error`, which AppSync has, expected what API Gateway has: {functions}")),
        ("$util.qr($m.put('a', 1))", format!("line 1, column 1: got `$util.qr`, which AppSync has, expected what API Gateway has: {functions}")),
        ("#if($util.isNull($x))a#end", format!("line 1, column 5: got `$util.isNull`, which AppSync has, expected what API Gateway has: {functions}")),
        ("#define($d)${util.time.nowISO8601()}#end", format!("line 1, column 12: got `$util.time`, which AppSync has, expected what API Gateway has: {functions}")),
        ("#macro(m)$util.autoId()#end", format!("line 1, column 10: got `$util.autoId`, which AppSync has, expected what API Gateway has: {functions}")),
        ("$input.path('$.a[')", "line 1, column 1: got `$.a[`, expected a JSONPath (character 5: got the end, expected a name in quotes, a number, `*` or `?(`)".to_owned()),
        ("\"$input.json(\"$.a.\")\"", "line 1, column 2: got `$.a.`, expected a JSONPath (character 5: got the end, expected a name, `*` or `[` behind the point)".to_owned()),
    ];
    for (template, expected) in cases {
        let Err(error) = MappingTemplate::parse(template) else { panic!("{template}") };
        assert_eq!(error.to_string(), expected, "{template}");
    }
    for text in ["## $util.toJson", "#[[ $util.toJson() ]]#", "$utility.toJson()", "\\$util.toJson()"] {
        assert!(MappingTemplate::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn a_body_that_breaks_off_is_its_senders_fault() {
    let world = World::new().body(r#"{"a": [1, 2"#);
    let error = world.rendered("x\n $input.path('$.a')").unwrap_err();
    assert!(matches!(error, RenderError::BodyNotJson { .. }), "{error:?}");
    assert_eq!(error.to_string(), "line 2, column 9: the body: the JSON ends too early");
    world.gives(&[
        ("$input.body", r#"{"a": [1, 2"#),
        ("$util.base64Encode($input.body)", "eyJhIjogWzEsIDI="),
        ("$util.parseJson($input.body)", "!line 1, column 7: `parseJson`: the JSON ends too early"),
    ]);
    let deep = World::new().body(&"[".repeat(10_000));
    deep.gives(&[(
        "$input.json('$')",
        "!line 1, column 8: the body: the JSON is nested more than 500 levels deep",
    )]);
}

#[test]
fn a_path_made_while_rendering_can_be_wrong() {
    #[rustfmt::skip]
    World::new().gives(&[
        ("#set($i = 0)$input.path(\"$.tags[$i]\") $input.json(\"$.tags[${i}]\")", "x \"x\""),
        ("#set($p = '$.tags[')$input.path($p)", "!line 1, column 28: `path`: no JSONPath: character 8: got the end, expected a name in quotes, a number, `*` or `?(`"),
        ("[$input.path(7)][$input.json()][$input.nope('$')][$input.json('$', '$')]", "[][][][]"),
    ]);
}

#[test]
fn the_work_of_tools_is_bounded() {
    let again = World::new()
        .body(&"x".repeat(200_000))
        .text("#foreach($i in [1..1000])#set($x = $util.base64Encode($input.body))#end");
    assert_eq!(again, "!line 1, column 42: `base64Encode`: more than 64 MB of text for all tools together");
    let body = format!("[{}1]", "1,".repeat(10_000));
    let scanning = "#foreach($i in [1..1000])#set($x = $input.path('$..a'))#end";
    let text = World::new().body(&body).text(scanning);
    assert_eq!(text, "!line 1, column 43: `path`: the JSONPath looks at too many values");
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    let long = format!("$.{}", "a".repeat(8_191));
    let Err(error) = MappingTemplate::parse(&format!("$input.path('{long}')")) else { panic!("refused") };
    assert_eq!(
        error.to_string(),
        "line 1, column 1: got a long path, expected a JSONPath (character 1: got 8193 bytes, expected at most 8192)"
    );
    let text = World::new().body(&long).text("$input.path($input.body)");
    assert_eq!(
        text,
        "!line 1, column 8: `path`: no JSONPath: character 1: got 8193 bytes, expected at most 8192"
    );
}

#[test]
fn compiling_many_paths_is_bounded() {
    let template = "#foreach($i in [1..1000])#set($x = $input.path(\"$[?(@.a =~ /$i/ || @.b =~ /$i/ || @.c =~ /$i/)]\"))#end";
    let text = World::new().body("[]").text(template);
    assert_eq!(text, "!line 1, column 43: `path`: the JSONPath looks at too many values");
}

#[test]
fn an_expression_of_a_path_takes_steps_by_its_size_as_matches_does() {
    let text = "a".repeat(200_000);
    let world =
        World::new().body(&format!(r#"{{"a":["{text}"],"n":{text}1}}"#, text = text.replace('a', "7")));
    #[rustfmt::skip]
    world.gives(&[
        ("$input.json('$.a[?(@ =~ /[a-z].*/)]')", "[]"),
        ("$input.json('$.a[?(@ =~ /.*[0-9]{1,200}x.*/)]')", "!line 1, column 8: `json`: the JSONPath looks at too many values"),
        ("$input.path('$[?(@.n =~ /.*[0-9]{1,200}x.*/)]')", "!line 1, column 8: `path`: the JSONPath looks at too many values"),
        ("$input.path('$.a[0]').matches('[a-z].*')", "false"),
        ("$input.path('$.a[0]').matches('.*[0-9]{1,200}x.*')", "!line 1, column 23: the template passed 2000000 steps of evaluation"),
    ]);
}

#[test]
fn what_tools_make_is_dropped_level_by_level() {
    let world = World::new().body(r#"{"m":{"a":1,"b":2}}"#);
    for (before, step) in [
        ("", "#set($context.a = $context.values())"),
        ("#set($context.a = {})", "#set($context.a = $context.entrySet()[-1])"),
        ("#set($r = $input.path('$'))", "#set($r.a = $input.path('$.*'))"),
        (
            "#set($r = $input.path('$'))#set($r.m.a = {})",
            "#set($r.m.a = $input.path(\"$.*['a','b']\").get(0))",
        ),
        ("#set($r = $input.path('$.m'))#set($r.a = {})", "#set($r.a = $input.path(\"$.m['a','b']\"))"),
    ] {
        let template = format!("{before}#foreach($i in [1..100])#foreach($j in [1..100]){step}#end#end");
        assert_eq!(world.text(&template), "", "{template}");
    }
}

#[test]
fn a_tool_that_holds_itself_is_let_go() {
    #[rustfmt::skip]
    World::new().gives(&[
        ("#set($context.requestOverride.header.x = $context)#set($context.a = $context)$context.a.a.httpMethod", "GET"),
        ("#set($p = $input.params())#set($p.header.x = $p)$p.header.x.path.id", "7/8"),
        ("#set($root = $input.path('$'))#set($root.self = $root)$root.self.self.name", "Ada"),
        ("#set($root = $input.path('$'))#set($root.self = $root)$input.json('$')", "!line 1, column 62: `json`: the JSON is nested more than 500 levels deep"),
    ]);
}
