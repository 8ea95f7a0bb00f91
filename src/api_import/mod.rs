//! `tollgate import`: what a team has → an API file, with a report on everything that was in it.
//!
//! ```text
//! files ─source→ tree ─openapi→ definition ─writer→ API file
//!                  └──────────report: each node taken, taken otherwise, left out, or in need of an answer
//! ```
//!
//! An imported route is never more open than it was: what would open one is a question, and nothing is written before all
//! questions are answered.

mod access_log_format;
pub mod aws_cli;
mod cdk_output;
pub mod cloudformation;
pub mod definition;
mod import;
mod input_form;
mod intrinsic_text;
mod method_settings;
pub mod names;
pub mod openapi;
mod options;
mod policy_stage;
pub mod report;
pub mod source;
mod stage_choice;
mod unasked_names;
pub mod writer;

pub use self::{
    import::{Imported, Input, import},
    input_form::InputForm,
    options::{BasePathMode, ImportOptions, OptionsMocks},
};
