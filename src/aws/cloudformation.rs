//! The outputs of a CloudFormation stack.

use std::collections::BTreeMap;

use super::{
    ServiceClient,
    call::{CallError, CallPolicy},
    query_protocol::QueryApi,
};

const API: QueryApi = QueryApi { version: "2010-05-15" };

/// Reads the outputs of a stack by their names.
///
/// # Errors
///
/// As [`CallError`] says; `ValidationError` where there is no such stack.
pub async fn stack_outputs(
    client: &ServiceClient,
    policy: CallPolicy,
    stack: &str,
) -> Result<BTreeMap<String, String>, CallError> {
    let parameters = [("StackName".to_owned(), stack.to_owned())];
    let response = API.call(client, policy, "DescribeStacks", &parameters).await?;
    let stacks: Vec<_> = response.all(&["DescribeStacksResult", "Stacks", "member"]).collect();
    let outputs = stacks.iter().flat_map(|stack| stack.all(&["Outputs", "member"]));
    let pair = outputs.filter_map(|output| {
        Some((output.text_of(&["OutputKey"])?.to_owned(), output.text_of(&["OutputValue"])?.to_owned()))
    });
    Ok(pair.collect())
}
