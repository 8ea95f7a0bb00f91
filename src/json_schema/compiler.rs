//! Models → nodes. Each schema in them is compiled once, from wherever it is referred to.

use std::{collections::HashMap, ptr, sync::Arc};

use serde_json::Value;

use super::{
    Compiled, Schemas, cycles,
    keyword::{Integers, Keyword, Node, NodeId},
    pattern::Pattern,
    reader::SchemaReader,
    reference::{Address, Documents},
    words::shown,
};

/// What is wrong with a schema, or checks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaNote {
    /// `Order.properties.id.pattern`
    pub path: String,
    pub got: String,
    pub expected: String,
}

/// The rules by which a model is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Draft4,
    Draft202012,
}

pub struct Compiler<'a> {
    documents: Documents<'a>,
    dialects: Vec<Dialect>,
    nodes: Vec<Node>,
    /// By the place in memory, of which each schema has its own.
    known: HashMap<*const Value, NodeId>,
    /// Of all patterns so far.
    pattern_bytes: usize,
    pending: Vec<(NodeId, Address, &'a Value)>,
    problems: Vec<SchemaNote>,
    warnings: Vec<SchemaNote>,
}

/// The schemas that all models may have together: an item holds no more, but references may.
const MOST_NODES: usize = 50_000;

/// The bytes that all patterns may take when they are compiled: a few letters may be a hundred kilobytes.
const MOST_PATTERN_BYTES: usize = 16 << 20;

const DIALECTS: &str =
    "http://json-schema.org/draft-04/schema# or https://json-schema.org/draft/2020-12/schema";

impl<'a> Compiler<'a> {
    pub fn new(documents: Documents<'a>) -> Self {
        let dialects =
            documents.0.iter().map(|(_, model)| dialect(model).unwrap_or(Dialect::Draft4)).collect();
        let (nodes, known, pending) = (Vec::new(), HashMap::new(), Vec::new());
        Self {
            documents,
            dialects,
            nodes,
            known,
            pending,
            pattern_bytes: 0,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub fn compile(mut self) -> Compiled {
        let mut roots = Vec::new();
        for (model, (name, value)) in self.documents.0.iter().enumerate() {
            let root = Address::root(model);
            if dialect(value).is_none() {
                self.problem(&root.inner(&["$schema"]), &shown(&value["$schema"]), DIALECTS);
            }
            roots.push((name.clone(), self.node(root, value)));
        }
        while let Some((node, address, value)) = self.pending.pop() {
            self.nodes[node].keywords = self.keywords(address, value);
        }
        for node in cycles::endless(&self.nodes) {
            let note = SchemaNote {
                path: self.path(&self.nodes[node].address),
                got: "a schema that leads back to itself".to_owned(),
                expected: "a step into the value on the way, such as properties or items".to_owned(),
            };
            self.problems.push(note);
        }
        let is_unevaluated = |keyword: &Keyword| {
            matches!(keyword, Keyword::UnevaluatedItems(_) | Keyword::UnevaluatedProperties(_))
        };
        let has_unevaluated = self.nodes.iter().any(|node| node.keywords.iter().any(is_unevaluated));
        let Self { nodes, problems, warnings, .. } = self;
        let schemas = Schemas { nodes, roots, has_unevaluated };
        Compiled {
            schemas: if problems.is_empty() { Ok(Arc::new(schemas)) } else { Err(problems) },
            warnings,
        }
    }

    /// The node of the schema at an address, which is compiled later if it is not yet.
    pub fn node(&mut self, address: Address, value: &'a Value) -> NodeId {
        if let Some(node) = self.known.get(&ptr::from_ref(value)) {
            return *node;
        }
        let node = self.nodes.len();
        if node == MOST_NODES {
            self.problem(&address, "more", &format!("at most {MOST_NODES} schemas in all models"));
        }
        if node >= MOST_NODES {
            return 0;
        }
        self.nodes.push(Node { address: address.clone(), keywords: Vec::new() });
        self.known.insert(value, node);
        self.pending.push((node, address, value));
        node
    }

    /// Finds the schema that a reference leads to.
    pub fn referred(&mut self, address: &Address, reference: &str) -> Option<NodeId> {
        let (address, value) = self.documents.resolve(address.model, reference)?;
        Some(self.node(address, value))
    }

    /// Compiles a regular expression.
    ///
    /// # Errors
    ///
    /// Those of [`Pattern::compile`], and that there are too many.
    pub fn compiled_pattern(&mut self, source: &str) -> Result<Pattern, &'static str> {
        if self.pattern_bytes > MOST_PATTERN_BYTES {
            return Err(", with all others not larger than 16 MB when they are compiled");
        }
        let pattern = Pattern::compile(source)?;
        self.pattern_bytes += pattern.bytes();
        Ok(pattern)
    }

    fn path(&self, address: &Address) -> String {
        address.path(self.documents.name(address.model))
    }

    pub fn problem(&mut self, address: &Address, got: &str, expected: &str) {
        let path = self.path(address);
        self.problems.push(SchemaNote { path, got: got.to_owned(), expected: expected.to_owned() });
    }

    pub fn warn(&mut self, address: &Address, got: &str, expected: &str) {
        let path = self.path(address);
        self.warnings.push(SchemaNote { path, got: got.to_owned(), expected: expected.to_owned() });
    }

    fn keywords(&mut self, address: Address, value: &'a Value) -> Vec<Keyword> {
        let dialect = self.dialects[address.model];
        match value {
            Value::Object(map) => SchemaReader { compiler: self, map, address, dialect }.keywords(),
            // Draft 4 has them where items or members are ruled out, and nowhere else.
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) => vec![Keyword::Nothing],
            other => {
                self.problem(&address, &shown(other), "a schema, which is a map");
                Vec::new()
            }
        }
    }
}

impl Dialect {
    pub fn integers(self) -> Integers {
        match self {
            Self::Draft4 => Integers::AsWritten,
            Self::Draft202012 => Integers::ByValue,
        }
    }
}

/// True of a model whose `$schema` is missing, or names a dialect that is read.
pub fn has_known_dialect(model: &Value) -> bool {
    dialect(model).is_some()
}

/// The dialect of a model; `None`: it says another one.
fn dialect(model: &Value) -> Option<Dialect> {
    match model.get("$schema").map(|schema| schema.as_str().unwrap_or_default().trim_end_matches('#')) {
        None | Some("http://json-schema.org/draft-04/schema") => Some(Dialect::Draft4),
        Some("https://json-schema.org/draft/2020-12/schema") => Some(Dialect::Draft202012),
        Some(_) => None,
    }
}
