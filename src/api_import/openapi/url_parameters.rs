//! `requestParameters` of a REST API's `http_proxy` → the changes that `HTTP_PROXY` makes, and the names in its URI.

use serde_json::{Map, Value};

use super::openapi_reader::OpenApiReader;
use crate::api_import::source::Located;

const MAPPED: &str = "integration.request.";

impl<'t> OpenApiReader<'t, '_> {
    /// Puts the mappings of a proxy's node where the file has them: into the URI, or into `requestParameters`.
    pub fn url_parameters(&mut self, node: Located<'t>, uri: &str, fields: &mut Map<String, Value>) {
        let mut uri = uri.to_owned();
        let mut changes = Map::new();
        for (target, source) in self.request_parameters(node).unwrap_or_default() {
            let (target, source) = (target.trim_start_matches(MAPPED), source.as_str().unwrap_or_default());
            let is_taken = match target.split_once('.') {
                Some(("path", name)) => in_path(&mut uri, name, source),
                // It passes through by itself, with all its values.
                Some(_) if source.strip_prefix("method.request.") == Some(target) => true,
                Some(("header" | "querystring", _)) => match word(source) {
                    Some(word) => {
                        changes.insert(format!("overwrite:{target}"), word.into());
                        true
                    }
                    None => false,
                },
                Some(_) | None => false,
            };
            if !is_taken && let Some(parameters) = node.get("requestParameters") {
                let key = format!("{MAPPED}{target}");
                let place = parameters.get(&key).unwrap_or(parameters);
                let words = format!(
                    "{source} cannot be mapped into {target} of an http_proxy here: with the type http it can"
                );
                self.ledger.error(place, words);
            }
        }
        fields.insert("uri".to_owned(), uri.into());
        if !changes.is_empty() {
            fields.insert("requestParameters".to_owned(), changes.into());
        }
    }
}

/// Puts a parameter of the route, or a text, in the place of `{name}`.
fn in_path(uri: &mut String, name: &str, source: &str) -> bool {
    let value = match (source.strip_prefix("method.request.path."), text(source)) {
        (Some(parameter), _) => format!("{{{}}}", parameter.trim_end_matches('+')),
        (None, Some(text)) => text.to_owned(),
        (None, None) => return false,
    };
    *uri = uri.replace(&format!("{{{name}}}"), &value);
    true
}

/// A source as a mapped value says it.
fn word(source: &str) -> Option<String> {
    if let Some(text) = text(source) {
        return Some(text.replace('$', "$$"));
    }
    if let Some(part) = source.strip_prefix("method.request.") {
        let is_one = ["header.", "querystring.", "path.", "body"].iter().any(|begin| part.starts_with(begin));
        return is_one.then(|| format!("$request.{part}"));
    }
    let is_word = source.starts_with("context.") || source.starts_with("stageVariables.");
    is_word.then(|| format!("${source}"))
}

/// The text between quotes.
fn text(source: &str) -> Option<&str> {
    source.strip_prefix('\'')?.strip_suffix('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_said_as_mapped_values_say_them() {
        let table = [
            ("method.request.header.X-Tenant", Some("$request.header.X-Tenant")),
            ("method.request.body.a.b", Some("$request.body.a.b")),
            ("'5 $'", Some("5 $$")),
            ("context.requestId", Some("$context.requestId")),
            ("stageVariables.host", Some("$stageVariables.host")),
            ("method.request.multivaluequerystring.q", None),
            ("integration.response.header.x", None),
        ];
        for (source, expected) in table {
            assert_eq!(word(source).as_deref(), expected, "{source}");
        }
        let mut uri = "https://a.example/{a}/{b}".to_owned();
        assert!(in_path(&mut uri, "a", "method.request.path.id") && in_path(&mut uri, "b", "'x'"));
        assert!(!in_path(&mut uri, "c", "method.request.header.c"));
        assert_eq!(uri, "https://a.example/{id}/x");
    }
}
