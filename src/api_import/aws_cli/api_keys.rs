//! `get-api-keys` with values, and `get-usage-plan-keys` → hashes of keys, each with its plan.
//!
//! A value is hashed where it is read, and stands in no message and no file.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    answer_kind::{AnswerKind, elements},
    cli_answers::CliReader,
};
use crate::{
    api_import::{
        definition::Definition,
        report::{Question, Remark},
        source::Located,
    },
    authorizers::{KeyHash, KeyValue},
    deployment::counted,
};

/// A key as `tollgate keys import` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedKey {
    /// API Gateway's: functions and logs go on seeing it.
    pub id: String,
    pub name: String,
    pub hash: KeyHash,
    pub description: String,
    pub enabled: bool,
    pub usage_plan_id: Option<String>,
}

/// The keys of usage plans, as far as the answers list them.
#[derive(Default)]
struct PlanKeys {
    /// The plans of each key, by the key's id.
    plans: BTreeMap<String, BTreeSet<String>>,
    /// The plans whose keys were fetched.
    fetched: BTreeSet<String>,
}

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("customerId", "the file of keys has no customers: write it into the key's item"),
    ("createdDate", DATES), ("lastUpdatedDate", DATES),
    ("stageKeys", "usage plans say which stages a key may call"),
    ("tags", "tags are not of the API"),
];

const DATES: &str = "it says when something was changed on API Gateway";

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &Definition) -> Vec<HashedKey> {
    let of_plans = plan_keys(reader);
    let keys = reader.elements(AnswerKind::ApiKeys);
    if let Some(first) = keys.first() {
        for plan in definition.usage_plans.keys().filter(|plan| !of_plans.fetched.contains(*plan)) {
            let words = format!(
                "which keys has the usage plan {plan}? Import the answer of get-usage-plan-keys too, or say that it has none"
            );
            let question = Question::of_map(format!("keys of usage plan {plan}"), words, NONE);
            if reader.ledger.answer(*first, question).is_some_and(|answer| answer != NONE) {
                reader.ledger.error(*first, format!("the answer to keys of usage plan {plan} is not none"));
            }
        }
    }
    let without_value = keys.iter().filter(|key| key.get("value").is_none()).count();
    if let (Some(first), 1..) = (keys.first(), without_value) {
        let words = format!(
            "without values: {}; get-api-keys has them with --include-values",
            counted(without_value, "key")
        );
        reader.ledger.warning_at(first.span(), words);
    }
    keys.into_iter().filter_map(|key| hashed(reader, definition, &of_plans, key)).collect()
}

/// The answer for a plan without keys.
const NONE: &str = "none";

fn hashed(
    reader: &mut CliReader<'_, '_>,
    definition: &Definition,
    of_plans: &PlanKeys,
    key: Located<'_>,
) -> Option<HashedKey> {
    reader.ledger.taken(key);
    reader.leave_out(key, LEFT_OUT);
    let id = reader.ledger.text(key, "id").unwrap_or_default().to_owned();
    let name = reader.ledger.text(key, "name").unwrap_or_default().to_owned();
    let description = reader.ledger.text(key, "description").unwrap_or_default().to_owned();
    let enabled = reader.ledger.boolean(key, "enabled").unwrap_or(true);
    let Some(value) = reader.ledger.text(key, "value") else {
        let remark = Remark::left_out("a key without its value: its owner gets 403");
        reader.ledger.remark(key, remark.advising("fetch the keys with --include-values"));
        return None;
    };
    let hash = match KeyValue::parse(value.as_bytes()) {
        Ok(value) => value.hash(),
        Err(fault) => {
            reader.ledger.error(key, format!("the value of this key can be none: {fault}"));
            return None;
        }
    };
    let of_stage = |plan: &&String| definition.usage_plans.contains_key(*plan);
    let plans: Vec<&String> = of_plans.plans.get(&id).into_iter().flatten().filter(of_stage).collect();
    let usage_plan_id = match &plans[..] {
        [] => {
            let words = "no usage plan of this stage has the key, so the stage does not let it in";
            reader.ledger.remark_whole(key, Remark::left_out(words));
            return None;
        }
        [only] => Some((*only).clone()),
        [first, ..] => {
            let words = format!(
                "which usage plan has the key {id}? It is in several of this stage, and here it has one"
            );
            let question = Question::of_map(format!("usage plan of key {id}"), words, first);
            let answer = reader.ledger.answer(key, question)?;
            let answer = answer.as_str().unwrap_or_default().to_owned();
            if !plans.iter().any(|plan| **plan == answer) {
                reader
                    .ledger
                    .error(key, format!("the answer to usage plan of key {id} is none of its plans"));
            }
            Some(answer)
        }
    };
    Some(HashedKey { id, name, hash, description, enabled, usage_plan_id })
}

/// Reads the lists of plans. An answer does not say which plan it is of: the only one, the one that its file is named
/// after, or one that is asked for.
fn plan_keys(reader: &mut CliReader<'_, '_>) -> PlanKeys {
    let plans = reader.elements(AnswerKind::UsagePlans);
    let ids: Vec<&str> = plans.iter().filter_map(|plan| plan.get("id")?.text()).collect();
    let mut of_plans = PlanKeys::default();
    for root in reader.roots(AnswerKind::UsagePlanKeys) {
        let file = reader.tree.sources.of(root.span()).name.clone();
        let file = file.rsplit('/').next().unwrap_or(&file).to_owned();
        let in_name: Vec<&str> = ids
            .iter()
            .copied()
            .filter(|id| file.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == *id))
            .collect();
        let plan = match (&ids[..], &in_name[..]) {
            ([only], _) | (_, [only]) => Some((*only).to_owned()),
            _ => {
                let words = format!("which usage plan are the keys of {file} of? Its answer does not say it");
                let question =
                    Question::of_map(format!("usage plan of {file}"), words, ids.first().unwrap_or(&"ID"));
                let answer = reader.ledger.answer(root, question);
                let answer = answer.and_then(|answer| answer.as_str().map(str::to_owned));
                if let Some(unknown) = answer.as_deref().filter(|answer| !ids.contains(answer)) {
                    let words = format!(
                        "the answer to usage plan of {file} is {unknown}, which get-usage-plans does not have"
                    );
                    reader.ledger.error(root, words);
                }
                answer
            }
        };
        of_plans.fetched.extend(plan.clone());
        for key in elements(root) {
            reader.ledger.taken(key);
            reader.leave_out(key, &[("name", "get-api-keys says it"), ("value", "get-api-keys says it")]);
            reader.ledger.text(key, "type");
            if let (Some(id), Some(plan)) = (reader.ledger.text(key, "id"), &plan) {
                of_plans.plans.entry(id.to_owned()).or_default().insert(plan.clone());
            }
        }
    }
    of_plans
}
