//! The tables that the request templates of a DynamoDB integration name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The names of all tables; `None` where a template makes one up, or no template names one.
pub fn table_names(integration: &Map<String, Value>) -> Option<BTreeSet<String>> {
    let templates = integration.get("requestTemplates")?.as_object()?;
    let mut names = BTreeSet::new();
    for template in templates.values() {
        // In JSON that is made by hand: `"TableName": "orders"`.
        for named in template.as_str()?.split("\"TableName\"").skip(1) {
            let (name, _) =
                named.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split_once('"')?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || ['_', '-', '.'].contains(&c);
            if name.is_empty() || !name.chars().all(is_name) {
                return None;
            }
            names.insert(name.to_owned());
        }
    }
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_names_that_no_request_changes_are_names() {
        for (template, expected) in [
            (r#"{"TableName": "notes", "Key": {}}"#, Some("notes")),
            (r#"{ "TableName":"a.b-c_d" }"#, Some("a.b-c_d")),
            (r#"{"TableName": "$stageVariables.table"}"#, None),
            (r#"{"TableName": "notes-${stageVariables.x}"}"#, None),
            (r#"{"TableName": $input.json('$.t')}"#, None),
            (r#"#set($t = "x"){"Key": {}}"#, None),
        ] {
            let integration = json!({ "requestTemplates": { "application/json": template } });
            let names = table_names(integration.as_object().unwrap());
            assert_eq!(names, expected.map(|name| BTreeSet::from([name.to_owned()])), "{template}");
        }
    }
}
