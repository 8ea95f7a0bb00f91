//! Whom an action is for, as the operator names it: a queue by its URL, a topic by its ARN, a stream by its name.

/// The form of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    QueueUrl,
    TopicArn,
    StateMachineArn,
    StreamName,
    /// An event bus by its name, or by its ARN where it is another account's.
    EventBus,
}

/// Said of a place that is the operator's alone to name, and that has a word of the request in it.
pub const NO_WORDS: &str = "a client must not choose it, so no word of the request may stand in it";

impl Destination {
    /// The words for a problem.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::QueueUrl => "a queue's URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            Self::TopicArn => "a topic's ARN such as arn:aws:sns:eu-west-1:111122223333:orders",
            Self::StateMachineArn => {
                "a state machine's ARN such as arn:aws:states:eu-west-1:111122223333:stateMachine:orders"
            }
            Self::StreamName => "a stream's name (1 to 128 letters, digits, . _ and -)",
            Self::EventBus => {
                "an event bus by its name, or by an ARN such as arn:aws:events:eu-west-1:111122223333:event-bus/orders"
            }
        }
    }

    /// The same, with what is wrong about a text that is none.
    pub fn expected_instead_of(self, text: &str) -> String {
        let expected = self.expected();
        let takes_no_arn = matches!(self, Self::QueueUrl | Self::StreamName);
        if text.contains('$') {
            return format!("{expected}; {NO_WORDS}");
        }
        let not_so = if takes_no_arn && text.starts_with("arn:") { ", not its ARN" } else { "" };
        format!("{expected}{not_so}")
    }

    /// True of a text that can be one.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::QueueUrl => is_queue_url(text),
            Self::TopicArn => resource_of(text, "sns").is_some_and(|name| !name.is_empty()),
            Self::StateMachineArn => {
                let name = resource_of(text, "states").and_then(|name| name.strip_prefix("stateMachine:"));
                name.is_some_and(|name| !name.is_empty())
            }
            Self::StreamName => is_name(text, 128, b"._-"),
            Self::EventBus => {
                let name = resource_of(text, "events").and_then(|name| name.strip_prefix("event-bus/"));
                is_name(name.unwrap_or(text), 256, b"/._-")
            }
        }
    }
}

fn is_queue_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let parts = rest.and_then(|rest| rest.split_once('/'));
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    parts.is_some_and(|(host, path)| is_plain(host) && is_plain(path) && !path.contains(['?', '#']))
}

/// `orders` of `arn:aws:sns:eu-west-1:111122223333:orders`.
fn resource_of<'a>(arn: &'a str, service: &str) -> Option<&'a str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, its_service, region, account, resource] = *parts else { return None };
    let is_one = partition.starts_with("aws") && its_service == service && !region.is_empty();
    let has_blank = arn.contains(|char: char| char.is_whitespace() || char.is_control());
    (is_one && !account.is_empty() && !has_blank).then_some(resource)
}

fn is_name(text: &str, most: usize, marks: &[u8]) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || marks.contains(&byte);
    (1..=most).contains(&text.len()) && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::Destination::{self, EventBus, QueueUrl, StateMachineArn, StreamName, TopicArn};

    #[test]
    fn a_destination_is_told_from_what_is_none() {
        let cases: [(Destination, &[&str], &[&str]); 5] = [
            (
                QueueUrl,
                &[
                    "https://sqs.eu-west-1.amazonaws.com/1/a.fifo",
                    "http://127.0.0.1:4566/1/a",
                    "https://queue.amazonaws.com.cn/1/a",
                ],
                &[
                    "",
                    "orders",
                    "arn:aws:sqs:eu-west-1:1:a",
                    "https://sqs",
                    "https://sqs/",
                    "https://sqs/1/a b",
                ],
            ),
            (
                TopicArn,
                &["arn:aws:sns:eu-west-1:1:a", "arn:aws-cn:sns:cn-north-1:1:a.fifo"],
                &["", "a", "arn:aws:sqs:eu-west-1:1:a", "arn:aws:sns:eu-west-1:1:", "arn:aws:sns::1:a"],
            ),
            (
                StateMachineArn,
                &[
                    "arn:aws:states:eu-west-1:1:stateMachine:a",
                    "arn:aws:states:eu-west-1:1:stateMachine:a:live",
                ],
                &[
                    "",
                    "a",
                    "arn:aws:states:eu-west-1:1:execution:a:b",
                    "arn:aws:states:eu-west-1:1:stateMachine:",
                ],
            ),
            (StreamName, &["clicks", "a.b_c-1"], &["", "a b", "arn:aws:kinesis:eu-west-1:1:stream/a"]),
            (
                EventBus,
                &["default", "aws.partner/example.com/1", "arn:aws:events:eu-west-1:1:event-bus/a"],
                &["", "a b", "arn:aws:events:eu-west-1:1:rule/a", "arn:aws:sns:eu-west-1:1:a"],
            ),
        ];
        for (destination, good, bad) in cases {
            for text in good {
                assert!(destination.fits(text), "{text}");
            }
            for text in bad {
                assert!(!destination.fits(text), "{text}");
            }
        }
    }
}
