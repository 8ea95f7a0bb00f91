//! A publication: the occasion on which a stage's items are published, and what its history tells of it.

use std::time::SystemTime;

use crate::{
    clock::milliseconds,
    store::{AutoDeploy, MoveKind, MoveOrigin, PointerMove},
};

/// The occasion of publishing a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication<'a> {
    pub trigger: Trigger,
    pub kind: MoveKind,
    pub auto_deploy: AutoDeploy,
    pub origin: Origin<'a>,
}

/// When, by whom and why a stage is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    pub at: SystemTime,
    pub by: &'a str,
    pub message: &'a str,
}

/// Says which stages follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An item was edited, or an instance found a stage without a deployment: only stages with `autoDeploy` follow.
    Edit,
    /// An operator asks.
    Request,
}

/// The purpose of a decision about a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishPurpose<'a> {
    Publish(Publication<'a>),
    /// To show the operator all problems, and to change nothing.
    Check,
    /// To update the stage's status into its item. Nothing that is served changes.
    Status,
}

impl Publication<'static> {
    /// The publication of an edit, by the gateway.
    pub fn of_edit(at: SystemTime) -> Self {
        Self {
            trigger: Trigger::Edit,
            kind: MoveKind::AutoDeploy,
            auto_deploy: AutoDeploy::Keep,
            origin: Origin { at, by: "autoDeploy", message: "" },
        }
    }
}

impl<'a> Publication<'a> {
    /// The publication that an operator asks for.
    pub fn on_request(origin: Origin<'a>) -> Self {
        Self { trigger: Trigger::Request, kind: MoveKind::Deploy, auto_deploy: AutoDeploy::Keep, origin }
    }
}

impl<'a> PublishPurpose<'a> {
    pub fn publication(self) -> Option<Publication<'a>> {
        match self {
            Self::Publish(publication) => Some(publication),
            Self::Check | Self::Status => None,
        }
    }

    pub fn is_edit(self) -> bool {
        self.publication().is_some_and(|publication| publication.trigger == Trigger::Edit)
    }

    pub fn is_request(self) -> bool {
        self.publication().is_some_and(|publication| publication.trigger == Trigger::Request)
    }

    pub fn auto_deploy(self) -> AutoDeploy {
        self.publication().map_or(AutoDeploy::Keep, |publication| publication.auto_deploy)
    }

    /// The record of a move to a deployment; `None`: this moves no stage to what it does not serve.
    pub fn moved(self, deployment_id: &str, routes: usize) -> Option<PointerMove> {
        let Publication { kind, origin, .. } = self.publication()?;
        let deployment_id = deployment_id.to_owned();
        Some(PointerMove { deployment_id, routes, kind, origin: origin.into() })
    }
}

impl From<Origin<'_>> for MoveOrigin {
    fn from(Origin { at, by, message }: Origin<'_>) -> Self {
        Self { at_ms: milliseconds(at), by: by.to_owned(), message: message.to_owned() }
    }
}
