//! Answers of DynamoDB as clients get them, also random ones beside a model that makes values of them.

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use super::*;
use crate::aws::dynamodb::AttributeValue;

/// An attribute value as DynamoDB may write it: in any order, with names that come twice.
#[derive(Clone, Debug)]
enum Sent {
    Null(bool),
    Bool(bool),
    N(String),
    S(String),
    B(Vec<u8>),
    Ns(Vec<String>),
    Ss(Vec<String>),
    Bs(Vec<Vec<u8>>),
    L(Vec<Sent>),
    M(Vec<(String, Sent)>),
}

/// Text as JSON may also write it: every character as an escape.
fn escaped(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{escapes}\"")
}

fn quoted(text: &str) -> String {
    if text.len() % 3 == 1 { escaped(text) } else { json!(text).to_string() }
}

fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[ {} ]", values.iter().map(write).collect::<Vec<_>>().join(" , "))
}

fn base64(bytes: &Vec<u8>) -> String {
    json!(BASE64_STANDARD.encode(bytes)).to_string()
}

fn members(members: &[(String, Sent)]) -> String {
    let member = |(name, value): &(String, Sent)| format!("{}: {}", quoted(name), value.wire());
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn model(members: &[(String, Sent)]) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone(), value.plain())).collect()
}

impl Sent {
    fn wire(&self) -> String {
        let text = |text: &String| quoted(text);
        match self {
            Self::Null(value) => format!(r#"{{"NULL":{value}}}"#),
            Self::Bool(value) => format!(r#"{{"BOOL": {value}}}"#),
            Self::N(number) => format!(r#"{{"N":"{number}"}}"#),
            Self::S(value) => format!(r#"{{"S":{}}}"#, text(value)),
            Self::B(bytes) => format!(r#"{{ "B" : {} }}"#, base64(bytes)),
            Self::Ns(numbers) => format!(r#"{{"NS":{}}}"#, list(numbers, |number| format!("\"{number}\""))),
            Self::Ss(texts) => format!(r#"{{"SS":{}}}"#, list(texts, text)),
            Self::Bs(binaries) => format!(r#"{{"BS":{}}}"#, list(binaries, base64)),
            Self::L(values) => format!(r#"{{"L":{}}}"#, list(values, Self::wire)),
            Self::M(values) => format!(r#"{{"M":{}}}"#, members(values)),
        }
    }

    fn plain(&self) -> Value {
        let number = |text: &String| Value::Number(text.parse::<Number>().unwrap());
        let base64 = |bytes: &Vec<u8>| Value::from(BASE64_STANDARD.encode(bytes));
        match self {
            Self::Null(_) => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::N(text) => number(text),
            Self::S(text) => text.as_str().into(),
            Self::B(bytes) => base64(bytes),
            Self::Ns(numbers) => numbers.iter().map(number).collect(),
            Self::Ss(texts) => texts.iter().map(String::as_str).collect(),
            Self::Bs(binaries) => binaries.iter().map(base64).collect(),
            Self::L(values) => values.iter().map(Self::plain).collect(),
            Self::M(values) => Value::Object(model(values)),
        }
    }
}

fn any_number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,37})(\\.[0-9]{1,37})?([eE][+-]?[0-9]{1,3})?"
}

/// Names that are often alike, and often in no order.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]{0,2}", "[a\"\\\\\n\u{1f}é😀\u{7f}]{0,3}", ".*"]
}

fn any_members(value: impl Strategy<Value = Sent> + 'static) -> impl Strategy<Value = Vec<(String, Sent)>> {
    prop::collection::vec((any_name(), value), 0..6)
}

fn any_attribute() -> impl Strategy<Value = Sent> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..6);
    let leaf = prop_oneof![
        any::<bool>().prop_map(Sent::Null),
        any::<bool>().prop_map(Sent::Bool),
        any_number().prop_map(Sent::N),
        any_name().prop_map(Sent::S),
        bytes().prop_map(Sent::B),
        prop::collection::vec(any_number(), 0..4).prop_map(Sent::Ns),
        prop::collection::vec(any_name(), 0..4).prop_map(Sent::Ss),
        prop::collection::vec(bytes(), 0..4).prop_map(Sent::Bs),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Sent::L),
            any_members(inner).prop_map(Sent::M),
        ]
    })
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}

proptest! {
    #[test]
    fn any_item_is_to_the_byte_what_the_model_makes_of_it(item_members in any_members(any_attribute())) {
        let answer = format!(r#"{{"Item":{},"ConsumedCapacity":{{"X":[1]}}}}"#, members(&item_members));
        let expected = Value::Object(model(&item_members)).to_string();
        prop_assert_eq!(item(answer.as_bytes()).unwrap().map(text), Some(expected));
    }

    #[test]
    fn any_items_are_a_list_in_their_order(all in prop::collection::vec(any_members(any_attribute()), 0..4)) {
        let items = list(&all, |item| members(item));
        let plain: Vec<_> = all.iter().map(|item| Value::Object(model(item))).collect();
        let page = page(format!(r#"{{"Count":1,"Items":{items}}}"#).as_bytes()).unwrap();
        let first = page.first.clone().map(|first| text(page.json[first].to_vec()));
        prop_assert_eq!(text(page.json), format!(r#"{{"items":{}"#, Value::from(plain.clone())));
        prop_assert_eq!(first, plain.first().map(ToString::to_string));
    }

    #[test]
    fn a_number_is_written_as_json_has_it_or_refused(number in "[-+]?[0-9]{0,3}[.]?[0-9]{0,2}[eE]?[-+]?[0-9]{0,2}.?") {
        let answer = json!({ "Item": { "n": { "N": number } } }).to_string();
        let expected = number.parse::<Number>().ok().map(|number| format!(r#"{{"n":{number}}}"#));
        prop_assert_eq!(item(answer.as_bytes()).ok().map(|item| text(item.unwrap())), expected);
    }

    #[test]
    fn a_damaged_answer_is_an_error_or_json(
        item_members in any_members(any_attribute()), at: prop::sample::Index, byte: u8,
    ) {
        let mut answer = format!(r#"{{"Item":{}}}"#, members(&item_members)).into_bytes();
        let at = at.index(answer.len());
        answer[at] = byte;
        if let Ok(Some(json)) = item(&answer) {
            prop_assert!(crate::json::read(&json).is_ok(), "{}", text(json));
        }
        prop_assert!(item(&answer[..at]).is_err());
    }
}

#[test]
fn an_answer_without_an_item_has_none() {
    for answer in [r#"{}"#, r#"{"Item":null}"#, r#"{"Attributes":null,"ItemCollectionMetrics":{}}"#] {
        assert_eq!(item(answer.as_bytes()).unwrap(), None, "{answer}");
    }
    assert_eq!(item(br#"{"Attributes":{}}"#).unwrap().map(text).as_deref(), Some("{}"));
}

#[test]
fn a_page_has_its_items_and_where_the_next_one_begins() {
    let key = |pk: &str| Attributes::from([("pk".to_owned(), AttributeValue::S(pk.to_owned()))]);
    let query =
        r#"{"LastEvaluatedKey":{"pk":{"S":"b"}},"Items":[{"pk":{"S":"a"}},{"n":{"N":"1"},"b":{"B":""}}]}"#;
    let expected = PlainPage {
        json: br#"{"items":[{"pk":"a"},{"b":"","n":1}]"#.to_vec(),
        first: Some(10..20),
        last_evaluated_key: Some(key("b")),
        unprocessed_keys: vec![],
    };
    assert_eq!(page(query.as_bytes()).unwrap(), expected);
    let batch = r#"{"Responses":{"a":[{"pk":{"S":"a"}}],"none":[],"b":[{"pk":{"S":"b"}}]},
        "UnprocessedKeys":{"a":{"Keys":[{"pk":{"S":"c"}}],"ConsistentRead":true}}}"#;
    let expected = PlainPage {
        json: br#"{"items":[{"pk":"a"},{"pk":"b"}]"#.to_vec(),
        first: Some(10..20),
        last_evaluated_key: None,
        unprocessed_keys: vec![key("c")],
    };
    assert_eq!(page(batch.as_bytes()).unwrap(), expected);
    for nothing in
        [r#"{}"#, r#"{"Items":null,"LastEvaluatedKey":null,"UnprocessedKeys":null,"Responses":{}}"#]
    {
        let expected = PlainPage {
            json: br#"{"items":[]"#.to_vec(),
            first: None,
            last_evaluated_key: None,
            unprocessed_keys: vec![],
        };
        assert_eq!(page(nothing.as_bytes()).unwrap(), expected, "{nothing}");
    }
}

#[test]
fn an_unknown_type_is_told_from_what_is_no_json() {
    let cases = [
        (r#"{"a":{"X":"1"}}"#, true),
        (r#"{"a":{"N":"NaN"}}"#, true),
        (r#"{"a":{"N":1}}"#, true),
        (r#"{"a":{"B":"*"}}"#, true),
        (r#"{"a":{"S":"a","N":"1"}}"#, true),
        (r#"{"a":{}}"#, true),
        (r#"{"a":"b"}"#, true),
        (r#"{"a":{"SS":["b",1]}}"#, true),
        (r#"[]"#, true),
        (r#"{"a":{"S":"b"}"#, false),
        (r#"{"a":{"S":"b"}} {"#, false),
    ];
    for (written, is_data) in cases {
        let error = item(format!(r#"{{"Item":{written}}}"#).as_bytes()).unwrap_err();
        assert_eq!(error.is_data(), is_data, "{written} {error}");
    }
    assert!(page(br#"{"Items":[],"LastEvaluatedKey":{"pk":{"X":"1"}}}"#).unwrap_err().is_data());
}

#[test]
fn a_hostile_depth_is_an_error() {
    let deep = |levels: usize| {
        let (open, end) = (r#"{"L":[{"M":{"a":"#.repeat(levels), "}}]}".repeat(levels));
        format!(r#"{{"Item":{{"a":{open}{{"N":"1"}}{end}}}}}"#)
    };
    // DynamoDB has 32 levels at most.
    assert!(item(deep(16).as_bytes()).is_ok());
    assert!(item(deep(100_000).as_bytes()).is_err());
    assert!(
        item(format!(r#"{{"Other":{}{},"Item":{{}}}}"#, "[".repeat(100_000), "]".repeat(100_000)).as_bytes())
            .is_ok()
    );
}
