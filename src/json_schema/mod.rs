//! JSON Schema: draft 4, as API Gateway has it, and 2020-12 where `$schema` says so.
//!
//! A schema is compiled once, and a value is checked in bounded time, depth and memory whatever its client wrote. What a
//! schema means only with something fetched, or with names other than pointers, is refused when it is compiled.

mod canonical;
mod check;
mod compiler;
mod cycles;
mod evaluated;
mod exact_number;
mod format;
mod keyword;
mod pattern;
mod reader;
mod reference;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use serde_json::Value;

pub use self::{
    check::MOST_VIOLATIONS,
    compiler::{SchemaNote, has_known_dialect},
    keyword::NodeId,
    pattern::Pattern,
};
use self::{compiler::Compiler, keyword::Node, reference::Documents};

/// The compiled schemas of some models, which may refer to one another.
#[derive(Debug)]
pub struct Schemas {
    nodes: Vec<Node>,
    /// By the names of the models, in their order.
    roots: Vec<(String, NodeId)>,
    /// True if a value's judged parts have to be noted.
    has_unevaluated: bool,
}

/// The outcome of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The schemas, or everything that is wrong with them.
    pub schemas: Result<Arc<Schemas>, Vec<SchemaNote>>,
    /// Words that check nothing.
    pub warnings: Vec<SchemaNote>,
}

impl Schemas {
    /// Compiles all models.
    pub fn compile(models: &[(String, Value)]) -> Compiled {
        Compiler::new(Documents(models)).compile()
    }

    /// The schema of a model.
    pub fn model(&self, name: &str) -> Option<NodeId> {
        self.roots.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
    }

    /// The place of a schema, for the operator: `Order.properties.id`.
    fn path(&self, node: &Node) -> String {
        let address = &node.address;
        address.path(self.roots.get(address.model).map_or("", |(name, _)| name))
    }
}
