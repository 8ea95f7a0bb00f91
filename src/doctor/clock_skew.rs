//! The clock of this machine against AWS's, by the `Date` of an answer.

use std::time::{Duration, SystemTime};

use http::header::DATE;
use serde_json::json;

use super::finding::Finding;
use crate::aws::dynamodb::DynamoDb;

const SUBJECT: &str = "clock of this machine";
/// The header has whole seconds, and an answer takes a moment.
const TOLERATED: Duration = Duration::from_secs(5);

pub async fn examine(dynamodb: &DynamoDb, table: &str, now: SystemTime) -> Finding {
    let body = json!({ "TableName": table }).to_string().into_bytes();
    let response = match dynamodb.call_json("DescribeTable", body).await {
        Ok(response) => response,
        Err(error) => return Finding::not_told(SUBJECT, &error),
    };
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Finding::not_checked(SUBJECT, "the service does not say its time");
    };
    let (difference, word) = match now.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    match difference <= TOLERATED {
        true => Finding::good(SUBJECT, "as the service's"),
        false => {
            let seconds = difference.as_secs();
            let words = format!(
                "{seconds} s {word} the service's: from 5 minutes on AWS refuses what is signed here"
            );
            Finding::warning(SUBJECT, words)
        }
    }
}
