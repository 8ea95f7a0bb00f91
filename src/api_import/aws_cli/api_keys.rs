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
};

/// A key as `tollgate keys import` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedKey {
    pub name: String,
    pub hash: KeyHash,
    pub description: String,
    pub enabled: bool,
    pub usage_plan_id: Option<String>,
}

/// The plans of each key, by the key's id.
type PlansByKey = BTreeMap<String, BTreeSet<String>>;

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("customerId", "the file of keys has no customers: write it into the key's item"),
    ("createdDate", DATES), ("lastUpdatedDate", DATES),
    ("stageKeys", "usage plans say which stages a key may call"),
    ("tags", "tags are not of the API"),
];

const DATES: &str = "it says when something was changed on API Gateway";

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &Definition) -> Vec<HashedKey> {
    let plans = plans_by_key(reader);
    reader
        .elements(AnswerKind::ApiKeys)
        .into_iter()
        .filter_map(|key| hashed(reader, definition, &plans, key))
        .collect()
}

fn hashed(
    reader: &mut CliReader<'_, '_>,
    definition: &Definition,
    plans: &PlansByKey,
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
    let plans: Vec<&String> = plans.get(&id).into_iter().flatten().filter(of_stage).collect();
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
    Some(HashedKey { name, hash, description, enabled, usage_plan_id })
}

/// Reads the lists of plans. An answer does not say which plan it is of: the only one, the one that its file is named
/// after, or one that is asked for.
fn plans_by_key(reader: &mut CliReader<'_, '_>) -> PlansByKey {
    let plans = reader.elements(AnswerKind::UsagePlans);
    let ids: Vec<&str> = plans.iter().filter_map(|plan| plan.get("id")?.text()).collect();
    let mut by_key = PlansByKey::new();
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
                reader.ledger.answer(root, question).and_then(|answer| answer.as_str().map(str::to_owned))
            }
        };
        for key in elements(root) {
            reader.ledger.taken(key);
            reader.leave_out(key, &[("name", "get-api-keys says it"), ("value", "get-api-keys says it")]);
            reader.ledger.text(key, "type");
            if let (Some(id), Some(plan)) = (reader.ledger.text(key, "id"), &plan) {
                by_key.entry(id.to_owned()).or_default().insert(plan.clone());
            }
        }
    }
    by_key
}
