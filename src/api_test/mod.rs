//! Tests of an API: a file of requests with what is expected of them, run through the real gateway, offline.
//!
//! The gateway has a DynamoDB of its own in this process, and one server stands in for all that integrations ask: it
//! answers as the test says, and keeps what it was asked.

mod api_under_test;
mod difference;
mod query_answer;
mod reader;
mod stand_in;
mod stand_in_answers;
mod step_run;
mod test_callers;
mod test_file;
mod world;

pub use self::{
    api_under_test::ApiUnderTest,
    difference::Difference,
    reader::{ReadTests, read},
    step_run::FailedStep,
    test_file::{ApiTest, TestFile},
    world::{TestWorld, WorldError},
};
