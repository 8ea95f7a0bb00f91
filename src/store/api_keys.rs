//! API keys and usage plans in their tables: one read each for the gateway, the rest for the operator's tool.
//!
//! A key's item is found by the hash of its value. Its id is not a key of the table: finding a key by its id
//! reads the whole table, which only the operator's tool may do.

use serde_json::{Map, Value};

use super::{
    ConditionalWrite, Store,
    configuration::{attributes, plain},
    pointers::has_changed,
    values::{PlainItem, to_attribute, to_attributes},
};
use crate::{
    authorizers::KeyHash,
    aws::dynamodb::{
        AttributeValue::S,
        Attributes,
        operations::{
            Condition, DeleteItem, FoundItem, GetItem, PutItem, ReturnValues, Scan, Selection, TransactItem,
            TransactWriteItems, UpdateItem, Written,
        },
    },
    error::StoreError,
};

/// The outcome of creating a key.
#[derive(Debug, PartialEq)]
pub enum KeyCreation {
    Created,
    /// Another item has this hash, and stays as it is.
    AlreadyExists(Map<String, Value>),
}

const IS_NEW: &str = "attribute_not_exists(keyHash)";

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
        let selection = Selection {
            consistent_read: Some(true),
            filter_expression: Some("id = :id".into()),
            expression_attribute_values: attributes([(":id", S(id.to_owned()))]),
            ..Selection::default()
        };
        let scan = Scan { table_name: (&self.tables.api_keys).into(), selection };
        let found = self.client.all(scan).await;
        found.map(plain).map_err(|error| StoreError::new(OPERATION, error))
    }

    /// Writes a new key, unless there is one with this hash.
    pub async fn create_api_key(&self, item: &Map<String, Value>) -> Result<KeyCreation, StoreError> {
        const OPERATION: &str = "keeping the API key";
        let put = PutItem {
            table_name: &self.tables.api_keys,
            item: written(OPERATION, item)?,
            condition: Condition {
                condition_expression: Some(IS_NEW.into()),
                return_values_on_condition_check_failure: Some(ReturnValues::AllOld),
                ..Condition::default()
            },
        };
        let Err(error) = self.client.call(&put).await else { return Ok(KeyCreation::Created) };
        let Some(failed) = error.failed_condition::<PlainItem>() else {
            return Err(StoreError::new(OPERATION, error));
        };
        let existing = failed.item.map(|item| item.0).unwrap_or_default();
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
        let update = UpdateItem {
            table_name: &self.tables.api_keys,
            key: key(key_hash),
            update_expression: Some("SET #name = :value".into()),
            condition: Condition {
                condition_expression: Some("attribute_exists(keyHash)".into()),
                expression_attribute_names: [("#name".into(), attribute.into())].into(),
                expression_attribute_values: attributes([(":value", value)]),
                ..Condition::default()
            },
            return_values: Some(ReturnValues::AllNew),
        };
        match self.client.call_for(&update).await {
            Ok(Written::<PlainItem> { attributes }) => Ok(attributes.map(|item| item.0)),
            Err(error) if error.is_failed_condition() => Ok(None),
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }

    /// Writes a usage plan, new or in the place of the one with its id.
    pub async fn put_usage_plan(&self, item: &Map<String, Value>) -> Result<(), StoreError> {
        const OPERATION: &str = "writing the usage plan";
        let put = PutItem {
            table_name: &self.tables.usage_plans,
            item: written(OPERATION, item)?,
            condition: Condition::default(),
        };
        self.client.call(&put).await.map(drop).map_err(|error| StoreError::new(OPERATION, error))
    }

    /// Deletes a usage plan.
    pub async fn delete_usage_plan(&self, id: &str) -> Result<(), StoreError> {
        let delete = DeleteItem {
            table_name: &self.tables.usage_plans,
            key: attributes([("usagePlanId", S(id.to_owned()))]),
            condition: Condition::default(),
        };
        let deleted = self.client.call(&delete).await;
        deleted.map(drop).map_err(|error| StoreError::new("deleting the usage plan", error))
    }

    /// Sets attributes of a key, and leaves the others. A key that was deleted meanwhile does not come back.
    pub async fn set_api_key_fields(
        &self,
        key_hash: &str,
        fields: &Map<String, Value>,
    ) -> Result<ConditionalWrite, StoreError> {
        const OPERATION: &str = "changing the API key";
        let mut condition = Condition {
            condition_expression: Some("attribute_exists(keyHash)".into()),
            ..Condition::default()
        };
        let mut set = Vec::new();
        for (index, (name, value)) in fields.iter().enumerate() {
            let value = to_attribute(value).map_err(|error| StoreError::new(OPERATION, error))?;
            condition.expression_attribute_names.insert(format!("#{index}").into(), name.clone().into());
            condition.expression_attribute_values.insert(format!(":{index}"), value);
            set.push(format!("#{index} = :{index}"));
        }
        let update = UpdateItem {
            table_name: &self.tables.api_keys,
            key: key(key_hash),
            update_expression: Some(format!("SET {}", set.join(", ")).into()),
            condition,
            return_values: None,
        };
        match self.client.call(&update).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }

    /// Deletes a key.
    pub async fn delete_api_key(&self, key_hash: &str) -> Result<(), StoreError> {
        let delete = DeleteItem {
            table_name: &self.tables.api_keys,
            key: key(key_hash),
            condition: Condition::default(),
        };
        let deleted = self.client.call(&delete).await;
        deleted.map(drop).map_err(|error| StoreError::new("deleting the API key", error))
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
        let put = PutItem {
            table_name: &self.tables.api_keys,
            item: written(OPERATION, new)?,
            condition: Condition { condition_expression: Some(IS_NEW.into()), ..Condition::default() },
        };
        let mut values = attributes([
            (":until", to_attribute(expires_at).map_err(wrong)?),
            (":id", to_attribute(&text(new, "id")).map_err(wrong)?),
        ]);
        let mut condition = "attribute_exists(keyHash) AND attribute_not_exists(rotatedTo) AND ".to_owned();
        match old.get("expiresAt") {
            None => condition.push_str("attribute_not_exists(expiresAt)"),
            Some(read) => {
                condition.push_str("expiresAt = :read");
                values.insert(":read".to_owned(), to_attribute(read).map_err(wrong)?);
            }
        }
        let update = UpdateItem {
            table_name: &self.tables.api_keys,
            key: attributes([("keyHash", to_attribute(&text(old, "keyHash")).map_err(wrong)?)]),
            update_expression: Some("SET expiresAt = :until, rotatedTo = :id".into()),
            condition: Condition {
                condition_expression: Some(condition.into()),
                expression_attribute_values: values,
                ..Condition::default()
            },
            return_values: None,
        };
        let both = TransactWriteItems::new(vec![TransactItem::Put(put), TransactItem::Update(update)]);
        match self.client.call(&both).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if has_changed(&error) => Ok(ConditionalWrite::ChangedMeanwhile),
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
        let get = GetItem {
            table_name: table,
            key: attributes([(key, S(value.to_owned()))]),
            consistent_read: None,
        };
        let found: Result<FoundItem<PlainItem>, _> = self.quick.call_for(&get).await;
        let found = found.map_err(|error| StoreError::new(operation, error))?;
        Ok(found.item.map(|item| item.0))
    }

    async fn all(&self, operation: &'static str, table: &str) -> Result<Vec<Map<String, Value>>, StoreError> {
        let selection = Selection { consistent_read: Some(true), ..Selection::default() };
        let items = self.client.all(Scan { table_name: table.into(), selection }).await;
        items.map(plain).map_err(|error| StoreError::new(operation, error))
    }
}

fn key(key_hash: &str) -> Attributes {
    attributes([("keyHash", S(key_hash.to_owned()))])
}

fn written(operation: &'static str, item: &Map<String, Value>) -> Result<Attributes, StoreError> {
    to_attributes(item).map_err(|error| StoreError::new(operation, error))
}
