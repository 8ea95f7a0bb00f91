//! Parts of the imported API, and guards before it, that are in other stacks or in another API's template. The import does
//! not read them: a part is an error, a guard is a question.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    named_resources::names_within,
    nested_stack::{NestedStack, location_of},
    properties::TemplateReader,
    resource::ApiResource,
    template,
    template_contents::{Holds, has_stacks, is_implicit, is_of_api, kind_of, owners, parts_of_another},
};
use crate::api_import::{
    names,
    options::ImportOptions,
    report::{Ledger, Question, Remark},
    source::{Located, Member, NodeId, Tree},
};

const NO_API: &str = "no API of this template is imported";

/// The kinds of resources whose values may be those that they are given.
const HANDS_ON: [&str; 3] = ["Custom::", "AWS::CloudFormation::CustomResource", "AWS::SSM::Parameter"];

/// Says what becomes of a template that lies beside the one with the API, if nothing has been said of it.
pub fn claim_beside(tree: &mut Tree, ledger: &mut Ledger, root: NodeId, options: &ImportOptions) {
    if ledger.is_claimed(tree.at(root)) {
        return;
    }
    if let Some(words) = parts_of_another(tree.at(root)) {
        ledger.error(tree.at(root), words);
    }
    template::ask_of_guards(tree, ledger, root, options, BTreeMap::new());
    ledger.remark_whole(tree.at(root), Remark::left_out(NO_API));
}

impl TemplateReader<'_> {
    /// Says what becomes of the stacks that are not followed.
    pub fn claim_stacks(&mut self, followed: Option<&str>) {
        for stack in self.unread.clone() {
            self.ask_of_stack(&stack.name, stack.node, stack.properties);
        }
        for stack in self.nested.clone() {
            if followed != Some(stack.name.as_str()) && !self.way.contains(&stack.root) {
                self.claim_stack(&stack);
            }
        }
    }

    fn claim_stack(&mut self, stack: &NestedStack) {
        if let Some(parameters) = self.tree.at(stack.properties).get("Parameters") {
            self.ledger.taken_whole(parameters);
        }
        match parts_of_another(self.tree.at(stack.root)) {
            Some(words) => self.ledger.error(self.tree.at(stack.node), words),
            None if has_stacks(self.tree.at(stack.root)) => {
                self.ask_of_stack(&stack.name, stack.node, stack.properties);
            }
            None => {}
        }
        let told = self.told(stack);
        template::ask_of_guards(self.tree, self.ledger, stack.root, self.options, told);
        let words = match stack.holds {
            Holds::Api => "the API of this template is not imported: import it by itself",
            Holds::Nothing | Holds::Parts | Holds::Stacks => NO_API,
        };
        self.ledger.remark_whole(self.tree.at(stack.root), Remark::left_out(words));
        self.ledger.remark(self.tree.at(stack.node), Remark::left_out(words));
    }

    /// The parameters of a stack as far as they are known: nobody is asked for those of a stack that is not followed.
    fn told(&mut self, stack: &NestedStack) -> BTreeMap<String, String> {
        let parameters = self.tree.at(stack.properties).get("Parameters").map(|parameters| parameters.id);
        let written = parameters.map(|parameters| self.written(parameters)).unwrap_or_default();
        let told = |Member { key, node, .. }: Member| {
            // What needs more than names is unknown, as a name without an answer is.
            let text = names::text_with_names(self.tree.at(node)).unwrap_or_else(|| format!("${{{key}}}"));
            let names: Vec<&str> =
                text.split("${").skip(1).filter_map(|rest| rest.split('}').next()).collect();
            let mut value = text.clone();
            for name in names {
                if let Some(known) = self.known.get(name) {
                    value = value.replace(&format!("${{{name}}}"), known);
                }
            }
            (key, value)
        };
        written.into_iter().map(told).collect()
    }

    /// A stack that is told of the API may have methods of it, which guard more than a route that answers in their place.
    fn ask_of_stack(&mut self, name: &str, node: NodeId, properties: NodeId) {
        let parameters = self.tree.at(properties).get("Parameters");
        if !parameters.is_some_and(|parameters| self.is_told(parameters, &mut BTreeSet::new())) {
            return;
        }
        let words = format!(
            "the stack {name} is told of the API, and its template is not read: may the API do without the methods and \
             the guards that it may have? Else put its template beside this one, and name its file"
        );
        self.ledger.opened(self.tree.at(node), Question::of_map(format!("stack {name}"), words, "open"));
    }

    /// True of a value with names that lead to an API: by a part of it, by a stack that may have one, or by what hands it on.
    fn is_told(&self, value: Located<'_>, seen: &mut BTreeSet<String>) -> bool {
        names_within(value).into_iter().any(|name| self.leads_to_api(&name, seen))
    }

    fn leads_to_api(&self, name: &str, seen: &mut BTreeSet<String>) -> bool {
        if is_implicit(name) {
            return true;
        }
        if !seen.insert(name.to_owned()) {
            return false;
        }
        let Some(resource) = self.resource_called(name) else { return false };
        let kind = kind_of(resource);
        let has_api =
            |stack: &NestedStack| stack.name == name && matches!(stack.holds, Holds::Api | Holds::Stacks);
        if is_of_api(kind) || self.nested.iter().any(has_api) {
            return true;
        }
        let hands_on = HANDS_ON.iter().any(|begin| kind.starts_with(begin)) || location_of(kind).is_some();
        hands_on && resource.get("Properties").is_some_and(|properties| self.is_told(properties, seen))
    }

    pub(super) fn resource_called(&self, name: &str) -> Option<Located<'_>> {
        self.tree.at(self.root).get("Resources")?.get(name)
    }

    /// Says what becomes of a resource that is no part of the imported API. One that may be is an error.
    pub fn leave_out(&mut self, api: &str, resource: &ApiResource) {
        let node = self.tree.at(resource.node);
        match self.may_be_part_of(api, resource) {
            true => {
                let words = format!(
                    "it may be of the API {api}, which is in another template: export the API (get-export), and import that"
                );
                self.ledger.error(node, words);
            }
            false => {
                let words = format!("it is not of the API {api}");
                self.ledger.remark_whole(node, Remark::left_out(words));
            }
        }
    }

    /// True of a part whose API is neither in this template nor in a stack that knows nothing of the imported one.
    fn may_be_part_of(&self, api: &str, resource: &ApiResource) -> bool {
        let node = self.tree.at(resource.node);
        let properties = node.get("Properties");
        let has = |key: &str| properties.and_then(|properties| properties.get(key)).is_some();
        // It says nothing but that there is one.
        let is_bare = resource.kind == "Deployment" && !has("StageName") && !has("StageDescription");
        let owners = owners(node);
        let is_followed = self.nested.iter().any(|stack| stack.name == api);
        !is_bare
            && owners.into_iter().any(|owner| {
                let names = names_within(owner);
                names.is_empty() && is_followed || names.iter().any(|name| self.may_name(api, name))
            })
    }

    fn may_name(&self, api: &str, name: &str) -> bool {
        let is_followed = self.nested.iter().any(|stack| stack.name == api);
        let Some(resource) = self.resource_called(name).filter(|_| name != api) else {
            // A parameter is no id of an API of its own template, which is made after it.
            return is_followed && !is_implicit(name);
        };
        if is_of_api(kind_of(resource)) {
            return false;
        }
        resource.get("Properties").is_some_and(|properties| self.is_told(properties, &mut BTreeSet::new()))
    }
}
