//! The difference of two APIs, for people and for programs.

use serde_json::{Value, json};
use tollgate::{
    api_file::difference::{Change, Difference, FieldDifference, ItemDifference, ItemName, StageItem},
    item::brief,
};

use crate::{
    paint::{Colour, Paint},
    text_table::printable,
};

/// A line for each item, and one for each of its fields.
pub fn lines(difference: &Difference, paint: Paint) -> Vec<String> {
    let of_item = |item: &ItemDifference| {
        let (sign, colour) = sign(item.change);
        let head = paint.paint(colour, &format!("{sign} {}", printable(&item.name.to_string())));
        std::iter::once(head)
            .chain(item.fields.iter().map(|field| of_field(field, paint)).collect::<Vec<_>>())
    };
    difference.items.iter().flat_map(of_item).collect()
}

fn of_field(FieldDifference { path, before, after }: &FieldDifference, paint: Paint) -> String {
    let path = printable(path);
    let value = |value: &Value| printable(&brief(value));
    let (change, text) = match (before, after) {
        (Some(before), Some(after)) => {
            (Change::Changed, format!("{path}: {} → {}", value(before), value(after)))
        }
        (Some(before), None) => (Change::Removed, format!("{path}: {}", value(before))),
        (None, Some(after)) => (Change::Added, format!("{path}: {}", value(after))),
        (None, None) => (Change::Changed, path),
    };
    let (sign, colour) = sign(change);
    format!("    {}", paint.paint(colour, &format!("{sign} {text}")))
}

fn sign(change: Change) -> (char, Colour) {
    match change {
        Change::Added => ('+', Colour::Green),
        Change::Changed => ('~', Colour::Yellow),
        Change::Removed => ('-', Colour::Red),
    }
}

pub fn json(difference: &Difference) -> Value {
    let of_field = |FieldDifference { path, before, after }: &FieldDifference| {
        let mut json = json!({ "path": path });
        for (name, value) in [("before", before), ("after", after)] {
            if let Some(value) = value {
                json[name] = value.clone();
            }
        }
        json
    };
    let of_item = |ItemDifference { name, change, fields }: &ItemDifference| {
        let mut json = item(name);
        json["change"] = match change {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Removed => "removed",
        }
        .into();
        json["fields"] = fields.iter().map(of_field).collect();
        json
    };
    difference.items.iter().map(of_item).collect()
}

/// The keys that tell which item it is.
pub fn item(name: &ItemName) -> Value {
    match name {
        ItemName::OfStage { stage, part: StageItem::Settings } => json!({ "kind": "stage", "stage": stage }),
        ItemName::OfStage { stage, part: StageItem::Api } => json!({ "kind": "api", "stage": stage }),
        ItemName::OfStage { stage, part: StageItem::Route(key) } => {
            json!({ "kind": "route", "stage": stage, "routeKey": key })
        }
        ItemName::UsagePlan(id) => json!({ "kind": "usagePlan", "usagePlanId": id }),
        ItemName::ApiKey(id) => json!({ "kind": "apiKey", "id": id }),
    }
}
