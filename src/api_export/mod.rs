//! A stage as an OpenAPI document: `tollgate export openapi`.
//!
//! ```text
//! items of a stage ─document→ OpenAPI, with extensions of API Gateway ─own_extensions→ and with Tollgate's own
//!                                                 └─import (read back)──────┘
//! ```
//!
//! Tollgate's own extensions hold what the importer does not read out of the rest of the document, so an import of an
//! export gives the same items. Values that may be secrets are in no document.

mod authorizer_extension;
mod document;
mod function_target;
mod integration_extension;
mod item_fields;
mod model_schema;
mod operation;
mod options;
mod own_extensions;
mod path_items;
mod read_back;
mod request_shape;
mod root_extensions;
mod security_scheme;
mod withheld_values;

pub use self::{
    document::{OpenApiDocument, document},
    options::{ExportOptions, Extensions, OpenApiVersion},
};
