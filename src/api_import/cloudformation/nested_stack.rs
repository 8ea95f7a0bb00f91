//! `AWS::CloudFormation::Stack` and `AWS::Serverless::Application`: a template in a file beside this one, which is followed
//! if it has the API.

use std::collections::BTreeMap;

use super::{
    properties::{
        Fate::{Apart, LeftOut},
        FateTable, TemplateReader,
    },
    template::{self, ApiOfTemplate},
    template_contents::{Holds, holds},
};
use crate::api_import::{
    options::ImportOptions,
    report::Remark,
    source::{Member, NodeId},
};

/// The kinds of resources that are stacks, with the property that says where the template is.
const STACKS: [(&str, &str); 2] =
    [("AWS::CloudFormation::Stack", "TemplateURL"), ("AWS::Serverless::Application", "Location")];

/// Templates lead no deeper: CloudFormation itself takes fewer.
const MOST_STACKS: usize = 20;

#[rustfmt::skip]
const PROPERTIES: &FateTable = &[
    ("TemplateURL", Apart),
    ("Location", Apart),
    ("Parameters", Apart),
    ("NotificationARNs", LeftOut("it is about the life of the template")),
    ("TimeoutInMinutes", LeftOut("it is about the life of the template")),
    ("StackName", LeftOut("it is about the life of the template")),
    ("Tags", LeftOut("tags are not of the API")),
];

/// A stack whose template is a file that can be read.
#[derive(Clone, Debug)]
pub(super) struct NestedStack {
    pub name: String,
    pub node: NodeId,
    pub properties: NodeId,
    /// The value of the file.
    pub root: NodeId,
    pub holds: Holds,
}

/// A stack whose template cannot be read.
#[derive(Clone, Debug)]
pub(super) struct UnreadStack {
    pub name: String,
    pub node: NodeId,
    pub properties: NodeId,
}

/// The property of a stack with its template's place, if the kind is one of a stack.
pub(super) fn location_of(kind: &str) -> Option<&'static str> {
    STACKS.iter().find(|(stack, _)| *stack == kind).map(|(_, property)| *property)
}

impl TemplateReader<'_> {
    /// Reads the template of a stack, if it is a file. Else the report says what to do.
    pub fn nested_stack(&mut self, name: String, node: NodeId, kind: &str, location: &str) {
        let of_cdk = self.asset_of(node);
        let Some((node, properties)) = self.opened(node, kind) else { return };
        let Some(properties) = self.properties_of_stack(properties) else { return };
        self.members(properties, PROPERTIES, kind);
        let place = self.tree.at(properties).get(location).map(|place| place.id);
        let Some(place) = place.and_then(|place| self.evaluated(place)) else {
            self.ledger.error(self.tree.at(properties), format!("{kind} without {location}"));
            return;
        };
        let written = of_cdk.or_else(|| self.tree.at(place).text().map(str::to_owned));
        let path = written.ok_or_else(|| "it is no file beside the template".to_owned());
        let path = path.and_then(|location| self.path_of(place, &location));
        self.ledger.taken_whole(self.tree.at(place));
        match path {
            Ok(path) => {
                let Some(root) = self.root_of(place, &path) else { return };
                let holds = holds(self.tree.at(root));
                self.nested.push(NestedStack { name, node, properties, root, holds });
            }
            Err(words) => {
                self.unread.push(UnreadStack { name, node, properties });
                let words = format!("{kind}: its template is not read: {words}");
                let advice = "if it has the API, get it (aws cloudformation get-template), and import that with --parameter";
                let remark = Remark::left_out(words.clone()).advising(advice);
                self.ledger.remark_whole(self.tree.at(node), remark);
                self.refused.push((node, format!("{words}: {advice}")));
            }
        }
    }

    /// The properties of a stack as they are written: nobody is asked for names in the parameters of one that is not followed.
    fn properties_of_stack(&mut self, properties: NodeId) -> Option<NodeId> {
        let written = self.tree.at(properties);
        let has_call = written.members().into_iter().flatten().any(|member| member.key.starts_with("Fn::"));
        match written.tag().is_some() || has_call {
            true => self.evaluated(properties),
            false => Some(properties),
        }
    }

    /// The stacks whose templates have an API; those with stacks of their own, if there is none of these.
    pub fn stacks_with_api(&self, has_api: bool) -> Vec<NestedStack> {
        let with = |holds| self.nested.iter().filter(move |stack| stack.holds == holds).cloned();
        let apis: Vec<NestedStack> = with(Holds::Api).collect();
        if !apis.is_empty() || has_api { apis } else { with(Holds::Stacks).collect() }
    }

    /// The API of a stack's template, with the parameters of the stack.
    pub fn api_of_stack(&mut self, stack: &NestedStack) -> Option<ApiOfTemplate> {
        if self.way.contains(&stack.root) {
            self.ledger.error(self.tree.at(stack.node), "the templates of stacks lead in a circle");
            return None;
        }
        if self.way.len() >= MOST_STACKS {
            let words = format!("stacks lead more than {MOST_STACKS} templates deep");
            self.ledger.error(self.tree.at(stack.node), words);
            return None;
        }
        let parameters = self.parameters_of(stack);
        let way = self.way.iter().copied().chain([stack.root]).collect();
        let options = ImportOptions { parameters, ..self.options.clone() };
        template::read_on(self.tree, self.ledger, way, &options)
    }

    fn parameters_of(&mut self, stack: &NestedStack) -> BTreeMap<String, String> {
        let parameters = self.tree.at(stack.properties).get("Parameters").map(|parameters| parameters.id);
        let Some(parameters) = parameters.and_then(|parameters| self.evaluated(parameters)) else {
            return BTreeMap::new();
        };
        self.ledger.taken(self.tree.at(parameters));
        let mut values = BTreeMap::new();
        for Member { key, node, .. } in self.written(parameters) {
            let elements = self.tree.at(node).elements();
            let elements: Option<Vec<NodeId>> = elements.map(|nodes| nodes.map(|node| node.id).collect());
            let value = match elements {
                None => self.text_of(node),
                Some(nodes) => {
                    self.ledger.taken(self.tree.at(node));
                    let texts: Vec<String> =
                        nodes.into_iter().filter_map(|node| self.text_of(node)).collect();
                    Some(texts.join(","))
                }
            };
            values.extend(value.map(|value| (key, value)));
        }
        values
    }
}
