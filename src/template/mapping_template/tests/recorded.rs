//! What AWS was recorded to answer, or says on its own pages: reference/vtl.md §D and api-gateway.md §1.6.

use super::World;

/// [LS: test_input_path_template_formatting], [LS: test_input_body_formatting]
#[test]
fn maps_print_as_java_prints_them_and_lists_as_json() {
    let world = World::new().body(r#"{"foo":[{"nested":"bar"}],"list":[],"map":{"a":"b","c":"d"},"n":null}"#);
    #[rustfmt::skip]
    world.gives(&[
        ("$input.path('$')", r#"{foo=[{"nested":"bar"}], list=[], map={a=b, c=d}, n=null}"#),
        ("$input.path('$.map')", "{a=b, c=d}"),
        ("$input.path('$.foo')", r#"[{"nested":"bar"}]"#),
        ("$input.path('$.list')", "[]"),
        ("$input.path('$.foo')[0]", "{nested=bar}"),
        ("$input.path('$.foo').get(0)", "{nested=bar}"),
        ("$input.json('$.foo')", r#"[{"nested":"bar"}]"#),
        ("$input.json('$.map.a')", r#""b""#),
        ("$input.body", r#"{"foo":[{"nested":"bar"}],"list":[],"map":{"a":"b","c":"d"},"n":null}"#),
    ]);
}

/// A missing or null reference prints nothing, `$null == ""` is true, members of it print nothing.
#[test]
fn what_is_missing_prints_nothing_and_equals_the_empty_text() {
    let world = World::new().body(r#"{"n":null,"empty":""}"#);
    #[rustfmt::skip]
    world.gives(&[
        ("[$nothing][$nothing.x][$nothing.x.y()]", "[][][]"),
        ("[$input.path('$.missing')][$input.path('$.missing').x][$input.path('$.missing[0]')]", "[][][]"),
        ("[$input.path('$.n')][$input.path('$.n.x')]", "[][]"),
        ("#if($input.path('$.n') == \"\")yes#end #if($input.path('$.missing') == '')yes#end", "yes yes"),
        ("#if($input.path('$.missing'))yes#{else}no#end #if($input.path('$.empty'))yes#{else}no#end", "no yes"),
        ("[$input.path('$.missing[*]')][$input.path('$..missing')]", "[[]][[]]"),
        // Not recorded: mappings of optional fields rely on it being JSON.
        (r#"{"a": $input.json('$.missing'), "b": $input.json('$.n')}"#, r#"{"a": "", "b": null}"#),
    ]);
}

#[test]
fn a_body_of_no_bytes_is_an_empty_object() {
    let world = World::new().body("");
    #[rustfmt::skip]
    world.gives(&[
        ("$input.body", "{}"),
        ("$input.json('$')", "{}"),
        ("$input.path('$')", "{}"),
        ("[$input.body.x][$input.path('$.x')]", "[][]"),
        ("$util.urlEncode($input.body)", "%7B%7D"),
    ]);
    World::new().gives(&[("[$input.body.name][$input.body.x]", "[][]")]);
}

#[test]
fn params_looks_in_the_path_then_the_query_then_the_headers() {
    let world = World::new()
        .query("id=query&origin=query&page=2&q=a+b&twice=1&twice=2&bare")
        .header("page", "header");
    #[rustfmt::skip]
    world.gives(&[
        ("$input.params('id')", "7/8"),
        ("$input.params('origin') $input.params('page')", "query 2"),
        ("$input.params('q') $input.params('twice') [$input.params('bare')]", "a b 2 []"),
        ("$input.params('Content-Type') $input.params(\"content-type\")", "application/json application/json"),
        ("[$input.params('missing')]#if($input.params('missing') == '')empty#end", "[]empty"),
        ("$input.params().path.id $input.params().path.get('id')", "7/8 7/8"),
        ("$input.params().querystring", "{id=query, origin=query, page=2, q=a b, twice=2, bare=}"),
        ("$input.params().header.get('Origin') $input.params().header.Origin $input.params().header['ORIGIN']",
         "https://app.example https://app.example https://app.example"),
        ("[$input.params().header.get('nope')]#if($input.params().header.get('nope') == \"\")empty#end", "[]empty"),
        ("#foreach($kind in $input.params().keySet())$kind #end", "path querystring header "),
        ("#foreach($name in $input.params().header.keySet())$name=$input.params().header.get($name);#end",
         "content-type=application/json;origin=https://app.example;page=header;"),
        ("$input.params().header.containsKey('Page') $input.params().header.size() $input.params().header.isEmpty()",
         "true 3 false"),
        ("$input.params().header", "{content-type=application/json, origin=https://app.example, page=header}"),
        ("#foreach($e in $input.params().header.entrySet())$e.key=$e.value;#end",
         "content-type=application/json;origin=https://app.example;page=header;"),
    ]);
}

/// A published sample relies on it: aws-samples/serverless-patterns, apigw-mappingtemplate-lambda.
#[test]
fn a_change_of_what_path_found_is_seen_by_json() {
    let world = World::new().body(r#"{"statusCode":400,"body":"{\"a\":1}"}"#);
    #[rustfmt::skip]
    world.gives(&[
        ("#set($root = $input.path('$'))#set($root.body = $util.parseJson($root.body))$input.json('$')",
         r#"{"statusCode":400,"body":{"a":1}}"#),
        ("#set($root = $input.path('$'))#set($root.new = [1, 'x'])$input.json('$.new')", r#"[1,"x"]"#),
        ("#set($root = $input.path('$'))#set($root.body = 'x')$input.body", r#"{"statusCode":400,"body":"{\"a\":1}"}"#),
    ]);
}

/// AWS's pages: `escapeJavaScript` makes `\'` of `'`; a loop runs 1,000 times.
#[test]
fn a_loop_ends_after_1000_turns() {
    let body = format!("[{}1]", "1,".repeat(1_500));
    let rendered = World::new().body(&body).rendered("#foreach($x in $input.path('$'))$x#end.").unwrap();
    assert_eq!(rendered.text, "1".repeat(1_000) + ".");
    let cut: Vec<String> = rendered.cut_loops.iter().map(ToString::to_string).collect();
    assert_eq!(cut, ["line 1, column 1"]);
}

/// A Lambda `AWS` integration of Serverless's form template: the body is no JSON, and `$` is all of it.
#[test]
fn a_body_that_is_no_json_is_one_text() {
    World::new().body("a=1&b=x%20y").gives(&[
        ("$input.path('$')", "a=1&b=x%20y"),
        ("$input.json('$')", r#""a=1&b=x%20y""#),
        ("[$input.path('$.a')][$input.json('$.a')]", r#"[][""]"#),
        ("$input.path('$').split('&').size()", "2"),
    ]);
    // With `application/xml` mapped, `$input.path` sees nothing.
    World::new().body("<a><b>1</b></a>").gives(&[("[$input.path('$.a')]", "[]")]);
}

#[test]
fn numbers_keep_their_digits() {
    let world = World::new().body(r#"{"big":12345678901234567890123,"price":1.50,"n":7}"#);
    #[rustfmt::skip]
    world.gives(&[
        ("$input.path('$.big') $input.json('$.price') $input.path('$.price')", "12345678901234567890123 1.50 1.50"),
        ("$input.json('$')", r#"{"big":12345678901234567890123,"price":1.50,"n":7}"#),
        ("#set($n = $input.path('$.n') + 1)$n", "8"),
    ]);
}
