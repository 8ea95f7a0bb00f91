//! Names that nobody is asked for: what only people read, what is left out, and what of an ARN does not count.

use super::source::Located;

/// Members that only people read, and those that are left out: nobody is asked for the names in them.
pub const UNASKED: [&str; 7] = [
    "title",
    "description",
    "summary",
    "operationId",
    "authorizerCredentials",
    "connectionId",
    "integrationTarget",
];

/// Types of integrations that are called with the gateway's own role, or without any: nobody is asked for theirs.
const WITHOUT_CREDENTIALS: [&str; 4] = ["aws_proxy", "http_proxy", "http", "mock"];

/// Of a URI around a function only the function is needed, so nobody is asked for the region before it.
pub fn function_within(template: &str) -> &str {
    let Some((_, behind)) = template.split_once(":lambda:path/") else { return template };
    let Some((_, behind)) = behind.split_once("/functions/") else { return template };
    behind.strip_suffix("/invocations").unwrap_or(template)
}

/// Says if an integration is called without the credentials that it names.
pub fn is_without_credentials(integration: Located<'_>) -> bool {
    let kind = integration.get("type").and_then(Located::text).unwrap_or_default();
    let is_named = WITHOUT_CREDENTIALS.iter().any(|named| named.eq_ignore_ascii_case(kind));
    is_named && integration.get("integrationSubtype").is_none()
}

/// Of the ARN of an API's resource only what stands behind the API's id counts, so nobody is asked for what is before it.
pub fn within_api(template: &str) -> String {
    let Some((_, behind)) = template.split_once(":execute-api:") else { return template.to_owned() };
    let mut colons = 0;
    let mut is_name = false;
    for (at, c) in behind.char_indices() {
        match c {
            '{' => is_name = true,
            '}' => is_name = false,
            ':' if !is_name => colons += 1,
            // A star in the id may stand for what follows too.
            '*' if colons == 2 => break,
            '/' if colons == 2 => return format!("execute-api:{}", &behind[at..]),
            _ => {}
        }
    }
    template.to_owned()
}
