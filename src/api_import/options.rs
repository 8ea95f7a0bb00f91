//! What an operator says of an import, besides the files.

use std::collections::BTreeMap;

use super::definition::ApiKind;

#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The stage that is written; of several stages the one that is taken.
    pub stage: Option<String>,
    pub kind: Option<ApiKind>,
    /// Of a template, by their names.
    pub parameters: BTreeMap<String, String>,
    pub base_path: BasePathMode,
    pub options_mocks: OptionsMocks,
}

/// What becomes of a base path (API Gateway's `basepath` of an import).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasePathMode {
    /// It is dropped.
    #[default]
    Ignore,
    /// It stands before every path.
    Prepend,
    /// The same without its first segment.
    Split,
}

/// What becomes of an `OPTIONS` mock that only answers preflights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptionsMocks {
    /// The path's routes get a `corsConfiguration`.
    #[default]
    BecomeCors,
    /// It stays a route.
    Stay,
}
