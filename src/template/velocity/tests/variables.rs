//! The variables that the tables' templates see; the same as in tests/velocity/Oracle.java.

use crate::template::velocity::{Number, Value, Variables};

pub(super) fn variables() -> Variables {
    let mut variables = Variables::new();
    variables.set("s", Value::text("Hello"));
    variables.set("n", Value::integer(42));
    variables.set("t", Value::Boolean(true));
    variables.set("f", Value::Boolean(false));
    variables.set("u", Value::text("Grüße 🐲"));
    variables.set("form", Value::text("a=1&b=two+words&c"));
    variables.set("l", texts(&["a", "b", "c"]));
    variables.set("m", map([("k", Value::text("v")), ("nul", Value::Null), ("n", Value::integer(5))]));
    let items = [
        map([("id", Value::integer(1)), ("tags", texts(&["x", "y"]))]),
        map([("id", Value::integer(2)), ("tags", texts(&[]))]),
    ];
    variables.set("items", Value::list(items.to_vec()));
    variables.set("order", order());
    variables
}

fn order() -> Value {
    let line = |sku, quantity, price: Number| {
        map([("sku", Value::text(sku)), ("qty", Value::integer(quantity)), ("price", Value::Number(price))])
    };
    map([
        ("id", Value::text("A-1")),
        ("customer", map([("name", Value::text("Ann O'Neil")), ("vip", Value::Boolean(true))])),
        (
            "lines",
            Value::list(vec![line("p1", 2, Number::from_json("9.5")), line("p2", 1, Number::Integer(20))]),
        ),
        ("note", Value::Null),
    ])
}

pub(super) fn texts(texts: &[&str]) -> Value {
    Value::list(texts.iter().map(|text| Value::text(text)).collect())
}

pub(super) fn map<const MEMBERS: usize>(members: [(&str, Value); MEMBERS]) -> Value {
    Value::map(members.into_iter().collect())
}
