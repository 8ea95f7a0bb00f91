//! The `uri` of API Gateway's `AWS` integrations: `arn:aws:apigateway:REGION:[SUBDOMAIN.]SERVICE:action/NAME` or
//! `…:path/PATH`.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>

use serde_json::Value;

use crate::{
    aws::service::{Service, ServiceAddress},
    item::Fields,
};

/// A service, and what of it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUri {
    pub address: ServiceAddress,
    pub operation: ServiceOperation,
}

/// The part of a service that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceOperation {
    /// An action by its name, and what the URI says behind it: `Publish`, `TopicArn=…`.
    Action { name: String, query: String },
    /// A path of a REST API, as written: starts with `/`, may have `{name}` in it, and a query behind `?`.
    Path(String),
}

/// The reason why a text is no URI of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadServiceUri {
    /// What was expected instead.
    pub expected: String,
}

const EXPECTED: &str = "arn:aws:apigateway:REGION:SERVICE:action/NAME, or …:path/PATH, such as arn:aws:apigateway:eu-west-1:sqs:action/SendMessage";

impl ServiceUri {
    /// Reads the field `uri`, which has to be there. What is wrong is reported, and `None`.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.require("uri", fields.resolved_string("uri"), EXPECTED)?;
        let uri = Self::parse(&text);
        uri.map_err(|bad| fields.problem("uri", &Value::from(text).to_string(), &bad.expected)).ok()
    }

    /// # Errors
    /// It is none, or it names an unknown service or an action of a service that has none.
    pub fn parse(text: &str) -> Result<Self, BadServiceUri> {
        let bad = |expected: &str| BadServiceUri { expected: expected.to_owned() };
        let parts: Vec<&str> = text.trim().splitn(6, ':').collect();
        let ["arn", partition, "apigateway", region, service, operation] = *parts else {
            return Err(bad(EXPECTED));
        };
        let is_region =
            !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !partition.starts_with("aws") || !is_region {
            return Err(bad(EXPECTED));
        }
        let address = address(region, service)?;
        let service = address.service;
        let operation = match operation.split_once('/') {
            Some(("path", path)) => Ok(ServiceOperation::Path(format!("/{}", path.trim_start_matches('/')))),
            Some(("action", action)) => ServiceOperation::action(service, action),
            Some(_) | None => Err(bad(EXPECTED)),
        }?;
        Ok(Self { address, operation })
    }
}

impl ServiceOperation {
    /// `Publish`, or `Publish&TopicArn=…`.
    fn action(service: Service, text: &str) -> Result<Self, BadServiceUri> {
        let (name, query) = text.split_once(['&', '?']).unwrap_or((text, ""));
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let has_actions = service.json_api().is_some() || service.query_version().is_some();
        if !has_actions {
            let name = service.name().unwrap_or_default();
            let expected = format!("path/… of {name}, which knows no actions");
            return Err(BadServiceUri { expected });
        }
        if !is_name {
            return Err(BadServiceUri { expected: EXPECTED.to_owned() });
        }
        Ok(Self::Action { name: name.to_owned(), query: query.to_owned() })
    }

    /// The path as written, to be filled; `None` of an action.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Action { .. } => None,
        }
    }
}

/// `sqs`, `runtime.sagemaker`, `bucket.s3`.
fn address(region: &str, text: &str) -> Result<ServiceAddress, BadServiceUri> {
    let region = Some(region.to_owned());
    if let Some(service) = Service::named(text) {
        return Ok(ServiceAddress { service, region, subdomain: None });
    }
    let names = || Service::names().join(", ");
    let unknown = || BadServiceUri { expected: format!("a service that is known here: {}", names()) };
    let dots = text.match_indices('.').map(|(at, _)| at);
    let mut splits = dots.map(|at| (&text[..at], &text[at + 1..]));
    let found = splits.find_map(|(subdomain, name)| Some((subdomain, Service::named(name)?)));
    let (subdomain, service) = found.ok_or_else(unknown)?;
    let legal = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !subdomain.split('.').all(legal) {
        return Err(BadServiceUri { expected: "letters, digits and hyphens before the service".to_owned() });
    }
    Ok(ServiceAddress { service, region, subdomain: Some(subdomain.to_owned()) })
}
