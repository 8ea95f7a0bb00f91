//! What commands of the AWS CLI print beside a document: stages, usage plans, keys, mappings, settings of the API.
//!
//! A document says what routes are and who may call them; without one, `get-resources` does. The other files add what a
//! stage says of them. They open nothing.

mod answer_kind;
mod answered_stage;
mod api_choice;
mod api_keys;
mod api_settings;
mod cli_answers;
mod completed_document;
mod domain_names;
mod keys_file;
mod mappings;
mod stage;
mod template_of_answers;
mod usage_plans;

pub use self::{
    answer_kind::AnswerKind,
    api_keys::HashedKey,
    cli_answers::{ChosenStage, CliAnswers},
    keys_file::keys_file,
};
