//! The API keys and usage plans of a file, for whoever looks for the owner of a key. A file has no key's value, so that a
//! key is found by its id only.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use super::{ApiFile, FileItem};
use crate::{
    authorizers::{ApiKey, ApiKeys, ItemRead, ItemStore, KeyHash},
    limits::usage_plan::UsagePlan,
};

/// The keys and the plans of a file without problems.
#[derive(Clone, Debug, Default)]
pub struct FileKeys {
    keys: Arc<HashMap<String, Arc<ApiKey>>>,
    plans: Arc<HashMap<String, Arc<UsagePlan>>>,
}

impl FileKeys {
    pub fn of(api: &ApiFile) -> Self {
        let key = |item: &FileItem| {
            let key = ApiKey::parse("apiKeys", &item.to_item([("id", &item.name)])).value.ok()?;
            Some((item.name.clone(), Arc::new(key)))
        };
        let plan = |item: &FileItem| {
            let plan = UsagePlan::parse("usagePlans", &item.to_item([("usagePlanId", &item.name)]));
            Some((item.name.clone(), Arc::new(plan.value.ok()?)))
        };
        Self {
            keys: Arc::new(api.api_keys.iter().filter_map(key).collect()),
            plans: Arc::new(api.usage_plans.iter().filter_map(plan).collect()),
        }
    }

    /// The key with this id.
    pub fn key(&self, id: &str) -> Option<Arc<ApiKey>> {
        self.keys.get(id).cloned()
    }

    /// The owners of the keys.
    pub fn owners(&self) -> ApiKeys<Self> {
        ApiKeys::new(self.clone(), std::time::Duration::ZERO)
    }
}

impl ItemStore<ApiKey> for FileKeys {
    /// Nobody knows the value of any.
    async fn read(&self, _: &KeyHash, _: SystemTime) -> ItemRead<ApiKey> {
        Ok(None)
    }
}

impl ItemStore<UsagePlan> for FileKeys {
    async fn read(&self, id: &Arc<str>, _: SystemTime) -> ItemRead<UsagePlan> {
        Ok(self.plans.get(&**id).cloned().map(Ok))
    }
}
