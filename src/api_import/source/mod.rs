//! The input of an import as a located tree: JSON and YAML alike, read by content and as AWS reads it.
//!
//! Nothing is judged here: a tree has every value with its place, also those that no reader knows. A reader that turns
//! values into others (an intrinsic into its text) derives new nodes of them, which are claimed for the originals.

mod input_file;
mod json_reader;
mod located;
mod scalar_value;
mod source_problem;
mod tree;
mod yaml_reader;

pub use self::{
    input_file::{MOST_INPUT_BYTES, read_file, read_text},
    located::{Located, MemberOf},
    scalar_value::ScalarValue,
    source_problem::SourceProblem,
    tree::{MOST_MADE_BYTES, Member, NodeContent, NodeId, ShadowedMember, Tree, TreeNode},
};
