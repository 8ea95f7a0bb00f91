//! The statements that the gateway's role needs for the targets of an API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::target_permission::TargetPermission;

/// A policy document; what it needs that only an operator knows (the resource of a service's action) is `*`.
pub fn role_policy(permissions: &[TargetPermission]) -> Option<Value> {
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for permission in permissions {
        match permission {
            TargetPermission::Invoke { function } => {
                needs.entry("lambda:InvokeFunction").or_default().insert(function.clone());
            }
            TargetPermission::Assume { role } => {
                needs.entry("sts:AssumeRole").or_default().insert(role.clone());
            }
            TargetPermission::Action { action, tables } => {
                let resources = needs.entry(action).or_default();
                match &tables[..] {
                    [] => drop(resources.insert("*".to_owned())),
                    // A query may name an index.
                    tables => resources
                        .extend(tables.iter().flat_map(|table| [table.clone(), format!("{table}/index/*")])),
                }
            }
        }
    }
    let statements = needs.into_iter().map(|(action, resources)| {
        let resources: Vec<String> = resources.into_iter().collect();
        let resource = match &resources[..] {
            [only] => Value::from(only.as_str()),
            _ => Value::from(resources),
        };
        json!({ "Effect": "Allow", "Action": action, "Resource": resource })
    });
    let statements: Vec<Value> = statements.collect();
    (!statements.is_empty()).then(|| json!({ "Version": "2012-10-17", "Statement": statements }))
}
