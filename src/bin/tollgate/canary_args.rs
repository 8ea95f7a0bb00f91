//! The options of a canary: what `canarySettings` has beside the deployment and its share.

use serde_json::{Map, Value};
use tollgate::canary::Percent;

/// What `canarySettings` has beside the deployment and its share.
#[derive(clap::Args)]
#[group(skip)]
pub struct CanaryArgs {
    /// What keeps a client with one version: nothing, who calls, or its address.
    #[arg(long, value_enum)]
    sticky: Option<Sticky>,
    /// A header that chooses the version: always, or never.
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    /// Keep the canary's answers together with the stage's.
    #[arg(long)]
    use_stage_cache: bool,
    /// Switch the canary off when a larger share of its answers of a minute is 5xx.
    #[arg(long = "rollback-on-5xx", value_parser = percent, value_name = "PERCENT")]
    rollback_on_5xx: Option<Percent>,
    /// The least answers of a minute that prove that [default: 100].
    #[arg(long, value_name = "COUNT")]
    min_requests: Option<u64>,
}

/// What keeps a client with one version.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Sticky {
    None,
    Caller,
    Address,
}

/// Reads the share of an option.
///
/// # Errors
///
/// It is none, in words.
pub fn percent(text: &str) -> Result<Percent, String> {
    Percent::parse(&text.into()).ok_or_else(|| format!("expected {}", Percent::EXPECTED))
}

impl CanaryArgs {
    pub fn is_given(&self) -> bool {
        !self.named().is_empty()
    }

    /// The fields of `canarySettings` that the options say, and the share.
    pub fn fields(&self, percent: Percent) -> Map<String, Value> {
        let mut fields = self.named();
        fields.insert("percentTraffic".to_owned(), percent.to_json());
        fields
    }

    fn named(&self) -> Map<String, Value> {
        let sticky = self.sticky.map(|sticky| match sticky {
            Sticky::None => "NONE",
            Sticky::Caller => "CALLER",
            Sticky::Address => "ADDRESS",
        });
        let fields = [
            ("stickyBy", sticky.map(Value::from)),
            ("header", self.header.clone().map(Value::from)),
            ("useStageCache", self.use_stage_cache.then_some(Value::from(true))),
            ("rollbackOn5xxPercent", self.rollback_on_5xx.map(Percent::to_json)),
            ("minRequests", self.min_requests.map(Value::from)),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
