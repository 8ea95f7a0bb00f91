//! `$esc`: characters that the language itself reads, and two escapes. No page of AWS tells of it; it is Velocity's own
//! `EscapeTool`.

use std::rc::Rc;

use super::{util_tool::UtilTool, work::Work};
use crate::template::velocity::{HostObject, MethodError, Value};

/// `$esc`.
#[derive(Debug)]
pub(super) struct EscapeTool {
    pub work: Rc<Work>,
}

impl HostObject for EscapeTool {
    fn property(&self, name: &str) -> Option<Value> {
        let text = match name {
            "backslash" | "b" => "\\",
            "dollar" | "d" => "$",
            "exclamation" | "e" => "!",
            "hash" | "h" => "#",
            "newline" | "n" => "\n",
            "quote" | "q" => "\"",
            "singleQuote" | "s" => "'",
            _ => return None,
        };
        Some(Value::text(text))
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        let util = UtilTool { work: Rc::clone(&self.work) };
        match method {
            "javascript" => util.call("escapeJavaScript", arguments),
            "url" => util.call("urlEncode", arguments),
            _ => Err(MethodError::Unknown),
        }
    }
}
