//! The function of an item → the URI by which API Gateway invokes it.

use crate::api_import::openapi::{HERE, function_of};

/// The way in which a function's answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    Buffered,
    Streamed,
}

/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`. Of a name alone, API Gateway puts its own
/// region and account in.
pub fn invocation_uri(function: &str, transfer: Transfer) -> String {
    let arn = match function.starts_with("arn:") {
        true => function_of(function).map_or_else(|| function.to_owned(), |function| function.name),
        false => format!("{HERE}{function}"),
    };
    let region = arn.split(':').nth(3).filter(|_| !arn.starts_with(HERE)).unwrap_or("${AWS::Region}");
    let partition = arn.split(':').nth(1).unwrap_or("aws");
    let (version, end) = match transfer {
        Transfer::Buffered => ("2015-03-31", "invocations"),
        Transfer::Streamed => ("2021-11-15", "response-streaming-invocations"),
    };
    format!("arn:{partition}:apigateway:{region}:lambda:path/{version}/functions/{arn}/{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_invoked_by_its_arn_or_where_the_api_is() {
        let arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:orders:live";
        let table = [
            (
                arn,
                Transfer::Buffered,
                format!("arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/{arn}/invocations"),
            ),
            (
                "orders",
                Transfer::Streamed,
                "arn:aws:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/\
                 arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders/response-streaming-invocations"
                    .to_owned(),
            ),
        ];
        for (function, transfer, expected) in table {
            assert_eq!(invocation_uri(function, transfer), expected);
        }
    }
}
