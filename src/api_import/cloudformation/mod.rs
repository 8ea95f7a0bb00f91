//! A CloudFormation template → the OpenAPI document that says the same, in nodes of the template: places and claims stay
//! those of the template, and one reader serves both.
//!
//! What is not read is an error at its place, never dropped: it could be a guard.

mod authorizer;
mod document;
mod document_parts;
mod http_api;
mod integration;
mod intrinsics;
mod known_names;
mod local_file;
mod method;
mod model;
mod named_resources;
mod names_of_kinds;
mod nested_stack;
mod nodes;
mod outer_guards;
mod properties;
mod resource;
mod resource_paths;
mod rest_api;
mod sam;
mod stacks_beside;
mod stage;
mod template;
mod template_contents;
#[cfg(test)]
mod tests;
mod usage_plan;

pub use self::{
    stacks_beside::claim_beside,
    template::{ApiOfTemplate, read},
};
