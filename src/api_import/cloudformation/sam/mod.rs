//! SAM (`AWS::Serverless::…`) → the OpenAPI document that SAM's translator would make, without its helpers.
//!
//! An API is a resource of its own, or the implicit one of all events that name none.

mod api;
mod auth;
mod cors;
mod definition;
mod document;
mod document_security;
mod event_checks;
mod events;
mod globals;
mod http_auth;
mod security;
mod state_machine;

use super::{properties::TemplateReader, resource::ApiResource, template::ApiOfTemplate};
use crate::api_import::{definition::ApiKind, source::NodeId};

/// An API of SAM.
#[derive(Clone, Debug)]
pub(super) struct SamApi {
    /// Its name in the template; that of the implicit one is SAM's: `ServerlessRestApi`.
    pub name: String,
    pub kind: ApiKind,
    /// Its resource, or that of the first function that needs the implicit one.
    pub node: NodeId,
    /// Evaluated, with the globals; `None`: it is implicit, and there are none.
    pub properties: Option<NodeId>,
}

/// The names that SAM gives its implicit APIs.
const IMPLICIT: [(ApiKind, &str); 2] =
    [(ApiKind::Rest, "ServerlessRestApi"), (ApiKind::Http, "ServerlessHttpApi")];

/// The stage of the implicit REST API, and of one without `StageName`.
const STAGE: &str = "Prod";

impl TemplateReader<'_> {
    /// The APIs that SAM's resources make, in the order of the template.
    pub fn sam_apis(&mut self, root: NodeId, resources: &[ApiResource]) -> Vec<SamApi> {
        let mut apis = Vec::new();
        for resource in resources {
            let kind = match resource.kind.as_str() {
                "AWS::Serverless::Api" => ApiKind::Rest,
                "AWS::Serverless::HttpApi" => ApiKind::Http,
                _ => continue,
            };
            apis.push(SamApi {
                name: resource.name.clone(),
                kind,
                node: resource.node,
                properties: Some(self.with_globals(root, kind, resource)),
            });
        }
        for (kind, name) in IMPLICIT {
            if let Some(node) = self.first_event_without_api(kind, resources) {
                let properties = self.globals_of(root, kind);
                apis.push(SamApi { name: name.to_owned(), kind, node, properties });
            }
        }
        apis
    }

    /// The API as a document with its stage.
    pub fn sam_api(&mut self, api: &SamApi, resources: &[ApiResource]) -> ApiOfTemplate {
        match api.kind {
            ApiKind::Rest => self.sam_rest_api(api, resources),
            ApiKind::Http => self.sam_http_api(api, resources),
        }
    }
}
