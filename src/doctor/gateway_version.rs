//! The versions of the gateway and of the tool. The gateway writes its own into the first line of each instance.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Services, finding::Finding};
use crate::{
    aws::{call::CallError, cloudwatch_logs::FilterLogEvents},
    clock::milliseconds,
};

const SUBJECT: &str = "gateway's version";
/// Instances live for hours.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3_600);
/// An answer may be empty and have more to come: a log is searched in parts.
const MOST_PARTS: usize = 20;
const OWN: &str = env!("CARGO_PKG_VERSION");

pub async fn of_the_log(services: &Services, log_group: Option<&str>, now: SystemTime) -> Vec<Finding> {
    let Some(log_group) = log_group else { return Vec::new() };
    let finding = match last_started(services, log_group, now).await {
        Ok(Some(version)) if version == OWN => Finding::good(SUBJECT, format!("{OWN}, as the tool's")),
        Ok(Some(version)) => {
            let words =
                format!("the gateway is {version}, and the tool is {OWN}: they may read items otherwise");
            Finding::warning(SUBJECT, words).mended_by("make deploy")
        }
        Ok(None) => Finding::not_checked(SUBJECT, "no instance has started within 24 hours"),
        Err(error) => Finding::not_told(SUBJECT, &error),
    };
    vec![finding]
}

/// The version that the last instance has told.
async fn last_started(
    services: &Services,
    log_group: &str,
    now: SystemTime,
) -> Result<Option<String>, CallError> {
    let mut request = FilterLogEvents {
        log_group_name: log_group.to_owned(),
        start_time: Some(milliseconds(now - LOOK_BACK)),
        filter_pattern: Some("{ $.gateway = * }".to_owned()),
        ..FilterLogEvents::default()
    };
    let mut last = None;
    for _ in 0..MOST_PARTS {
        let page = services.logs.filter(&request).await?;
        for event in &page.events {
            let line: Value = serde_json::from_str(&event.message).unwrap_or_default();
            last = line["gateway"].as_str().map(str::to_owned).or(last);
        }
        request.next_token = page.next_token;
        if request.next_token.is_none() {
            break;
        }
    }
    Ok(last)
}
