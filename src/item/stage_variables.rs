//! `${stageVariables.x}` in what the operator wrote.

use std::collections::BTreeMap;

/// The stage's variables, by name.
pub type StageVariables = BTreeMap<String, String>;

/// Replaces every `${stageVariables.x}`, or names the first that the stage does not have.
pub fn resolve_stage_variables(text: &str, variables: &StageVariables) -> Result<String, String> {
    const OPEN: &str = "${stageVariables.";
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let Some(length) = rest[start + OPEN.len()..].find('}') else { break };
        let name = &rest[start + OPEN.len()..start + OPEN.len() + length];
        let Some(value) = variables.get(name) else { return Err(name.to_owned()) };
        resolved.push_str(&rest[..start]);
        resolved.push_str(value);
        rest = &rest[start + OPEN.len() + length + 1..];
    }
    resolved.push_str(rest);
    Ok(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_stage_variables_and_names_the_unknown() {
        let variables = StageVariables::from([("env".to_owned(), "dev".to_owned())]);
        let cases = [
            ("orders-${stageVariables.env}", Ok("orders-dev")),
            ("${stageVariables.env}${stageVariables.env}", Ok("devdev")),
            ("plain ${other}", Ok("plain ${other}")),
            ("${stageVariables.nope}", Err("nope")),
        ];
        for (text, expected) in cases {
            let resolved = resolve_stage_variables(text, &variables);
            assert_eq!(resolved.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
