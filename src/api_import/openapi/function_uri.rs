//! The URI of an integration → the function that it names.

/// A function as `AWS_PROXY` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUri {
    /// An ARN, or a name.
    pub name: String,
    pub transfer: Transfer,
}

/// The way in which a function's answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    Buffered,
    Streamed,
}

/// The beginning of the ARN of a function that is where the API is: API Gateway puts its region and account in.
pub const HERE: &str = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:";

/// The function within `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`, or the ARN itself.
pub fn function_of(uri: &str) -> Option<FunctionUri> {
    if !uri.starts_with("arn:") {
        return None;
    }
    if !uri.contains(":lambda:path/") {
        let is_function = uri.contains(":lambda:") && uri.contains(":function:");
        return is_function.then(|| FunctionUri { name: uri.to_owned(), transfer: Transfer::Buffered });
    }
    let (_, rest) = uri.split_once("/functions/")?;
    let (name, end) = rest.rsplit_once('/')?;
    let transfer = match end {
        "invocations" => Transfer::Buffered,
        "response-streaming-invocations" => Transfer::Streamed,
        _ => return None,
    };
    let name = name.strip_prefix(HERE).unwrap_or(name);
    Some(FunctionUri { name: name.to_owned(), transfer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_within_the_uri_of_api_gateway() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders:live";
        let around = |version: &str, end: &str| {
            format!("arn:aws:apigateway:eu-west-1:lambda:path/{version}/functions/{arn}/{end}")
        };
        let table = [
            (around("2015-03-31", "invocations"), Some((arn, Transfer::Buffered))),
            (around("2021-11-15", "response-streaming-invocations"), Some((arn, Transfer::Streamed))),
            (arn.to_owned(), Some((arn, Transfer::Buffered))),
            (around("2015-03-31", "other"), None),
            ("arn:aws:apigateway:eu-west-1:sqs:path/111122223333/orders".to_owned(), None),
            ("https://example.com".to_owned(), None),
        ];
        for (uri, expected) in table {
            let found = function_of(&uri);
            let found = found.as_ref().map(|function| (function.name.as_str(), function.transfer));
            assert_eq!(found, expected, "{uri}");
        }
    }
}
