//! `get-usage-plans` → the usage plans of the stage: those that cover it, with what they say of it.

use serde_json::{Map, Value, json};

use super::{
    answer_kind::AnswerKind,
    cli_answers::{ChosenStage, CliReader},
};
use crate::api_import::{
    definition::{Definition, Sourced},
    report::{Remark, Visibility},
    source::Located,
};

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("name", "a plan has its id here"),
    ("description", "a plan has its id here"),
    ("productCode", "the gateway sells nothing in the AWS Marketplace"),
    ("tags", "tags are not of the API"),
];

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &mut Definition, chosen: &ChosenStage) {
    for plan in reader.elements(AnswerKind::UsagePlans) {
        let stages: Vec<_> =
            plan.get("apiStages").and_then(Located::elements).into_iter().flatten().collect();
        let text = |map: Located<'_>, key: &str| map.get(key).and_then(Located::text).map(str::to_owned);
        let is_covered = |stage: &&Located<'_>| {
            text(**stage, "apiId") == chosen.api && text(**stage, "stage") == chosen.stage
        };
        let Some(covered) = stages.iter().find(is_covered) else {
            let words = "it does not cover this stage of this API";
            reader.ledger.remark_whole(plan, Remark::left_out(words));
            continue;
        };
        reader.ledger.taken(plan);
        reader.ledger.member(plan, "apiStages");
        for other in stages.iter().filter(|other| other.id != covered.id) {
            reader.ledger.remark_whole(*other, Remark::left_out("it is another API or stage"));
        }
        reader.leave_out(plan, LEFT_OUT);
        let Some(id) = reader.ledger.text(plan, "id").map(str::to_owned) else {
            reader.ledger.error(plan, "a usage plan without an id");
            continue;
        };
        let mut fields = Map::new();
        if let Some(throttle) = reader.ledger.map(plan, "throttle") {
            fields.insert("throttle".to_owned(), limits(reader, throttle));
        }
        if let Some(quota) = reader.ledger.map(plan, "quota") {
            fields.insert("quota".to_owned(), self::quota(reader, quota));
        }
        fields.insert("apiStages".to_owned(), covers(reader, definition, *covered));
        definition.usage_plans.insert(id, Sourced::new(fields, plan.span()));
    }
}

fn limits(reader: &mut CliReader<'_, '_>, throttle: Located<'_>) -> Value {
    let members =
        ["rateLimit", "burstLimit"].map(|name| (name.to_owned(), reader.ledger.number(throttle, name)));
    Value::Object(members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

fn quota(reader: &mut CliReader<'_, '_>, quota: Located<'_>) -> Value {
    let mut fields = Map::new();
    for name in ["limit", "offset"] {
        let value = reader.ledger.number(quota, name).filter(|value| name != "offset" || *value != 0);
        fields.extend(value.map(|value| (name.to_owned(), value)));
    }
    if let Some(period) = reader.ledger.text(quota, "period") {
        if let Some(node) = quota.get("period").filter(|_| period == "WEEK") {
            let words = "a week begins on Monday, and on API Gateway on Sunday";
            reader.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
        }
        fields.insert("period".to_owned(), period.into());
    }
    Value::Object(fields)
}

/// `apiStages` of a plan: the stage, with throttles by route key where the plan has them.
fn covers(reader: &mut CliReader<'_, '_>, definition: &Definition, covered: Located<'_>) -> Value {
    reader.ledger.taken(covered);
    reader.ledger.text(covered, "apiId");
    let stage = reader.ledger.text(covered, "stage").unwrap_or_default().to_owned();
    let mut routes = Map::new();
    let throttles = reader.ledger.map(covered, "throttle");
    for member in throttles.and_then(Located::members).into_iter().flatten() {
        // `/orders/{id}/GET`
        let key = member.key.rsplit_once('/').map_or_else(
            || member.key.to_owned(),
            |(path, method)| format!("{method} /{}", path.trim_matches('/')),
        );
        if definition.routes.iter().all(|route| route.key != key) {
            let words = format!("the API has no route {key}");
            reader.ledger.remark_whole(member.value, Remark::left_out(words));
            continue;
        }
        reader.ledger.taken(member.value);
        let limits = limits(reader, member.value);
        routes.insert(key, limits);
    }
    match routes.is_empty() {
        true => json!([stage]),
        false => json!({ stage: routes }),
    }
}
