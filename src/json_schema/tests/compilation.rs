//! What is wrong with a schema, and what only checks nothing.

use super::{compiled, violations};
use crate::json_schema::SchemaNote;

fn lines(notes: Vec<SchemaNote>) -> Vec<String> {
    let line = |SchemaNote { path, got, expected }| format!("{path}: got {got}, expected {expected}");
    notes.into_iter().map(line).collect()
}

const DRAFT_2020: &str = r#""$schema":"https://json-schema.org/draft/2020-12/schema""#;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_schema_that_cannot_be_compiled_is_a_problem_that_names_its_path() {
    let modern = |rest: &str| format!("{{{DRAFT_2020},{rest}}}");
    let cases = [
        (
            r#"{"type":"strnig"}"#.to_owned(),
            "M.type: got \"strnig\", expected array or boolean or integer or null or number or object or string",
        ),
        (
            r#"{"properties":{"id":{"maxLength":-1}}}"#.to_owned(),
            "M.properties.id.maxLength: got -1, expected a whole number, 0 or more",
        ),
        (
            r#"{"properties":{"id":7}}"#.to_owned(),
            "M.properties.id: got 7, expected a schema, which is a map",
        ),
        (r#"{"properties":[]}"#.to_owned(), "M.properties: got [], expected a map of schemas"),
        (r#"{"required":"id"}"#.to_owned(), "M.required: got \"id\", expected a list of strings"),
        (r#"{"required":true}"#.to_owned(), "M.required: got true, expected a list of strings"),
        (r#"{"allOf":[]}"#.to_owned(), "M.allOf: got [], expected a list of schemas"),
        (r#"{"enum":[]}"#.to_owned(), "M.enum: got [], expected a list of values"),
        (
            r#"{"multipleOf":0}"#.to_owned(),
            "M.multipleOf: got 0, expected a number above 0 of at most 18 digits",
        ),
        (
            r#"{"exclusiveMinimum":1,"minimum":1}"#.to_owned(),
            "M.exclusiveMinimum: got 1, expected true or false",
        ),
        (r#"{"items":true}"#.to_owned(), "M.items: got true, expected a schema, which is a map"),
        (
            r#"{"pattern":"^(?=a)"}"#.to_owned(),
            "M.pattern: got \"^(?=a)\", expected a regular expression of ECMA 262 without look-around",
        ),
        (
            r#"{"patternProperties":{"(":{}}}"#.to_owned(),
            "M.patternProperties.(: got \"(\", expected a regular expression of ECMA 262, well-formed and not larger than 256 KB when it is compiled",
        ),
        (
            r##"{"$ref":"#/definitions/Line"}"##.to_owned(),
            "M.$ref: got \"#/definitions/Line\", expected #/definitions/name in this model, #/models/NAME of another one, or https://apigateway.amazonaws.com/restapis/ID/models/NAME",
        ),
        (
            r#"{"$ref":"https://evil.example/schema.json"}"#.to_owned(),
            "M.$ref: got \"https://evil.example/schema.json\", expected #/definitions/name in this model, #/models/NAME of another one, or https://apigateway.amazonaws.com/restapis/ID/models/NAME",
        ),
        (
            r##"{"$ref":"#"}"##.to_owned(),
            "M: got a schema that leads back to itself, expected a step into the value on the way, such as properties or items",
        ),
        (
            r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#.to_owned(),
            "M.$schema: got \"http://json-schema.org/draft-07/schema#\", expected http://json-schema.org/draft-04/schema# or https://json-schema.org/draft/2020-12/schema",
        ),
        (
            r#"{"items":{"id":"https://a.example/b"}}"#.to_owned(),
            "M.items.id: got \"https://a.example/b\", expected no name of its own: a $ref goes by #/definitions/name",
        ),
        (modern(r#""$anchor":"a""#), "M.$anchor: got \"a\", expected nothing: a $ref goes by #/$defs/name"),
        (modern(r#""exclusiveMaximum":true"#), "M.exclusiveMaximum: got true, expected a number"),
        (
            modern(r#""dependentRequired":{"a":"b"}"#),
            "M.dependentRequired.a: got \"b\", expected a list of names",
        ),
    ];
    for (schema, expected) in cases {
        let compiled = compiled(&[("M", &schema)]);
        assert_eq!(lines(compiled.schemas.expect_err(&schema)), [expected]);
    }
}

#[test]
fn every_problem_of_all_models_is_told_at_once() {
    let compiled = compiled(&[
        ("Order", r#"{"properties":{"id":{"type":"uuid"},"lines":{"items":{"$ref":"Line"}}}}"#),
        ("Line", r#"{"minItems":"1"}"#),
    ]);
    let mut paths: Vec<_> =
        compiled.schemas.expect_err("problems").into_iter().map(|note| note.path).collect();
    paths.sort();
    assert_eq!(paths, ["Line.minItems", "Order.properties.id.type", "Order.properties.lines.items.$ref"]);
}

#[test]
fn references_that_end_in_one_another_are_a_problem_of_each() {
    let looped = r##"{"oneOf":[{"$ref":"#/definitions/b"}],"definitions":{"b":{"not":{"$ref":"#"}},"c":{"items":{"$ref":"#/definitions/c"}}}}"##;
    let compiled = compiled(&[("M", looped)]);
    let mut paths: Vec<_> =
        compiled.schemas.expect_err("problems").into_iter().map(|note| note.path).collect();
    paths.sort();
    assert_eq!(paths, ["M", "M.definitions.b", "M.definitions.b.not", "M.oneOf.0"]);
}

#[test]
fn words_that_check_nothing_are_warnings() {
    let schema = r#"{"title":"An order","x-note":1,"properties":{"id":{"minLenght":1,"format":"uuid"},"n":{"const":1}}}"#;
    let mut warnings = lines(compiled(&[("M", schema)]).warnings);
    warnings.sort();
    assert_eq!(
        warnings,
        [
            "M.properties.id.format: got \"uuid\", expected nothing of this name: it checks nothing",
            "M.properties.id.minLenght: got 1, expected nothing of this name: it checks nothing",
            "M.properties.n.const: got 1, expected nothing of this name: it checks nothing",
        ]
    );
    let beside = r##"{"properties":{"a":{"$ref":"#/definitions/a","maxLength":5}},"definitions":{"a":{}}}"##;
    assert_eq!(
        lines(compiled(&[("M", beside)]).warnings),
        [
            "M.properties.a.maxLength: got 5, expected nothing beside $ref, where it checks nothing in draft 4: allOf \
          joins two schemas"
        ]
    );
    let modern = format!(r#"{{{DRAFT_2020},"const":1,"$id":"https://a.example/order"}}"#);
    assert_eq!(lines(compiled(&[("M", &modern)]).warnings), Vec::<String>::new());
}

#[test]
fn models_refer_to_one_another_as_api_gateway_writes_it() {
    let models = [
        (
            "Order",
            r##"{"properties":{"line":{"$ref":"https://apigateway.amazonaws.com/restapis/abc/models/Line"},"next":{"$ref":"#/components/schemas/Line"}}}"##,
        ),
        (
            "Line",
            r##"{"type":"object","properties":{"order":{"$ref":"#/models/Order"}},"required":["sku"]}"##,
        ),
    ];
    let schemas = compiled(&models).schemas.expect("they compile");
    let root = schemas.model("Order").expect("it was given");
    let good = r#"{"line":{"sku":1},"next":{"sku":1,"order":{"line":{"sku":2}}}}"#;
    assert_eq!(schemas.check(root, &super::json(good)), Ok(()));
    let bad = r#"{"next":{"sku":1,"order":{"line":{}}}}"#;
    let broken = schemas.check(root, &super::json(bad)).expect_err("a rule is broken");
    assert_eq!((&*broken[0].pointer, &*broken[0].rule), ("/next/order/line", "Line.required"));
}

#[test]
fn an_integer_is_one_by_its_text_in_draft_4_and_by_its_value_in_2020_12() {
    assert_eq!(violations(r#"{"type":"integer"}"#, "1.0").len(), 1);
    assert_eq!(violations(&format!(r#"{{{DRAFT_2020},"type":"integer"}}"#), "1.0").len(), 0);
}
