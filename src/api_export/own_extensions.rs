//! `x-tollgate-…`: what the importer does not read out of the rest of the document.
//!
//! A field is there with its value, or with null if the items have none. So the extensions stay small, and an import
//! gives the items.

use serde_json::{Value, json};

use super::{
    document::DocumentWriter,
    item_fields::{Fields, is_false},
    operation::INTEGRATION,
    path_items::RoutePlace,
    read_back::ReadBack,
};
use crate::{
    api_import::openapi::own_extensions::{API, BY_NAME, GUARDS, KIND, ROUTE, ROUTES, STAGE},
    decimal::canonical_numbers,
};

pub(super) fn add(writer: &DocumentWriter<'_>, name: &str, stage: &Fields, document: &mut Fields) {
    let mut of_stage = stage.clone();
    of_stage.remove("description");
    of_stage.insert("stage".to_owned(), name.into());
    document.insert(KIND.to_owned(), writer.kind.name().into());
    document.insert(STAGE.to_owned(), of_stage.into());
    add_own_integrations(writer, document);
    let read = ReadBack::of(document);
    let api = difference_of_api(&writer.api, &read.api);
    if !api.is_empty() {
        document.insert(API.to_owned(), api.into());
    }
    let mut without_place = Fields::new();
    for (key, route) in &writer.routes {
        let place = RoutePlace::of(key).filter(|_| !is_false(route.get("enabled")));
        let difference = match (&place, read.routes.get(key)) {
            (Some(_), Some(read)) => of_guards(difference(route, read), route),
            (Some(_) | None, _) => route.clone(),
        };
        let operation = place.and_then(|place| operation(document, &place));
        match operation {
            Some(operation) => {
                let own =
                    operation.remove(ROUTE).and_then(|own| own.as_object().cloned()).unwrap_or_default();
                let own: Fields = own.into_iter().chain(difference).collect();
                if !own.is_empty() {
                    operation.insert(ROUTE.to_owned(), own.into());
                }
            }
            None => drop(without_place.insert(key.clone(), difference.into())),
        }
    }
    if !without_place.is_empty() {
        document.insert(ROUTES.to_owned(), without_place.into());
    }
}

/// Where API Gateway has no such integration, it stands in the route's own fields, and is read back from there.
fn add_own_integrations(writer: &DocumentWriter<'_>, document: &mut Fields) {
    for (key, route) in writer.routes.iter().filter(|(_, route)| !is_false(route.get("enabled"))) {
        let operation = RoutePlace::of(key).and_then(|place| operation(document, &place));
        if let Some(operation) = operation.filter(|operation| !operation.contains_key(INTEGRATION))
            && let Some(integration) = route.get("integration")
        {
            operation.insert(ROUTE.to_owned(), json!({ "integration": integration }));
        }
    }
}

fn operation<'d>(
    document: &'d mut Fields,
    RoutePlace { path, method }: &RoutePlace,
) -> Option<&'d mut Fields> {
    document.get_mut("paths")?.get_mut(path)?.get_mut(method)?.as_object_mut()
}

/// The members that differ: those of the item, null where it has none.
fn difference(item: &Fields, read: &Fields) -> Fields {
    let is_same = |name: &str, value: &Value| {
        read.get(name).is_some_and(|read| canonical_numbers(read) == canonical_numbers(value))
    };
    let own = item.iter().filter(|(name, value)| !is_same(name, value));
    let own = own.map(|(name, value)| (name.clone(), value.clone()));
    let more = read.keys().filter(|name| !item.contains_key(*name));
    own.chain(more.map(|name| (name.clone(), Value::Null))).collect()
}

/// The fields that say who may call stand together, or not at all.
fn of_guards(mut difference: Fields, route: &Fields) -> Fields {
    if GUARDS.iter().any(|name| difference.contains_key(*name)) {
        for name in GUARDS {
            difference.insert(name.to_owned(), route.get(name).cloned().unwrap_or_default());
        }
    }
    difference
}

fn difference_of_api(item: &Fields, read: &Fields) -> Fields {
    let mut difference = difference(item, read);
    for section in BY_NAME {
        if !difference.contains_key(section) {
            continue;
        }
        let members = |fields: &Fields| fields.get(section).and_then(Value::as_object).cloned();
        let of_names =
            self::difference(&members(item).unwrap_or_default(), &members(read).unwrap_or_default());
        difference.insert(section.to_owned(), json!(of_names));
    }
    difference
}
