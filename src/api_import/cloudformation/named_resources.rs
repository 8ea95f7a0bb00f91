//! The resources and parameters that a value names, whatever calls stand around their names.

use std::collections::BTreeSet;

use crate::api_import::source::{Located, NodeContent};

/// Stands for what `Fn::ImportValue` names: nothing of the template has such a name.
const IMPORTED: &str = "Fn::ImportValue";

/// The names in a value: `Api` of `!Ref Api`, of `!GetAtt Api.RootResourceId` and of `!Sub "x-${Api}"`. Pseudo parameters
/// are none.
pub(super) fn names_within(value: Located<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(value, &mut names);
    names
}

fn collect(value: Located<'_>, names: &mut BTreeSet<String>) {
    if let Some(tag) = value.tag() {
        return of_call(tag.trim_start_matches('!').trim_start_matches("Fn::"), value, names);
    }
    collect_inside(value, names);
}

fn collect_inside(value: Located<'_>, names: &mut BTreeSet<String>) {
    match value.content() {
        NodeContent::Scalar { .. } => {}
        NodeContent::List(nodes) => nodes.iter().for_each(|node| collect(value.tree.at(*node), names)),
        NodeContent::Map(members) => {
            for member in members {
                of_call(member.key.trim_start_matches("Fn::"), value.tree.at(member.node), names);
            }
        }
    }
}

/// The names of a call with this argument; of a member that is no call, those in its value.
fn of_call(name: &str, argument: Located<'_>, names: &mut BTreeSet<String>) {
    let first = argument.elements().and_then(|mut elements| elements.next()).and_then(Located::text);
    let text = argument.text().or(first);
    match (name, text) {
        ("Ref" | "GetAtt", Some(text)) => insert(text, names),
        ("Sub", Some(text)) => {
            let own = argument.elements().and_then(|mut elements| elements.nth(1));
            let is_own = |name: &str| own.is_some_and(|own| own.get(name).is_some());
            for name in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
                if !name.starts_with('!') && !is_own(name) {
                    insert(name, names);
                }
            }
        }
        ("ImportValue", _) => insert(IMPORTED, names),
        _ => {}
    }
    match argument.tag() {
        // The call itself is what has the tag.
        Some(tag) if tag.trim_start_matches('!').trim_start_matches("Fn::") != name => {
            collect(argument, names)
        }
        Some(_) | None => collect_inside(argument, names),
    }
}

fn insert(name: &str, names: &mut BTreeSet<String>) {
    if !name.starts_with("AWS::") {
        names.insert(name.split('.').next().unwrap_or(name).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_import::source::{Tree, read_text};

    #[test]
    fn a_value_names_what_stands_in_its_calls() {
        #[rustfmt::skip]
        let table: [(&str, &[&str]); 14] = [
            ("!Ref Api", &["Api"]),
            ("{ Ref: Api }", &["Api"]),
            ("!GetAtt Api.RootResourceId", &["Api"]),
            ("{ 'Fn::GetAtt': [Web, Outputs.Id] }", &["Web"]),
            ("!GetAtt [Web, Outputs.Id]", &["Web"]),
            ("!Sub 'x-${Api}-${AWS::Region}-${!Other}'", &["Api"]),
            ("!Sub ['${A}${B}', { A: !Ref Api }]", &["Api", "B"]),
            ("!Select [1, !Split ['/', !Sub 'x/${Api}']]", &["Api"]),
            ("{ 'Fn::If': [Yes, { Ref: Api }, { 'Fn::Sub': '${Other.Arn}' }] }", &["Api", "Other"]),
            ("!Join ['', [a, !Ref Api, { Ref: Other }]]", &["Api", "Other"]),
            ("{ 'Fn::ImportValue': !Sub '${Env}-api' }", &["Env", "Fn::ImportValue"]),
            ("!ImportValue api", &["Fn::ImportValue"]),
            ("{ Ref: AWS::NoValue }", &[]),
            ("a1b2c3", &[]),
        ];
        for (text, expected) in table {
            let mut tree = Tree::default();
            let root = read_text(&mut tree, "value.yaml", text).unwrap();
            let names: Vec<String> = names_within(tree.at(root)).into_iter().collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
