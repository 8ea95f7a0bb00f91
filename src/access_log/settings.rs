//! The fields of a stage item that say what its access lines hold.

use super::{AccessLogFormat, logged_headers::LoggedHeaders, sampling::Sampling};
use crate::item::Fields;

/// A stage's wishes for its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessLogSettings {
    /// `accessLogFormat`: another line beside the gateway's own.
    pub(super) format: Option<AccessLogFormat>,
    pub(super) sampling: Sampling,
    pub(super) headers: LoggedHeaders,
}

impl AccessLogSettings {
    /// `None`: nothing is said there.
    pub fn parse(fields: &Fields<'_>) -> Option<Box<Self>> {
        let settings = Self {
            format: AccessLogFormat::parse(fields),
            sampling: Sampling::parse(fields),
            headers: LoggedHeaders::parse(fields),
        };
        (settings != Self::default()).then(|| Box::new(settings))
    }
}
