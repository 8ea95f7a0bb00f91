//! Two APIs compared: each request goes to both sides, and their answers are held against each other.
//!
//! Files (`sources`) say the requests, a selection leaves out what must not be sent, rules say what may differ. Nothing
//! that was given as a secret is shown.

mod answer;
mod asking;
mod difference;
mod json_difference;
mod left_out;
mod report;
mod request;
mod route_names;
mod rules;
mod run;
mod secret_forms;
mod secrets;
mod selection;
mod side;
mod sources;
mod text_difference;

pub use self::{
    answer::{Answer, Excerpt},
    asking::{Asker, NoAnswer},
    difference::Difference,
    left_out::{LeftOut, LeftOutReason, Tally},
    report::{ComparedRoute, ComparisonReport, Exchange, SeenAnswer, SeenHeader, SeenSide},
    request::{ComparedRequest, WrittenHeader, WrittenRequest},
    route_names::RouteNames,
    rules::{ReadRules, Rules},
    run::{Comparison, Pace, compare_all},
    secrets::Secrets,
    selection::{FileCredentials, Origin, Selected, SelectedMethods, Selection},
    side::{BaseUrl, Side},
    sources::{ReadSource, SourceError, SourceKind, Values, document_routes, plain_request, read_source},
};
