//! The requests of a file of `tollgate test`: what it expects, its keys and its callers are passed over.

use std::path::Path;

use super::SourceError;
use crate::{
    api_comparison::request::{WrittenHeader, WrittenRequest},
    api_test,
};

pub fn requests(path: &Path) -> Result<Vec<WrittenRequest>, SourceError> {
    let read = api_test::read(path)?;
    if let Some(problem) = read.problems.first() {
        let source = read.sources.of(problem.span);
        let line = source.position(problem.span.start).line;
        return Err(SourceError::Syntax { line, message: problem.message.clone() });
    }
    let mut requests = Vec::new();
    for test in &read.file.tests {
        for step in &test.steps {
            let source = read.sources.of(step.place);
            let line = source.position(step.place.start).line;
            let name = Path::new(&source.name).file_name().unwrap_or_default().to_string_lossy();
            let request = &step.request;
            let mark = if request.query.is_empty() { "" } else { "?" };
            let headers = request.headers.iter();
            let header =
                |(name, value): &(String, String)| WrittenHeader { name: name.clone(), value: value.clone() };
            requests.push(WrittenRequest {
                missing_query: Vec::new(),
                method: request.method.clone(),
                url: format!("{}{mark}{}", request.path, request.query),
                headers: headers.map(header).collect(),
                body: request.body.clone(),
                stage: None,
                source: format!("{name}:{line}"),
            });
        }
    }
    Ok(requests)
}
