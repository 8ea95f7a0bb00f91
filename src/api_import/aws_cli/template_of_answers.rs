//! `get-resources --embed methods`, with what stands beside it → the template that says the same, whose reader makes the
//! document of it: nodes of the answers under CloudFormation's names.

use std::collections::BTreeMap;

use super::{
    answer_kind::{AnswerKind, elements},
    cli_answers::CliAnswers,
    completed_document::is_default_response,
};
use crate::api_import::{
    report::{Ledger, Remark},
    source::{Located, Member, NodeContent, NodeId, Tree},
};

const API: &str = "Api";
const SERVICE: &str = "AWS::ApiGateway::";

struct TemplateMaker<'a> {
    tree: &'a mut Tree,
    ledger: &'a mut Ledger,
    resources: Vec<Member>,
    /// The names of authorizers, by their ids.
    authorizers: BTreeMap<String, String>,
}

/// The root of the template. `None`: no answer says what the routes are.
pub(super) fn template(answers: &CliAnswers, tree: &mut Tree, ledger: &mut Ledger) -> Option<NodeId> {
    let root = *answers.roots(AnswerKind::Resources).first()?;
    let of_kind = |tree: &Tree, kind| -> Vec<NodeId> {
        let roots = answers.roots(kind).into_iter();
        roots.flat_map(|root| elements(tree.at(root))).map(|element| element.id).collect()
    };
    let mut maker = TemplateMaker { tree, ledger, resources: Vec::new(), authorizers: BTreeMap::new() };
    maker.resource(root, API, "RestApi", Vec::new());
    for authorizer in of_kind(maker.tree, AnswerKind::Authorizers) {
        maker.authorizer(authorizer);
    }
    for (kind, known_as) in
        [(AnswerKind::Models, "Model"), (AnswerKind::RequestValidators, "RequestValidator")]
    {
        for node in of_kind(maker.tree, kind) {
            let id = maker.taken_text(node, "id").unwrap_or_default();
            let members = maker.capitalised(node, &["id"]);
            maker.resource(node, &id, known_as, members);
        }
    }
    for response in of_kind(maker.tree, AnswerKind::GatewayResponses) {
        maker.gateway_response(response);
    }
    for resource in of_kind(maker.tree, AnswerKind::Resources) {
        maker.path(resource);
    }
    let resources = std::mem::take(&mut maker.resources);
    let resources = maker.map(root, resources);
    let resources = maker.member("Resources", resources);
    Some(maker.map(root, vec![resources]))
}

impl TemplateMaker<'_> {
    fn map(&mut self, place: NodeId, members: Vec<Member>) -> NodeId {
        self.tree.derive(place, NodeContent::Map(members))
    }

    fn member(&self, key: &str, node: NodeId) -> Member {
        Member { key: key.to_owned(), key_span: self.tree.node(node).span, node }
    }

    /// An intrinsic that names a resource.
    fn reference(&mut self, place: NodeId, intrinsic: &str, name: &str) -> NodeId {
        let name = self.tree.derive_text(place, name);
        let member = self.member(intrinsic, name);
        self.map(place, vec![member])
    }

    fn resource(&mut self, place: NodeId, name: &str, kind: &str, properties: Vec<Member>) {
        let kind = self.tree.derive_text(place, format!("{SERVICE}{kind}"));
        let properties = self.map(place, properties);
        let members = vec![self.member("Type", kind), self.member("Properties", properties)];
        let node = self.map(place, members);
        let member = self.member(name, node);
        self.resources.push(member);
    }

    /// The members under CloudFormation's names, but for some.
    fn capitalised(&self, map: NodeId, but: &[&str]) -> Vec<Member> {
        let members = self.tree.at(map).members().into_iter().flatten();
        let members = members.filter(|member| !but.contains(&member.key) && !member.value.is_null());
        members
            .map(|member| Member {
                key: capital_first(member.key),
                key_span: member.key_span,
                node: member.value.id,
            })
            .collect()
    }

    /// The text of a member that is read here.
    fn taken_text(&mut self, map: NodeId, key: &str) -> Option<String> {
        self.ledger.text(self.tree.at(map), key).map(str::to_owned)
    }

    fn authorizer(&mut self, node: NodeId) {
        let id = self.taken_text(node, "id").unwrap_or_default();
        let name = self.taken_text(node, "name").unwrap_or_else(|| id.clone());
        let members = self.capitalised(node, &["id", "name"]);
        self.resource(node, &name, "Authorizer", members);
        self.authorizers.insert(id, name);
    }

    fn gateway_response(&mut self, node: NodeId) {
        let response = self.tree.at(node);
        if is_default_response(response) {
            let words = "API Gateway's own words, which the gateway has too";
            self.ledger.remark_whole(response, Remark::left_out(words));
            return;
        }
        self.ledger.boolean(response, "defaultResponse");
        let name = response.get("responseType").and_then(Located::text).unwrap_or_default();
        let name = format!("Response{name}");
        let members = self.capitalised(node, &["defaultResponse"]);
        self.resource(node, &name, "GatewayResponse", members);
    }

    /// A resource with its methods. Its whole path is one part: where its parent is does not matter.
    fn path(&mut self, node: NodeId) {
        self.ledger.taken(self.tree.at(node));
        for key in ["parentId", "pathPart"] {
            self.taken_text(node, key);
        }
        let id = self.taken_text(node, "id").unwrap_or_default();
        let path = self.taken_text(node, "path").unwrap_or_default();
        let root = format!("{API}.RootResourceId");
        let path = path.trim_start_matches('/');
        if !path.is_empty() {
            let part = self.tree.derive_text(node, path);
            let parent = self.reference(node, "Fn::GetAtt", &root);
            let members = vec![self.member("PathPart", part), self.member("ParentId", parent)];
            self.resource(node, &id, "Resource", members);
        }
        let Some(methods) = self.tree.at(node).get("resourceMethods") else { return };
        self.ledger.taken(methods);
        let methods: Vec<(String, NodeId)> = methods
            .members()
            .into_iter()
            .flatten()
            .map(|member| (member.key.to_owned(), member.value.id))
            .collect();
        for (name, method) in methods {
            let at = match path.is_empty() {
                true => self.reference(method, "Fn::GetAtt", &root),
                false => self.reference(method, "Ref", &id),
            };
            self.method(&format!("{id}{name}"), method, at);
        }
    }

    fn method(&mut self, name: &str, node: NodeId, resource: NodeId) {
        if self.tree.at(node).get("httpMethod").is_none() {
            let words = "the method itself is not in it: fetch the resources with --embed methods";
            self.ledger.error(self.tree.at(node), words);
            return;
        }
        let mut members =
            self.capitalised(node, &["authorizerId", "requestValidatorId", "methodIntegration"]);
        members.push(self.member("ResourceId", resource));
        for (key, known_as) in
            [("authorizerId", "AuthorizerId"), ("requestValidatorId", "RequestValidatorId")]
        {
            let Some(id) = self.tree.at(node).get(key).filter(|id| !id.is_null()) else { continue };
            let (place, id) = (id.id, id.text().unwrap_or_default().to_owned());
            let name = self.authorizers.get(&id).cloned().unwrap_or(id);
            let reference = self.reference(place, "Ref", &name);
            members.push(self.member(known_as, reference));
        }
        let integration = self.tree.at(node).get("methodIntegration").map(|integration| integration.id);
        if let Some(integration) = integration {
            let integration = self.integration(integration);
            members.push(self.member("Integration", integration));
        }
        self.resource(node, name, "Method", members);
    }

    fn integration(&mut self, node: NodeId) -> NodeId {
        let mut members = self.capitalised(node, &["httpMethod", "integrationResponses"]);
        if let Some(method) = self.tree.at(node).get("httpMethod").filter(|method| !method.is_null()) {
            members.push(self.member("IntegrationHttpMethod", method.id));
        }
        if let Some(responses) = self.tree.at(node).get("integrationResponses") {
            let place = responses.id;
            let by_status: Vec<NodeId> =
                responses.members().into_iter().flatten().map(|member| member.value.id).collect();
            let mut list = Vec::new();
            for response in by_status {
                let of_response = self.capitalised(response, &[]);
                list.push(self.map(response, of_response));
            }
            let list = self.tree.derive(place, NodeContent::List(list));
            members.push(self.member("IntegrationResponses", list));
        }
        self.map(node, members)
    }
}

fn capital_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), chars.as_str()))
}
