//! No value makes a check long or deep, whatever the schema.

use proptest::prelude::*;
use serde_json::Value;

use super::{compiled, json, schema, violations};
use crate::{json_schema::Schemas, testing::any_json};

const TOO_LONG: &str = " M: the value is too deep or takes too long to check";

fn nested(open: &str, close: &str, levels: usize) -> String {
    open.repeat(levels) + &close.repeat(levels)
}

#[test]
fn a_value_that_would_be_checked_twice_at_each_level_ends_the_check() {
    let twice = r##"{"oneOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]}"##;
    assert_eq!(violations(twice, &nested("[", "]", 60)), [TOO_LONG]);
    assert_eq!(violations(twice, "[]").len(), 1);
}

#[test]
fn a_long_value_that_is_checked_many_times_ends_the_check() {
    // Each schema leads to the next one twice: 2^12 times to the last.
    let twice = |last: &str| {
        let links = (0..12).map(|n| {
            let next = n + 1;
            format!(r##""{n}":{{"allOf":[{{"$ref":"#/$defs/{next}"}},{{"$ref":"#/$defs/{next}"}}]}},"##)
        });
        let links: String = links.collect();
        let dialect = "https://json-schema.org/draft/2020-12/schema";
        format!(r##"{{"$schema":"{dialect}","$ref":"#/$defs/0","$defs":{{{links}"12":{last}}}}}"##)
    };
    let (text, digits) = (format!("\"{}\"", "a".repeat(200_000)), format!("{}.5", "9".repeat(200_000)));
    let cases = [
        (r#"{"maxLength":200000}"#, &text),
        (r#"{"minLength":1}"#, &text),
        (r#"{"type":"number"}"#, &digits),
    ];
    for (last, value) in cases {
        assert_eq!(violations(&twice(last), value), [TOO_LONG], "{last}");
        assert_eq!(violations(last, value), Vec::<String>::new(), "{last}");
    }
}

#[test]
fn a_tree_of_a_recursive_schema_is_checked_whole() {
    let tree = r##"{"type":"object","required":["value"],"properties":{"value":{"type":"integer"},
        "children":{"type":"array","items":{"$ref":"#"}}},"additionalProperties":false}"##;
    let levels = 50;
    let good = r#"{"value":1,"children":["#.repeat(levels) + &"]}".repeat(levels);
    assert_eq!(violations(tree, &good), Vec::<String>::new());
    let bad = good.replacen("[]", r#"[{"value":"x"}]"#, 1);
    let pointer = format!("{}/value", "/children/0".repeat(levels));
    let expected = format!(
        "{pointer} M.properties.value.type: instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])"
    );
    assert_eq!(violations(tree, &bad), [expected]);
}

#[test]
fn a_check_of_nested_schemas_keeps_within_its_stack() {
    let deep = (r#"{"allOf":["#.repeat(60) + &"]}".repeat(60)).replacen("[]", "[{}]", 1);
    assert_eq!(violations(&deep, "[]"), Vec::<String>::new());
    // Each level of the value is two of schemas: more than are followed.
    let wide = r##"{"allOf":[{"items":{"$ref":"#"}}]}"##;
    assert_eq!(violations(wide, &nested("[", "]", 60)), Vec::<String>::new());
    assert_eq!(violations(wide, &nested("[", "]", 120)), [TOO_LONG]);
}

#[test]
fn many_items_and_long_texts_are_checked_in_few_steps() {
    let items = format!("[{}]", (0..60_000).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(violations(r#"{"uniqueItems":true}"#, &items), Vec::<String>::new());
    let text = format!("\"{}\"", "a".repeat(200_000));
    assert_eq!(violations(r#"{"pattern":"^[a-z]+$"}"#, &text), Vec::<String>::new());
    assert_eq!(violations(r#"{"pattern":"[a-z]{1,1000}9"}"#, &text), [TOO_LONG]);
    let digits = "9".repeat(1_000_000);
    assert_eq!(violations(r#"{"multipleOf":3,"type":"integer"}"#, &digits), Vec::<String>::new());
}

#[test]
fn numbers_keep_all_their_digits() {
    let limit = r#"{"maximum":100000000000000000000000000000}"#;
    assert_eq!(violations(limit, "100000000000000000000000000000"), Vec::<String>::new());
    assert_eq!(
        violations(limit, "100000000000000000000000000001"),
        [
            " M.maximum: numeric instance is greater than the required maximum (maximum: 100000000000000000000000000000, \
          found: 100000000000000000000000000001)"
        ]
    );
    let equal = r#"{"enum":[100000000000000000000000000000]}"#;
    assert_eq!(violations(equal, "1e29"), Vec::<String>::new());
    assert_eq!(violations(equal, "100000000000000000000000000001").len(), 1);
}

#[test]
fn no_more_violations_are_told_than_twenty() {
    let items = format!("[{}0]", "0,".repeat(1_000));
    assert_eq!(violations(r#"{"items":{"type":"string"}}"#, &items).len(), 20);
}

#[test]
fn many_schemas_behind_a_long_name_are_compiled() {
    // A name for each of them would be 4 GB.
    let (name, leaves) = ("n".repeat(100_000), "{},".repeat(40_000));
    let (schemas, root) = schema(&format!("{{\"properties\":{{\"{name}\":{{\"anyOf\":[{leaves}{{}}]}}}}}}"));
    assert_eq!(schemas.check(root, &json(&format!("{{\"{name}\":1}}"))), Ok(()));
}

#[test]
fn the_patterns_of_all_models_have_a_bound_together() {
    let models = |count: usize| {
        let patterns = (0..count).map(|number| format!("{{\"pattern\":\"[a-z]{{1,900}}{number}\"}}"));
        format!("{{\"anyOf\":[{}]}}", patterns.collect::<Vec<_>>().join(","))
    };
    assert!(compiled(&[("M", &models(30))]).schemas.is_ok());
    let notes = compiled(&[("M", &models(150))]).schemas.unwrap_err();
    assert!(notes.iter().all(|note| note.expected.contains("16 MB")), "{notes:#?}");
}

#[test]
fn a_pointer_is_short_whatever_the_names_in_the_value() {
    let named = r#"{"additionalProperties":{"additionalProperties":{"type":"string"}}}"#;
    let name = "é/".repeat(100_000);
    let (schemas, root) = schema(named);
    let broken = schemas.check(root, &json(&format!("{{\"{name}\":{{\"a\":1}}}}"))).unwrap_err();
    let [violation] = &broken[..] else { panic!("{} violations", broken.len()) };
    assert_eq!(violation.pointer.chars().count(), 1_001);
    assert!(violation.pointer.starts_with("/é~1é~1") && violation.pointer.ends_with('…'));
}

/// Schemas of draft 4 made of any JSON, some of it under words that are known.
fn any_schema() -> impl Strategy<Value = Value> {
    let number = (-3_i64..10).prop_map(Value::from);
    let words = prop::sample::select(vec![
        "type",
        "enum",
        "items",
        "properties",
        "required",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "$ref",
        "maxLength",
        "pattern",
        "patternProperties",
        "additionalProperties",
        "dependencies",
        "multipleOf",
        "minimum",
        "uniqueItems",
        "definitions",
        "id",
        "$schema",
        "additionalItems",
    ]);
    let texts = prop::sample::select(vec!["string", "integer", "#", "#/definitions/a", "^a+$", "(", "a"]);
    let leaf = prop_oneof![any_json(number), texts.prop_map(Value::from)];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((words.clone(), inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_schema_compiles_or_says_what_is_wrong_and_judges_any_value(
        schema in any_schema(),
        value in any_json((-3_i64..10).prop_map(Value::from)),
    ) {
        let compiled = Schemas::compile(&[("M".to_owned(), schema)]);
        match compiled.schemas {
            Ok(schemas) => {
                let root = schemas.model("M").expect("it was given");
                if let Err(broken) = schemas.check(root, &value) {
                    prop_assert!(!broken.is_empty() && broken.len() <= 20);
                    for violation in broken {
                        prop_assert!(value.pointer(&violation.pointer).is_some(), "{violation:?}");
                    }
                }
            }
            Err(notes) => prop_assert!(notes.iter().all(|note| note.path.starts_with('M'))),
        }
    }
}

#[test]
fn what_one_check_may_take_is_not_shared_with_the_next() {
    let (schemas, root) = schema(r#"{"items":{"type":"integer"}}"#);
    let value = json(&format!("[{}0]", "0,".repeat(100_000)));
    for _ in 0..200 {
        assert_eq!(schemas.check(root, &value), Ok(()));
    }
}
