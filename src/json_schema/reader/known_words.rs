//! Words that a schema may not have, and those that check nothing.

use super::SchemaReader;
use crate::json_schema::{compiler::Dialect, words::shown};

/// Words of both dialects.
const BOTH: [&str; 26] = [
    "$ref",
    "type",
    "enum",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "items",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "properties",
    "patternProperties",
    "additionalProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "definitions",
];
const DRAFT_4: [&str; 2] = ["additionalItems", "dependencies"];
const DRAFT_2020_12: [&str; 15] = [
    "const",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "dependentRequired",
    "dependentSchemas",
    "propertyNames",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$defs",
    "$comment",
];
/// Words for people and for other tools.
const NOTES: [&str; 14] = [
    "$schema",
    "title",
    "description",
    "default",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
    "deprecated",
    "xml",
    "externalDocs",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
];
/// Names of schemas by which others could refer to them.
const NAMES: [&str; 6] =
    ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary"];

impl SchemaReader<'_, '_> {
    pub(super) fn check_words(&mut self) {
        let is_root = self.address.is_root();
        let id = if self.dialect == Dialect::Draft4 { "id" } else { "$id" };
        for (word, value) in self.map {
            let word = word.as_str();
            if word == id {
                if !is_root && value.is_string() {
                    self.problem(
                        word,
                        &shown(value),
                        "no name of its own: a $ref goes by #/definitions/name",
                    );
                }
            } else if word == "$schema" && !is_root {
                self.problem(word, &shown(value), "nothing: it stands at the beginning of a model");
            } else if self.dialect == Dialect::Draft202012 && NAMES.contains(&word) {
                self.problem(word, &shown(value), "nothing: a $ref goes by #/$defs/name");
            } else if !self.checks(word) && !NOTES.contains(&word) && !word.starts_with("x-") {
                let address = self.address.inner(&[word]);
                self.compiler.warn(&address, &shown(value), "nothing of this name: it checks nothing");
            } else if self.is_beside_a_reference(word) {
                let address = self.address.inner(&[word]);
                let expected =
                    "nothing beside $ref, where it checks nothing in draft 4: allOf joins two schemas";
                self.compiler.warn(&address, &shown(value), expected);
            }
        }
    }

    fn is_beside_a_reference(&self, word: &str) -> bool {
        let is_rule = self.checks(word) && !["$ref", "definitions"].contains(&word);
        is_rule && self.dialect == Dialect::Draft4 && self.map.contains_key("$ref")
    }

    fn checks(&self, word: &str) -> bool {
        let own: &[&str] = match self.dialect {
            Dialect::Draft4 => &DRAFT_4,
            Dialect::Draft202012 => &DRAFT_2020_12,
        };
        let is_format = word == "format" && self.checked_format().is_some();
        is_format || BOTH.contains(&word) || own.contains(&word)
    }
}
