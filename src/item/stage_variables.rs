//! `${stageVariables.x}` in what the operator wrote.

use std::collections::BTreeMap;

use crate::notation::{Notation, Part, STAGE_VARIABLES};

/// The stage's variables, by name.
pub type StageVariables = BTreeMap<String, String>;

/// Replaces every `${stageVariables.x}`.
///
/// # Errors
///
/// The first variable that the stage does not have.
pub fn resolve_stage_variables(text: &str, variables: &StageVariables) -> Result<String, String> {
    let parts = Notation::Rooted(&[STAGE_VARIABLES]).parts(text).into_iter();
    let resolved = parts.map(|part| match part {
        Part::Text(text) | Part::Stray(text) => Ok(text),
        Part::Word(word) => {
            let name = &word[STAGE_VARIABLES.prefix.len()..];
            variables.get(name).map(String::as_str).ok_or_else(|| name.to_owned())
        }
    });
    resolved.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_variables_are_replaced_and_an_unknown_one_is_named() {
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
