//! `x-amazon-apigateway-integration` → `integration`: what all types have, and which reader has the rest.

use serde_json::{Map, Value};

use super::{openapi_reader::OpenApiReader, reference_target::target};
use crate::api_import::{
    definition::RouteDefinition,
    report::{Remark, Visibility},
    source::Located,
};

impl<'t> OpenApiReader<'t, '_> {
    /// Reads who answers a route, which is the operation's; `None`: it is not understood, which is told.
    pub fn integration(
        &mut self,
        node: Located<'t>,
        operation: Located<'t>,
        route: &mut RouteDefinition,
    ) -> Option<()> {
        let node = target(self.ledger, self.root, node)?;
        self.ledger.taken(node);
        if !node.is_map() {
            self.ledger.error(node, format!("got {} for an integration, expected a map", node.noun()));
            return None;
        }
        let Some(kind) = self.ledger.text(node, "type") else {
            if node.get("type").is_none() {
                self.ledger.error(node, "an integration without a type");
            }
            return None;
        };
        route.cache_key_parameters = self.cache_key_parameters(node);
        let mut fields = match kind.to_ascii_lowercase().as_str() {
            "aws_proxy" => self.function_proxy(node, operation)?,
            "http_proxy" => self.url_proxy(node)?,
            "aws" => self.mapped(node, "AWS")?,
            "http" => self.mapped(node, "HTTP")?,
            "mock" => self.mapped(node, "MOCK")?,
            _ => {
                let words = format!("the type {kind}: expected aws_proxy, aws, http_proxy, http or mock");
                self.ledger.error(node, words);
                return None;
            }
        };
        self.connection(node);
        if let Some(milliseconds) = self.ledger.number(node, "timeoutInMillis") {
            fields.insert("timeoutInMillis".to_owned(), milliseconds);
        }
        self.stage_variables(node, &fields);
        route.integration = fields;
        Some(())
    }

    /// What connects API Gateway to a target, and not the gateway.
    fn connection(&mut self, node: Located<'t>) {
        if self.ledger.text(node, "connectionType").is_some_and(|kind| kind.eq_ignore_ascii_case("VPC_LINK"))
        {
            let words = "there is no VPC link: the target is reached by its URL";
            let advice =
                "put the gateway's function into the VPC, and list the network in allowPrivateIntegrations";
            if let Some(kind) = node.get("connectionType") {
                let remark = Remark::otherwise(words, Visibility::Visible).advising(advice);
                self.ledger.remark(kind, remark);
            }
        }
        for key in ["connectionId", "integrationTarget"] {
            self.leave_out(node, key, "there is no VPC link");
        }
        self.leave_out(
            node,
            "tlsConfig",
            "the gateway checks the certificates of all targets, and by their own names",
        );
        self.leave_out(node, "cacheNamespace", "each route has answers of its own in the cache");
    }

    /// Old exports wrote them as `method.input.params.NAME`, which says no place: those are told.
    fn cache_key_parameters(&mut self, node: Located<'t>) -> Vec<String> {
        let written = self.ledger.texts(node, "cacheKeyParameters").unwrap_or_default();
        let (known, old): (Vec<String>, Vec<String>) =
            written.into_iter().partition(|name| !name.starts_with("method.input."));
        if !old.is_empty()
            && let Some(list) = node.get("cacheKeyParameters")
        {
            let words = "method.input.params.NAME of an old export does not say if it is a header, a query string or a path";
            self.ledger
                .remark(list, Remark::left_out(words).advising("write cacheKeyParameters of the route"));
        }
        if !known.is_empty()
            && let Some(list) = node.get("cacheKeyParameters")
        {
            let words =
                "they count where a stage caches the route (cachingEnabled), and are written there only";
            self.ledger.remark(list, Remark::otherwise(words, Visibility::Invisible));
        }
        known
    }

    /// Copies members as they are.
    pub fn copy(&mut self, node: Located<'t>, keys: &[&str], fields: &mut Map<String, Value>) {
        for key in keys {
            if let Some(value) = self.ledger.json(node, key) {
                fields.insert((*key).to_owned(), value);
            }
        }
    }
}
