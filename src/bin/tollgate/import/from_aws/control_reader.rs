//! Calls of API Gateway by the names that the AWS CLI has for them.

use anyhow::{Error, Result};
use http::StatusCode;
use serde_json::{Value, json};
use tollgate::{
    api_import::Input,
    aws::{api_gateway::ApiGatewayControl, call::CallError, denial::denial, rest_path::encoded},
};

use super::cli_case::without_nulls;
use crate::{connection::Connection, failure};

/// Names and values behind the path, not yet encoded.
pub type Query<'a> = &'a [(&'a str, &'a str)];

/// A document, or the words with which API Gateway makes none: it has no export of bodies that are no JSON.
pub enum Export {
    Document(String),
    Refused(String),
}

/// A reader of one API, and what it has read.
pub struct ControlReader<'a> {
    control: ApiGatewayControl,
    region: &'a str,
    pub inputs: Vec<Input>,
}

impl<'a> ControlReader<'a> {
    pub fn new(connection: &'a Connection) -> Self {
        Self { control: connection.api_gateway(), region: &connection.aws.region, inputs: Vec::new() }
    }

    /// A single thing; `None`: there is none.
    pub async fn found(&self, call: &str, path: &[&str]) -> Result<Option<Value>> {
        match self.control.one(&encoded_path(path, &[])).await {
            Ok(found) => Ok(Some(found)),
            Err(error)
                if error.service_error().is_some_and(|error| error.status == StatusCode::NOT_FOUND) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.told(call, path, error)),
        }
    }

    /// A whole list.
    pub async fn list(&self, call: &str, path: &[&str], query: Query<'_>) -> Result<Vec<Value>> {
        let list = self.control.list(&encoded_path(path, query)).await;
        list.map_err(|error| self.told(call, path, error))
    }

    /// A document.
    pub async fn export(&self, call: &str, path: &[&str], query: Query<'_>) -> Result<Export> {
        match self.control.text(&encoded_path(path, query)).await {
            Ok(document) => Ok(Export::Document(document)),
            Err(CallError::Refused(error)) if error.status == StatusCode::BAD_REQUEST => {
                Ok(Export::Refused(error.message))
            }
            Err(error) => Err(self.told(call, path, error)),
        }
    }

    /// A call that failed, with the permission that it needs if that is why.
    fn told(&self, call: &str, path: &[&str], error: CallError) -> Error {
        let needed = denial(&error).map(|_| {
            let Self { region, .. } = self;
            format!(" needs apigateway:GET on arn:aws:apigateway:{region}::/{}", path.join("/"))
        });
        failure::of_service(error).context(format!("{call}{}", needed.unwrap_or_default()))
    }

    /// Adds what a call gave to the inputs, under its name.
    pub fn add(&mut self, call: &str, answer: Value) {
        self.add_text(call, format!("{:#}", without_nulls(answer)));
    }

    pub fn add_text(&mut self, call: &str, text: String) {
        self.inputs.push(Input::Text { name: call.to_owned(), text });
    }

    /// Adds a list, under the name that the AWS CLI gives it; an empty one says nothing.
    pub fn add_list(&mut self, call: &str, name: &str, list: Vec<Value>) {
        if !list.is_empty() {
            self.add(call, json!({ name: list }));
        }
    }
}

fn encoded_path(path: &[&str], query: Query<'_>) -> String {
    let path: String = path.iter().map(|segment| format!("/{}", encoded(segment))).collect();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}
