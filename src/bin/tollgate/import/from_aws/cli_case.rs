//! Answers as the AWS CLI prints them: without members that are null, and of `apigatewayv2` with capitals: `ApiId`.

use serde_json::Value;

/// Maps whose names are an operator's.
const FREE: [&str; 2] = ["tags", "stageVariables"];
/// Maps whose names are an operator's, and whose values are the service's.
const BY_NAME: &str = "routeSettings";

pub fn cli_case(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| {
                let value = match (name.as_str(), value) {
                    (name, value) if FREE.contains(&name) => value,
                    (BY_NAME, Value::Object(by_name)) => {
                        by_name.into_iter().map(|(name, value)| (name, cli_case(value))).collect()
                    }
                    (_, value) => cli_case(value),
                };
                (with_capital(&name), value)
            };
            members.into_iter().map(member).collect()
        }
        Value::Array(values) => values.into_iter().map(cli_case).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer,
    }
}

fn with_capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), chars.as_str()))
}

/// An answer without members that are null, as the AWS CLI prints it. A template that is null is one: nothing is passed on.
pub fn without_nulls(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            let member = |(name, value): (String, Value)| {
                let value = if name.ends_with("Templates") { value } else { without_nulls(value) };
                (name, value)
            };
            members.map(member).collect()
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{cli_case, without_nulls};

    #[test]
    fn members_that_are_null_are_none_but_templates_that_are_null_stay() {
        let answer = json!({ "policy": null, "methodIntegration": { "credentials": null, "requestTemplates": { "text/plain": null } } });
        let expected = json!({ "methodIntegration": { "requestTemplates": { "text/plain": null } } });
        assert_eq!(without_nulls(answer), expected);
    }

    #[test]
    fn the_names_of_the_service_get_capitals_and_those_of_an_operator_stay() {
        let answer = json!({ "stageName": "v1", "tags": { "team": "orders" }, "stageVariables": { "colour": "red" },
            "routeSettings": { "GET /a": { "throttlingRateLimit": 1.5 } }, "items": [{ "apiId": "a" }, null] });
        let expected = json!({ "StageName": "v1", "Tags": { "team": "orders" }, "StageVariables": { "colour": "red" },
            "RouteSettings": { "GET /a": { "ThrottlingRateLimit": 1.5 } }, "Items": [{ "ApiId": "a" }, null] });
        assert_eq!(cli_case(answer), expected);
    }
}
