//! Proxy integrations: a function, a service by its subtype, or a URL answers, and the answer passes through.

use serde_json::{Map, Value};

use super::{
    function_uri::{FunctionUri, Transfer, function_of},
    openapi_reader::OpenApiReader,
};
use crate::api_import::{
    definition::ApiKind,
    report::{Remark, Visibility},
    source::Located,
};

/// What exports write on a proxy too.
const WITHOUT_MEANING: [&str; 4] =
    ["passthroughBehavior", "contentHandling", "requestTemplates", "responses"];
const MEANS_NOTHING: &str = "it means nothing on a proxy integration, as on API Gateway";
const INVOCATION_TYPE: &str = "integration.request.header.X-Amz-Invocation-Type";

/// True of `arn:aws:iam::*:user/*`, the credentials of who calls.
fn is_of_callers(arn: &str) -> bool {
    arn.contains(":iam::") && arn.contains(":user/")
}

impl<'t> OpenApiReader<'t, '_> {
    pub fn function_proxy(
        &mut self,
        node: Located<'t>,
        operation: Located<'t>,
    ) -> Option<Map<String, Value>> {
        let mut fields = Map::from_iter([("type".to_owned(), "AWS_PROXY".into())]);
        self.ledger.text(node, "httpMethod");
        for key in WITHOUT_MEANING {
            self.leave_out(node, key, MEANS_NOTHING);
        }
        let version = self.ledger.text(node, "payloadFormatVersion");
        if let Some(subtype) = self.ledger.text(node, "integrationSubtype") {
            fields.insert("integrationSubtype".to_owned(), subtype.into());
            fields.insert("payloadFormatVersion".to_owned(), version.unwrap_or("1.0").into());
            self.copy(node, &["requestParameters", "credentials", "responseParameters"], &mut fields);
            return Some(fields);
        }
        let Some(uri) = self.ledger.text(node, "uri") else {
            if node.get("uri").is_none() {
                self.ledger.error(node, "an integration of a function without a uri");
            }
            return None;
        };
        let FunctionUri { name, transfer } = self.function(node, uri);
        fields.insert("uri".to_owned(), name.into());
        let version = match self.definition.kind {
            ApiKind::Rest => "1.0",
            ApiKind::Http => version.unwrap_or(ApiKind::Http.payload_format_version()),
        };
        fields.insert("payloadFormatVersion".to_owned(), version.into());
        let mode = self.ledger.text(node, "responseTransferMode").map(str::to_ascii_uppercase);
        if transfer == Transfer::Streamed || mode.as_deref() == Some("STREAM") {
            fields.insert("responseTransferMode".to_owned(), "STREAM".into());
        }
        self.function_credentials(node, operation);
        self.function_parameters(node, &mut fields);
        Some(fields)
    }

    /// The gateway's own role calls. With the credentials of callers their policies are left out, so it has to be asked who
    /// calls, as it is where they sign.
    fn function_credentials(&mut self, node: Located<'t>, operation: Located<'t>) {
        let Some(credentials) = node.get("credentials") else { return };
        let text = self.ledger.text(node, "credentials").unwrap_or_default();
        if is_of_callers(text) && !self.asks_for_signature(operation) {
            let words = format!(
                "got {text} for credentials, expected a role's ARN: calls are not made with the caller's own \
                 credentials, and the operation asks for no signature (AWS_IAM)"
            );
            self.ledger.error(credentials, words);
            return;
        }
        let remark = Remark::left_out("the gateway calls functions with its own role");
        self.ledger.remark_whole(credentials, remark.advising("let the gateway's role invoke the function"));
    }

    /// The function of a uri; what is no ARN is taken for a name.
    fn function(&mut self, node: Located<'t>, uri: &str) -> FunctionUri {
        if let Some(function) = function_of(uri) {
            return function;
        }
        // Of a name without an answer nothing is known yet.
        let is_open = uri.replace("${stageVariables.", "").contains("${");
        if let Some(written) = node.get("uri").filter(|_| !is_open) {
            let words = "it is no ARN, so it is taken for the name of a function";
            self.ledger.remark(written, Remark::otherwise(words, Visibility::Invisible));
        }
        FunctionUri { name: uri.to_owned(), transfer: Transfer::Buffered }
    }

    /// The one parameter that counts for a function, and the changes of answers that HTTP APIs have.
    fn function_parameters(&mut self, node: Located<'t>, fields: &mut Map<String, Value>) {
        match self.definition.kind {
            ApiKind::Http => self.copy(node, &["responseParameters"], fields),
            ApiKind::Rest => self.leave_out(node, "responseParameters", MEANS_NOTHING),
        }
        let Some(parameters) = self.ledger.map(node, "requestParameters") else { return };
        for member in parameters.members().into_iter().flatten() {
            let is_event = member.value.text() == Some("'Event'");
            if member.key.eq_ignore_ascii_case(INVOCATION_TYPE) && is_event {
                fields.insert("invocationType".to_owned(), "Event".into());
                let words = "invocationType Event: the client gets 202 with the request's id";
                self.ledger.remark(member.value, Remark::otherwise(words, Visibility::Visible));
            } else {
                let words = "a function gets the whole request: nothing is mapped into it";
                self.ledger.remark_whole(member.value, Remark::left_out(words));
            }
        }
    }

    pub fn url_proxy(&mut self, node: Located<'t>) -> Option<Map<String, Value>> {
        let mut fields = Map::from_iter([("type".to_owned(), "HTTP_PROXY".into())]);
        for key in WITHOUT_MEANING {
            self.leave_out(node, key, MEANS_NOTHING);
        }
        self.ledger.text(node, "payloadFormatVersion");
        self.ledger.text(node, "responseTransferMode");
        let Some(uri) = self.ledger.text(node, "uri") else {
            if node.get("uri").is_none() {
                self.ledger.error(node, "an integration of a URL without a uri");
            }
            return None;
        };
        fields.insert("uri".to_owned(), uri.into());
        if let Some(method) = self.ledger.text(node, "httpMethod") {
            fields.insert("integrationMethod".to_owned(), method.to_ascii_uppercase().into());
        }
        self.leave_out(node, "credentials", "a URL is called without AWS credentials");
        match self.definition.kind {
            ApiKind::Http => self.copy(node, &["requestParameters", "responseParameters"], &mut fields),
            ApiKind::Rest => {
                self.leave_out(node, "responseParameters", MEANS_NOTHING);
                let parameters = self.request_parameters(node).map(Value::Object);
                fields.extend(parameters.map(|parameters| ("requestParameters".to_owned(), parameters)));
            }
        }
        Some(fields)
    }
}
