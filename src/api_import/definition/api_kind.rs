//! The two kinds of APIs that are imported.

/// API Gateway's word for what an API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKind {
    Rest,
    Http,
}

impl ApiKind {
    /// The word of `--kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Http => "http",
        }
    }

    /// The words of comments and messages.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Rest => "a REST API",
            Self::Http => "an HTTP API",
        }
    }

    /// The name of a stage that the input does not name.
    pub const fn default_stage(self) -> &'static str {
        match self {
            Self::Rest => "v1",
            Self::Http => "$default",
        }
    }

    /// The value of `unmatchedRoutes`: what API Gateway answers where no route is.
    pub const fn unmatched_routes(self) -> &'static str {
        match self {
            Self::Rest => "AWS_REST",
            Self::Http => "AWS_HTTP",
        }
    }

    /// The value of `trailingSlash`, where it is not the default: a REST API takes `/x/` for `/x`.
    pub const fn trailing_slash(self) -> Option<&'static str> {
        match self {
            Self::Rest => Some("IGNORE"),
            Self::Http => None,
        }
    }

    /// The payload format of a function's events where the definition does not say one.
    pub const fn payload_format_version(self) -> &'static str {
        "1.0"
    }
}
