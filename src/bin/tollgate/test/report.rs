//! What came of tests, with the places of what failed.

use tollgate::api_file::{Sources, Span};
use tollgate::api_test::{ApiTest, Difference, FailedStep};

/// The tests of one file.
pub struct FileReport {
    pub path: String,
    pub tests: Vec<TestReport>,
}

/// One test; it passed if no step failed.
pub struct TestReport {
    pub name: String,
    /// `tests/orders.yaml:14`
    pub place: Place,
    pub steps: usize,
    pub failed: Vec<StepReport>,
}

/// A step that failed.
pub struct StepReport {
    /// Counted from 1.
    pub number: usize,
    pub place: Place,
    pub request: String,
    pub differences: Vec<DifferenceReport>,
}

/// A difference, and where its expectation is written.
pub struct DifferenceReport {
    pub what: String,
    pub place: Place,
    pub expected: String,
    pub got: String,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl TestReport {
    pub fn new(sources: &Sources, test: &ApiTest, failed: Vec<FailedStep>) -> Self {
        let place = |span: Span| {
            let source = sources.of(span);
            Place { file: source.name.clone(), line: source.position(span.start).line }
        };
        let difference = |Difference { what, place: span, expected, got }| DifferenceReport {
            what,
            place: place(span),
            expected,
            got,
        };
        let step = |FailedStep { number, place: span, request, differences }: FailedStep| StepReport {
            number,
            place: place(span),
            request,
            differences: differences.into_iter().map(difference).collect(),
        };
        Self {
            name: test.name.clone(),
            place: place(test.place),
            steps: test.steps.len(),
            failed: failed.into_iter().map(step).collect(),
        }
    }
}
