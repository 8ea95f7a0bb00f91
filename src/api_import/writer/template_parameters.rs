//! The parameters of `template.yaml` that the gateway of an API is deployed with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::target_permission::TargetPermission;
use crate::api_import::definition::{Authorizing, Definition};

/// The parameters that differ from their defaults, by their names.
pub fn template_parameters(
    definition: &Definition,
    permissions: &[TargetPermission],
) -> BTreeMap<&'static str, String> {
    let mut functions = BTreeSet::new();
    let mut tables = BTreeSet::new();
    for permission in permissions {
        match permission {
            TargetPermission::Invoke { function } => drop(functions.insert(unqualified(function))),
            TargetPermission::Assume { .. } => {}
            TargetPermission::Action { tables: named, .. } => tables.extend(named.iter().cloned()),
        }
    }
    let mut parameters = BTreeMap::new();
    for (name, arns) in [("TargetFunctionArns", functions), ("TargetTableArns", tables)] {
        if !arns.is_empty() {
            parameters.insert(name, arns.into_iter().collect::<Vec<_>>().join(","));
        }
    }
    if definition.routes.iter().any(|route| asks_for_a_signature(definition, &route.access.authorizing)) {
        parameters.insert("FunctionUrlAuthType", "AWS_IAM".to_owned());
    }
    if let Some(seconds) = timeout_seconds(definition) {
        parameters.insert("TimeoutSeconds", seconds.to_string());
    }
    parameters
}

/// The ARN of a function without its version or alias: `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
fn unqualified(arn: &str) -> String {
    arn.splitn(8, ':').take(7).collect::<Vec<_>>().join(":")
}

fn asks_for_a_signature(definition: &Definition, authorizing: &Authorizing) -> bool {
    match authorizing {
        Authorizing::Nothing => false,
        Authorizing::Signature => true,
        Authorizing::Authorizer { name, .. } => {
            let authorizer = definition.authorizers.get(name);
            authorizer.and_then(|authorizer| authorizer.fields.get("type")?.as_str()) == Some("AWS_IAM")
        }
    }
}

/// The time that the gateway's function needs to wait for its slowest target; `None`: its default is enough.
fn timeout_seconds(definition: &Definition) -> Option<u64> {
    const DEFAULT_SECONDS: u64 = 30;
    // The gateway answers before Lambda ends it.
    const MARGIN_MS: u64 = 200;
    let timeouts = definition.routes.iter();
    let timeouts =
        timeouts.filter_map(|route| route.integration.get("timeoutInMillis").and_then(Value::as_u64));
    let seconds = (timeouts.max()? + MARGIN_MS).div_ceil(1_000);
    (seconds > DEFAULT_SECONDS).then_some(seconds)
}
