//! The base path of a document, and the stage of one that API Gateway exported.

use super::{api_extensions::endpoint_configuration, dialect::Dialect, documentation, own_extensions};
use crate::api_import::{
    options::{BasePathMode, ImportOptions},
    report::{Ledger, Remark},
    source::Located,
};

/// What a document says of where it is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedAt {
    /// What stands before every path: empty, or `/shop`.
    pub prefix: String,
    /// The stage of an export.
    pub stage: Option<String>,
}

/// A base path as it is written, and whose host it is on.
struct WrittenBase {
    path: String,
    host: Host,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    ApiGateway,
    Other,
}

impl WrittenBase {
    fn of(host: &str, path: &str) -> Self {
        let host = if host.contains(OF_API_GATEWAY) { Host::ApiGateway } else { Host::Other };
        Self { path: path.trim_matches('/').to_owned(), host }
    }
}

/// Hosts of API Gateway, at which the base path is the stage.
const OF_API_GATEWAY: &str = ".execute-api.";

pub fn read(ledger: &mut Ledger, root: Located<'_>, dialect: Dialect, options: &ImportOptions) -> ServedAt {
    let WrittenBase { path: written, host } = match dialect {
        Dialect::Swagger2 => of_swagger(ledger, root),
        Dialect::OpenApi30 | Dialect::OpenApi31 => of_servers(ledger, root),
    };
    if host == Host::ApiGateway {
        let is_stage = !written.is_empty() && !written.contains('/');
        return ServedAt { prefix: String::new(), stage: is_stage.then_some(written) };
    }
    let kept = match options.base_path {
        BasePathMode::Ignore => "",
        BasePathMode::Prepend => written.as_str(),
        BasePathMode::Split => written.split_once('/').map_or("", |(_, rest)| rest),
    };
    let prefix = if kept.is_empty() { String::new() } else { format!("/{kept}") };
    ServedAt { prefix, stage: None }
}

/// The stage of a document that API Gateway exported.
pub fn stage_of_export(root: Located<'_>) -> Option<String> {
    // What is said of the nodes is said when the document is read.
    read(&mut Ledger::default(), root, Dialect::of(root)?, &ImportOptions::default()).stage
}

/// The stage that a document was exported of, by API Gateway or by Tollgate.
pub fn stage_of_document(root: Located<'_>) -> Option<String> {
    own_extensions::stage_name(root).or_else(|| stage_of_export(root))
}

fn of_swagger(ledger: &mut Ledger, root: Located<'_>) -> WrittenBase {
    documentation::leave_out(ledger, root, &["schemes"]);
    let host = ledger.text(root, "host").unwrap_or_default().to_owned();
    if let Some(node) = root.get("host") {
        ledger.remark(node, Remark::left_out("where the API is served does not follow from its document"));
    }
    let path = ledger.text(root, "basePath").unwrap_or_default().to_owned();
    WrittenBase::of(&host, &path)
}

/// The path of the first server, with the defaults of its variables.
fn of_servers(ledger: &mut Ledger, root: Located<'_>) -> WrittenBase {
    let Some(servers) = ledger.member(root, "servers") else { return WrittenBase::of("", "") };
    let mut servers = servers.elements().into_iter().flatten();
    let Some(first) = servers.next() else { return WrittenBase::of("", "") };
    for other in servers {
        let words = "only the first server says where paths begin, as on API Gateway";
        ledger.remark_whole(other, Remark::left_out(words));
        endpoint_of_server(ledger, other);
    }
    ledger.taken(first);
    documentation::leave_out(ledger, first, &["description"]);
    let mut url = ledger.text(first, "url").unwrap_or_default().to_owned();
    if let Some(variables) = ledger.map(first, "variables") {
        for variable in variables.members().into_iter().flatten() {
            ledger.taken(variable.value);
            documentation::leave_out(ledger, variable.value, &["description", "enum"]);
            let default = ledger.text(variable.value, "default").unwrap_or_default();
            url = url.replace(&format!("{{{}}}", variable.key), default.trim_start_matches('/'));
        }
    }
    endpoint_of_server(ledger, first);
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => ("", url.as_str()),
    };
    WrittenBase::of(host, path)
}

/// The settings of the endpoint, which OpenAPI 3 has at a server.
fn endpoint_of_server(ledger: &mut Ledger, server: Located<'_>) {
    if let Some(node) = ledger.map(server, "x-amazon-apigateway-endpoint-configuration") {
        endpoint_configuration(ledger, node);
    }
}
