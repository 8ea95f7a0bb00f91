//! API keys and usage plans in their tables: one read each for the gateway, the rest for the operator's tool.
//!
//! A key's item is found by the hash of its value. Its id is not a key of the table: finding a key by its id
//! reads the whole table, which only the operator's tool may do.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::put_item::PutItemError,
    types::{
        AttributeValue::S, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use serde_json::{Map, Value};

use super::{
    ConditionalWrite, Store,
    configuration::plain,
    pointers::is_failed_condition,
    values::{Attributes, to_attribute, to_attributes},
};
use crate::{authorizers::KeyHash, error::StoreError};

/// The outcome of creating a key.
#[derive(Debug, PartialEq)]
pub enum KeyCreation {
    Created,
    /// Another item has this hash, and stays as it is.
    AlreadyExists(Map<String, Value>),
}

impl Store {
    /// The item of a key, eventually consistent: half a read unit.
    pub async fn api_key_item(&self, hash: &KeyHash) -> Result<Option<Map<String, Value>>, StoreError> {
        self.item("reading the API key", &self.tables.api_keys, "keyHash", &hash.to_string()).await
    }

    /// The item of a plan, eventually consistent: half a read unit.
    pub async fn usage_plan_item(&self, id: &str) -> Result<Option<Map<String, Value>>, StoreError> {
        self.item("reading the usage plan", &self.tables.usage_plans, "usagePlanId", id).await
    }

    /// All keys. Reads the whole table.
    pub async fn api_key_items(&self) -> Result<Vec<Map<String, Value>>, StoreError> {
        self.all("reading the API keys", &self.tables.api_keys).await
    }

    /// All plans. Reads the whole table.
    pub async fn usage_plan_items(&self) -> Result<Vec<Map<String, Value>>, StoreError> {
        self.all("reading the usage plans", &self.tables.usage_plans).await
    }

    /// The keys with this id: one, unless an operator wrote it twice. Consistent; reads the whole table.
    pub async fn api_key_items_of(&self, id: &str) -> Result<Vec<Map<String, Value>>, StoreError> {
        const OPERATION: &str = "looking for the API key";
        let scan = self.client.scan().table_name(&self.tables.api_keys).consistent_read(true);
        let scan = scan.filter_expression("id = :id").expression_attribute_values(":id", S(id.to_owned()));
        let mut pages = scan.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new(OPERATION, error))?;
            found.extend(plain(OPERATION, page.items)?);
        }
        Ok(found)
    }

    /// Writes a new key, unless there is one with this hash.
    pub async fn create_api_key(&self, item: &Map<String, Value>) -> Result<KeyCreation, StoreError> {
        const OPERATION: &str = "keeping the API key";
        let put = self.client.put_item().table_name(&self.tables.api_keys);
        let put = put
            .set_item(Some(attributes(OPERATION, item)?))
            .condition_expression("attribute_not_exists(keyHash)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(KeyCreation::Created) };
        let Some(existing) = existing_item(&error) else { return Err(StoreError::new(OPERATION, error)) };
        let existing = plain(OPERATION, Some(vec![existing]))?.pop().unwrap_or_default();
        // A write whose answer was lost is tried again, and then finds its own item.
        let is_own = existing.get("id").is_some() && existing.get("id") == item.get("id");
        Ok(if is_own { KeyCreation::Created } else { KeyCreation::AlreadyExists(existing) })
    }

    /// Sets an attribute of a key and returns the changed item; `None` if there is no such key.
    pub async fn set_api_key(
        &self,
        key_hash: &str,
        attribute: &str,
        value: &Value,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        const OPERATION: &str = "changing the API key";
        let value = to_attribute(value).map_err(|error| StoreError::new(OPERATION, error))?;
        let update = self.client.update_item().table_name(&self.tables.api_keys);
        let update = update
            .key("keyHash", S(key_hash.to_owned()))
            .update_expression("SET #name = :value")
            .condition_expression("attribute_exists(keyHash)")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":value", value)
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(output) => Ok(plain(OPERATION, output.attributes.map(|item| vec![item]))?.pop()),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => Ok(None),
                _ => Err(StoreError::new(OPERATION, error)),
            },
        }
    }

    /// Deletes a key.
    pub async fn delete_api_key(&self, key_hash: &str) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.tables.api_keys);
        let delete = delete.key("keyHash", S(key_hash.to_owned())).send().await;
        delete.map(drop).map_err(|error| StoreError::new("deleting the API key", error))
    }

    /// Writes a key's successor, and lets the key itself end at `expires_at`; both or nothing.
    ///
    /// `old` is the key as it was read: if its `expiresAt` has changed, or if it has a successor already,
    /// nothing is written.
    pub async fn rotate_api_key(
        &self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        expires_at: &Value,
    ) -> Result<ConditionalWrite, StoreError> {
        const OPERATION: &str = "rotating the API key";
        let wrong = |error| StoreError::new(OPERATION, error);
        let text = |item: &Map<String, Value>, name| item.get(name).cloned().unwrap_or_default();
        let put = Put::builder()
            .table_name(&self.tables.api_keys)
            .set_item(Some(attributes(OPERATION, new)?))
            .condition_expression("attribute_not_exists(keyHash)");
        let mut update = Update::builder()
            .table_name(&self.tables.api_keys)
            .key("keyHash", to_attribute(&text(old, "keyHash")).map_err(wrong)?)
            .update_expression("SET expiresAt = :until, rotatedTo = :id")
            .expression_attribute_values(":until", to_attribute(expires_at).map_err(wrong)?)
            .expression_attribute_values(":id", to_attribute(&text(new, "id")).map_err(wrong)?);
        let mut condition = "attribute_exists(keyHash) AND attribute_not_exists(rotatedTo) AND ".to_owned();
        match old.get("expiresAt") {
            None => condition.push_str("attribute_not_exists(expiresAt)"),
            Some(read) => {
                condition.push_str("expiresAt = :read");
                update = update.expression_attribute_values(":read", to_attribute(read).map_err(wrong)?);
            }
        }
        let built = |error| StoreError::new(OPERATION, error);
        let put = TransactWriteItem::builder().put(put.build().map_err(built)?).build();
        let update = update.condition_expression(condition).build().map_err(built)?;
        let update = TransactWriteItem::builder().update(update).build();
        match self.client.transact_write_items().transact_items(put).transact_items(update).send().await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if is_failed_condition(&error) => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }

    async fn item(
        &self,
        operation: &'static str,
        table: &str,
        key: &str,
        value: &str,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        let read = self.quick.get_item().table_name(table).key(key, S(value.to_owned()));
        let output = read.send().await.map_err(|error| StoreError::new(operation, error))?;
        Ok(plain(operation, output.item.map(|item| vec![item]))?.pop())
    }

    async fn all(&self, operation: &'static str, table: &str) -> Result<Vec<Map<String, Value>>, StoreError> {
        let mut pages = self.client.scan().table_name(table).consistent_read(true).into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new(operation, error))?;
            all.extend(plain(operation, page.items)?);
        }
        Ok(all)
    }
}

fn attributes(operation: &'static str, item: &Map<String, Value>) -> Result<Attributes, StoreError> {
    to_attributes(item).map_err(|error| StoreError::new(operation, error))
}

/// The item that is there already, if that is why a new one was refused.
fn existing_item<R>(error: &SdkError<PutItemError, R>) -> Option<Attributes> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => {
            Some(failed.item.clone().unwrap_or_default())
        }
        _ => None,
    }
}
