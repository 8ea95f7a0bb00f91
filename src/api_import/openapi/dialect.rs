//! The versions of OpenAPI that are read.

use crate::api_import::source::Located;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Swagger2,
    OpenApi30,
    OpenApi31,
}

impl Dialect {
    /// The version of a document; `None`: it is no OpenAPI document, or of another version.
    pub fn of(root: Located<'_>) -> Option<Self> {
        if let Some(version) = root.get("swagger").and_then(Located::text) {
            return version.starts_with('2').then_some(Self::Swagger2);
        }
        let version = root.get("openapi").and_then(Located::text)?;
        match version {
            "3" | "3.0" => Some(Self::OpenApi30),
            _ if version.starts_with("3.0.") => Some(Self::OpenApi30),
            _ if version.starts_with("3.1") => Some(Self::OpenApi31),
            _ => None,
        }
    }
}
