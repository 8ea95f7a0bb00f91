//! The method by which the Invoke API is called. API Gateway wants it said, and so do definitions that come from there.

use serde_json::Value;

use crate::item::Fields;

/// Says that the field `name` can only be `POST`, if it is there.
pub(super) fn check<'a>(fields: &Fields<'a>, name: &'a str) {
    fields.parsed(name, "POST", is_post);
}

fn is_post(value: &Value) -> Option<()> {
    value.as_str()?.trim().eq_ignore_ascii_case("POST").then_some(())
}
