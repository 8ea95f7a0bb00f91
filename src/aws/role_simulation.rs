//! What IAM says that a role may do (`SimulatePrincipalPolicy`): all of its policies together, its boundary too.

use super::{
    ServiceClient,
    call::{CallError, CallPolicy},
    query_protocol::QueryApi,
};

const API: QueryApi = QueryApi { version: "2010-05-08" };

/// An action on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedAction {
    pub action: String,
    pub resource: String,
}

/// The actions that a role may not do on resources. Nothing is done.
///
/// # Errors
///
/// As [`CallError`] says.
pub async fn denied_actions(
    client: &ServiceClient,
    policy: CallPolicy,
    role_arn: &str,
    actions: &[&str],
    resources: &[String],
) -> Result<Vec<DeniedAction>, CallError> {
    let one =
        [("PolicySourceArn".to_owned(), role_arn.to_owned()), ("MaxItems".to_owned(), "1000".to_owned())];
    let actions =
        actions.iter().zip(1..).map(|(action, n)| (format!("ActionNames.member.{n}"), (*action).to_owned()));
    let resources =
        resources.iter().zip(1..).map(|(resource, n)| (format!("ResourceArns.member.{n}"), resource.clone()));
    let parameters: Vec<_> = one.into_iter().chain(actions).chain(resources).collect();
    let response = API.call(client, policy, "SimulatePrincipalPolicy", &parameters).await?;
    let results = response.all(&["SimulatePrincipalPolicyResult", "EvaluationResults", "member"]);
    let denied = results.filter(|result| result.text_of(&["EvalDecision"]) != Some("allowed"));
    let text = |result: &super::xml::Element, name| result.text_of(&[name]).unwrap_or_default().to_owned();
    Ok(denied
        .map(|result| DeniedAction {
            action: text(result, "EvalActionName"),
            resource: text(result, "EvalResourceName"),
        })
        .collect())
}
