//! A compiled schema: nodes of keywords, which refer to other nodes by their places.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    exact_number::{Divisor, ExactNumber},
    format::Format,
    pattern::Pattern,
    reference::Address,
};

/// The place of a node among all nodes.
pub type NodeId = usize;

/// One schema.
#[derive(Debug)]
pub struct Node {
    pub address: Address,
    /// In the order in which they are checked.
    pub keywords: Vec<Keyword>,
}

/// The types that a value may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Types {
    pub allowed: BTreeSet<Type>,
    pub integers: Integers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    Array,
    Boolean,
    Integer,
    Null,
    Number,
    Object,
    String,
}

/// What makes a number an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integers {
    /// Draft 4: it is written without point and exponent.
    AsWritten,
    /// 2020-12: its value.
    ByValue,
}

/// A rule with what it needs.
#[derive(Debug)]
pub enum Keyword {
    /// The schema `false`.
    Nothing,
    Type(Types),
    Enum(OneOfValues),
    Const(OneOfValues),
    MultipleOf(Divisor, Box<str>),
    Maximum(Bound),
    Minimum(Bound),
    MaxLength(u64),
    MinLength(u64),
    Pattern(Pattern),
    Format(Format),
    MaxItems(u64),
    MinItems(u64),
    UniqueItems,
    /// `additionalItems: false` of draft 4, behind a list of `items`.
    NoAdditionalItems {
        listed: u64,
    },
    Items {
        prefix: Vec<NodeId>,
        rest: Option<NodeId>,
    },
    Contains {
        node: NodeId,
        least: u64,
        most: Option<u64>,
    },
    MaxProperties(u64),
    MinProperties(u64),
    Required(Vec<String>),
    DependentRequired(Vec<(String, Vec<String>)>),
    DependentSchemas(Vec<(String, NodeId)>),
    Properties(Properties),
    PropertyNames(NodeId),
    Ref(NodeId),
    AllOf(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    OneOf(Vec<NodeId>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
    UnevaluatedItems(NodeId),
    UnevaluatedProperties(NodeId),
}

/// The values of `enum` or `const`.
#[derive(Debug)]
pub struct OneOfValues {
    /// [`canonical`](super::canonical::canonical) texts.
    pub canonical: BTreeSet<String>,
    /// As written.
    pub written: Box<str>,
}

/// A limit of numbers.
#[derive(Debug)]
pub struct Bound {
    pub limit: ExactNumber<'static>,
    /// As written.
    pub written: Box<str>,
    pub is_exclusive: bool,
}

#[derive(Debug, Default)]
pub struct Properties {
    pub named: BTreeMap<String, NodeId>,
    pub patterns: Vec<(Pattern, NodeId)>,
    pub additional: Option<NodeId>,
}

impl Type {
    pub const ALL: [(&str, Self); 7] = [
        ("array", Self::Array),
        ("boolean", Self::Boolean),
        ("integer", Self::Integer),
        ("null", Self::Null),
        ("number", Self::Number),
        ("object", Self::Object),
        ("string", Self::String),
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl Keyword {
    /// The keyword as it is written, for the operator.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "false",
            Self::Type(_) => "type",
            Self::Enum(_) => "enum",
            Self::Const(_) => "const",
            Self::MultipleOf(..) => "multipleOf",
            Self::Maximum(_) => "maximum",
            Self::Minimum(_) => "minimum",
            Self::MaxLength(_) => "maxLength",
            Self::MinLength(_) => "minLength",
            Self::Pattern(_) => "pattern",
            Self::Format(_) => "format",
            Self::MaxItems(_) => "maxItems",
            Self::MinItems(_) => "minItems",
            Self::UniqueItems => "uniqueItems",
            Self::NoAdditionalItems { .. } => "additionalItems",
            Self::Items { .. } => "items",
            Self::Contains { .. } => "contains",
            Self::MaxProperties(_) => "maxProperties",
            Self::MinProperties(_) => "minProperties",
            Self::Required(_) => "required",
            Self::DependentRequired(_) => "dependentRequired",
            Self::DependentSchemas(_) => "dependentSchemas",
            Self::Properties(_) => "additionalProperties",
            Self::PropertyNames(_) => "propertyNames",
            Self::Ref(_) => "$ref",
            Self::AllOf(_) => "allOf",
            Self::AnyOf(_) => "anyOf",
            Self::OneOf(_) => "oneOf",
            Self::Not(_) => "not",
            Self::If { .. } => "if",
            Self::UnevaluatedItems(_) => "unevaluatedItems",
            Self::UnevaluatedProperties(_) => "unevaluatedProperties",
        }
    }

    /// The schemas that judge the same value.
    pub fn in_place(&self) -> Vec<NodeId> {
        match self {
            Self::Ref(node) | Self::Not(node) => vec![*node],
            Self::AllOf(nodes) | Self::AnyOf(nodes) | Self::OneOf(nodes) => nodes.clone(),
            Self::DependentSchemas(named) => named.iter().map(|(_, node)| *node).collect(),
            Self::If { condition, then, otherwise } => {
                [Some(*condition), *then, *otherwise].into_iter().flatten().collect()
            }
            Self::Nothing
            | Self::Type(_)
            | Self::Enum(_)
            | Self::Const(_)
            | Self::MultipleOf(..)
            | Self::Maximum(_)
            | Self::Minimum(_)
            | Self::MaxLength(_)
            | Self::MinLength(_)
            | Self::Pattern(_)
            | Self::Format(_)
            | Self::MaxItems(_)
            | Self::MinItems(_)
            | Self::UniqueItems
            | Self::NoAdditionalItems { .. }
            | Self::Items { .. }
            | Self::Contains { .. }
            | Self::MaxProperties(_)
            | Self::MinProperties(_)
            | Self::Required(_)
            | Self::DependentRequired(_)
            | Self::Properties(_)
            | Self::PropertyNames(_)
            | Self::UnevaluatedItems(_)
            | Self::UnevaluatedProperties(_) => Vec::new(),
        }
    }
}
