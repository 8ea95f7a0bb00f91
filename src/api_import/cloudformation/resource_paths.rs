//! The tree of `AWS::ApiGateway::Resource` → the path of each.

use std::collections::BTreeMap;

/// A part of a path, and the resource that it hangs on.
#[derive(Clone, Debug)]
pub(super) struct PathPart {
    pub parent: String,
    pub text: String,
}

/// The end of the name of an API's root: `Api.RootResourceId`.
const ROOT: &str = ".RootResourceId";

/// The path of a resource.
///
/// # Errors
///
/// The words for what is wrong: a parent that is not there, or parents in a circle.
pub(super) fn path_of(parts: &BTreeMap<String, PathPart>, resource: &str) -> Result<String, String> {
    let (mut texts, mut way) = (Vec::new(), vec![resource]);
    let mut at = resource;
    while !at.ends_with(ROOT) {
        let Some(part) = parts.get(at) else {
            return Err(format!("the resource {at} is not in this template"));
        };
        texts.push(part.text.as_str());
        at = &part.parent;
        if way.contains(&at) {
            way.push(at);
            return Err(format!("resources go in a circle: {}", way.join(" → ")));
        }
        way.push(at);
    }
    texts.reverse();
    Ok(format!("/{}", texts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_of_its_parents_or_says_what_is_wrong_with_them() {
        let part = |name: &str, parent: &str, text: &str| {
            (name.to_owned(), PathPart { parent: parent.to_owned(), text: text.to_owned() })
        };
        let parts = BTreeMap::from([
            part("Orders", "Api.RootResourceId", "orders"),
            part("Order", "Orders", "{id}"),
            part("Left", "Right", "left"),
            part("Right", "Left", "right"),
            part("Lost", "Elsewhere", "lost"),
        ]);
        let table = [
            ("Api.RootResourceId", Ok("/")),
            ("Orders", Ok("/orders")),
            ("Order", Ok("/orders/{id}")),
            ("Left", Err("resources go in a circle: Left → Right → Left")),
            ("Lost", Err("the resource Elsewhere is not in this template")),
        ];
        for (resource, expected) in table {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(path_of(&parts, resource), expected, "{resource}");
        }
    }
}
