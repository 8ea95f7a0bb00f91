//! `tollgate keys create`.

use std::{collections::BTreeMap, io::Write};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tollgate::{
    authorizers::KeyValue,
    limits::usage_plan::{USAGE_PLAN_ID, UsagePlan},
    store::{Kept, Store},
};

use super::{Item, new_key, text};
use crate::{
    common::{ALL, Common},
    exit_status::Ending,
    report::Output,
    time_arg::{self, Moment},
};

/// Make a new API key and show its value, this once.
///
/// The value goes to stdout, and nothing else does; only its hash is kept. With `-o json`: the item, with the
/// value in it. If the key is good for nothing yet (no plan, a broken one, or no stage that exists and that its plan
/// covers), stderr says so. Exit code 3: --expires is over. 4: there is no such usage plan or stage, and no key is made.
#[derive(clap::Args)]
pub struct Arguments {
    /// What people call it.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = name)]
    name: String,
    /// Its usage plan; without one it gets 403.
    #[arg(long, value_parser = plan, value_name = "ID")]
    plan: Option<String>,
    /// The stages that it is for [default: those of its plan].
    #[arg(long, value_delimiter = ',', value_name = "STAGE,…")]
    stages: Vec<String>,
    /// When it ends: a date (its midnight in UTC) or a time from now, such as 90d.
    #[arg(long, value_parser = time_arg::moment, value_name = "DATE|TIME")]
    expires: Option<Moment>,
    /// Whose it is, in your own words.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Let its callers have cached answers replaced by `Cache-Control: max-age=0`.
    #[arg(long)]
    invalidate_cache: bool,
    /// Something to remember of it; can be given many times.
    #[arg(long = "tag", value_parser = tag, value_name = "NAME=VALUE")]
    tags: Vec<(String, String)>,
    #[command(flatten)]
    common: Common,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let Arguments { common, plan, .. } = arguments;
    let now = time_arg::now();
    let expires_at = arguments.expires.map(|expires| expires.seconds(now));
    if expires_at.is_some_and(|at| at <= now) {
        eprintln!("tollgate: --expires is over already");
        return Ok(Ending::Invalid);
    }
    let (item, value) = new_item(arguments, now, expires_at)?;
    let id = text(&item, "id");
    common.run(ALL, async |store| {
        if let Some(ending) = unknown_stages(store, &arguments.stages).await? {
            return Ok(ending);
        }
        let useless = match plan {
            None => Some("it has no usage plan, and gets 403".to_owned()),
            Some(plan) => match store.usage_plan_item(plan).await? {
                Some(item) => useless(store, &item, &arguments.stages).await?,
                None => {
                    eprintln!("tollgate: there is no usage plan {plan} in {}", store.tables.usage_plans);
                    return Ok(Ending::NotFound);
                }
            },
        };
        match store.keep_api_key(&item).await? {
            Kept::Kept => {}
            Kept::Existed(_) => {
                bail!("the random value was there already: is the system's randomness broken?")
            }
        }
        eprintln!("tollgate: created key {id}; its value is shown this once");
        if let Some(useless) = useless {
            eprintln!("tollgate: key {id} is good for nothing yet: {useless}");
        }
        show(&item, &value, common.output, &json!({}))?;
        Ok(Ending::Ok)
    })
}

/// Says which of a key's stages do not exist, if there are such.
async fn unknown_stages(store: &Store, own: &[String]) -> Result<Option<Ending>> {
    if own.is_empty() {
        return Ok(None);
    }
    let known = store.stage_names().await?;
    let mut ending = None;
    for stage in own.iter().filter(|stage| !known.contains(*stage)) {
        ending = Some(Ending::no_stage(store, stage));
    }
    Ok(ending)
}

/// Why a key of this usage plan, for some stages or for all, passes nowhere as things are, if so.
async fn useless(store: &Store, plan: &Item, own: &[String]) -> Result<Option<String>> {
    let plan = match UsagePlan::parse(&store.tables.usage_plans, plan).value {
        Ok(plan) => plan,
        Err(problems) => return Ok(Some(format!("its usage plan is broken, and it gets 503\n{problems}"))),
    };
    if plan.api_stages.is_none() && own.is_empty() {
        return Ok(None);
    }
    let mut covered = store.stage_names().await?;
    covered.retain(|stage| plan.covers(stage));
    Ok(if covered.is_empty() {
        Some(format!("usage plan {} covers no stage that exists, and it gets 403", plan.id))
    } else if !own.is_empty() && !own.iter().any(|stage| covered.contains(stage)) {
        Some(format!(
            "usage plan {} covers no stage that exists and that the key may use, and it gets 403",
            plan.id
        ))
    } else {
        None
    })
}

/// Writes a new key's value: alone, or with its item and `more`.
pub fn show(item: &Item, value: &KeyValue, output: Output, more: &Value) -> Result<()> {
    let shown = || {
        let mut shown = item.clone();
        shown.insert("value".to_owned(), value.reveal().into());
        shown.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(shown)
    };
    let id = text(item, "id");
    output
        .write(shown, |out| writeln!(out, "{}", value.reveal()))
        .with_context(|| format!("key {id} is made, but nobody has seen its value"))
}

fn new_item(arguments: &Arguments, now: u64, expires_at: Option<u64>) -> Result<(Item, KeyValue)> {
    let value = new_key::value()?;
    let tags: BTreeMap<_, _> = arguments.tags.iter().cloned().collect();
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
    Ok((attributes.collect(), value))
}

/// API Gateway's limit (reference K-01).
pub fn name(text: &str) -> Result<String, String> {
    if text.chars().count() > 1024 {
        return Err("a name has at most 1024 characters".to_owned());
    }
    Ok(text.to_owned())
}

/// A plan's id.
pub fn plan(text: &str) -> Result<String, String> {
    if UsagePlan::is_id(text) { Ok(text.to_owned()) } else { Err(format!("expected {USAGE_PLAN_ID}")) }
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
