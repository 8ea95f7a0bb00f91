//! The paths of a document → routes.

use super::{
    cors_mock::CorsMock, documentation, openapi_reader::OpenApiReader, own_extensions,
    reference_target::target,
};
use crate::api_import::{
    definition::ApiKind,
    options::OptionsMocks,
    report::{Remark, Visibility},
    source::Located,
};

/// The members of a path item that are operations, and the methods of their routes.
const METHODS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("x-amazon-apigateway-any-method", "ANY"),
];

/// The paths of an HTTP API's default route: that of an export, and that of SAM.
const DEFAULT_PATHS: [&str; 2] = ["/$default", "$default"];

pub(super) fn read_all(reader: &mut OpenApiReader<'_, '_>) {
    let Some(paths) = reader.ledger.map(reader.root, "paths") else { return };
    // The security of all operations which have none of their own.
    if let Some(security) = reader.root.get("security") {
        reader.ledger.taken(security);
    }
    for member in paths.members().into_iter().flatten() {
        if member.key.starts_with("x-") {
            continue;
        }
        let root = reader.root;
        reader.ledger.taken(member.value);
        if let Some(item) = target(reader.ledger, root, member.value) {
            reader.path_item(member.key, item);
        }
    }
    let has_own = reader.root.get(own_extensions::ROUTES).is_some();
    if reader.definition.routes.is_empty() && !has_own && reader.ledger.is_complete() {
        reader.ledger.error_at(paths.span(), "no operation of this document has an integration");
    }
}

impl<'t> OpenApiReader<'t, '_> {
    fn path_item(&mut self, path: &str, item: Located<'t>) {
        self.ledger.taken(item);
        if !item.is_map() {
            self.ledger.error(item, format!("got {} for a path, expected a map", item.noun()));
            return;
        }
        documentation::leave_out(self.ledger, item, &["summary", "description", "servers"]);
        self.leave_out(item, "trace", "API Gateway has no method TRACE");
        let is_default = self.definition.kind == ApiKind::Http && DEFAULT_PATHS.contains(&path);
        let slash = if is_default && !path.starts_with('/') { "/" } else { "" };
        let path = format!("{}{slash}{path}", self.prefix);
        let mock = item.get("options").and_then(|operation| self.cors_mock(item, operation));
        let first = self.definition.routes.len();
        for member in item.members().into_iter().flatten() {
            let known = METHODS.iter().find(|(key, _)| key.eq_ignore_ascii_case(member.key));
            let Some((key, method)) = known else { continue };
            if *key != member.key {
                self.ledger.error(member.value, format!("got {} for a method, expected {key}", member.key));
                continue;
            }
            if *method == "OPTIONS" && mock.is_some() {
                continue;
            }
            let key = match is_default && *method == "ANY" {
                true => "$default".to_owned(),
                false => format!("{method} {path}"),
            };
            let route = self.operation((key, member.key_span), item, member.value);
            self.definition.routes.extend(route);
        }
        if let Some(CorsMock { node, configuration }) = mock {
            let words = "a mock that only answers preflights is corsConfiguration: preflights are 204, and the gateway \
                         sets the CORS headers of all answers";
            self.ledger.remark_whole(node, Remark::otherwise(words, Visibility::Visible));
            for route in &mut self.definition.routes[first..] {
                route.cors = Some(configuration.clone());
            }
        }
    }

    /// The configuration that an `OPTIONS` mock stands for, where other methods of the path have use of it.
    fn cors_mock(&self, item: Located<'t>, operation: Located<'t>) -> Option<CorsMock<'t>> {
        let is_method = |key: &str| key != "options" && METHODS.iter().any(|(known, _)| *known == key);
        let mut others = item.members()?.filter(|member| is_method(member.key));
        let has_others = others.any(|member| member.value.get("x-amazon-apigateway-integration").is_some());
        let may_become = self.options.options_mocks == OptionsMocks::BecomeCors
            && has_others
            && !own_extensions::is_export(self.root);
        may_become.then(|| CorsMock::of(self.root, operation)).flatten()
    }
}
