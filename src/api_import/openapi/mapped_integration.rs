//! Integrations with mappings (`aws`, `http`, `mock`): their object means the same in the file, and is copied word by word.

use serde_json::{Map, Value, json};

use super::{function_uri::function_of, openapi_reader::OpenApiReader, own_extensions};
use crate::api_import::{
    report::{Remark, Visibility},
    source::Located,
};

/// The beginnings of names that a mapping may have.
const TARGETS: [&str; 5] = [
    "integration.request.header.",
    "integration.request.querystring.",
    "integration.request.path.",
    "integration.request.multivalueheader.",
    "integration.request.multivaluequerystring.",
];

impl<'t> OpenApiReader<'t, '_> {
    pub fn mapped(&mut self, node: Located<'t>, kind: &str) -> Option<Map<String, Value>> {
        let mut fields = Map::from_iter([("type".to_owned(), kind.into())]);
        if kind == "MOCK" {
            for key in ["uri", "httpMethod", "credentials"] {
                self.leave_out(node, key, "nobody is called by a mock");
            }
        } else {
            let Some(uri) = self.ledger.text(node, "uri") else {
                if node.get("uri").is_none() {
                    self.ledger.error(node, "an integration without a uri");
                }
                return None;
            };
            let function = function_of(uri);
            let is_function = function.is_some();
            fields
                .insert("uri".to_owned(), function.map_or_else(|| uri.to_owned(), |found| found.name).into());
            if let Some(method) = self.ledger.text(node, "httpMethod")
                && !is_function
            {
                fields.insert("httpMethod".to_owned(), method.to_ascii_uppercase().into());
            }
            self.credentials(node, kind, &mut fields);
        }
        for key in ["payloadFormatVersion", "responseTransferMode"] {
            self.ledger.text(node, key);
        }
        if let Some(behavior) = self.ledger.text(node, "passthroughBehavior") {
            fields.insert("passthroughBehavior".to_owned(), behavior.to_ascii_uppercase().into());
        }
        if let Some(handling) = self.ledger.text(node, "contentHandling") {
            fields.insert("contentHandling".to_owned(), handling.to_ascii_uppercase().into());
        }
        self.copy(node, &["requestTemplates"], &mut fields);
        if kind == "MOCK" {
            self.fail_without_template(node, &mut fields);
        }
        if let Some(parameters) = self.request_parameters(node) {
            fields.insert("requestParameters".to_owned(), parameters.into());
        }
        self.responses(node, &mut fields);
        Some(fields)
    }

    /// A mock whose request no template gives a status: API Gateway answers 500, and a template that gives none does it here.
    fn fail_without_template(&mut self, node: Located<'t>, fields: &mut Map<String, Value>) {
        let templates = fields.get("requestTemplates").and_then(Value::as_object);
        let has_templates = templates.is_some_and(|templates| !templates.is_empty());
        // It lets nothing pass, so it is 415.
        let is_closed = fields.get("passthroughBehavior").is_some_and(|behavior| behavior == "NEVER");
        // In an export of Tollgate the words of a mock are Tollgate's.
        if has_templates || is_closed || own_extensions::is_export(self.root) {
            return;
        }
        let words = "without a request template that gives a statusCode API Gateway answers a mock with 500, and so does \
                     the route; other bodies than JSON get 415";
        let remark = Remark::otherwise(words, Visibility::Visible);
        let advice = "write requestTemplates: { application/json: '{\"statusCode\": 200}' } for its responses to count";
        self.ledger.remark(node, remark.advising(advice));
        fields.insert("requestTemplates".to_owned(), json!({ "application/json": "{}" }));
        fields.insert("passthroughBehavior".to_owned(), "NEVER".into());
        if node.get("responses").is_none() {
            fields.insert("responses".to_owned(), json!({ "default": { "statusCode": 500 } }));
        }
    }

    fn credentials(&mut self, node: Located<'t>, kind: &str, fields: &mut Map<String, Value>) {
        let Some(credentials) = self.ledger.text(node, "credentials") else { return };
        if kind == "AWS" {
            fields.insert("credentials".to_owned(), credentials.into());
        } else {
            self.leave_out(node, "credentials", "a URL is called without AWS credentials");
        }
    }

    /// The mappings that API Gateway takes; it imports a bad one with a warning, and does nothing by it.
    pub fn request_parameters(&mut self, node: Located<'t>) -> Option<Map<String, Value>> {
        let parameters = self.ledger.map(node, "requestParameters")?;
        let mut taken = Map::new();
        for member in parameters.members().into_iter().flatten() {
            let is_mapping = TARGETS.iter().any(|begin| member.key.starts_with(begin));
            match member.value.text().filter(|_| is_mapping) {
                Some(source) => {
                    self.ledger.taken(member.value);
                    taken.insert(member.key.to_owned(), source.into());
                }
                None => {
                    let words = "no mapping of a request's part: API Gateway imports it with a warning and ignores it";
                    self.ledger.warning_at(member.key_span, words);
                    self.ledger.remark_whole(member.value, Remark::left_out(words));
                }
            }
        }
        (!taken.is_empty()).then_some(taken)
    }

    fn responses(&mut self, node: Located<'t>, fields: &mut Map<String, Value>) {
        let Some(responses) = self.ledger.map(node, "responses") else { return };
        let mut taken = Map::new();
        for member in responses.members().into_iter().flatten() {
            let response = member.value;
            self.ledger.taken(response);
            let mut read = Map::new();
            match self.ledger.number(response, "statusCode") {
                Some(status) => drop(read.insert("statusCode".to_owned(), status)),
                None if response.get("statusCode").is_none() => {
                    let words = "without a status it is 200, as on API Gateway";
                    self.ledger.remark(response, Remark::otherwise(words, Visibility::Invisible));
                    read.insert("statusCode".to_owned(), 200.into());
                }
                None => {}
            }
            self.copy(response, &["responseParameters", "responseTemplates", "contentHandling"], &mut read);
            taken.insert(member.key.to_owned(), read.into());
        }
        if !taken.is_empty() {
            fields.insert("responses".to_owned(), taken.into());
        }
    }
}
