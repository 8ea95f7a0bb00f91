//! The words of one schema → keywords.

mod arrays;
mod known_words;
mod objects;
mod scalars;

use serde_json::{Map, Value};

use super::{
    compiler::{Compiler, Dialect},
    exact_number::ExactNumber,
    keyword::{Keyword, NodeId},
    pattern::Pattern,
    reference::Address,
    words::shown,
};

pub struct SchemaReader<'c, 'a> {
    pub compiler: &'c mut Compiler<'a>,
    pub map: &'a Map<String, Value>,
    pub address: Address,
    pub dialect: Dialect,
}

impl<'a> SchemaReader<'_, 'a> {
    /// Reads all words. What rests on others' judgement comes last.
    pub fn keywords(mut self) -> Vec<Keyword> {
        let mut keywords = Vec::new();
        self.check_words();
        if let Some(reference) = self.map.get("$ref") {
            keywords.extend(self.reference(reference));
            if self.dialect == Dialect::Draft4 {
                // Draft 4 passes over all that stands beside `$ref`.
                return keywords;
            }
        }
        self.any_value(&mut keywords);
        self.numbers(&mut keywords);
        self.texts(&mut keywords);
        self.arrays(&mut keywords);
        self.objects(&mut keywords);
        self.combinations(&mut keywords);
        if self.dialect == Dialect::Draft202012 {
            keywords.extend(self.schema("unevaluatedItems").map(Keyword::UnevaluatedItems));
            keywords.extend(self.schema("unevaluatedProperties").map(Keyword::UnevaluatedProperties));
        }
        for definitions in ["definitions", "$defs"] {
            self.schema_map(definitions);
        }
        keywords
    }

    fn reference(&mut self, reference: &Value) -> Option<Keyword> {
        let node = reference.as_str().and_then(|text| self.compiler.referred(&self.address, text));
        if node.is_none() {
            let expected = "#/definitions/name in this model, #/models/NAME of another one, or \
                            https://apigateway.amazonaws.com/restapis/ID/models/NAME";
            self.problem("$ref", &shown(reference), expected);
        }
        node.map(Keyword::Ref)
    }

    fn combinations(&mut self, keywords: &mut Vec<Keyword>) {
        keywords.extend(self.schema_list("allOf").map(Keyword::AllOf));
        keywords.extend(self.schema_list("anyOf").map(Keyword::AnyOf));
        keywords.extend(self.schema_list("oneOf").map(Keyword::OneOf));
        keywords.extend(self.schema("not").map(Keyword::Not));
        if self.dialect == Dialect::Draft202012
            && let Some(condition) = self.schema("if")
        {
            let (then, otherwise) = (self.schema("then"), self.schema("else"));
            keywords.push(Keyword::If { condition, then, otherwise });
        }
    }

    /// A value that `parse` takes; another one is a problem.
    fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.map.get(name)?;
        let parsed = parse(value);
        if parsed.is_none() {
            self.problem(name, &shown(value), expected);
        }
        parsed
    }

    fn count(&mut self, name: &str) -> Option<u64> {
        self.parsed(name, "a whole number, 0 or more", |value| match value {
            Value::Number(number) => ExactNumber::of(number).to_count(),
            _ => None,
        })
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, "true or false", Value::as_bool)
    }

    fn strings(&mut self, name: &str) -> Option<Vec<String>> {
        self.parsed(name, "a list of strings", strings)
    }

    fn pattern(&mut self, path: &[&str], source: &str) -> Option<Pattern> {
        self.compiler
            .compiled_pattern(source)
            .map_err(|why| {
                let address = self.address.inner(path);
                let got = shown(&Value::from(source));
                self.compiler.problem(&address, &got, &format!("a regular expression of ECMA 262{why}"));
            })
            .ok()
    }

    /// The schema at a word.
    fn schema(&mut self, name: &str) -> Option<NodeId> {
        let value = self.map.get(name)?;
        Some(self.inner(&[name], value))
    }

    fn schema_list(&mut self, name: &str) -> Option<Vec<NodeId>> {
        let is_list = |value: &'a Value| value.as_array().filter(|list| !list.is_empty());
        let list = self.parsed(name, "a list of schemas", is_list)?;
        let inner = |(index, value): (usize, &'a Value)| self.inner(&[name, &index.to_string()], value);
        Some(list.iter().enumerate().map(inner).collect())
    }

    fn schema_map(&mut self, name: &str) -> Vec<(String, NodeId)> {
        let map = self.parsed(name, "a map of schemas", Value::as_object);
        let inner = |(key, value): (&String, &'a Value)| (key.clone(), self.inner(&[name, key], value));
        map.into_iter().flatten().map(inner).collect()
    }

    fn inner(&mut self, path: &[&str], value: &'a Value) -> NodeId {
        let address = self.address.inner(path);
        if value.is_boolean() && self.dialect == Dialect::Draft4 && !path[0].starts_with("additional") {
            self.compiler.problem(&address, &shown(value), "a schema, which is a map");
        }
        self.compiler.node(address, value)
    }

    fn problem(&mut self, name: &str, got: &str, expected: &str) {
        let address = self.address.inner(&[name]);
        self.compiler.problem(&address, got, expected);
    }

    fn is_draft_4(&self) -> bool {
        self.dialect == Dialect::Draft4
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}
