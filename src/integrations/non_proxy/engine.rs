//! A stand-in for the mapping language until it is there: every template is literal.

use std::fmt;

use crate::{context::Context, error::GatewayError};

#[derive(Debug)]
pub struct MappingTemplate(String);

#[derive(Debug)]
pub struct SyntaxError {
    pub got: String,
    pub expected: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "got {}, expected {}", self.got, self.expected)
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Phase {
    Request,
    Response,
}

#[derive(Debug)]
pub struct TemplateInputs<'a> {
    pub context: &'a Context<'a>,
    pub body: &'a str,
    pub phase: Phase,
    pub overrides: &'a Overrides,
}

#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub request: RequestOverrides,
    pub response: ResponseOverrides,
}

#[derive(Clone, Debug, Default)]
pub struct RequestOverrides {
    pub path: Vec<(String, String)>,
    pub querystring: Vec<(String, String)>,
    pub header: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct ResponseOverrides {
    pub status: Option<String>,
    pub header: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Rendered {
    pub text: String,
    pub overrides: Overrides,
}

impl MappingTemplate {
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self(text.to_owned()))
    }

    pub fn render(&self, inputs: &TemplateInputs<'_>) -> Result<Rendered, GatewayError> {
        Ok(Rendered { text: self.0.clone(), overrides: inputs.overrides.clone() })
    }
}
