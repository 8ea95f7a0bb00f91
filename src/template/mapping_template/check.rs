//! What can be told of a template's tools before any rendering.

use super::{INPUT, UTIL, util_tool::FUNCTIONS};
use crate::template::{
    json_path::JsonPath,
    velocity::{Excerpt, SyntaxError, ToolCall},
};

/// `$util` of AppSync, whose mapping language looks like API Gateway's.
const OF_APPSYNC: [&str; 34] = [
    "appendError",
    "authType",
    "autoId",
    "autoKsuid",
    "autoUlid",
    "defaultIfNull",
    "defaultIfNullOrBlank",
    "defaultIfNullOrEmpty",
    "dynamodb",
    "error",
    "http",
    "isBoolean",
    "isList",
    "isMap",
    "isNull",
    "isNullOrBlank",
    "isNullOrEmpty",
    "isNumber",
    "isString",
    "list",
    "log",
    "map",
    "matches",
    "math",
    "qr",
    "quiet",
    "rds",
    "str",
    "time",
    "toJson",
    "transform",
    "typeOf",
    "unauthorized",
    "validate",
];

/// # Errors
///
/// A function of `$util` that only AppSync has, or a JSONPath that is none.
pub(super) fn check(call: &ToolCall<'_>) -> Result<(), SyntaxError> {
    match (call.tool, call.member, call.literal.as_deref()) {
        (UTIL, member, _) if OF_APPSYNC.contains(&member) => Err(SyntaxError {
            place: call.place,
            got: format!("`$util.{member}`, which AppSync has"),
            expected: format!("what API Gateway has: {}", FUNCTIONS.join(", ")),
        }),
        (INPUT, "json" | "path", Some(path)) => {
            JsonPath::parse(path).map(drop).map_err(|error| SyntaxError {
                place: call.place,
                got: if path.len() > JsonPath::MOST_BYTES {
                    "a long path".to_owned()
                } else {
                    format!("`{}`", Excerpt(path))
                },
                expected: format!("a JSONPath ({error})"),
            })
        }
        _ => Ok(()),
    }
}
