//! An API in a file, `tollgate.yaml`: stages with their routes, usage plans, and what is known of API keys, in the words
//! of the items.
//!
//! The file is read into the items that the tables would hold, and they are read by the code that reads those: there is
//! no second reader of any field.

pub mod apply;
mod check;
pub mod difference;
pub mod export;
mod extends;
mod file_items;
mod file_keys;
mod file_problem;
pub mod first_request;
pub mod history;
mod item_size;
mod layout;
mod loader;
pub mod local_function;
pub mod local_table;
mod node;
mod problem_place;
pub mod references;
mod resource_findings;
mod scalar;
pub mod schema;
mod source;
mod syntax_error;
mod text_place;
pub mod update;
mod yaml;
pub mod yaml_text;
mod yaml_value;

pub use self::{
    check::{CheckedFile, check, check_text},
    file_items::{ApiFile, FileItem, FileStage},
    file_keys::FileKeys,
    file_problem::{FileProblem, LineDisplay, Rule, Severity},
    layout::is_state_of_a_stage,
    loader::Loader,
    node::{Content, Entry, Node},
    resource_findings::SECTION,
    source::{CharOffsets, Position, Source, Sources, Span, decoded},
    yaml_text::yaml,
    yaml_value::{YamlError, yaml_value},
};
