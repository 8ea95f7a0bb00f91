//! Names that only a deployment knows: intrinsics of templates, and `${…}` of Terraform and of hand-written documents.
//!
//! A value that is one becomes a text with the answers of `--map` in it; each name without an answer is a question. This is
//! for documents that are imported without their template: with it, the template's own reader knows more.

use std::collections::BTreeMap;

pub use super::intrinsic_text::{literal, name_of, text_with_names};
use super::{
    intrinsic_text::{LITERAL, MOST_TEXT_BYTES, NoText, template_of},
    report::{Ledger, Question},
    source::{MOST_MADE_BYTES, Member, NodeContent, NodeId, Tree},
    unasked_names::{UNASKED, function_within, is_without_credentials, within_api},
};

/// Members whose texts may hold `${…}` without an intrinsic around them. In templates and bodies that is another language.
const WITH_NAMES: [&str; 7] =
    ["uri", "authorizerUri", "credentials", "providerARNs", "issuer", "audience", "vpcEndpointIds"];

/// Members of a policy that may be ARNs of an API's resources.
const RESOURCES: [&str; 2] = ["Resource", "NotResource"];

/// The document with its names in their places: the same root where it has none.
pub fn resolved(tree: &mut Tree, ledger: &mut Ledger, root: NodeId) -> NodeId {
    NameResolver { tree, ledger, known: None, depth: 0, unknown: UnknownName::IsAsked }.node(root, "")
}

/// A value of a template, which becomes the member `key` of a document. An answer counts before what the template says of a
/// name: a default may be overridden. What it says may have names itself.
pub fn resolved_in_template(
    tree: &mut Tree,
    ledger: &mut Ledger,
    (key, node): (&str, NodeId),
    known: &BTreeMap<String, String>,
) -> NodeId {
    NameResolver { tree, ledger, known: Some(known), depth: 0, unknown: UnknownName::IsAsked }.node(node, key)
}

struct NameResolver<'a> {
    tree: &'a mut Tree,
    ledger: &'a mut Ledger,
    /// What a template says of its names; `None`: there is no template.
    known: Option<&'a BTreeMap<String, String>>,
    /// How many values that have names it is in.
    depth: usize,
    unknown: UnknownName,
}

/// What becomes of a name that nothing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnknownName {
    /// It is a question.
    IsAsked,
    /// It stays in its text as it is written: nothing but a comment or a description has it.
    Stays,
}

/// What a name counts for besides its value.
const BYTES_OF_NAME: usize = 64;

/// The beginning of a dynamic reference: `{{resolve:ssm:/name:1}}`.
const REFERENCE: &str = "{{resolve:";

/// A value with names whose values have names, and so on: no more than so often.
const MOST_DEPTH: usize = 10;

impl NameResolver<'_> {
    fn node(&mut self, id: NodeId, key: &str) -> NodeId {
        if UNASKED.contains(&key)
            && self.unknown == UnknownName::IsAsked
            && template_of(self.tree.at(id)).is_some()
        {
            return self.unasked(id, key);
        }
        if let Some(template) = template_of(self.tree.at(id)) {
            self.claim_inside(id);
            return match template {
                Ok(template) if RESOURCES.contains(&key) => self.text(id, &within_api(&template)),
                Ok(template) => self.text(id, &template),
                Err(no_text) => {
                    self.refuse(id, no_text);
                    id
                }
            };
        }
        match self.tree.node(id).content.clone() {
            NodeContent::Scalar { text, .. }
                if self.known.is_none() && WITH_NAMES.contains(&key) && text.contains("${") =>
            {
                self.text(id, &text)
            }
            NodeContent::Scalar { text, .. } if self.asks_for_references(&text) => {
                let text = self.with_references(id, text);
                self.tree.derive_text(id, text)
            }
            NodeContent::Scalar { .. } => id,
            NodeContent::List(nodes) => {
                let resolved: Vec<NodeId> = nodes.iter().map(|node| self.node(*node, key)).collect();
                if resolved == nodes { id } else { self.tree.derive(id, NodeContent::List(resolved)) }
            }
            NodeContent::Map(mut members) => {
                self.refuse_beside_others(&members);
                let mut has_changed = false;
                let needs_no_credentials = is_without_credentials(self.tree.at(id));
                for member in &mut members {
                    let is_unasked = member.key == "credentials" && needs_no_credentials;
                    let resolved = match is_unasked {
                        true => self.unasked(member.node, &member.key.clone()),
                        false => self.node(member.node, &member.key.clone()),
                    };
                    has_changed |= resolved != member.node;
                    member.node = resolved;
                }
                if has_changed { self.tree.derive(id, NodeContent::Map(members)) } else { id }
            }
        }
    }

    /// An intrinsic is the only member of its map. What one beside others holds would be lost.
    fn refuse_beside_others(&mut self, members: &[Member]) {
        for Member { key, node, .. } in members.iter().filter(|member| member.key.starts_with("Fn::")) {
            let words = format!("{key} stands beside other members: it is the only one of its map");
            self.ledger.error(self.tree.at(*node), words);
        }
    }

    fn refuse(&mut self, id: NodeId, no_text: NoText) {
        let words = match (no_text, self.known) {
            (NoText::TooLong(intrinsic), _) => {
                format!("{intrinsic} makes more than {} MB", MOST_TEXT_BYTES >> 20)
            }
            (NoText::Unread(intrinsic), Some(_)) => {
                format!("{intrinsic}: its arguments are not as CloudFormation has them")
            }
            (NoText::Unread(intrinsic), None) => {
                format!("{intrinsic} is only known to its template: import the template")
            }
        };
        self.ledger.error(self.tree.at(id), words);
    }

    /// A value whose names stay, if nothing tells them.
    fn unasked(&mut self, id: NodeId, key: &str) -> NodeId {
        let before = std::mem::replace(&mut self.unknown, UnknownName::Stays);
        let resolved = self.node(id, key);
        self.unknown = before;
        resolved
    }

    /// The parts of an intrinsic are taken with it.
    fn claim_inside(&mut self, id: NodeId) {
        let inside: Vec<NodeId> = match &self.tree.node(id).content {
            NodeContent::Scalar { .. } => Vec::new(),
            NodeContent::List(nodes) => nodes.clone(),
            NodeContent::Map(members) => members.iter().map(|member| member.node).collect(),
        };
        for node in inside {
            self.ledger.taken_whole(self.tree.at(node));
        }
    }

    /// A text with the answers in the places of its names.
    fn text(&mut self, id: NodeId, template: &str) -> NodeId {
        let text = self.with_values(id, function_within(template));
        let text = self.with_references(id, text.replace(LITERAL, "${"));
        match refuse_too_much(self.tree, self.ledger, id) {
            true => id,
            false => self.tree.derive_text(id, text),
        }
    }

    /// A text of a template with the answers in the places of CloudFormation's dynamic references.
    fn with_references(&mut self, id: NodeId, text: String) -> String {
        if !self.asks_for_references(&text) {
            return text;
        }
        let (mut made, mut rest) = (String::new(), text.as_str());
        while let Some((before, behind)) = rest.split_once(REFERENCE) {
            let Some((inside, behind)) = behind.split_once("}}") else { break };
            let key = format!("{REFERENCE}{inside}}}}}");
            let words = format!("what is {key}? The file will hold it");
            let answer = self.ledger.answer(self.tree.at(id), Question::of_map(&key, words, "VALUE"));
            made.push_str(before);
            made.push_str(&match answer {
                Some(answer) => answer.as_str().map_or_else(|| answer.to_string(), str::to_owned),
                None => key,
            });
            rest = behind;
        }
        made + rest
    }

    fn asks_for_references(&self, text: &str) -> bool {
        self.known.is_some() && self.unknown == UnknownName::IsAsked && text.contains(REFERENCE)
    }

    fn with_values(&mut self, id: NodeId, template: &str) -> String {
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, behind)) = rest.split_once("${") {
            if refuse_too_much(self.tree, self.ledger, id) {
                return text;
            }
            text.push_str(before);
            let Some((name, behind)) = split_at_its_end(behind) else {
                text.push_str("${");
                rest = behind;
                continue;
            };
            // `Fn::ImportValue` of a name that has names: they are asked for first.
            let name = self.name_within(id, name);
            let value = match name.contains(LITERAL) {
                true => format!("{LITERAL}{name}}}"),
                false => self.name(id, &name),
            };
            self.tree.count_made(value.len() + BYTES_OF_NAME);
            text.push_str(&value);
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    /// A name with the values of the names in it.
    fn name_within(&mut self, id: NodeId, name: &str) -> String {
        if !name.contains("${") {
            return name.to_owned();
        }
        if self.depth == MOST_DEPTH {
            let words = format!("names stand in names more than {MOST_DEPTH} levels deep");
            self.ledger.error(self.tree.at(id), words);
            return name.replace("${", LITERAL);
        }
        self.depth += 1;
        let name = self.with_values(id, name);
        self.depth -= 1;
        name
    }

    fn name(&mut self, id: NodeId, name: &str) -> String {
        let as_written = format!("{LITERAL}{name}}}");
        if name.starts_with("stageVariables.") {
            return as_written;
        }
        let node = self.tree.at(id);
        if name == "AWS::NoValue" {
            self.ledger.error(node, "AWS::NoValue within a text is none: take it out");
            return as_written;
        }
        let usual =
            PARTITION.iter().find(|(pseudo, _)| *pseudo == name).map(|(_, value)| (*value).to_owned());
        if let Some(value) = self.known.and_then(|known| known.get(name)).cloned().or(usual) {
            if let Some(answer) = self.ledger.answer_instead(node, name, example(name)) {
                return answer.as_str().map_or_else(|| answer.to_string(), literal);
            }
            if self.depth == MOST_DEPTH {
                self.ledger.error(self.tree.at(id), format!("{name} leads to itself"));
                return as_written;
            }
            self.depth += 1;
            let value = self.with_values(id, &value);
            self.depth -= 1;
            return value;
        }
        if self.unknown == UnknownName::Stays {
            let answer = self.ledger.answer_to_name(name);
            return answer
                .map_or(as_written, |answer| answer.as_str().map_or_else(|| answer.to_string(), literal));
        }
        match self.ledger.answer_of_name(node, name, example(name)) {
            Some(answer) => answer.as_str().map_or_else(|| answer.to_string(), literal),
            None => as_written,
        }
    }
}

/// A name in `${…}`, which may hold names itself, and what is behind it.
fn split_at_its_end(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' if text[..at].ends_with('$') => depth += 1,
            '}' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Pseudo parameters that have these values in all but a few regions.
const PARTITION: [(&str, &str); 2] = [("AWS::Partition", "aws"), ("AWS::URLSuffix", "amazonaws.com")];

/// A value that a name may have.
fn example(name: &str) -> &'static str {
    match name {
        "AWS::Region" => "eu-west-1",
        "AWS::AccountId" => "\"111122223333\"",
        _ if name.ends_with(".Arn") => "arn:aws:SERVICE:REGION:ACCOUNT:NAME",
        _ => "VALUE",
    }
}

/// Says that the calls of a template make too much, if they do: nothing more is to be made then.
pub fn refuse_too_much(tree: &mut Tree, ledger: &mut Ledger, at: NodeId) -> bool {
    if !tree.has_made_too_much() {
        return false;
    }
    if tree.is_news() {
        let words =
            format!("the calls and names of the template make more than {} MB", MOST_MADE_BYTES >> 20);
        ledger.error(tree.at(at), words);
    }
    true
}
