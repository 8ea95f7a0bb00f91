//! The integration of a request's route, and what it would be asked.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tollgate::gateway::{ExplainedCall, ExplainedIntegration};

use super::write_line;

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, integration: &ExplainedIntegration) -> io::Result<()> {
    let ExplainedIntegration { type_name, limit, call } = integration;
    let limit = limit.as_secs_f64();
    match call {
        ExplainedCall::Function { function, payload_version, mode, path, event } => {
            let payload = payload_version.map_or_else(String::new, |version| format!(" payload {version},"));
            let words = format!("{type_name} {function},{payload} {mode}, at most {limit} s");
            write_line(out, "integration", &words)?;
            write_line(out, "call", &format!("POST {path}"))?;
            write_json(out, event)
        }
        ExplainedCall::DynamoDb { operation, body } => {
            write_line(out, "integration", &format!("{type_name}, at most {limit} s"))?;
            write_line(out, "call", operation)?;
            write_json(out, body)
        }
        ExplainedCall::Service {
            service,
            action,
            region,
            role,
            redirect_ttl,
            method,
            path,
            headers,
            body,
        } => {
            let words = match redirect_ttl {
                Some(ttl) => {
                    let seconds = ttl.as_secs();
                    format!(
                        "{type_name}, which answers by itself: 307 to the call's signed URL, good for {seconds} s"
                    )
                }
                None => format!("{type_name}, at most {limit} s"),
            };
            write_line(out, "integration", &words)?;
            let action = action.as_ref().map_or_else(String::new, |action| format!(" {action}"));
            let region = region.as_ref().map_or_else(String::new, |region| format!(" in {region}"));
            let role = role.as_ref().map_or_else(String::new, |role| format!(" as {role}"));
            write_line(out, "call", &format!("{service}{action}{region}{role}: {method} {path}"))?;
            write_message(out, headers, body.as_ref())
        }
        ExplainedCall::Http { method, uri, headers, body } => {
            write_line(out, "integration", &format!("{type_name}, at most {limit} s"))?;
            write_line(out, "call", &format!("{method} {uri}"))?;
            write_message(out, headers, body.as_ref())
        }
        ExplainedCall::Mock { status, headers, body } => {
            write_line(out, "integration", &format!("{type_name}, which answers by itself"))?;
            write_line(out, "", &status.to_string())?;
            write_message(out, headers, body.as_ref())
        }
    }
}

/// Headers and a body, as HTTP has them.
///
/// # Errors
///
/// The reader is gone.
pub fn write_message(
    out: &mut impl Write,
    headers: &[(String, String)],
    body: Option<&Value>,
) -> io::Result<()> {
    for (name, value) in headers {
        write_line(out, "", &format!("{name}: {value}"))?;
    }
    let Some(body) = body else { return Ok(()) };
    writeln!(out)?;
    match body {
        Value::String(text) => text.lines().try_for_each(|line| write_line(out, "", line)),
        json => write_json(out, json),
    }
}

fn write_json(out: &mut impl Write, json: &Value) -> io::Result<()> {
    format!("{json:#}").lines().try_for_each(|line| write_line(out, "", line))
}

pub fn to_json(integration: &ExplainedIntegration) -> Value {
    let ExplainedIntegration { type_name, limit, call } = integration;
    let call = match call {
        ExplainedCall::Function { function, payload_version, mode, path, event } => json!({
            "function": function,
            "payloadFormatVersion": payload_version,
            "invocationType": mode,
            "path": path,
            "event": event,
        }),
        ExplainedCall::DynamoDb { operation, body } => json!({ "operation": operation, "body": body }),
        ExplainedCall::Service {
            service,
            action,
            region,
            role,
            redirect_ttl,
            method,
            path,
            headers,
            body,
        } => json!({
            "service": service,
            "action": action,
            "region": region,
            "role": role,
            "redirect": redirect_ttl.map(|ttl| json!({ "status": 307, "ttlInSeconds": ttl.as_secs() })),
            "method": method,
            "path": path,
            "headers": named(headers),
            "body": body,
        }),
        ExplainedCall::Http { method, uri, headers, body } => {
            json!({ "method": method, "uri": uri, "headers": named(headers), "body": body })
        }
        ExplainedCall::Mock { status, headers, body } => {
            json!({ "status": status, "headers": named(headers), "body": body })
        }
    };
    json!({ "type": type_name, "timeoutInMillis": limit.as_millis(), "call": call })
}

/// Headers by their names; of one that is there more than once, a list.
pub fn named(headers: &[(String, String)]) -> Value {
    let mut named = Map::new();
    for (name, value) in headers {
        let value = Value::from(value.as_str());
        match named.get_mut(name) {
            None => drop(named.insert(name.clone(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::from(vec![first.take(), value]),
        }
    }
    Value::Object(named)
}
