//! The method by which a URL is called.

use http::Method;

use crate::{error::GatewayError, item::Fields, message::Request};

/// `GET`, or `ANY` for that of the client's request.
#[derive(Clone, Debug)]
pub enum IntegrationMethod {
    SameAsRequest,
    Fixed(Method),
}

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY (the request's own)";

impl IntegrationMethod {
    /// Reads the field `name`; without it, the request's own. What is wrong is reported, and `None`.
    pub fn read<'a>(fields: &Fields<'a>, name: &'a str) -> Option<Self> {
        fields.read_or(name, Self::SameAsRequest, |name| {
            fields.parsed(name, METHODS, |value| Self::parse(value.as_str()?))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_uppercase().as_str() {
            "ANY" => Self::SameAsRequest,
            "GET" => Self::Fixed(Method::GET),
            "HEAD" => Self::Fixed(Method::HEAD),
            "POST" => Self::Fixed(Method::POST),
            "PUT" => Self::Fixed(Method::PUT),
            "PATCH" => Self::Fixed(Method::PATCH),
            "DELETE" => Self::Fixed(Method::DELETE),
            "OPTIONS" => Self::Fixed(Method::OPTIONS),
            _ => return None,
        })
    }

    /// The method for a request.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: one that asks for no answer of a target's.
    pub fn of<'a>(&'a self, request: &'a Request) -> Result<&'a Method, GatewayError> {
        let method = match self {
            Self::SameAsRequest => &request.method,
            Self::Fixed(method) => method,
        };
        if method == Method::CONNECT {
            return Err(GatewayError::BadRequest("CONNECT asks for a tunnel, not for an answer".into()));
        }
        // The target would show the client what the gateway adds for the target only.
        if method == Method::TRACE {
            return Err(GatewayError::BadRequest("TRACE asks for the request as the target gets it".into()));
        }
        Ok(method)
    }
}
