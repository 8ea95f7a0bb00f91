//! An API file served on this machine while it is edited: its items in the tables of the local world, its functions
//! under the Lambda host.
//!
//! What is served is always a whole file that was valid: one with problems never gets here.

mod api;
mod items;
mod launch;
mod loaded;
mod node_bootstrap;
mod seeds;
mod server;
mod stamps;

pub use self::{
    api::{DevApi, DevKey},
    items::{Change, ChangeKind, write},
    loaded::{LoadReport, StageProblems},
    seeds::seed,
    server::{DevServer, FileChange, LoadError},
    stamps::Stamps,
};
