//! The members of the tools by their names, and what is said of one that API Gateway does not have.

use super::{CONTEXT, INPUT, PARAMS, UTIL, util_tool::FUNCTIONS};
use crate::{
    item::nearest,
    template::velocity::{Place, ToolCall},
};

/// A member that nobody has: it prints nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMember {
    pub place: Place,
    /// What stands there.
    pub got: String,
    /// What should.
    pub expected: String,
}

const OF_INPUT: [&str; 4] = ["body", "json", "path", PARAMS];
const OF_PARAMS: [&str; 3] = ["path", "querystring", "header"];
const OF_REQUEST_OVERRIDE: [&str; 3] = ["path", "querystring", "header"];
const OF_RESPONSE_OVERRIDE: [&str; 2] = ["status", "header"];

const AUTHORIZER: &str = "authorizer";
const IDENTITY: &str = "identity";
const REQUEST_OVERRIDE: &str = "requestOverride";
const RESPONSE_OVERRIDE: &str = "responseOverride";

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>
const OF_CONTEXT: [&str; 24] = [
    "accountId",
    "apiId",
    AUTHORIZER,
    "awsEndpointRequestId",
    "deploymentId",
    "domainName",
    "domainPrefix",
    "error",
    "extendedRequestId",
    "httpMethod",
    IDENTITY,
    "isCanaryRequest",
    "path",
    "protocol",
    "requestId",
    REQUEST_OVERRIDE,
    "requestTime",
    "requestTimeEpoch",
    "resourceId",
    "resourcePath",
    RESPONSE_OVERRIDE,
    "stage",
    "wafResponseCode",
    "webaclArn",
];

const OF_IDENTITY: [&str; 17] = [
    "accessKey",
    "accountId",
    "apiKey",
    "apiKeyId",
    "caller",
    "clientCert",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "sourceIp",
    "user",
    "userAgent",
    "userArn",
    "vpcId",
    "vpceId",
];

/// The methods that every map has.
const OF_MAPS: [&str; 11] = [
    "",
    "containsKey",
    "containsValue",
    "entrySet",
    "get",
    "isEmpty",
    "keySet",
    "put",
    "size",
    "toString",
    "values",
];

/// `None`: its members are there, or nobody knows which are.
pub(super) fn unknown(call: &ToolCall<'_>) -> Option<UnknownMember> {
    let (parent, name, known): (String, &str, &[&str]) = match (call.tool, call.member, call.next) {
        (CONTEXT, "error", _) => return Some(of_gateway_responses(call)),
        (CONTEXT, IDENTITY, name) => (format!("{CONTEXT}.{IDENTITY}"), name, &OF_IDENTITY),
        (CONTEXT, REQUEST_OVERRIDE, name) => {
            (format!("{CONTEXT}.{REQUEST_OVERRIDE}"), name, &OF_REQUEST_OVERRIDE)
        }
        (CONTEXT, RESPONSE_OVERRIDE, name) => {
            (format!("{CONTEXT}.{RESPONSE_OVERRIDE}"), name, &OF_RESPONSE_OVERRIDE)
        }
        (CONTEXT, name, _) => (CONTEXT.to_owned(), name, &OF_CONTEXT),
        (INPUT, PARAMS, name) if call.literal.is_none() => (format!("{INPUT}.{PARAMS}()"), name, &OF_PARAMS),
        (INPUT, name, _) if !["", "getBody"].contains(&name) => (INPUT.to_owned(), name, &OF_INPUT),
        (UTIL, name, _) => (UTIL.to_owned(), name, &FUNCTIONS),
        _ => return None,
    };
    if known.contains(&name) || OF_MAPS.contains(&name) {
        return None;
    }
    let got = format!("${parent}.{name}, which prints nothing");
    let expected = match nearest(name, known) {
        Some(near) => format!("a member of ${parent}; did you mean ${parent}.{near}?"),
        None => format!("a member of ${parent}: {}", known.join(", ")),
    };
    Some(UnknownMember { place: call.place, got, expected })
}

/// A mapping template has no error to tell, on API Gateway neither.
fn of_gateway_responses(call: &ToolCall<'_>) -> UnknownMember {
    UnknownMember {
        place: call.place,
        got: format!("${CONTEXT}.error, which prints nothing in a mapping template"),
        expected: "it in gatewayResponses only, where there is an error to tell".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_member_that_nobody_has_is_told_with_the_one_that_was_meant() {
        use crate::template::mapping_template::MappingTemplate;
        let of_input = "a member of $input: body, json, path, params";
        let of_util = "a member of $util: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode";
        let cases = [
            ("$input.jsn('$')", "1:1 $input.jsn: a member of $input; did you mean $input.json?"),
            (
                "$util.escapeJavascript('x')",
                "1:1 $util.escapeJavascript: a member of $util; did you mean $util.escapeJavaScript?",
            ),
            ("$util.nothing()", &format!("1:1 $util.nothing: {of_util}")),
            ("$input.nothing", &format!("1:1 $input.nothing: {of_input}")),
            (
                "a\n ${context.requestID}",
                "2:2 $context.requestID: a member of $context; did you mean $context.requestId?",
            ),
            (
                "$context.identity.sourceIP",
                "1:1 $context.identity.sourceIP: a member of $context.identity; did you mean $context.identity.sourceIp?",
            ),
            (
                "#set($context.responseOverride.statusCode = 400)",
                "1:6 $context.responseOverride.statusCode: a member of $context.responseOverride: status, header",
            ),
            (
                "#set($context.requestOverride.headers.X = 'a')",
                "1:6 $context.requestOverride.headers: a member of $context.requestOverride; did you mean $context.requestOverride.header?",
            ),
            (
                "#set($a = $input.params().headers)",
                "1:11 $input.params().headers: a member of $input.params(); did you mean $input.params().header?",
            ),
            ("\"$input.bdy\"", "1:2 $input.bdy: a member of $input; did you mean $input.body?"),
            ("#set($a = \"x $input.bdy\")", "1:14 $input.bdy: a member of $input; did you mean $input.body?"),
            (
                "$context.error.message",
                "1:1 $context.error: it in gatewayResponses only, where there is an error to tell",
            ),
            // What API Gateway has, what nobody knows, what a backslash makes a text, and the template's own.
            (
                "$context $context.keySet() $context['a'] $context.get('stage') $input $input.params('x').y $input.params()",
                "",
            ),
            (
                "$context.authorizer.claims.any $stageVariables.any $any.thing $context.identity.clientCert.subjectDN",
                "",
            ),
            ("\\$input.jsn $esc.any $input.params().get('headers')", ""),
            ("#set($input = $input.path('$'))$input.name #foreach($util in [1])$util.x#end", ""),
            ("#macro(m $context)$context.x#end#define($esc)#end", ""),
        ];
        for (template, expected) in cases {
            let found = MappingTemplate::parse(template).unwrap().unknown_members();
            let line = |member: &super::UnknownMember| {
                let got = member.got.replace(" in a mapping template", "");
                let got = got.strip_suffix(", which prints nothing").unwrap();
                format!("{}:{} {got}: {}", member.place.line, member.place.column, member.expected)
            };
            assert_eq!(found.iter().map(line).collect::<Vec<_>>().join("\n"), expected, "{template}");
        }
    }
}
