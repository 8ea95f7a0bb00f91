//! The words for the rules that a value breaks: those of API Gateway, where it has them.

use super::violations;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_broken_rule_is_told_in_api_gateways_words() {
    let modern =
        |rest: &str| format!(r#"{{"$schema":"https://json-schema.org/draft/2020-12/schema",{rest}}}"#);
    // The first three forms are reported of API Gateway; the others are those of its library, `json-schema-validator` 2.2,
    // as tests of its users have them, but for what is of 2020-12.
    let cases = [
        (
            r#"{"required":["subject","body","to"]}"#.to_owned(),
            "{}",
            "M.required: object has missing required properties ([\"body\",\"subject\",\"to\"])",
        ),
        (
            r#"{"type":"number"}"#.to_owned(),
            "\"100\"",
            "M.type: instance type (string) does not match any allowed primitive type (allowed: [\"integer\",\"number\"])",
        ),
        (
            r#"{"enum":["A","B"]}"#.to_owned(),
            "\"AB\"",
            "M.enum: instance value (\"AB\") not found in enum (possible values: [\"A\",\"B\"])",
        ),
        (
            r#"{"additionalProperties":false}"#.to_owned(),
            r#"{"b":1,"a":1}"#,
            "M.additionalProperties: object instance has properties which are not allowed by the schema: [\"a\",\"b\"]",
        ),
        (
            r#"{"maxLength":1}"#.to_owned(),
            "\"日本\"",
            "M.maxLength: string \"日本\" is too long (length: 2, maximum allowed: 1)",
        ),
        (
            r#"{"minLength":3}"#.to_owned(),
            "\"ab\"",
            "M.minLength: string \"ab\" is too short (length: 2, required minimum: 3)",
        ),
        (
            r#"{"pattern":"^[a-z]+$"}"#.to_owned(),
            "\"7\"",
            "M.pattern: ECMA 262 regex \"^[a-z]+$\" does not match input string \"7\"",
        ),
        (
            r#"{"minimum":0}"#.to_owned(),
            "-1",
            "M.minimum: numeric instance is lower than the required minimum (minimum: 0, found: -1)",
        ),
        (
            r#"{"maximum":7.5,"exclusiveMaximum":true}"#.to_owned(),
            "7.5",
            "M.maximum: numeric instance is not strictly lower than the required maximum 7.5",
        ),
        (
            r#"{"multipleOf":0.01}"#.to_owned(),
            "0.005",
            "M.multipleOf: remainder of division is not zero (0.005 / 0.01)",
        ),
        (
            r#"{"maxItems":1}"#.to_owned(),
            "[1,2]",
            "M.maxItems: array is too long: must have at most 1 elements but instance has 2 elements",
        ),
        (
            r#"{"minItems":1}"#.to_owned(),
            "[]",
            "M.minItems: array is too short: must have at least 1 elements but instance has 0 elements",
        ),
        (
            r#"{"uniqueItems":true}"#.to_owned(),
            "[1,1.0]",
            "M.uniqueItems: array must not contain duplicate elements",
        ),
        (
            r#"{"items":[{},{}],"additionalItems":false}"#.to_owned(),
            "[1,2,3]",
            "M.additionalItems: schema only allows 2 elements in array but instance has 3 elements",
        ),
        (
            r#"{"maxProperties":0}"#.to_owned(),
            r#"{"a":1}"#,
            "M.maxProperties: object has too many properties (found 1 but schema requires at most 0)",
        ),
        (
            r#"{"minProperties":1}"#.to_owned(),
            "{}",
            "M.minProperties: object has too few properties (found 0 but schema requires at least 1)",
        ),
        (
            r#"{"dependencies":{"a":["b"]}}"#.to_owned(),
            r#"{"a":1}"#,
            "M.dependentRequired: property \"a\" of object has missing property dependencies (schema requires [\"b\"]; missing: [\"b\"])",
        ),
        (
            r#"{"anyOf":[{"type":"null"},{"type":"string"}]}"#.to_owned(),
            "1",
            "M.anyOf: instance failed to match at least one required schema among 2",
        ),
        (
            r#"{"oneOf":[{},{"type":"integer"}]}"#.to_owned(),
            "1",
            "M.oneOf: instance failed to match exactly one schema (matched 2 out of 2)",
        ),
        (r#"{"not":{}}"#.to_owned(), "1", "M.not: instance matched a schema which it should not have"),
        (modern(r#""const":1"#), "2", "M.const: instance value (2) is not the one allowed (1)"),
        (
            modern(r#""contains":{"type":"null"}"#),
            "[1]",
            "M.contains: array must contain at least 1 matching elements but has 0",
        ),
        (
            modern(r#""propertyNames":{"maxLength":1}"#),
            r#"{"ab":1}"#,
            "M.propertyNames: object instance has properties whose names are not allowed by the schema: [\"ab\"]",
        ),
        (
            modern(r#""unevaluatedProperties":false,"properties":{"a":{}}"#),
            r#"{"a":1,"b":1}"#,
            "M.unevaluatedProperties: object instance has properties which are not allowed by the schema: [\"b\"]",
        ),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(violations(&schema, value), [format!(" {expected}")]);
    }
}

#[test]
fn a_format_of_draft_4_is_told_in_the_librarys_words() {
    let broken = violations(r#"{"format":"email"}"#, "\"joe\"");
    assert_eq!(broken, [" M.format: string \"joe\" is not a valid email address"]);
    let broken = violations(r#"{"format":"date-time"}"#, "\"ABC\"");
    let formats = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]";
    let expected = format!(" M.format: string \"ABC\" is invalid against requested date format(s) {formats}");
    assert_eq!(broken, [expected]);
    let modern = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","format":"email"}"#;
    assert_eq!(violations(modern, "\"joe\""), Vec::<String>::new());
}

#[test]
fn a_violation_names_its_place_and_cuts_long_values() {
    let long = "x".repeat(5_000);
    let broken = violations(
        r#"{"properties":{"a/b":{"items":{"maxLength":1}}}}"#,
        &format!("{{\"a/b\":[\"{long}\"]}}"),
    );
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with("/a~1b/0 M.properties.a/b.items.maxLength: string \"xxx"), "{}", broken[0]);
    assert!(broken[0].contains("…") && broken[0].chars().count() < 400, "{}", broken[0]);
}

#[test]
fn the_rules_of_all_schemas_that_hold_are_told() {
    let schema = r#"{"allOf":[{"required":["a"]},{"properties":{"b":{"type":"string"}}}],"properties":{"c":{"type":"null"}}}"#;
    let broken = violations(schema, r#"{"b":1,"c":2}"#);
    let rules: Vec<&str> = broken.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(rules, ["/c M.properties.c.type", " M.allOf.0.required", "/b M.allOf.1.properties.b.type"]);
}
