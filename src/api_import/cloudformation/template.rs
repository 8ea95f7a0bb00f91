//! The parts of a template: its API, the resources that belong to it, and all else, which is told by its kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    intrinsics::{Parameters, Scope},
    known_names,
    properties::{TemplateReader, without_id},
    resource::ApiResource,
    sam::SamApi,
    template_contents::{kind_of, own_of_apis},
};
use crate::api_import::{
    definition::{ApiKind, Sourced},
    method_settings::StageWithSettings,
    names,
    options::ImportOptions,
    report::{Ledger, Question, Remark},
    source::{Located, NodeId, Tree},
};

/// What a template's API is: a document, the stages that serve it, and who may send how much.
#[derive(Debug)]
pub struct ApiOfTemplate {
    pub kind: ApiKind,
    /// The root of an OpenAPI document, whose nodes stand for those of the template.
    pub document: NodeId,
    /// In the order of the template.
    pub stages: Vec<StageWithSettings>,
    /// The fields of usage plans by their ids.
    pub usage_plans: BTreeMap<String, Sourced<Map<String, Value>>>,
}

/// Parts of a template that say nothing of an API by themselves.
#[rustfmt::skip]
const PARTS: [(&str, &str); 4] = [
    ("Description", "it describes the template"),
    ("Metadata", "it is for tools"),
    ("Rules", "they check parameters"),
    ("Outputs", "the gateway has no outputs"),
];

const HTTP_API: &str = "AWS::ApiGatewayV2::Api";

/// Reads a template. `None`: it holds no API that is read; the ledger says why.
pub fn read(
    tree: &mut Tree,
    ledger: &mut Ledger,
    root: NodeId,
    options: &ImportOptions,
) -> Option<ApiOfTemplate> {
    read_on(tree, ledger, vec![root], options)
}

/// The same of the last template of a way: each is of a stack in the one before it.
pub(super) fn read_on(
    tree: &mut Tree,
    ledger: &mut Ledger,
    way: Vec<NodeId>,
    options: &ImportOptions,
) -> Option<ApiOfTemplate> {
    let root = *way.last()?;
    let by = if way.len() > 1 { "Parameters of the stack:" } else { "--parameter" };
    let parameters = Parameters::read(ledger, tree.at(root), (by, &options.parameters));
    let mut reader = reader(tree, ledger, (way, options), parameters)?;
    let api = reader.api(root);
    reader.claim_scope(root);
    api
}

/// Asks about the guards in a template whose API, if it has one, is not imported; `told` are parameters that are known.
pub(super) fn ask_of_guards(
    tree: &mut Tree,
    ledger: &mut Ledger,
    root: NodeId,
    options: &ImportOptions,
    told: BTreeMap<String, String>,
) {
    let mut parameters = Parameters::read(ledger, tree.at(root), ("", &BTreeMap::new()));
    parameters.values.extend(told);
    let Some(mut reader) = reader(tree, ledger, (vec![root], options), parameters) else { return };
    let left_out = own_of_apis(reader.tree.at(root));
    let resources = reader.tree.at(root).get("Resources").and_then(Located::members).into_iter().flatten();
    let resources: Vec<(NodeId, String)> =
        resources.map(|member| (member.value.id, kind_of(member.value).to_owned())).collect();
    for (node, kind) in resources {
        reader.outer_guard(node, &kind, &left_out);
    }
}

/// The reader of the last template of a way.
fn reader<'a>(
    tree: &'a mut Tree,
    ledger: &'a mut Ledger,
    (way, options): (Vec<NodeId>, &'a ImportOptions),
    parameters: Parameters,
) -> Option<TemplateReader<'a>> {
    let root = *way.last()?;
    let known = known_names::read(ledger, tree.at(root), &parameters);
    let scope = Scope::of(tree.at(root), parameters);
    Some(TemplateReader {
        tree,
        root,
        way,
        options,
        ledger,
        known,
        scope,
        model_names: BTreeMap::new(),
        refused: Vec::new(),
        nested: Vec::new(),
        unread: Vec::new(),
    })
}

impl TemplateReader<'_> {
    fn api(&mut self, root: NodeId) -> Option<ApiOfTemplate> {
        self.parts(root);
        let Some(resources) = self.tree.at(root).get("Resources").map(|node| node.id) else {
            self.ledger.error(self.tree.at(root), "a template without Resources");
            return None;
        };
        self.ledger.taken(self.tree.at(resources));
        let mut of_api = Vec::new();
        for member in self.written(resources) {
            of_api.extend(self.resource(member));
        }
        let sam_apis = self.sam_apis(root, &of_api);
        let chosen = self.chosen_api(resources, &of_api, &sam_apis);
        self.claim_stacks(chosen.as_deref());
        let Some(api) = chosen else {
            for resource in of_api {
                let words = "no API is imported";
                self.ledger.remark_whole(self.tree.at(resource.node), Remark::left_out(words));
            }
            return None;
        };
        let (own, others): (Vec<_>, Vec<_>) =
            of_api.into_iter().partition(|resource| self.is_part_of(&api, resource));
        for other in others {
            self.leave_out(&api, &other);
        }
        if let Some(stack) = self.nested.iter().find(|stack| stack.name == api).cloned() {
            return self.api_of_stack(&stack);
        }
        self.leave_out_other_events(&api, &own);
        if let Some(sam_api) = sam_apis.iter().find(|other| other.name == api) {
            return Some(self.sam_api(sam_api, &own));
        }
        let rest_api = own.iter().find(|resource| resource.name == api)?;
        if rest_api.kind == HTTP_API {
            return Some(self.http_api(rest_api, &own));
        }
        let document = self.document(rest_api, &own);
        let stages = self.stages(&own, Vec::new());
        let usage_plans = self.usage_plans(&api, &own);
        Some(ApiOfTemplate { kind: ApiKind::Rest, document, stages, usage_plans })
    }

    /// The name of the one API, or of that which an answer chooses.
    fn chosen_api(
        &mut self,
        resources: NodeId,
        of_api: &[ApiResource],
        sam_apis: &[SamApi],
    ) -> Option<String> {
        let plain = of_api.iter().filter(|resource| ["RestApi", HTTP_API].contains(&resource.kind.as_str()));
        let names = plain.map(|resource| resource.name.clone());
        let mut names: Vec<String> = names.chain(sam_apis.iter().map(|api| api.name.clone())).collect();
        names.extend(self.stacks_with_api(!names.is_empty()).into_iter().map(|stack| stack.name));
        match &names[..] {
            [only] => return Some(only.clone()),
            [] => {
                let refused = std::mem::take(&mut self.refused);
                for (node, words) in &refused {
                    self.ledger.error(self.tree.at(*node), words.as_str());
                }
                if !self.ledger.has_errors() {
                    let words = "no REST API and no HTTP API is in this template";
                    self.ledger.error(self.tree.at(resources), words);
                }
                return None;
            }
            [_, ..] => {}
        }
        let words = format!("which API: {}?", names.join(", "));
        let question = Question::of_map("api", words, &names[0]);
        let answer = self.ledger.answer(self.tree.at(resources), question)?;
        let chosen = names.iter().find(|name| answer.as_str() == Some(name)).cloned();
        if chosen.is_none() {
            let words = format!("the answer to api is none of {}", names.join(", "));
            self.ledger.error(self.tree.at(resources), words);
        }
        chosen
    }

    /// True of what names no API, or this one.
    fn is_part_of(&self, api: &str, resource: &ApiResource) -> bool {
        if self.nested.iter().any(|stack| stack.name == api) {
            return false;
        }
        let is_api = ["RestApi", HTTP_API, "AWS::Serverless::Api", "AWS::Serverless::HttpApi"];
        if is_api.contains(&resource.kind.as_str()) {
            return resource.name == api;
        }
        let properties = self.tree.at(resource.properties);
        let named = ["RestApiId", "ApiId"].iter().find_map(|key| api_named(properties.get(key)?));
        named.is_none_or(|other| other == api)
    }

    fn parts(&mut self, root: NodeId) {
        let mut globals = None;
        let root = self.tree.at(root);
        self.ledger.taken(root);
        for member in root.members().into_iter().flatten() {
            let part = PARTS.iter().find(|(name, _)| *name == member.key);
            match (member.key, part) {
                (_, Some((_, words))) => self.ledger.remark_whole(member.value, Remark::left_out(*words)),
                ("AWSTemplateFormatVersion" | "Parameters", None) => self.ledger.taken_whole(member.value),
                ("Resources" | "Conditions" | "Mappings", None) => {}
                ("Globals", None) => globals = Some(member.value.id),
                ("Transform", None) if is_serverless(member.value) => self.ledger.taken_whole(member.value),
                (key, None) => {
                    self.ledger.taken_whole(member.value);
                    let words = format!(
                        "{key} of a template is not read yet: export the API (get-export) and import that"
                    );
                    self.ledger.error(member.value, words);
                }
            }
        }
        if let Some(globals) = globals {
            self.claim_globals(globals);
        }
    }
}

/// The API that a value names, as `Ref` and as `Fn::GetAtt` do: both give its id.
pub(super) fn api_named(id: Located<'_>) -> Option<String> {
    Some(without_id(&names::name_of(id)?).to_owned())
}

/// True of SAM's transform, and of one for language extensions, alone or in a list.
fn is_serverless(transform: Located<'_>) -> bool {
    let is_known = |text: &str| text.starts_with("AWS::Serverless") || text == "AWS::LanguageExtensions";
    match transform.elements() {
        Some(mut elements) => elements.all(|element| element.text().is_some_and(is_known)),
        None => transform.text().is_some_and(is_known),
    }
}
