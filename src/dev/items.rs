//! The items of an API → the tables of the local world, as far as they differ.

use std::{collections::BTreeMap, fmt};

use dynoxide::{Database, DynoxideError, types::AttributeValue};
use serde_json::{Map, Value, json};

use super::api::{DevApi, DevKey, DevStage, Item};
use crate::{
    api_file::is_state_of_a_stage,
    local::tables::{TableNames, attributes, read},
};

/// One thing that differs from what was served before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As people name it: `v1 GET /orders`.
    pub subject: String,
    pub kind: ChangeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        };
        write!(f, "{} {word}", self.subject)
    }
}

/// Makes the tables hold what `api` says. What only `former`, the API before, had is deleted; what somebody else has
/// written beside it stays, and so does a stage of which both say the same: somebody may have rolled it back.
///
/// # Errors
///
/// The database failed.
pub fn write(
    database: &Database,
    names: &TableNames,
    api: &DevApi,
    former: &DevApi,
) -> Result<Vec<Change>, DynoxideError> {
    let mut writer = ItemWriter { database, names, changes: Vec::new() };
    let plan_key = |item: &Item| text(item, "usagePlanId");
    for plan in &api.usage_plans {
        let id = plan_key(plan);
        let key = ItemKey { table: names.usage_plans(), name: "usagePlanId", value: &id };
        writer.put_keyed(key, plan, &format!("usage plan {id}"))?;
    }
    for key in &api.api_keys {
        writer.key(key)?;
    }
    for stage in api.stages.iter().filter(|stage| !former.stages.contains(stage)) {
        writer.stage(stage)?;
    }
    for stage in former.stages.iter().filter(|stage| api.stages.iter().all(|kept| kept.name != stage.name)) {
        writer.remove_stage(stage)?;
    }
    for key in former.api_keys.iter().filter(|key| api.api_keys.iter().all(|kept| kept.id != key.id)) {
        let hash = text(&key.item, "keyHash");
        writer.delete(
            names.api_keys(),
            json!({ "keyHash": { "S": hash } }),
            format!("API key {}", key.id),
        )?;
    }
    let is_kept = |id: &String| api.usage_plans.iter().any(|plan| plan_key(plan) == *id);
    for id in former.usage_plans.iter().map(plan_key).filter(|id| !is_kept(id)) {
        let key = json!({ "usagePlanId": { "S": id } });
        writer.delete(names.usage_plans(), key, format!("usage plan {id}"))?;
    }
    Ok(writer.changes)
}

fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The key of an item in a table that has no sort key.
#[derive(Clone, Copy)]
struct ItemKey<'a> {
    table: &'a str,
    name: &'a str,
    value: &'a str,
}

/// An item as DynamoDB's own JSON.
type Stored = Map<String, Value>;

struct ItemWriter<'a> {
    database: &'a Database,
    names: &'a TableNames,
    changes: Vec<Change>,
}

impl ItemWriter<'_> {
    /// A key that somebody has made keeps its value, and gets the fields.
    fn key(&mut self, key: &DevKey) -> Result<(), DynoxideError> {
        let (table, subject) = (self.names.api_keys(), format!("API key {}", key.id));
        let hash = text(&key.item, "keyHash");
        match self.other_key(&key.id, &hash)? {
            None => {
                let place = ItemKey { table, name: "keyHash", value: &hash };
                self.put_keyed(place, &key.item, &subject)
            }
            Some(made) => {
                let mut item = made.clone();
                item.extend(attributes(&key.item).into_iter().filter(|(name, _)| name != "keyHash"));
                self.put(table, item, Some(&made), &subject)
            }
        }
    }

    /// A key with this id that does not have this hash.
    fn other_key(&self, id: &str, hash: &str) -> Result<Option<Stored>, DynoxideError> {
        let mut request = json!({
            "TableName": self.names.api_keys(),
            "FilterExpression": "id = :id AND keyHash <> :hash",
            "ExpressionAttributeValues": { ":id": { "S": id }, ":hash": { "S": hash } },
        });
        loop {
            let page = self.database.scan(read(request.clone()))?;
            match (page.items.iter().flatten().map(stored).next(), page.last_evaluated_key) {
                (None, Some(last)) => request["ExclusiveStartKey"] = Value::Object(stored(&last)),
                (found, _) => return Ok(found),
            }
        }
    }

    /// Routes come first: a stage without an item is served to nobody.
    fn stage(&mut self, stage: &DevStage) -> Result<(), DynoxideError> {
        let name = &stage.name;
        let mut former = self.routes(name)?;
        for (route_key, item) in &stage.routes {
            let former = former.remove(route_key);
            let subject = format!("{name} {}", if route_key == "$api" { "api" } else { route_key });
            self.put(self.names.routes(), attributes(item), former.as_ref(), &subject)?;
        }
        for route_key in former.into_keys() {
            self.delete_route(name, &route_key)?;
        }
        let former = self.get(ItemKey { table: self.names.stages(), name: "stage", value: name })?;
        let mut item = attributes(&stage.item);
        let state = former.iter().flatten().filter(|(name, _)| is_state_of_a_stage(name));
        item.extend(state.map(|(name, value)| (name.clone(), value.clone())));
        self.put(self.names.stages(), item, former.as_ref(), name)
    }

    fn remove_stage(&mut self, stage: &DevStage) -> Result<(), DynoxideError> {
        for route_key in self.routes(&stage.name)?.into_keys() {
            self.delete_route(&stage.name, &route_key)?;
        }
        self.delete(self.names.stages(), json!({ "stage": { "S": stage.name } }), stage.name.clone())
    }

    fn delete_route(&mut self, stage: &str, route_key: &str) -> Result<(), DynoxideError> {
        let key = json!({ "stage": { "S": stage }, "routeKey": { "S": route_key } });
        self.delete(self.names.routes(), key, format!("{stage} {route_key}"))
    }

    fn put_keyed(&mut self, key: ItemKey<'_>, item: &Item, subject: &str) -> Result<(), DynoxideError> {
        let former = self.get(key)?;
        self.put(key.table, attributes(item), former.as_ref(), subject)
    }

    fn put(
        &mut self,
        table: &str,
        item: Stored,
        former: Option<&Stored>,
        subject: &str,
    ) -> Result<(), DynoxideError> {
        let kind = match former {
            Some(former) if *former == item => return Ok(()),
            Some(_) => ChangeKind::Changed,
            None => ChangeKind::Added,
        };
        self.database.put_item(read(json!({ "TableName": table, "Item": item })))?;
        self.changes.push(Change { subject: subject.to_owned(), kind });
        Ok(())
    }

    fn delete(&mut self, table: &str, key: Value, subject: String) -> Result<(), DynoxideError> {
        self.database.delete_item(read(json!({ "TableName": table, "Key": key })))?;
        self.changes.push(Change { subject, kind: ChangeKind::Removed });
        Ok(())
    }

    fn get(&self, ItemKey { table, name, value }: ItemKey<'_>) -> Result<Option<Stored>, DynoxideError> {
        let key = json!({ name: { "S": value } });
        let found = self.database.get_item(read(json!({ "TableName": table, "Key": key })))?;
        Ok(found.item.map(|item| stored(&item)))
    }

    /// The routes of a stage by their keys.
    fn routes(&self, stage: &str) -> Result<BTreeMap<String, Stored>, DynoxideError> {
        let mut request = json!({
            "TableName": self.names.routes(),
            "KeyConditionExpression": "#stage = :stage",
            "ExpressionAttributeNames": { "#stage": "stage" },
            "ExpressionAttributeValues": { ":stage": { "S": stage } },
        });
        let mut routes = BTreeMap::new();
        loop {
            let page = self.database.query(read(request.clone()))?;
            for item in page.items.iter().flatten().map(stored) {
                let key = item.get("routeKey").and_then(|key| key["S"].as_str()).unwrap_or_default();
                routes.insert(key.to_owned(), item);
            }
            let Some(last) = page.last_evaluated_key else { return Ok(routes) };
            request["ExclusiveStartKey"] = Value::Object(stored(&last));
        }
    }
}

fn stored<'a>(item: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>) -> Stored {
    let json = |value| serde_json::to_value(value).expect("an attribute is JSON");
    item.into_iter().map(|(name, value)| (name.clone(), json(value))).collect()
}
