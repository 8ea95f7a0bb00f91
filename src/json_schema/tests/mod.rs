//! Schemas as operators write them, and values as clients send them.

mod bounds;
mod compilation;
mod details;
mod suite;

use serde_json::Value;

use super::{Compiled, NodeId, Schemas};
use crate::{error::Violation, json};

fn json(text: &str) -> Value {
    json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn compiled(models: &[(&str, &str)]) -> Compiled {
    let models: Vec<_> = models.iter().map(|(name, text)| ((*name).to_owned(), json(text))).collect();
    Schemas::compile(&models)
}

/// A schema that compiles, as the model `M`.
fn schema(text: &str) -> (std::sync::Arc<Schemas>, NodeId) {
    let schemas = compiled(&[("M", text)]).schemas.unwrap_or_else(|notes| panic!("{text}: {notes:#?}"));
    let root = schemas.model("M").expect("it was given");
    (schemas, root)
}

/// The broken rules as `pointer rule: detail`.
fn violations(schema_text: &str, value: &str) -> Vec<String> {
    let (schemas, root) = schema(schema_text);
    let line = |Violation { pointer, detail, rule }: Violation| format!("{pointer} {rule}: {detail}");
    let broken = schemas.check(root, &json(value)).err().unwrap_or_default();
    broken.into_iter().map(line).collect()
}
