//! The operator's commands for the response cache: the real program against a real table.

mod purge;
mod stats;
