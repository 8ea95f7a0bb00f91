//! An entry of `try`: a request to begin with, which `tollgate dev` prints as a `curl` line.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    error::ItemId,
    item::{self, Parsed},
};

/// The name of the section, which problems have for the table.
pub const TRY: &str = "try";

/// Stands for a token of the local issuer in a header.
pub const TOKEN: &str = "$token";

/// A request to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstRequest {
    pub method: String,
    /// With the base path of its stage, and a query.
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
}

impl FirstRequest {
    /// Reads `request`, `headers` and `body`.
    pub fn parse(name: &str, map: &Map<String, Value>) -> Parsed<Self> {
        item::read(ItemId { table: TRY, key: name }, map, |fields| {
            let expected = "a method and a path, such as GET /v1/orders?limit=5";
            let line = fields.string("request").and_then(|line| {
                let parts = line
                    .split_once(' ')
                    .map(|(method, target)| (method.to_owned(), target.trim().to_owned()));
                let is_fine = |(method, target): &(String, String)| {
                    method.chars().all(|c| c.is_ascii_uppercase())
                        && target.starts_with('/')
                        && target.chars().all(|c| c.is_ascii_graphic())
                };
                let parts = parts.filter(is_fine);
                if parts.is_none() {
                    fields.problem("request", &format!("{line:?}"), expected);
                }
                parts
            });
            let line = fields.require("request", line, expected);
            let headers = fields.read_or("headers", BTreeMap::new(), |name| fields.string_map(name));
            let body = fields.value("body").cloned();
            let (method, target) = line?;
            Some(Self { method, target, headers: headers?, body })
        })
    }
}
