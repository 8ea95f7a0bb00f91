//! The text of an intrinsic, with `${Name}` where a name stands: no name is looked up here.

use super::source::{Located, MOST_INPUT_BYTES};

/// One call makes no more, which is as much as a document may have.
pub const MOST_TEXT_BYTES: usize = MOST_INPUT_BYTES;

/// What stands for a literal `${` until all names are in their places.
pub const LITERAL: &str = "\u{e000}";

/// A text that has no names, whatever stands in it.
pub fn literal(text: &str) -> String {
    text.replace("${", LITERAL)
}

/// The name within an intrinsic that is nothing but a name: `Api` of `!Ref Api`.
pub fn name_of(node: Located<'_>) -> Option<String> {
    let template = template_of(node)?.ok()?;
    let name = template.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains("${")).then(|| name.to_owned())
}

/// An intrinsic of which there is no text, by its name.
#[derive(Clone, Debug)]
pub enum NoText {
    /// Only a template knows its value, or its arguments are wrong.
    Unread(String),
    TooLong(String),
}

/// The text of an intrinsic. `Err`: why there is none.
pub fn template_of(node: Located<'_>) -> Option<Result<String, NoText>> {
    if let Some(tag) = node.tag() {
        let name = tag.trim_start_matches('!');
        let name = if name == "Ref" { name.to_owned() } else { format!("Fn::{name}") };
        return Some(of_intrinsic(&name, node));
    }
    let mut members = node.members()?;
    let (only, others) = (members.next()?, members.next());
    let is_intrinsic = others.is_none() && (only.key == "Ref" || only.key.starts_with("Fn::"));
    is_intrinsic.then(|| of_intrinsic(only.key, only.value))
}

fn of_intrinsic(name: &str, value: Located<'_>) -> Result<String, NoText> {
    let unknown = || NoText::Unread(name.to_owned());
    match name {
        "Ref" => value.text().map(|name| format!("${{{name}}}")).ok_or_else(unknown),
        "Fn::ImportValue" => imported(value).map(|name| format!("${{{name}}}")).ok_or_else(unknown),
        "Fn::GetAtt" => {
            let parts = match value.elements() {
                Some(parts) => {
                    parts.map(Located::text).collect::<Option<Vec<_>>>().ok_or_else(unknown)?.join(".")
                }
                None => value.text().ok_or_else(unknown)?.to_owned(),
            };
            Ok(format!("${{{parts}}}"))
        }
        "Fn::Sub" => substituted(value),
        "Fn::Join" => {
            let mut parts = value.elements().ok_or_else(unknown)?;
            let separator = parts.next().and_then(Located::text).ok_or_else(unknown)?;
            joined(separator, parts.next().and_then(Located::elements).ok_or_else(unknown)?)
        }
        _ => Err(unknown()),
    }
}

/// `Fn::Join`: the texts of a list with a separator between them.
fn joined<'t>(separator: &str, list: impl Iterator<Item = Located<'t>>) -> Result<String, NoText> {
    let mut joined = String::new();
    for (at, node) in list.enumerate() {
        if at > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&part(node)?);
        if joined.len() > MOST_TEXT_BYTES {
            return Err(NoText::TooLong("Fn::Join".to_owned()));
        }
    }
    Ok(joined)
}

/// The text of a value, with `${Name}` where a name stands; `None`: it is none, or needs more than names.
pub fn text_with_names(node: Located<'_>) -> Option<String> {
    part(node).ok()
}

/// A part of a text: an intrinsic or a text.
fn part(node: Located<'_>) -> Result<String, NoText> {
    match template_of(node) {
        Some(template) => template,
        None => node.text().map(literal).ok_or_else(|| NoText::Unread("Fn::Join".to_owned())),
    }
}

/// `Fn::ImportValue`: a text, or an intrinsic that makes one.
fn imported(value: Located<'_>) -> Option<String> {
    if let Some(mut members) = value.members() {
        let (only, others) = (members.next()?, members.next());
        return others.is_none().then(|| of_intrinsic(only.key, only.value).ok())?;
    }
    match value.tag() {
        Some(tag) if tag != "!ImportValue" => template_of(value)?.ok(),
        Some(_) | None => value.text().map(str::to_owned),
    }
}

/// `Fn::Sub`: a text, or a list of it and of values for some of its names.
fn substituted(value: Located<'_>) -> Result<String, NoText> {
    const NAME: &str = "Fn::Sub";
    let unknown = || NoText::Unread(NAME.to_owned());
    let Some(mut parts) = value.elements() else {
        return Ok(value.text().ok_or_else(unknown)?.replace("${!", LITERAL));
    };
    let text = parts.next().and_then(Located::text).ok_or_else(unknown)?;
    let mut text = text.replace("${!", LITERAL);
    for member in parts.next().and_then(Located::members).ok_or_else(unknown)? {
        let value = match part(member.value) {
            Err(too_long @ NoText::TooLong(_)) => return Err(too_long),
            value => value.map_err(|_| unknown())?,
        };
        let name = format!("${{{}}}", member.key);
        if text.len() + text.matches(&name).count() * value.len() > MOST_TEXT_BYTES {
            return Err(NoText::TooLong(NAME.to_owned()));
        }
        text = text.replace(&name, &value);
    }
    Ok(text)
}
