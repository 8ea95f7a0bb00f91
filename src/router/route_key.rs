//! A route key as the operator writes it: `GET /orders/{id}`, `ANY /files/{proxy+}`, `$default`.

use std::fmt;

use http::Method;

use super::{METHODS, path_pattern::PathPattern};
use crate::context::PathParameter;

/// The requests that a route is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteKey<'a> {
    /// `$default`: whatever no other route serves.
    Default,
    Path {
        method: MethodKey,
        pattern: PathPattern<'a>,
    },
}

/// A method, or `ANY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodKey {
    Any,
    Only(Method),
}

impl<'a> RouteKey<'a> {
    /// # Errors
    ///
    /// The text that a route key should have where this one has something else.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let text = text.trim();
        if text == "$default" {
            return Ok(Self::Default);
        }
        let Some((method, path)) = text.split_once(char::is_whitespace) else {
            return Err("a method and a path (GET /orders/{id}), or $default".to_owned());
        };
        Ok(Self::Path { method: MethodKey::parse(method)?, pattern: PathPattern::parse(path.trim())? })
    }

    /// The names of its path parameters, from left to right.
    pub fn path_parameters(&self) -> Vec<String> {
        match self {
            Self::Default => Vec::new(),
            Self::Path { pattern, .. } => pattern.parameter_names().map(str::to_owned).collect(),
        }
    }

    /// The same of any two keys that are for the same requests, however their parameters are called.
    pub fn shape(&self) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Path { method: MethodKey::Any, pattern } => format!("ANY {}", pattern.shape()),
            Self::Path { method: MethodKey::Only(method), pattern } => {
                format!("{method} {}", pattern.shape())
            }
        }
    }

    /// The one method that it is for.
    pub fn method(&self) -> Option<&Method> {
        match self {
            Self::Path { method: MethodKey::Only(method), .. } => Some(method),
            Self::Default | Self::Path { method: MethodKey::Any, .. } => None,
        }
    }

    /// The path; `None`: it is `$default`.
    pub fn pattern(&self) -> Option<&PathPattern<'a>> {
        match self {
            Self::Default => None,
            Self::Path { pattern, .. } => Some(pattern),
        }
    }

    /// The values of its path parameters in a path that it matches.
    pub fn values_in(&self, path: &'a str) -> Vec<PathParameter<'a>> {
        self.pattern().map_or_else(Vec::new, |pattern| pattern.parameters(path))
    }
}

impl fmt::Display for RouteKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { method: MethodKey::Any, pattern } => write!(f, "ANY {}", pattern.written()),
            Self::Path { method: MethodKey::Only(method), pattern } => {
                write!(f, "{method} {}", pattern.written())
            }
        }
    }
}

impl MethodKey {
    fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("ANY") {
            return Ok(Self::Any);
        }
        let known = METHODS.iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
        known.cloned().map(Self::Only).ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(Method::as_str).collect();
            format!("a method of {} or ANY", names.join(", "))
        })
    }
}
