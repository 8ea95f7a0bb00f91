//! `canarySettings` of a stage item, and the choice between the stage and its canary.

use http::HeaderName;
use serde_json::Value;

use super::{
    CanaryRollback, Percent, RollbackRule,
    caller::{add_address, add_caller},
};
use crate::{
    context::{CanaryCache, StageVersion},
    digest::Sha256,
    item::{Fields, StageVariables},
    message::Request,
};

/// A second deployment of a stage, and which requests it serves.
#[derive(Clone, Debug, PartialEq)]
pub struct CanarySettings {
    pub deployment_id: String,
    pub percent: Percent,
    /// The stage's, with `stageVariableOverrides` in their place.
    pub stage_variables: StageVariables,
    pub cache: CanaryCache,
    pub sticky_by: StickyBy,
    /// A request whose header says so gets the canary, or the stage, whatever the share is.
    pub header: Option<HeaderName>,
    /// `None`: it is not switched off by itself.
    pub rollback_rule: Option<RollbackRule>,
    /// The canary was switched off.
    pub rollback: Option<CanaryRollback>,
}

/// What keeps a client with one version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StickyBy {
    /// Nothing: each request is drawn.
    #[default]
    None,
    /// Who calls, as far as the request says it before any authorizer is asked.
    Caller,
    Address,
}

const MOST_REQUESTS: u64 = 1_000_000_000;
const DEFAULT_MIN_REQUESTS: u64 = 100;
/// DynamoDB takes no longer key of a deployment.
const MOST_ID_BYTES: usize = 1_000;

impl StickyBy {
    pub const WORDS: [(&str, Self); 3] =
        [("NONE", Self::None), ("CALLER", Self::Caller), ("ADDRESS", Self::Address)];
}

impl CanarySettings {
    /// Reads `canarySettings` of a stage item; `None`: there is none, or something in it is wrong, and it is off.
    pub fn parse(stage: &Fields<'_>, stage_variables: &StageVariables) -> Option<Self> {
        let rollback = stage.value("canaryRollback");
        stage.value("canarySettings")?;
        let fields = stage.object("canarySettings")?;
        let deployment_id = fields.parsed("deploymentId", "the id of a deployment", deployment_id);
        let deployment_id = fields.require("deploymentId", deployment_id, "the id of a deployment");
        let percent = |name| fields.parsed(name, Percent::EXPECTED, Percent::parse);
        let percent_traffic = fields.read_or("percentTraffic", Percent::default(), percent);
        let overrides =
            fields.read_or("stageVariableOverrides", StageVariables::new(), |name| fields.string_map(name));
        let uses_stage_cache = fields.read_or("useStageCache", false, |name| fields.boolean(name));
        let sticky_by =
            fields.read_or("stickyBy", StickyBy::None, |name| fields.choice(name, &StickyBy::WORDS));
        let header = fields.read_or("header", None, |name| {
            fields.parsed(name, "the name of a header", header_name).map(Some)
        });
        let rollback_percent = fields.read_or("rollbackOn5xxPercent", None, |name| percent(name).map(Some));
        let min_requests = fields
            .read_or("minRequests", DEFAULT_MIN_REQUESTS, |name| fields.integer(name, 1..=MOST_REQUESTS));
        fields.finish();
        let (deployment_id, min_requests) = (deployment_id?, min_requests?);
        let mut variables = stage_variables.clone();
        variables.extend(overrides?);
        Some(Self {
            percent: percent_traffic?,
            stage_variables: variables,
            cache: if uses_stage_cache? { CanaryCache::OfStage } else { CanaryCache::Own },
            sticky_by: sticky_by?,
            header: header?,
            rollback_rule: rollback_percent?.map(|percent| RollbackRule { percent, min_requests }),
            rollback: rollback.and_then(|value| CanaryRollback::read(value, &deployment_id)),
            deployment_id,
        })
    }

    /// Chooses the version of the stage that serves a request. `draw` is asked where chance decides.
    pub fn choose(&self, request: &Request, draw: impl FnOnce() -> u64) -> StageVersion {
        self.forced(request).unwrap_or_else(|| {
            let is_canarys = self.percent.takes(match self.sticky_by {
                StickyBy::None => draw(),
                StickyBy::Caller => self.sticky_draw(request, add_caller),
                StickyBy::Address => self.sticky_draw(request, add_address),
            });
            if is_canarys { StageVersion::Canary(self.cache) } else { StageVersion::Own }
        })
    }

    /// The version that a request chooses by the header; `None`: it says nothing that counts.
    pub fn forced(&self, request: &Request) -> Option<StageVersion> {
        let value = request.headers.get(self.header.as_ref()?)?.to_str().ok()?.trim();
        let is_one_of = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
        match (is_one_of(["always", "true", "1"]), is_one_of(["never", "false", "0"])) {
            (true, _) => Some(StageVersion::Canary(self.cache)),
            (false, true) => Some(StageVersion::Own),
            (false, false) => None,
        }
    }

    /// The same number for the same client, as long as the canary's deployment is the same; whatever the share is, so that
    /// a larger one keeps those that it has.
    fn sticky_draw(&self, request: &Request, add: fn(&mut Sha256, &Request)) -> u64 {
        let mut digest = Sha256::default();
        digest.add_framed(&self.deployment_id);
        add(&mut digest, request);
        let [a, b, c, d, e, f, g, h, ..] = digest.finish();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

fn deployment_id(value: &Value) -> Option<String> {
    let id = value.as_str()?.trim();
    (1..=MOST_ID_BYTES).contains(&id.len()).then(|| id.to_owned())
}

fn header_name(value: &Value) -> Option<HeaderName> {
    HeaderName::from_bytes(value.as_str()?.trim().as_bytes()).ok()
}
