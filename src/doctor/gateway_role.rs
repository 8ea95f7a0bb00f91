//! The role of the gateway's function: that it may do what the gateway does with its own tables.

use super::{
    Services,
    finding::{Finding, quoted},
    table_settings::TableArns,
};
use crate::{
    aws::role_simulation::{DeniedAction, denied_actions},
    environment::Tables,
};

/// What the gateway does with some of its tables.
pub struct RoleNeed {
    pub tables: fn(&Tables) -> Vec<&str>,
    pub actions: &'static [&'static str],
}

/// As template.yaml has it.
pub const NEEDS: [RoleNeed; 6] = [
    RoleNeed {
        tables: |tables| vec![&tables.stages],
        actions: &["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"],
    },
    RoleNeed { tables: |tables| vec![&tables.routes], actions: &["dynamodb:GetItem", "dynamodb:Query"] },
    RoleNeed { tables: |tables| vec![&tables.api_keys, &tables.usage_plans], actions: &["dynamodb:GetItem"] },
    RoleNeed {
        tables: |tables| vec![&tables.deployments],
        actions: &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
    },
    RoleNeed {
        tables: |tables| vec![&tables.counters],
        actions: &["dynamodb:GetItem", "dynamodb:UpdateItem"],
    },
    RoleNeed {
        tables: |tables| vec![&tables.cache],
        actions: &["dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"],
    },
];

pub async fn examine(
    services: &Services,
    role: Option<&str>,
    tables: &Tables,
    arns: &TableArns,
) -> Vec<Finding> {
    const SUBJECT: &str = "role";
    let Some(role) = role else {
        return vec![Finding::not_checked(SUBJECT, "which role the function has, is not known")];
    };
    let mut denied = Vec::new();
    for need in NEEDS {
        let resources = (need.tables)(tables).into_iter().filter_map(|table| arns.of(table));
        let resources: Vec<String> = resources.map(str::to_owned).collect();
        if resources.is_empty() {
            continue;
        }
        match denied_actions(&services.iam, services.policy, role, need.actions, &resources).await {
            Ok(found) => denied.extend(found),
            Err(error) => return vec![Finding::not_told(SUBJECT, &error)],
        }
    }
    if denied.is_empty() {
        return vec![Finding::good(SUBJECT, "may do what the gateway does with its tables")];
    }
    let name = role.rsplit('/').next().unwrap_or(role);
    let finding = |DeniedAction { action, resource }: &DeniedAction| {
        let table = resource.split_once(":table/").map_or(resource.as_str(), |(_, table)| table);
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
        );
        let command = format!(
            "aws iam put-role-policy --role-name {} --policy-name {} --policy-document {}",
            quoted(name),
            quoted(&format!("tollgate-{}-{table}", action.replace(':', "-"))),
            quoted(&policy)
        );
        Finding::problem(SUBJECT, format!("{name} may not do {action} on the table {table}"))
            .mended_by(command)
    };
    denied.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::NEEDS;

    /// The actions on tables that the role of template.yaml has for the gateway's own ones, streams left out.
    #[test]
    fn the_needs_are_those_of_the_template() {
        const TEMPLATE: &str = include_str!("../../template.yaml");
        let (_, policy) = TEMPLATE.split_once("PolicyName: own-tables-and-log").unwrap();
        let (policy, _) = policy.split_once("Sid: FollowRouteEdits").unwrap();
        let statements: Vec<BTreeSet<&str>> = policy.split("Sid: ").skip(1).map(actions).collect();
        let needed = NEEDS.map(|need| need.actions.iter().copied().collect::<BTreeSet<_>>());
        assert_eq!(statements, needed);
    }

    fn actions(statement: &str) -> BTreeSet<&str> {
        let words = statement.split(|character: char| !(character.is_alphanumeric() || character == ':'));
        words.filter(|word| word.starts_with("dynamodb:")).collect()
    }
}
