//! Fields as a form, for services that take one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `Action=…&Version=…&Message=…&MessageAttributes.entry.1.Name=…`; the fields of a list's maps are
/// `PublishBatchRequestEntries.member.1.Message=…`.
pub fn form(action: &str, version: &str, fields: &Map<String, Value>) -> String {
    let mut form = format!("Action={action}&Version={version}");
    for (name, value) in fields {
        match value {
            Value::Array(entries) => {
                for (number, entry) in (1..).zip(entries) {
                    for (field, value) in entry.as_object().into_iter().flatten() {
                        push_field(&mut form, &format!("{name}.member.{number}.{field}"), value);
                    }
                }
            }
            other => push_field(&mut form, name, other),
        }
    }
    form
}

/// A text, or attributes with their names.
fn push_field(form: &mut String, name: &str, value: &Value) {
    match value {
        Value::Object(attributes) => {
            for (number, (key, attribute)) in (1..).zip(attributes) {
                let entry = format!("{name}.entry.{number}");
                push(form, &format!("{entry}.Name"), key);
                for (part, text) in attribute.as_object().into_iter().flatten() {
                    push(form, &format!("{entry}.Value.{part}"), text.as_str().unwrap_or_default());
                }
            }
        }
        Value::String(text) => push(form, name, text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            push(form, name, &value.to_string());
        }
    }
}

fn push(form: &mut String, name: &str, value: &str) {
    form.push('&');
    form.extend(utf8_percent_encode(name, RESERVED));
    form.push('=');
    form.extend(utf8_percent_encode(value, RESERVED));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn attributes_are_numbered_entries() {
        let fields = json!({ "Message": "a b&c", "MessageAttributes": {
            "kind": { "DataType": "String", "StringValue": "x" }, "n": { "DataType": "Number", "StringValue": "1" } } });
        let expected = "Action=Publish&Version=2010-03-31&Message=a%20b%26c\
             &MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String\
             &MessageAttributes.entry.1.Value.StringValue=x\
             &MessageAttributes.entry.2.Name=n&MessageAttributes.entry.2.Value.DataType=Number\
             &MessageAttributes.entry.2.Value.StringValue=1";
        assert_eq!(super::form("Publish", "2010-03-31", fields.as_object().unwrap()), expected);
    }

    #[test]
    fn entries_of_a_list_are_numbered_members() {
        let attribute = json!({ "kind": { "DataType": "String", "StringValue": "x" } });
        let entries = json!([{ "Id": "1", "Message": "a b" }, { "Id": "2", "MessageAttributes": attribute }]);
        let expected = "Action=PublishBatch&Version=1&Entries.member.1.Id=1&Entries.member.1.Message=a%20b\
             &Entries.member.2.Id=2&Entries.member.2.MessageAttributes.entry.1.Name=kind\
             &Entries.member.2.MessageAttributes.entry.1.Value.DataType=String\
             &Entries.member.2.MessageAttributes.entry.1.Value.StringValue=x";
        let fields = json!({ "Entries": entries });
        assert_eq!(super::form("PublishBatch", "1", fields.as_object().unwrap()), expected);
    }
}
