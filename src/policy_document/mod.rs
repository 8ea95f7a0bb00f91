//! Policy documents as IAM has them: statements that allow or deny, and what they say of a request.
//!
//! They come from `policy` of an API and from the functions of authorizers; `document` does not know from which.

mod condition;
mod decision;
mod document;
mod element;
mod principal;
mod resource;
mod signer;
mod statement;
mod wildcard;

pub use self::{
    condition::ConditionContext,
    decision::{Decision, combine, combine_across_accounts},
    document::{PolicyDocument, PolicyKind},
    element::PolicyFault,
    resource::{literal_path, requested},
    signer::Signer,
    wildcard::Wildcard,
};
