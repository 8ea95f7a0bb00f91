//! What bounds the work of a path: its length, its depth, and the steps of finding.

use super::*;

#[test]
fn long_and_nested_paths_are_refused() {
    let long = format!("${}", ".a".repeat(201));
    let error = JsonPath::parse(&long).unwrap_err().to_string();
    assert_eq!(error, "character 404: got the end, expected 200 parts at most");
    for text in [
        format!("$.a{}", "[?(@.b".repeat(10_000) + &")]".repeat(10_000)),
        format!("$.a[?({}@.b{})]", "(".repeat(10_000), ")".repeat(10_000)),
        format!("$.a[?({}@.b)]", "!".repeat(10_000)),
        format!("$.a[?(@.b == {}{})]", "[".repeat(10_000), "]".repeat(10_000)),
        "[".repeat(100_000),
        "$".to_owned() + &"..a".repeat(100_000),
    ] {
        assert!(JsonPath::parse(&text).is_err());
    }
}

#[test]
fn finding_is_bounded() {
    let map: OrderedMap = (0..100).map(|at| (format!("k{at}"), Value::integer(at))).collect();
    let document = Value::list(vec![Value::map(map); 400]);
    assert_eq!(answer("$..nope", &document), "[]");
    assert_eq!(answer("$..*..*..*", &document), "the JSONPath looks at too many values");
    assert_eq!(
        answer("$[*][*][*]", &Value::list(vec![document.clone(); 2])),
        "the JSONPath looks at too many values"
    );
    let quadratic = "$[?(@ == $[0] && @..k1 anyof $..*)]";
    assert_eq!(answer(quadratic, &document), "the JSONPath looks at too many values");
}

#[test]
fn long_texts_and_numbers_take_steps() {
    let document = |digits: usize| {
        let digits = "1".repeat(digits);
        read(&format!("[{}]", vec![format!(r#"{{"t":"{digits}","n":{digits}}}"#); 20].join(","))).unwrap()
    };
    let (short, long) = (document(30), document(64_000));
    #[rustfmt::skip]
    let paths = [
        "$[?(@.t == $[0].t)]", "$[?(@.t === $[0].t)]", "$[?(@.t != $[0].t)]", "$[?(@.t < $[0].t)]",
        "$[?(@.n == $[0].n)]", "$[?(@.n >= $[0].n)]", "$[?(@.n == 1.5)]", "$[?(@.t == @.n)]", "$[?(@.n == @.t)]",
        "$[?(@.t contains '2')]", "$[?(@.t size 3)]", "$[?(@ == $[0])]", "$..n.sum()",
    ];
    for path in paths {
        assert_ne!(answer_within(path, &short, 2_000), "the JSONPath looks at too many values", "{path}");
        assert_eq!(answer_within(path, &long, 2_000), "the JSONPath looks at too many values", "{path}");
    }
}

#[test]
fn functions_and_many_names_take_steps() {
    let list = Value::list(vec![Value::integer(1); 3_000]);
    let map: OrderedMap = (0..3_000).map(|at| (format!("k{at}"), Value::Null)).collect();
    let names = vec!["'a'"; 2_000].join(",");
    let indexes = vec!["9999"; 1_500].join(",");
    let members = format!("$[{names}]");
    let indexes = format!("$[{indexes}]");
    let literal = format!("$[?(@ in [{}1])]", "2,".repeat(1_500));
    let cases = [
        ("$.sum()", &list),
        ("$.avg()", &list),
        ("$.min()", &list),
        ("$.max()", &list),
        ("$.stddev()", &list),
        ("$.keys()", &Value::map(map)),
        (&members, &Value::map(OrderedMap::new())),
        (&indexes, &list),
        (&literal, &Value::list(vec![Value::Null])),
    ];
    for (path, document) in cases {
        let path_start: String = path.chars().take(20).collect();
        assert_eq!(
            answer_within(path, document, 1_000),
            "the JSONPath looks at too many values",
            "{path_start}"
        );
        assert_ne!(
            answer_within(path, document, 10_000),
            "the JSONPath looks at too many values",
            "{path_start}"
        );
    }
    assert_eq!(answer_within("$.length()", &list, 10), "3000");
}

#[test]
fn a_path_has_8_kb_at_most() {
    let path = |bytes: usize| format!("$.{}", "a".repeat(bytes - 2));
    assert!(JsonPath::parse(&path(8192)).is_ok());
    let error = JsonPath::parse(&path(8193)).unwrap_err();
    assert_eq!(error.to_string(), "character 1: got 8193 bytes, expected at most 8192");
}

#[test]
fn what_contains_itself_is_looked_at_for_a_bounded_time() {
    let document = read(r#"{"a":{"b":1}}"#).unwrap();
    let Value::Map(map) = &document else { panic!("an object") };
    map.borrow_mut().insert("self".into(), document.clone());
    assert_eq!(answer("$.self.self.a.b", &document), "1");
    for path in ["$..b", "$[?(@ == $)]", "$..[?(@.x)]"] {
        assert_eq!(answer(path, &document), "the JSONPath looks at too many values", "{path}");
    }
    map.borrow_mut().clear();
}
