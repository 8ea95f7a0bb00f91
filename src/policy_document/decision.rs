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

/// The decision where the API may have a policy and the function of an authorizer has said something too: a denial of
/// either wins, else it is enough that one of them allows. `None` is an API without a policy, which allows nothing by that.
///
/// API Gateway's table A, for callers of the API's own account.
pub fn combine<'a>(of_api: Option<Decision<'a>>, of_function: Decision<'a>) -> Decision<'a> {
    use Decision::{Allow, ExplicitDeny, ImplicitDeny};
    match (of_api.unwrap_or(ImplicitDeny), of_function) {
        (denial @ ExplicitDeny(_), _) | (_, denial @ ExplicitDeny(_)) => denial,
        (Allow, _) | (_, Allow) => Allow,
        (ImplicitDeny, ImplicitDeny) => ImplicitDeny,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
