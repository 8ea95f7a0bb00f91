//! OpenAPI 3.0, 3.1 and Swagger 2.0, with the extensions of API Gateway, as written by hand and as `get-export` writes them.
//!
//! Every node that is read is claimed where it is read. A reader of another format that holds such a document inside
//! (`Body`, `DefinitionBody`) hands in its root.

mod api_extensions;
mod authorizer_extension;
mod base_path;
mod components;
mod cors_mock;
mod dialect;
mod documentation;
mod function_uri;
mod gateway_answers;
mod integration_extension;
mod kind_marks;
mod mapped_integration;
mod model_collection;
mod openapi_reader;
mod operation;
pub mod own_extensions;
mod parameters;
mod path_item;
mod proxy_integration;
mod reference_target;
mod requirement;
mod security_scheme;
mod stage_variables;
mod validators;

pub use self::{
    api_extensions::{disabled_endpoint, endpoint_configuration, resource_policy},
    base_path::{stage_of_document, stage_of_export},
    dialect::Dialect,
    function_uri::{HERE, function_of},
    openapi_reader::read,
};
