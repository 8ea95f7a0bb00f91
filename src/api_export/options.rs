//! What an operator says of an export.

#[derive(Clone, Copy, Debug, Default)]
pub struct ExportOptions {
    pub extensions: Extensions,
    pub version: OpenApiVersion,
}

/// The extensions in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extensions {
    /// The document is for clients: nothing tells who answers.
    #[default]
    None,
    /// Those of API Gateway, as far as it has the same.
    ApiGateway,
    /// Those of API Gateway, and what only Tollgate has, as `x-tollgate-…`.
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenApiVersion {
    #[default]
    V30,
    V31,
}

impl OpenApiVersion {
    /// The value of `openapi`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::V30 => "3.0.3",
            Self::V31 => "3.1.0",
        }
    }
}
