//! A requirement: a function, or a table with its keys, that an integration needs to be there. Nobody is asked here.

use crate::functions::FunctionName;

/// Something outside of the gateway that an integration needs to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    Function(FunctionName),
    Table(TableUse),
}

/// A table as one operation uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableUse {
    /// The map of the integration that names it, with a dot behind it: `transactItems[2].put.`; empty: the integration.
    pub path: String,
    /// A name or an ARN.
    pub table: String,
    pub index: Option<String>,
    /// Those that do not depend on a request as a whole.
    pub keys: Vec<KeyUse>,
}

/// The attributes by which an operation finds or writes an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// `key`, `keys[1]`, `item`, `keyConditionExpression`.
    pub field: String,
    pub form: KeyForm,
    pub attributes: Vec<AttributeUse>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// All attributes of the key, and no other.
    Whole,
    /// An item, which has the key among its attributes.
    Item,
    /// A condition: the partition key equals something, and the sort key may be compared.
    Condition,
}

/// An attribute with the value that it is to have, or to be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeUse {
    pub name: String,
    /// The field with the value: `key.pk`, `expressionAttributeValues.:pk`.
    pub field: String,
    /// `None`: only a request tells it.
    pub value_type: Option<AttributeType>,
    /// The word that the value is, as routes write it: `$request.path.id`.
    pub word: Option<String>,
    pub comparison: Comparison,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Other,
}

/// DynamoDB's types of attributes that a route can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    Text,
    Number,
    Binary,
    Boolean,
    Null,
    List,
    Map,
    TextSet,
    NumberSet,
}

impl AttributeType {
    /// DynamoDB's word for it.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
            Self::Binary => "B",
            Self::Boolean => "BOOL",
            Self::Null => "NULL",
            Self::List => "L",
            Self::Map => "M",
            Self::TextSet => "SS",
            Self::NumberSet => "NS",
        }
    }
}
