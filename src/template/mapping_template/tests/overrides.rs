//! Overrides: what they hold, and that they cross from a request's template to its response's.

use super::{Overrides, RenderError, World};

fn show(overrides: &Overrides) -> String {
    let list = |values: &[super::OverrideValue]| {
        let texts: Vec<String> = values.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        texts.join("&")
    };
    let Overrides { request, response, .. } = overrides;
    let status = response.status.as_deref().unwrap_or_default();
    let path = list(&request.path);
    let querystring = list(&request.querystring);
    let header = list(&request.header);
    format!("{path} | {querystring} | {header} | {status} | {}", list(&response.header))
}

#[test]
fn a_template_sets_parameters_headers_and_a_status() {
    #[rustfmt::skip]
    let cases = [
        ("nothing", " |  |  |  | "),
        ("$context.requestId", " |  |  |  | "),
        ("#set($context.requestOverride.header.X-Amz-Target = 'AWSEvents.PutEvents')", " |  | X-Amz-Target=AWSEvents.PutEvents |  | "),
        ("#set($context.requestOverride.querystring.transaction-number = $input.path('$.age'))", " | transaction-number=36 |  |  | "),
        ("#set($context.requestOverride.path.id = \"$input.params('id')/x\")", "id=7/8/x |  |  |  | "),
        ("#set($context.responseOverride.status = 400)", " |  |  | 400 | "),
        ("#set($context.responseOverride.status = \"404\")", " |  |  | 404 | "),
        ("#set($context.responseOverride.header.Access-Control-Allow-Origin = $input.params('origin'))", " |  |  |  | Access-Control-Allow-Origin=https://app.example"),
        // [D: apigateway-override-request-response-parameters]: a list as a header's value.
        ("#set($context.responseOverride.header.hName = ['a', 'b', 3])", " |  |  |  | hName=a,b,3"),
        ("#set($context.responseOverride.header.x = {'a': 1})", " |  |  |  | x={a=1}"),
        ("#set($context.responseOverride.header.x = true)", " |  |  |  | x=true"),
        ("#set($context.responseOverride.header.x = '')", " |  |  |  | x="),
        ("#set($context.responseOverride.header.x = $nothing)", " |  |  |  | "),
        // reference/vtl.md §C 47
        ("#set($context[\"requestOverride\"].querystring[\"a b\"] = 'x')", " | a b=x |  |  | "),
        ("#set($r = $context.requestOverride)#set($r.header.a = '1')#set($r.header.b = '2')", " |  | a=1&b=2 |  | "),
        ("$context.requestOverride.header.put('a', '1')", " |  | a=1 |  | "),
        ("#set($context.requestOverride.header = {'a': '1', 'b': ['x', 'y']})", " |  | a=1&b=x,y |  | "),
        ("#set($context.requestOverride.header.a-b = '1')#set($context.requestOverride.header.a_b = '2')", " |  | a-b=1&a_b=2 |  | "),
        // reference/vtl.md §C 45: without `#set` it is text.
        ("$context.requestOverride.querystring.X='y'", " |  |  |  | "),
    ];
    for (template, expected) in cases {
        let rendered = World::new().rendered(template).unwrap_or_else(|error| panic!("{template}: {error}"));
        assert_eq!(show(&rendered.overrides), expected, "{template}");
    }
    World::new().gives(&[("[$context.requestOverride.querystring.X='y']", "[='y']")]);
}

#[test]
fn a_status_that_no_response_can_have_is_passed_over() {
    for (status, code) in [
        ("200", Some(200)),
        ("'599'", Some(599)),
        ("600", None),
        ("99", None),
        ("'x'", None),
        ("'4 04'", None),
    ] {
        let template = format!("#set($context.responseOverride.status = {status})");
        let rendered = World::new().rendered(&template).unwrap();
        assert_eq!(rendered.overrides.response.status_code(), code, "{status}");
    }
}

/// [D: apigateway-override-request-response-parameters]: "overriding a parameter twice gives 5XX".
#[test]
fn an_override_set_twice_is_an_error() {
    #[rustfmt::skip]
    let cases = [
        ("#set($context.responseOverride.status = 400)#set($context.responseOverride.status = 400)", "responseOverride.status"),
        ("#set($context.responseOverride.header.a = 1)#set($context.responseOverride.header.A = 2)", "responseOverride.header.a"),
        ("#set($context.requestOverride.path.a = 1)#set($context.requestOverride.path.a = 2)", "requestOverride.path.a"),
        ("#foreach($i in [1, 2])#set($context.requestOverride.querystring.a = $i)#end", "requestOverride.querystring.a"),
    ];
    for (template, parameter) in cases {
        let error = World::new().rendered(template).unwrap_err();
        assert_eq!(error, RenderError::OverriddenTwice { parameter: parameter.to_owned() }, "{template}");
        let words = format!(
            "the template sets $context.{parameter} twice: keep the value in a variable, and set it at the end"
        );
        assert_eq!(error.to_string(), words);
    }
    let cases = [
        "#set($context.requestOverride.path.a = 1)#set($context.requestOverride.path.A = 2)",
        "#set($context.requestOverride.header.a = 1)#set($context.requestOverride.querystring.a = 2)",
    ];
    for template in cases {
        assert!(World::new().rendered(template).is_ok(), "{template}");
    }
}

#[test]
fn the_overrides_of_a_template_have_64_kb_at_most() {
    let most = 64 * 1024;
    let with_body = |bytes: usize, template: &str| World::new().body(&"x".repeat(bytes)).rendered(template);
    let one = "#set($context.responseOverride.header.a = $input.body)";
    assert!(with_body(most - 1, one).is_ok());
    #[rustfmt::skip]
    let cases = [
        (most, one),
        (most + 1, "#set($context.responseOverride.status = $input.body)"),
        (most, "#set($context.requestOverride.path[$input.body] = 'a')"),
        (most / 2, "#set($context.requestOverride.querystring.a = [$input.body, $input.body])"),
        (most / 2, "#set($context.requestOverride.header.a = {'a': $input.body, 'b': $input.body})"),
        (most, "#set($context.requestOverride.header = {'a': $input.body})"),
        (most + 1, "#set($context.requestOverride.header = $input.body)"),
        (most, "#set($p = $input.params())#set($x = $p.header.put('a', $input.body))#set($context.requestOverride.unknown = $p.header)"),
        (most, "#set($context.requestOverride.unknown = $input.body)"),
        (most / 2, "#set($context.requestOverride.header.a = $input.body)#set($context.responseOverride.header.a = $input.body)"),
        (1_000, "#foreach($i in [1..100])#set($context.responseOverride.header[\"h$i\"] = $input.body)#end"),
    ];
    for (bytes, template) in cases {
        let error = with_body(bytes, template).expect_err(template);
        assert_eq!(error, RenderError::OverridesTooLong { most }, "{template}");
        assert_eq!(error.to_string(), "the template's overrides passed 65536 bytes of names and values");
    }
}

/// [LS: test_integration_mock_with_response_override_in_request_template] and its kin: what the request's template has
/// set is read in the response's, unknown members too.
#[test]
fn overrides_cross_to_the_response_template() {
    let request = World::new()
        .rendered(
            "#set($context.responseOverride.status = 201)#set($context.responseOverride.header.X-A = 'a')\
             #set($context.responseOverride.foo = 'bar')#set($context.responseOverride.map = {'k': [1]})\
             #set($context.requestOverride.header.h = 'H')#set($context.requestOverride.querystring.q = ['1', '2'])",
        )
        .unwrap();
    let world = World::new().overrides(request.overrides.clone());
    #[rustfmt::skip]
    world.gives(&[
        ("$context.responseOverride.status $context.responseOverride.header.X-A $context.responseOverride.header.x-a", "201 a a"),
        ("$context.responseOverride.foo $context.responseOverride.map", "bar {k=[1]}"),
        ("$context.requestOverride.header.h $context.requestOverride.querystring.q", r#"H ["1","2"]"#),
        ("#foreach($key in $context.responseOverride.keySet())$key #end", "header status foo map "),
    ]);
    // A template that does not name them leaves them.
    assert_eq!(world.rendered("x").unwrap().overrides, request.overrides);
    assert_eq!(world.rendered("$context.requestId").unwrap().overrides, request.overrides);
    let changed = world.rendered(
        "#set($context.responseOverride.status = 202)#set($context.responseOverride.header.x-a = 'b')",
    );
    assert_eq!(show(&changed.unwrap().overrides), " | q=1,2 | h=H | 202 | X-A=b");
}

#[test]
fn overrides_cross_threads() {
    const fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Overrides>();
    is_shared::<super::MappingTemplate>();
    is_shared::<super::Rendered>();
}
