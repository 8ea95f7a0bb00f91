//! Values, tools from outside, and what is left in the variables.

use std::{cell::RefCell, rc::Rc};

use super::variables::{map, texts};
use crate::template::velocity::{
    Bounds, HostObject, MethodError, Number, OrderedMap, RenderError, Template, Value, Variables,
};

#[derive(Debug, Default)]
struct Tool {
    set: RefCell<Vec<String>>,
}

impl HostObject for Tool {
    fn property(&self, name: &str) -> Option<Value> {
        match name {
            "body" => Some(Value::text("{}")),
            "map" => Some(map([("a", Value::integer(1))])),
            _ => None,
        }
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        match (method, arguments) {
            ("twice", [Value::Text(text)]) => Ok(Value::text(&format!("{text}{text}"))),
            ("isNull", [value]) => Ok(Value::Boolean(matches!(value, Value::Null))),
            ("fail", []) => Err(MethodError::Failed("no such path".to_owned())),
            _ => Err(MethodError::Unknown),
        }
    }

    fn set_property(&self, name: &str, value: Value) {
        let Value::Text(value) = value else { return };
        self.set.borrow_mut().push(format!("{name}={value}"));
    }

    fn text(&self) -> String {
        "a tool".to_owned()
    }
}

fn render(template: &str, variables: &mut Variables) -> Result<String, RenderError> {
    Template::parse(template).unwrap().render(variables, &Bounds::default())
}

#[test]
fn a_tool_from_outside_has_properties_and_methods() {
    let cases = [
        ("$tool", "a tool"),
        ("$tool.body", "{}"),
        ("$tool['body']", "{}"),
        ("$tool.body.length()", "2"),
        ("$tool.map.a", "1"),
        ("$tool.twice('ab')", "abab"),
        ("$tool.twice(\"$tool.body\").length()", "4"),
        ("[$tool.twice(1)]", "[]"),
        ("[$tool.nothing]", "[]"),
        ("$tool.isNull($nothing)", "true"),
        ("#if($tool)yes#end", "yes"),
        ("#if($tool == $tool)same#end", "same"),
        ("#set($x = $tool)$x.body", "{}"),
        ("#set($x = [$tool])$x", "[\"a tool\"]"),
    ];
    for (template, expected) in cases {
        let mut variables = Variables::new();
        variables.set("tool", Value::Host(Rc::new(Tool::default())));
        assert_eq!(render(template, &mut variables), Ok(expected.to_owned()), "{template}");
    }
}

#[test]
fn a_method_of_a_tool_that_fails_ends_the_rendering() {
    let mut variables = Variables::new();
    variables.set("tool", Value::Host(Rc::new(Tool::default())));
    let error = render("a\n $tool.fail()", &mut variables).expect_err("a failure");
    assert_eq!(error.to_string(), "line 2, column 8: `fail`: no such path");
}

#[test]
fn a_property_of_a_tool_may_be_set() {
    let tool = Rc::new(Tool::default());
    let mut variables = Variables::new();
    variables.set("tool", Value::Host(tool.clone()));
    render("#set($tool.a = \"1\")#set($tool['b c'] = \"2\")", &mut variables).unwrap();
    assert_eq!(*tool.set.borrow(), ["a=1", "b c=2"]);
}

#[test]
fn what_a_template_sets_stands_in_the_variables() {
    let shared = map([("a", Value::integer(1))]);
    let mut variables = Variables::new();
    variables.set("root", shared.clone());
    let text =
        render("#set($x = $root)#set($x.b = [1, 2])#set($n = 5)#foreach($i in [1])#end$x", &mut variables);
    assert_eq!(text, Ok("{a=1, b=[1,2]}".to_owned()));
    let names: Vec<&str> = variables.sorted().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["n", "root", "x"]);
    let Value::Map(shared) = shared else { panic!("a map") };
    assert!(matches!(shared.borrow().get("b"), Some(Value::List(list)) if list.borrow().len() == 2));
    assert!(matches!(variables.remove("n"), Some(Value::Number(Number::Integer(5)))));
    assert!(variables.get("n").is_none());
}

#[test]
fn a_template_is_shared_by_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Template>();
}

#[test]
fn a_value_prints_as_api_gateway_prints_it() {
    let nested = map([
        ("text", Value::text("it's \"x\"\n")),
        ("list", Value::list(vec![Value::Null, Value::text("é\u{1}\\\t"), map([("a", texts(&[]))])])),
        ("map", map([("b", Value::Boolean(true))])),
        ("null", Value::Null),
    ]);
    let mut variables = Variables::new();
    variables.set("value", nested);
    let expected = "{text=it's \"x\"\n, list=[null,\"é\\u0001\\\\\\t\",{\"a\":[]}], map={b=true}, null=null}";
    assert_eq!(render("$value", &mut variables), Ok(expected.to_owned()));
    assert_eq!(render("$value.list[2]", &mut variables), Ok("{a=[]}".to_owned()));
}

#[test]
fn a_number_prints_as_it_was_written_or_as_java_prints_it() {
    let written = ["0", "-5", "1.50", "1e3", "-0", "123456789012345678901234567890", "0.10"];
    for digits in written {
        assert_eq!(Number::from_json(digits).to_string(), digits);
    }
    let doubles: [(f64, &str); 9] = [
        (0.5, "0.5"),
        (100.0, "100.0"),
        (-0.0, "-0.0"),
        (1e7, "1.0E7"),
        (9_999_999.0, "9999999.0"),
        (1.5e-5, "1.5E-5"),
        (0.001, "0.001"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ];
    for (double, expected) in doubles {
        assert_eq!(Number::Double(double).to_string(), expected);
    }
}

#[test]
fn a_map_keeps_the_order_of_its_keys_in_every_size() {
    let mut map = OrderedMap::new();
    for at in 0..40 {
        map.insert(format!("k{at}").into(), Value::integer(at));
    }
    assert!(matches!(map.insert("k7".into(), Value::Null), Some(Value::Number(Number::Integer(7)))));
    assert!(map.remove("k3").is_some() && map.remove("k3").is_none());
    assert_eq!((map.len(), map.contains_key("k39"), map.contains_key("k3")), (39, true, false));
    assert!(matches!(map.get("k39"), Some(Value::Number(Number::Integer(39)))));
    for at in 8..40 {
        map.remove(&format!("k{at}"));
    }
    assert!(matches!(map.get("k7"), Some(Value::Null)));
    let keys: Vec<&str> = map.keys().map(|key| &**key).collect();
    assert_eq!(keys, ["k0", "k1", "k2", "k4", "k5", "k6", "k7"]);
    map.clear();
    assert!(map.is_empty());
}
