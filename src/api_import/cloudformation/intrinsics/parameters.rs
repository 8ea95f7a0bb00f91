//! The parameters of a template: their defaults, and the values of `--parameter`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api_import::{report::Ledger, source::Located};

/// Types whose default is the value itself. That of an SSM parameter is a name.
const PLAIN: [&str; 3] = ["String", "Number", "CommaDelimitedList"];

/// The parameters whose values are known, and those that are lists.
#[derive(Debug, Default)]
pub struct Parameters {
    /// A list is its elements with commas between them.
    pub values: BTreeMap<String, String>,
    lists: BTreeSet<String>,
}

impl Parameters {
    /// The parameters of a template; a value that is given counts before a default. `by` says what gives it.
    pub fn read(
        ledger: &mut Ledger,
        template: Located<'_>,
        (by, given): (&str, &BTreeMap<String, String>),
    ) -> Self {
        let mut parameters = Self::default();
        let section = template.get("Parameters");
        for name in given.keys().filter(|name| section.and_then(|section| section.get(name)).is_none()) {
            let words = format!("{by} {name}: the template has no parameter of this name");
            ledger.error_at(section.unwrap_or(template).span(), words);
        }
        for parameter in section.and_then(Located::members).into_iter().flatten() {
            let name = parameter.key;
            let kind = parameter.value.get("Type").and_then(Located::text).unwrap_or_default();
            let is_list = is_list(kind);
            ledger.has_name(name);
            if is_list {
                parameters.lists.insert(name.to_owned());
            }
            let default = parameter.value.get("Default").and_then(Located::text);
            let default = default.filter(|_| PLAIN.contains(&kind) || kind.starts_with("List<"));
            if let Some(value) = given.get(name) {
                let values =
                    if is_list { value.split(',').map(str::trim).collect() } else { vec![&value[..]] };
                check(ledger, parameter.value, &format!("{by} {name}"), &values);
            }
            if let Some(value) = given.get(name).map(String::as_str).or(default) {
                parameters.values.insert(name.to_owned(), value.to_owned());
            }
        }
        parameters
    }

    pub fn is_list(&self, name: &str) -> bool {
        self.lists.contains(name)
    }
}

/// True of a type of lists, also of those that SSM keeps.
fn is_list(kind: &str) -> bool {
    let of_ssm = kind.strip_prefix("AWS::SSM::Parameter::Value<").and_then(|kind| kind.strip_suffix('>'));
    let kind = of_ssm.unwrap_or(kind);
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// A value that is given has to be one of `AllowedValues`.
fn check(ledger: &mut Ledger, parameter: Located<'_>, name: &str, values: &[&str]) {
    let Some(allowed) = parameter.get("AllowedValues").and_then(Located::elements) else { return };
    let allowed: Vec<&str> = allowed.filter_map(Located::text).collect();
    for value in values.iter().filter(|value| !allowed.contains(value)) {
        let words = format!("{name}: got {value:?}, expected one of {}", allowed.join(", "));
        ledger.error_at(parameter.span(), words);
    }
}
