//! A definition → an API file as a person would write it, with comments that say where each part came from.

mod api_part;
mod commented_text;
mod role_policy;
mod route_part;
mod stage_part;
mod table_names;
mod target_permission;
mod template_parameters;

pub use self::{
    commented_text::WrittenFile, role_policy::role_policy, stage_part::write,
    target_permission::target_permissions, template_parameters::template_parameters,
};
