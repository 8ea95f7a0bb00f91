//! What the authorizers of an instance share: what they remember, and the connections to those whom they ask.

use super::{
    function_authorizer::FunctionCalls, issuer_keys::IssuerKeys, method_arn::MethodArns,
    verified_tokens::VerifiedTokens,
};

/// The memory and the connections of all authorizers.
#[derive(Debug, Default)]
pub struct AuthorizerResources {
    pub tokens: VerifiedTokens,
    pub issuers: IssuerKeys,
    pub arns: MethodArns,
    /// `None`: no function is called, as in the operator's tool.
    pub functions: Option<FunctionCalls>,
}
