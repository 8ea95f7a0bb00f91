//! `tollgate keys create`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tollgate::{
    limits::usage_plan::UsagePlan,
    store::{KeyCreation, Store},
};

use super::{
    Item, key_args,
    new_key::{self, NewKey},
};
use crate::{
    common_args::{ALL, CommonArgs},
    exit_status::ExitStatus,
    notes::note,
    time_arg::{self, TimeArg},
};

/// Make a new API key and show its value, this once.
///
/// The value goes to stdout, and nothing else does; only its hash is kept. With `-o json`: the item, with the
/// value in it. If the key is good for nothing yet (no plan, a broken one, or no stage that exists and that its plan
/// covers), stderr says so. Exit code 3: --expires is over. 4: there is no such usage plan or stage, and no key is made.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate keys create --name Acme --plan starter
  tollgate keys create --name Acme --plan starter --expires 90d --tag team=web
  KEY=$(tollgate keys create --name Acme --plan starter --local)")]
pub struct Arguments {
    /// What people call it.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = key_args::name)]
    name: String,
    /// Its usage plan; without one it gets 403.
    #[arg(long, value_parser = key_args::plan, value_name = "ID")]
    plan: Option<String>,
    /// The stages that it is for [default: those of its plan].
    #[arg(long, value_delimiter = ',', value_name = "STAGE,…")]
    stages: Vec<String>,
    /// When it ends: a date (its midnight in UTC) or a time from now, such as 90d.
    #[arg(long, value_parser = time_arg::time, value_name = "DATE|TIME")]
    expires: Option<TimeArg>,
    /// Whose it is, in your own words.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Let its callers have cached answers replaced by `Cache-Control: max-age=0`.
    #[arg(long)]
    invalidate_cache: bool,
    /// Something to remember of it; can be given many times.
    #[arg(long = "tag", value_parser = tag, value_name = "NAME=VALUE")]
    tags: Vec<Tag>,
    #[command(flatten)]
    common: CommonArgs,
}

/// A name and a value that the operator gives a key.
#[derive(Clone, Debug)]
struct Tag {
    name: String,
    value: String,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { common, plan, .. } = arguments;
    let now = time_arg::now();
    let expires_at = arguments.expires.map(|expires| expires.seconds(now));
    if expires_at.is_some_and(|at| at <= now) {
        note("tollgate: --expires is over already");
        return Ok(ExitStatus::Invalid);
    }
    let key = new_key(arguments, now, expires_at)?;
    let id = key.id();
    common.place.run_writing(ALL, async |store| {
        if let Some(status) = unknown_stages(store, &arguments.stages).await? {
            return Ok(status);
        }
        let unusable = match plan {
            None => Some("it has no usage plan, and gets 403".to_owned()),
            Some(plan) => match store.usage_plan_item(plan).await? {
                Some(item) => why_unusable(store, &item, &arguments.stages).await?,
                None => {
                    note(format_args!(
                        "tollgate: there is no usage plan {plan} in {}",
                        store.tables.usage_plans
                    ));
                    return Ok(ExitStatus::NotFound);
                }
            },
        };
        match store.create_api_key(&key.item).await? {
            KeyCreation::Created => {}
            KeyCreation::AlreadyExists(_) => {
                bail!("the random value was there already: is the system's randomness broken?")
            }
        }
        note(format_args!("tollgate: created key {id}; its value is shown this once"));
        if let Some(reason) = unusable {
            note(format_args!("tollgate: key {id} is good for nothing yet: {reason}"));
        }
        key.show(common.output, &json!({}))?;
        Ok(ExitStatus::Ok)
    })
}

/// Prints the key's stages that do not exist, if there are such.
async fn unknown_stages(store: &Store, key_stages: &[String]) -> Result<Option<ExitStatus>> {
    if key_stages.is_empty() {
        return Ok(None);
    }
    let known = store.stage_names().await?;
    let mut status = None;
    for stage in key_stages.iter().filter(|stage| !known.contains(*stage)) {
        status = Some(ExitStatus::no_stage(store, stage));
    }
    Ok(status)
}

/// Returns the reason why a key of this usage plan, for some stages or for all, passes nowhere now, if it does not.
async fn why_unusable(store: &Store, plan: &Item, key_stages: &[String]) -> Result<Option<String>> {
    let plan = match UsagePlan::parse(&store.tables.usage_plans, plan).value {
        Ok(plan) => plan,
        Err(problems) => return Ok(Some(format!("its usage plan is broken, and it gets 503\n{problems}"))),
    };
    if plan.api_stages.is_none() && key_stages.is_empty() {
        return Ok(None);
    }
    let mut covered = store.stage_names().await?;
    covered.retain(|stage| plan.covers(stage));
    Ok(if covered.is_empty() {
        Some(format!("usage plan {} covers no stage that exists, and it gets 403", plan.id))
    } else if !key_stages.is_empty() && !key_stages.iter().any(|stage| covered.contains(stage)) {
        Some(format!(
            "usage plan {} covers no stage that exists and that the key may use, and it gets 403",
            plan.id
        ))
    } else {
        None
    })
}

fn new_key(arguments: &Arguments, now: u64, expires_at: Option<u64>) -> Result<NewKey> {
    let value = new_key::value()?;
    let tags: BTreeMap<_, _> = arguments.tags.iter().map(|tag| (&tag.name, &tag.value)).collect();
    let attributes = [
        ("keyHash", Some(value.hash().to_string().into())),
        ("id", Some(new_key::id()?.into())),
        ("name", (!arguments.name.is_empty()).then(|| arguments.name.clone().into())),
        ("enabled", Some(true.into())),
        ("usagePlanId", arguments.plan.clone().map(Value::from)),
        ("stages", (!arguments.stages.is_empty()).then(|| arguments.stages.clone().into())),
        ("expiresAt", expires_at.map(Value::from)),
        ("customerId", arguments.customer.clone().map(Value::from)),
        ("invalidateCache", arguments.invalidate_cache.then(|| true.into())),
        ("tags", (!tags.is_empty()).then(|| json!(tags))),
        ("createdAt", Some(now.into())),
    ];
    let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(NewKey { item: attributes.collect(), value })
}

/// Reads `NAME=VALUE`.
fn tag(text: &str) -> Result<Tag, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(Tag { name: name.to_owned(), value: value.to_owned() }),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
