//! The stage of a request, and the version of it that is told of.

use super::{AskedVersion, ExplainedCanary, ExplainedStage};
use crate::{context::StageVersion, deployment::ServedStage, message::Request};

/// The version that is told of: chance is not asked.
pub(super) fn version(stage: ServedStage<'_>, asked: AskedVersion, request: &Request) -> StageVersion {
    let Some(canary) = stage.canary else { return StageVersion::Own };
    match asked {
        AskedVersion::Canary => StageVersion::Canary(canary.settings.cache),
        AskedVersion::ByRequest => canary.settings.forced(request).unwrap_or(StageVersion::Own),
    }
}

pub(super) fn stage(request: &Request, stage: ServedStage<'_>) -> ExplainedStage {
    let canary = stage.canary.map(|canary| ExplainedCanary {
        deployment_id: canary.settings.deployment_id.clone(),
        percent: canary.settings.percent,
    });
    ExplainedStage {
        name: stage.settings.name.clone(),
        host: request.origin.domain_name.clone(),
        hosts: stage.settings.hosts.clone(),
        base_path: stage.settings.base_path.clone(),
        path: stage.path.to_owned(),
        deployment_id: stage.deployment_id.to_owned(),
        configuration: stage.configuration,
        version: stage.version,
        canary,
    }
}
