//! What a template says of its own names: the defaults of parameters, and the names of functions.

use std::collections::BTreeMap;

use crate::api_import::source::Located;

/// Types whose default is the value itself. That of an SSM parameter is a name, that of a list no text.
const PLAIN: [&str; 2] = ["String", "Number"];

/// The values by the names that intrinsics use: `Limit`, `GetOrders`, `GetOrders.Arn`.
pub(super) fn read(template: Located<'_>) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    let parameters = template.get("Parameters").and_then(Located::members).into_iter().flatten();
    for parameter in parameters {
        let kind = parameter.value.get("Type").and_then(Located::text);
        let default = parameter.value.get("Default").and_then(Located::text);
        if let Some(default) = default
            && kind.is_some_and(|kind| PLAIN.contains(&kind))
        {
            known.insert(parameter.key.to_owned(), default.to_owned());
        }
    }
    let resources = template.get("Resources").and_then(Located::members).into_iter().flatten();
    for resource in resources {
        let is_function = resource.value.get("Type").and_then(Located::text) == Some("AWS::Lambda::Function");
        let name = resource.value.get("Properties").and_then(|properties| properties.get("FunctionName"));
        let name = name.filter(|name| name.tag().is_none()).and_then(Located::text);
        if let Some(name) = name
            && is_function
        {
            known.insert(resource.key.to_owned(), name.to_owned());
            known.insert(format!("{}.Arn", resource.key), name.to_owned());
        }
    }
    known
}
