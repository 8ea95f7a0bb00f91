//! AWS does not let the caller do it: in one line, who may not do what on what.

use super::call::{CallError, ServiceError};

const CODES: [&str; 4] =
    ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "UnauthorizedException"];

/// `denied: arn:aws:iam::1:user/ada may not do dynamodb:Scan on the table tollgate-stages`, or AWS's own words where they
/// are others; `None`: it is no denial.
pub fn denial(error: &CallError) -> Option<String> {
    let refused = error.service_error().filter(|refused| CODES.contains(&refused.code.as_str()))?;
    let ServiceError { code, message, .. } = refused;
    let as_it_is = || format!("denied: {code}: {message}").trim_end_matches([':', ' ']).to_owned();
    Some(parts(message).unwrap_or_else(as_it_is))
}

fn parts(message: &str) -> Option<String> {
    let (user, rest) = message.strip_prefix("User: ")?.split_once(" is not authorized to perform: ")?;
    let (action, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let resource = rest.strip_prefix("on resource: ").and_then(|rest| rest.split(' ').next());
    let on = resource.map(|resource| match resource.split_once(":table/") {
        Some((_, table)) => format!(" on the table {}", table.split('/').next().unwrap_or(table)),
        None => format!(" on {resource}"),
    });
    Some(format!("denied: {user} may not do {action}{}", on.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn who_may_not_do_what_on_what_is_told() {
        let table = [
            (
                "User: arn:aws:iam::111122223333:user/ada is not authorized to perform: dynamodb:Scan on resource: \
                 arn:aws:dynamodb:eu-west-1:111122223333:table/tollgate-stages because no identity-based policy allows \
                 the dynamodb:Scan action",
                Some(
                    "denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:Scan on the table tollgate-stages",
                ),
            ),
            (
                "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: lambda:GetPolicy on resource: \
                 arn:aws:lambda:eu-west-1:1:function:gateway with an explicit deny",
                Some(
                    "denied: arn:aws:sts::1:assumed-role/r/s may not do lambda:GetPolicy on \
                     arn:aws:lambda:eu-west-1:1:function:gateway",
                ),
            ),
            (
                "User: u is not authorized to perform: cloudformation:DescribeStacks",
                Some("denied: u may not do cloudformation:DescribeStacks"),
            ),
            ("No.", None),
        ];
        for (message, expected) in table {
            assert_eq!(parts(message).as_deref(), expected);
        }
    }
}
