//! Words on objects.

use serde_json::Value;

use super::{SchemaReader, strings};
use crate::json_schema::{
    keyword::{Keyword, Properties},
    words::shown,
};

impl SchemaReader<'_, '_> {
    pub(super) fn objects(&mut self, keywords: &mut Vec<Keyword>) {
        keywords.extend(self.count("maxProperties").map(Keyword::MaxProperties));
        keywords.extend(self.count("minProperties").map(Keyword::MinProperties));
        keywords.extend(self.strings("required").map(|mut names| {
            // In the order in which API Gateway names them.
            names.sort();
            names.dedup();
            Keyword::Required(names)
        }));
        self.dependencies(keywords);
        let properties = self.properties();
        if !properties.named.is_empty() || !properties.patterns.is_empty() || properties.additional.is_some()
        {
            keywords.push(Keyword::Properties(properties));
        }
        if !self.is_draft_4() {
            keywords.extend(self.schema("propertyNames").map(Keyword::PropertyNames));
        }
    }

    fn properties(&mut self) -> Properties {
        let named = self.schema_map("properties").into_iter().collect();
        let mut patterns = Vec::new();
        for (source, node) in self.schema_map("patternProperties") {
            let pattern = self.pattern(&["patternProperties", &source], &source);
            patterns.extend(pattern.map(|pattern| (pattern, node)));
        }
        Properties { named, patterns, additional: self.schema("additionalProperties") }
    }

    /// Draft 4 has names and schemas in one map, 2020-12 in two.
    fn dependencies(&mut self, keywords: &mut Vec<Keyword>) {
        let (mut required, mut schemas) = (Vec::new(), Vec::new());
        if self.is_draft_4() {
            let map = self.parsed("dependencies", "a map of schemas and of lists of names", Value::as_object);
            for (name, value) in map.into_iter().flatten() {
                match strings(value) {
                    Some(names) => required.push((name.clone(), names)),
                    None => schemas.push((name.clone(), self.inner(&["dependencies", name], value))),
                }
            }
        } else {
            let map = self.parsed("dependentRequired", "a map of lists of names", Value::as_object);
            for (name, value) in map.into_iter().flatten() {
                match strings(value) {
                    Some(names) => required.push((name.clone(), names)),
                    None => {
                        let address = self.address.inner(&["dependentRequired", name]);
                        self.compiler.problem(&address, &shown(value), "a list of names");
                    }
                }
            }
            schemas = self.schema_map("dependentSchemas");
        }
        if !required.is_empty() {
            keywords.push(Keyword::DependentRequired(required));
        }
        if !schemas.is_empty() {
            keywords.push(Keyword::DependentSchemas(schemas));
        }
    }
}
