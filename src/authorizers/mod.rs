//! Authorizers: they find the caller of a request. One file for each kind.
//!
//! `authorizer` reads those that `$api` lists, `route_authorizer` what a route asks for. API keys are asked for besides.

mod api_key;
mod api_key_item;
mod authorizer;
mod authorizer_resources;
mod explained;
mod function_authorizer;
mod iam_authorizer;
mod identity_source;
mod issuer_keys;
pub mod jwt;
mod key_value;
mod method_arn;
mod read_through;
mod route_authorizer;
mod token_authorizer;
mod verified_tokens;

pub use self::{
    api_key::{ApiKeyUse, ApiKeys, BadKey, KeyOwner, Unauthenticated},
    api_key_item::ApiKey,
    authorizer::{Authorized, Authorizers},
    authorizer_resources::AuthorizerResources,
    explained::{CheckedRule, ExplainedAuthorizer, RuleOutcome, Verdict},
    function_authorizer::{FunctionCalls, FunctionOrigin, FunctionWord},
    issuer_keys::IssuerKeys,
    key_value::{KeyHash, KeyValue, NotAKey},
    method_arn::MethodArns,
    read_through::{ItemRead, ItemStore, SharedItem, StoredItem},
    route_authorizer::{Authorization, AuthorizerGuard, RouteAuthorizer},
    verified_tokens::VerifiedTokens,
};
