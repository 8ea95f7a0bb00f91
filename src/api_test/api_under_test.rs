//! The items of an API as its tests have them: with keys of their own, for API keys and for tokens.
//!
//! No value of an API key is known to a file or to a table, and no issuer is asked: so each key gets a value that stands
//! for it, and each authorizer of tokens the key that the tests sign with.

use serde_json::{Map, Value, json};

use crate::{
    api_file::{ApiFile, FileStage},
    authorizers::KeyValue,
    deployment::{API, Served, StageItems, served_of_items},
    error::InvalidConfiguration,
    item::resolve_stage_variables,
};

type Item = Map<String, Value>;

/// The items of an API.
#[derive(Clone, Debug, Default)]
pub struct ApiUnderTest {
    pub stages: Vec<StageItems>,
    pub usage_plans: Vec<Item>,
    /// Metadata; values and hashes are not looked at.
    pub api_keys: Vec<Item>,
}

/// In the place of a key's value: `$keys.acme-1`.
const KEYS: &str = "$keys.";

/// Attributes of a stage that say what is served of it now.
const OF_WHAT_IS_SERVED: [&str; 6] = [
    "applying",
    "deploymentId",
    "canarySettings",
    "revision",
    "lastDeploymentStatus",
    "lastDeploymentMessage",
];

/// Attributes of a stage that say what else, and what not, is logged: tests read each request's whole access line.
const OF_THE_LOG: [&str; 3] = ["accessLogFormat", "accessLogHeaders", "accessLogSampling"];

impl ApiUnderTest {
    /// The API of a file without problems.
    pub fn of_file(api: &ApiFile) -> Self {
        Self {
            stages: api.stages.iter().map(FileStage::to_items).collect(),
            usage_plans: api
                .usage_plans
                .iter()
                .map(|plan| plan.to_item([("usagePlanId", &plan.name)]))
                .collect(),
            api_keys: api.api_keys.iter().map(|key| key.to_item([("id", &key.name)])).collect(),
        }
    }

    /// The same for tests: `jwks` are the public halves of the keys that they sign with.
    pub(super) fn for_tests(mut self, jwks: &Value) -> Self {
        for stage in &mut self.stages {
            let unwanted = OF_WHAT_IS_SERVED.iter().chain(&OF_THE_LOG);
            stage.stage.retain(|name, _| !unwanted.clone().any(|attribute| attribute == name));
            for item in stage.routes.iter_mut().filter(|item| item.get("routeKey") == Some(&API.into())) {
                if let Some(Value::Object(authorizers)) = item.get_mut("authorizers") {
                    authorizers.values_mut().for_each(|authorizer| sign_with(authorizer, jwks));
                }
            }
        }
        for key in &mut self.api_keys {
            let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
            let value = value_of_key(id);
            if let Ok(value) = KeyValue::parse(value.as_bytes()) {
                key.insert("keyHash".to_owned(), value.hash().to_string().into());
            }
        }
        self
    }

    /// The stages as instances would serve them.
    pub(super) fn served(&self) -> Result<Served, InvalidConfiguration> {
        served_of_items(&self.stages)
    }

    pub(super) fn has_key(&self, id: &str) -> bool {
        self.api_keys.iter().any(|key| key.get("id").and_then(Value::as_str) == Some(id))
    }

    /// The authorizer of a stage, as its `$api` item has it.
    pub(super) fn authorizer(&self, stage: &str, id: &str) -> Option<&Value> {
        let is_stage = |items: &&StageItems| items.stage.get("stage") == Some(&stage.into());
        let items = self.stages.iter().find(is_stage)?;
        let api = items.routes.iter().find(|item| item.get("routeKey") == Some(&API.into()))?;
        api.get("authorizers")?.get(id)
    }

    /// The text with the stage's variables in it.
    pub(super) fn resolved(&self, stage: &str, text: &str) -> String {
        let is_stage = |items: &&StageItems| items.stage.get("stage") == Some(&stage.into());
        let variables = self.stages.iter().find(is_stage).and_then(|items| items.stage.get("stageVariables"));
        let text_of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let variables = variables.and_then(Value::as_object).into_iter().flatten();
        let variables = variables.map(|(name, value)| (name.clone(), text_of(value))).collect();
        resolve_stage_variables(text, &variables).unwrap_or_else(|_| text.to_owned())
    }
}

/// Lets an authorizer of tokens take those of the tests, whatever algorithm its issuer has.
fn sign_with(authorizer: &mut Value, jwks: &Value) {
    let kind = authorizer.get("type").and_then(Value::as_str).unwrap_or_default();
    let takes_tokens = ["JWT", "COGNITO_USER_POOLS"].iter().any(|known| known.eq_ignore_ascii_case(kind));
    if let Value::Object(members) = authorizer
        && takes_tokens
    {
        members.remove("jwksUri");
        members.remove("algorithms");
        members.insert("jwks".to_owned(), jwks.clone());
    }
}

/// The value that stands for a key in tests.
pub(super) fn value_of_key(id: &str) -> String {
    format!("value-of-the-test-key-{id}")
}

/// The value with each `$keys.ID` replaced by what stands for the key.
pub(super) fn with_keys(value: Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix(KEYS) {
            Some(id) => value_of_key(id).into(),
            None => text.into(),
        },
        Value::Array(values) => values.into_iter().map(with_keys).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, with_keys(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => json!(value),
    }
}
