//! `AWS::CloudFormation::Stack` and `AWS::Serverless::Application`: a template in a file beside this one, which is followed
//! if it has the API.

use std::collections::BTreeMap;

use super::{
    names_of_kinds::READ,
    properties::{
        Fate::{Apart, LeftOut},
        FateTable, TemplateReader,
    },
    template::{self, ApiOfTemplate},
};
use crate::api_import::{
    names,
    options::ImportOptions,
    report::{Question, Remark},
    source::{Located, Member, NodeId},
};

/// The kinds of resources that are stacks, with the property that says where the template is.
const STACKS: [(&str, &str); 2] =
    [("AWS::CloudFormation::Stack", "TemplateURL"), ("AWS::Serverless::Application", "Location")];

/// The names that SAM gives the APIs of events that name none.
const IMPLICIT: [&str; 2] = ["ServerlessRestApi", "ServerlessHttpApi"];

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
    properties: NodeId,
    /// The value of the file.
    root: NodeId,
    pub holds: Holds,
    /// The words for parts of an API that is in another template.
    parts: Option<&'static str>,
}

/// What a template has of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Nothing,
    /// Resources of an API that is in another template.
    Parts,
    /// Stacks, which may have one.
    Stacks,
    Api,
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
        let Some(properties) = self.evaluated(properties) else { return };
        self.members(properties, PROPERTIES, kind);
        let Some(place) = self.tree.at(properties).get(location).map(|place| place.id) else {
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
                let (holds, parts) = (holds(self.tree.at(root)), parts(self.tree.at(root)));
                self.nested.push(NestedStack { name, node, properties, root, holds, parts });
            }
            Err(words) => {
                self.ask_of_stack(&name, node, properties);
                let words = format!("{kind}: its template is not read: {words}");
                let advice = "if it has the API, get it (aws cloudformation get-template), and import that with --parameter";
                let remark = Remark::left_out(words.clone()).advising(advice);
                self.ledger.remark_whole(self.tree.at(node), remark);
                self.refused.push((node, format!("{words}: {advice}")));
            }
        }
    }

    /// A stack that is told of the API may have methods of it, which guard more than a route that answers in their place.
    fn ask_of_stack(&mut self, name: &str, node: NodeId, properties: NodeId) {
        let Some(parameters) = self.tree.at(properties).get("Parameters") else { return };
        let resources = self.tree.at(self.root).get("Resources");
        let is_told = parameters.members().into_iter().flatten().any(|parameter| {
            let named = names::text_with_names(parameter.value).unwrap_or_default();
            let mut names = named.split("${").skip(1).filter_map(|name| name.split(['}', '.']).next());
            names.any(|name| {
                let kind = resources.and_then(|resources| resources.get(name)?.get("Type")?.text());
                IMPLICIT.contains(&name) || kind.is_some_and(is_of_api)
            })
        });
        if !is_told {
            return;
        }
        let words = format!(
            "the stack {name} is told of the API, and its template is not read: may the API do without the methods and \
             the guards that it may have? Else put its template beside this one, and name its file"
        );
        self.ledger.opened(self.tree.at(node), Question::of_map(format!("stack {name}"), words, "open"));
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
        let Some(parameters) = parameters else { return BTreeMap::new() };
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

    /// Says what becomes of the stacks that are not followed.
    pub fn claim_stacks(&mut self, followed: Option<&str>) {
        for stack in self.nested.clone() {
            if followed == Some(stack.name.as_str()) || self.way.contains(&stack.root) {
                continue;
            }
            if let Some(parameters) = self.tree.at(stack.properties).get("Parameters") {
                self.ledger.taken_whole(parameters);
            }
            match (stack.holds, stack.parts) {
                (Holds::Nothing | Holds::Parts | Holds::Stacks, Some(words)) => {
                    self.ledger.error(self.tree.at(stack.node), words);
                }
                (Holds::Stacks, None) => self.ask_of_stack(&stack.name, stack.node, stack.properties),
                (Holds::Nothing | Holds::Parts, None) | (Holds::Api, _) => {}
            }
            let words = match stack.holds {
                Holds::Api => "the API of this template is not imported: import it by itself",
                Holds::Nothing | Holds::Parts | Holds::Stacks => "no API of this template is imported",
            };
            self.ledger.remark_whole(self.tree.at(stack.root), Remark::left_out(words));
            self.ledger.remark(self.tree.at(stack.node), Remark::left_out(words));
        }
    }
}

/// Says if a resource of this kind is an API or a part of one.
fn is_of_api(kind: &str) -> bool {
    READ.contains(&kind) || ["AWS::Serverless::Api", "AWS::Serverless::HttpApi"].contains(&kind)
}

/// The words for what a template has of an API that is not in it.
fn parts(template: Located<'_>) -> Option<&'static str> {
    let resources = template.get("Resources").and_then(Located::members).into_iter().flatten();
    resources.into_iter().find_map(|resource| match holds_resource(resource.value) {
        Holds::Parts => {
            Some("its template has parts of an API that is not in it: export the API (get-export), and import that")
        }
        Holds::Nothing if resource.key.starts_with("Fn::") => {
            Some("its Resources have a call, which may make parts of an API: export the API (get-export), and import that")
        }
        Holds::Nothing | Holds::Stacks | Holds::Api => None,
    })
}

/// What a template has of an API, by the kinds of its resources.
fn holds(template: Located<'_>) -> Holds {
    let resources = template.get("Resources").and_then(Located::members).into_iter().flatten();
    resources.map(|resource| holds_resource(resource.value)).max().unwrap_or(Holds::Nothing)
}

fn holds_resource(resource: Located<'_>) -> Holds {
    let kind = resource.get("Type").and_then(Located::text).unwrap_or_default();
    let properties = resource.get("Properties");
    let is_websocket =
        properties.and_then(|properties| properties.get("ProtocolType")).and_then(Located::text)
            == Some("WEBSOCKET");
    match kind {
        "AWS::ApiGateway::RestApi" | "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => Holds::Api,
        "AWS::ApiGatewayV2::Api" if !is_websocket => Holds::Api,
        "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
            let events = properties.and_then(|properties| properties.get("Events"));
            let mut events = events.and_then(Located::members).into_iter().flatten();
            let is_request = |event: Located<'_>| {
                matches!(event.get("Type").and_then(Located::text), Some("Api" | "HttpApi"))
            };
            if events.any(|event| is_request(event.value)) { Holds::Api } else { Holds::Nothing }
        }
        kind if location_of(kind).is_some() => Holds::Stacks,
        kind if READ.contains(&kind) && kind != "AWS::ApiGatewayV2::Api" => Holds::Parts,
        _ => Holds::Nothing,
    }
}
