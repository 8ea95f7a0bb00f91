//! Authorizers of the type `AWS_IAM`: the caller is who has signed the request. AWS has checked the signature before the
//! gateway gets it, where the function URL asks for one; `allow` says which of those that AWS lets in may call.

use std::sync::Arc;

use serde_json::Value;

use super::{
    explained::{CheckedRule, ExplainedAuthorizer, Verdict},
    method_arn::MethodArns,
};
use crate::{
    caller::{IamPrincipal, Principal},
    context::Context,
    error::GatewayError,
    item::{Fields, brief},
    policy_document::{Signer, Wildcard},
};

/// Lets in callers by their ARNs.
#[derive(Debug, Default)]
pub struct IamAuthorizer {
    /// `None`: whoever AWS has let in.
    allow: Option<Vec<Wildcard>>,
}

const ALLOW: &str = "allow";

impl IamAuthorizer {
    /// Reads an authorizer; what is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        if fields.value(ALLOW).is_none() {
            return Some(Self::default());
        }
        let patterns = fields.strings(ALLOW)?;
        if patterns.is_empty() {
            fields.problem(ALLOW, "[]", "the ARNs of some callers: nobody could call");
            return None;
        }
        let parsed: Vec<_> = patterns.into_iter().map(|pattern| parse_pattern(fields, pattern)).collect();
        Some(Self { allow: Some(parsed.into_iter().collect::<Option<_>>()?) })
    }

    /// Finds the caller in what AWS has said of the signature.
    ///
    /// # Errors
    ///
    /// Nobody has signed the request, or who has is not on the list.
    pub fn authorize(
        &self,
        context: &Context<'_>,
        arns: &MethodArns,
    ) -> Result<Arc<Principal>, GatewayError> {
        let iam = context.request.origin.iam.as_deref().ok_or(GatewayError::NotSigned)?;
        if !self.lets_in(&iam.user_arn) {
            let (user, resource) = (iam.user_arn.clone(), arns.masked(context));
            return Err(GatewayError::CallerNotAllowed { user, resource });
        }
        Ok(Arc::new(Principal::Iam(IamPrincipal::new(iam.clone()))))
    }

    /// What is asked for, for the operator: only AWS knows who has signed.
    pub fn explain(&self) -> ExplainedAuthorizer {
        let callers = match self.allow {
            Some(_) => "one of those that allow lists",
            None => "whoever AWS lets in",
        };
        let rules = vec![
            CheckedRule::not_checked("signature", "one of AWS Signature Version 4"),
            CheckedRule::not_checked(ALLOW, callers),
        ];
        let verdict = Verdict::Asks("AWS".to_owned());
        ExplainedAuthorizer { rules, claim_names: Vec::new(), verdict }
    }

    fn lets_in(&self, user_arn: &str) -> bool {
        let Some(allow) = &self.allow else { return true };
        let role = Signer::of_arn(user_arn).and_then(|signer| signer.role_arn());
        let is_one = |pattern: &Wildcard| {
            pattern.matches(user_arn) || role.as_deref().is_some_and(|role| pattern.matches(role))
        };
        allow.iter().any(is_one)
    }
}

fn parse_pattern(fields: &Fields<'_>, written: String) -> Option<Wildcard> {
    let wrong = |expected: &str| fields.problem(ALLOW, &brief(&Value::from(written.as_str())), expected);
    let pattern = fields.resolve(ALLOW, &written)?;
    if !(pattern.starts_with("arn:") || pattern == "*") {
        wrong(
            "ARNs of IAM users and roles, with * for any text, such as arn:aws:iam::111122223333:role/staff-*",
        );
        return None;
    }
    let role = pattern.split_once(":role/").map(|(_, role)| role);
    if role.is_some_and(|role| role.contains('/')) {
        wrong(
            "a role without its path: AWS does not say the path of who has assumed it, and no two roles of an account have one name",
        );
        return None;
    }
    Wildcard::of_text(&pattern).map_err(wrong).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        message::IamIdentity,
        testing::{TestRequest, read},
    };

    const ADA: &str = "arn:aws:iam::111122223333:user/people/ada";
    const STAFF: &str = "arn:aws:sts::111122223333:assumed-role/staff/ada@example.com";

    fn parse(json: &Value) -> (Option<IamAuthorizer>, Vec<String>) {
        read(json, |fields| {
            let authorizer = IamAuthorizer::parse(&fields);
            fields.finish();
            authorizer
        })
    }

    #[test]
    fn a_caller_is_let_in_by_its_own_arn_or_that_of_its_role() {
        let cases: [(&[&str], &str, bool); 16] = [
            (&["*"], ADA, true),
            (&[ADA], ADA, true),
            (&["arn:aws:iam::111122223333:user/people/*"], ADA, true),
            (&["arn:aws:iam::111122223333:user/ada"], ADA, false),
            (&["arn:aws:iam::111122223333:*"], ADA, true),
            (&["arn:aws:iam::111122223333:*"], STAFF, true),
            (&["arn:aws:iam::999999999999:*"], STAFF, false),
            (&["arn:aws:iam::111122223333:role/staff"], STAFF, true),
            (&["arn:aws:iam::111122223333:role/st*"], STAFF, true),
            (&["arn:aws:iam::111122223333:role/sta"], STAFF, false),
            (&["arn:aws:iam::111122223333:role/ada@example.com"], STAFF, false),
            (&["arn:aws:iam::111122223333:user/staff"], STAFF, false),
            (&["arn:aws:sts::111122223333:assumed-role/staff/ada@example.com"], STAFF, true),
            (&["arn:aws:sts::111122223333:assumed-role/staff/bob"], STAFF, false),
            (&["arn:aws:iam::1:user/x", "arn:aws:iam::111122223333:role/staf?"], STAFF, true),
            (&["arn:aws:iam::111122223333:role/STAFF"], STAFF, false),
        ];
        for (allow, arn, expected) in cases {
            let (authorizer, problems) = parse(&json!({ "allow": allow }));
            assert_eq!(problems, [""; 0]);
            assert_eq!(authorizer.unwrap().lets_in(arn), expected, "{allow:?} {arn}");
        }
        assert!(IamAuthorizer::default().lets_in(STAFF));
    }

    #[test]
    fn a_pattern_that_nobody_could_have_is_a_problem() {
        let path = "a role without its path: AWS does not say the path of who has assumed it, and no two roles of an account have one name";
        let arns = "ARNs of IAM users and roles, with * for any text, such as arn:aws:iam::111122223333:role/staff-*";
        let cases = [
            (json!([]), "allow: got [], expected the ARNs of some callers: nobody could call".to_owned()),
            (json!(["111122223333"]), format!(r#"allow: got "111122223333", expected {arns}"#)),
            (
                json!(["arn:aws:iam::111122223333:role/team/staff"]),
                format!(r#"allow: got "arn:aws:iam::111122223333:role/team/staff", expected {path}"#),
            ),
        ];
        for (allow, expected) in cases {
            let (authorizer, problems) = parse(&json!({ "allow": allow }));
            assert!(authorizer.is_none());
            assert_eq!(problems, [expected]);
        }
    }

    #[test]
    fn a_refusal_names_the_caller_and_the_route_as_iam_does() {
        let (authorizer, _) = parse(&json!({ "allow": [STAFF] }));
        let authorizer = authorizer.unwrap();
        let arns = MethodArns::new("eu-west-1");
        let mut world = TestRequest::new("");
        assert_eq!(
            authorizer.authorize(&world.context(), &arns).unwrap_err().to_string(),
            "nobody has signed the request"
        );
        world.request.origin.iam =
            Some(Box::new(IamIdentity { user_arn: ADA.to_owned(), ..IamIdentity::default() }));
        world.request.origin.account_id = "444455556666".to_owned();
        world.request.origin.api_id = "abc".to_owned();
        let refused = authorizer.authorize(&world.context(), &arns).unwrap_err().refusal();
        let expected = format!(
            "User: {ADA} is not authorized to perform: execute-api:Invoke on resource: \
             arn:aws:execute-api:eu-west-1:********6666:abc/v1/GET/orders/7"
        );
        assert_eq!(refused.message, expected);
        world.request.origin.iam =
            Some(Box::new(IamIdentity { user_arn: STAFF.to_owned(), ..IamIdentity::default() }));
        assert_eq!(authorizer.authorize(&world.context(), &arns).unwrap().id(), Some(STAFF));
    }
}
