//! The operations of DynamoDB's API that are called, with the fields that are used.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::attribute_value::Attributes;
use crate::{digest::hex, random::random_bytes};

/// A request, and what is read of its response.
pub trait Operation: Serialize {
    /// `GetItem`.
    const NAME: &'static str;
    type Output: DeserializeOwned;
}

/// An operation that gives a page of items, and where the next one begins.
pub trait PagedOperation: Operation {
    /// Asks for the page that begins after `key`.
    fn start_after(&mut self, key: Attributes);
}

/// `#names` of an expression.
pub type Names<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// An expression, a table's name and so on.
pub type Text<'a> = Option<Cow<'a, str>>;

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetItem<'a> {
    pub table_name: &'a str,
    pub key: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_read: Option<bool>,
}

/// The item, if there is one.
#[derive(Debug, Deserialize)]
pub struct FoundItem<I = Attributes> {
    #[serde(rename = "Item")]
    pub item: Option<I>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutItem<'a> {
    pub table_name: &'a str,
    pub item: Attributes,
    #[serde(flatten)]
    pub condition: Condition<'a>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateItem<'a> {
    pub table_name: &'a str,
    pub key: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_expression: Text<'a>,
    #[serde(flatten)]
    pub condition: Condition<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values: Option<ReturnValues>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteItem<'a> {
    pub table_name: &'a str,
    pub key: Attributes,
    #[serde(flatten)]
    pub condition: Condition<'a>,
}

/// The condition of a write, and what its expressions' placeholders stand for.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Condition<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_expression: Text<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_names: Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_values: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values_on_condition_check_failure: Option<ReturnValues>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnValues {
    AllOld,
    AllNew,
    UpdatedNew,
}

/// The attributes that a write was asked for.
#[derive(Debug, Deserialize)]
pub struct Written<I = Attributes> {
    #[serde(rename = "Attributes")]
    pub attributes: Option<I>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Query<'a> {
    pub table_name: Cow<'a, str>,
    pub key_condition_expression: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_index_forward: Option<bool>,
    /// The items of a page at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    #[serde(flatten)]
    pub selection: Selection<'a>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Scan<'a> {
    pub table_name: Cow<'a, str>,
    #[serde(flatten)]
    pub selection: Selection<'a>,
}

/// The items of a page, and the attributes of them.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Selection<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_expression: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projection_expression: Text<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_names: Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_values: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_start_key: Option<Attributes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page<I = Attributes> {
    #[serde(default = "Vec::new")]
    pub items: Vec<I>,
    pub last_evaluated_key: Option<Attributes>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetItem {
    pub request_items: BTreeMap<String, Keys>,
}

/// Keys of one table.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Keys {
    pub keys: Vec<Attributes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FoundItems<I = Attributes> {
    #[serde(default = "BTreeMap::new")]
    pub responses: BTreeMap<String, Vec<I>>,
    #[serde(default)]
    pub unprocessed_keys: BTreeMap<String, Keys>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchWriteItem {
    pub request_items: BTreeMap<String, Vec<WriteRequest>>,
}

/// A write of a batch: only deletes are used.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WriteRequest {
    pub delete_request: DeleteRequest,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRequest {
    pub key: Attributes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedItems {
    #[serde(default)]
    pub unprocessed_items: BTreeMap<String, Vec<WriteRequest>>,
}

/// Writes that happen together. Made twice with one token, they happen once.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactWriteItems<'a> {
    pub transact_items: Vec<TransactItem<'a>>,
    pub client_request_token: String,
}

/// A write of a transaction.
#[derive(Clone, Debug, Serialize)]
pub enum TransactItem<'a> {
    Put(PutItem<'a>),
    Update(UpdateItem<'a>),
    Delete(DeleteItem<'a>),
    ConditionCheck(ConditionCheck<'a>),
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConditionCheck<'a> {
    pub table_name: &'a str,
    pub key: Attributes,
    #[serde(flatten)]
    pub condition: Condition<'a>,
}

/// Nothing of the response is read.
#[derive(Debug, Deserialize)]
pub struct Done {}

impl<'a> TransactWriteItems<'a> {
    pub fn new(transact_items: Vec<TransactItem<'a>>) -> Self {
        Self { transact_items, client_request_token: request_token() }
    }
}

/// A text that no other transaction has, also not in a clone of this process.
pub fn request_token() -> String {
    hex(&random_bytes::<16>())
}

impl Operation for GetItem<'_> {
    const NAME: &'static str = "GetItem";
    type Output = FoundItem;
}

impl Operation for PutItem<'_> {
    const NAME: &'static str = "PutItem";
    type Output = Written;
}

impl Operation for UpdateItem<'_> {
    const NAME: &'static str = "UpdateItem";
    type Output = Written;
}

impl Operation for DeleteItem<'_> {
    const NAME: &'static str = "DeleteItem";
    type Output = Written;
}

impl Operation for Query<'_> {
    const NAME: &'static str = "Query";
    type Output = Page;
}

impl Operation for Scan<'_> {
    const NAME: &'static str = "Scan";
    type Output = Page;
}

impl Operation for BatchGetItem {
    const NAME: &'static str = "BatchGetItem";
    type Output = FoundItems;
}

impl Operation for BatchWriteItem {
    const NAME: &'static str = "BatchWriteItem";
    type Output = UnprocessedItems;
}

impl Operation for TransactWriteItems<'_> {
    const NAME: &'static str = "TransactWriteItems";
    type Output = Done;
}

impl PagedOperation for Query<'_> {
    fn start_after(&mut self, key: Attributes) {
        self.selection.exclusive_start_key = Some(key);
    }
}

impl PagedOperation for Scan<'_> {
    fn start_after(&mut self, key: Attributes) {
        self.selection.exclusive_start_key = Some(key);
    }
}
