//! What policies say of a request, and what comes of it where two of them say something.

/// What a document says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    Allow,
    /// A denial wins over everything that allows. It has the statement's name.
    ExplicitDeny(&'a str),
    /// No statement is about the request.
    ImplicitDeny,
}

/// The decision where the API may have a policy and the function of an authorizer, of the API's own account, has said
/// something too: a denial of either wins, else it is enough that one of them allows. `None` is an API without a policy,
/// which allows nothing by that.
///
/// API Gateway's table A:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html>
pub fn combine<'a>(of_api: Option<Decision<'a>>, of_function: Decision<'a>) -> Decision<'a> {
    use Decision::{Allow, ExplicitDeny, ImplicitDeny};
    match (of_api.unwrap_or(ImplicitDeny), of_function) {
        (denial @ ExplicitDeny(_), _) | (_, denial @ ExplicitDeny(_)) => denial,
        (Allow, _) | (_, Allow) => Allow,
        (ImplicitDeny, ImplicitDeny) => ImplicitDeny,
    }
}

/// The same where the function is another account's: a policy, where there is one, has to allow as well.
///
/// API Gateway's table B.
pub fn combine_across_accounts<'a>(of_api: Option<Decision<'a>>, of_function: Decision<'a>) -> Decision<'a> {
    use Decision::{Allow, ExplicitDeny, ImplicitDeny};
    match (of_api, of_function) {
        (Some(denial @ ExplicitDeny(_)), _) | (_, denial @ ExplicitDeny(_)) => denial,
        (None | Some(Allow), Allow) => Allow,
        (Some(ImplicitDeny), _) | (_, ImplicitDeny) => ImplicitDeny,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn across_accounts_both_have_to_allow() {
        use Decision::{Allow, ExplicitDeny, ImplicitDeny};
        let (of_api, of_function) = (ExplicitDeny("of the API"), ExplicitDeny("of the function"));
        let cases = [
            (None, Allow, Allow),
            (None, ImplicitDeny, ImplicitDeny),
            (None, of_function, of_function),
            (Some(Allow), Allow, Allow),
            (Some(Allow), ImplicitDeny, ImplicitDeny),
            (Some(Allow), of_function, of_function),
            (Some(ImplicitDeny), Allow, ImplicitDeny),
            (Some(ImplicitDeny), ImplicitDeny, ImplicitDeny),
            (Some(ImplicitDeny), of_function, of_function),
            (Some(of_api), Allow, of_api),
            (Some(of_api), ImplicitDeny, of_api),
            (Some(of_api), of_function, of_api),
        ];
        for (api, function, expected) in cases {
            assert_eq!(combine_across_accounts(api, function), expected, "{api:?} {function:?}");
        }
    }

    #[test]
    fn a_denial_of_either_wins_and_else_one_allowance_is_enough() {
        use Decision::{Allow, ExplicitDeny, ImplicitDeny};
        let (of_api, of_function) = (ExplicitDeny("of the API"), ExplicitDeny("of the function"));
        let cases = [
            (None, Allow, Allow),
            (None, ImplicitDeny, ImplicitDeny),
            (None, of_function, of_function),
            (Some(Allow), Allow, Allow),
            (Some(Allow), ImplicitDeny, Allow),
            (Some(Allow), of_function, of_function),
            (Some(ImplicitDeny), Allow, Allow),
            (Some(ImplicitDeny), ImplicitDeny, ImplicitDeny),
            (Some(ImplicitDeny), of_function, of_function),
            (Some(of_api), Allow, of_api),
            (Some(of_api), ImplicitDeny, of_api),
            (Some(of_api), of_function, of_api),
        ];
        for (api, function, expected) in cases {
            assert_eq!(combine(api, function), expected, "{api:?} {function:?}");
        }
    }
}
