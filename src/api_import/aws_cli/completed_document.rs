//! Authorizers and gateway responses that an export lacks (`extensions=integrations` does not ask for them), taken from the
//! answers that have them.

use super::{
    answer_kind::{AnswerKind, elements},
    cli_answers::CliAnswers,
};
use crate::api_import::{
    report::{Ledger, Remark},
    source::{Located, Member, NodeContent, NodeId, Tree},
};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";

/// The places of security schemes: of OpenAPI 3, of Swagger 2.
const SCHEMES: [&[&str]; 2] = [&["components", "securitySchemes"], &["securityDefinitions"]];

struct Completion<'a> {
    tree: &'a mut Tree,
    ledger: &'a mut Ledger,
}

/// The root of the document with what it lacks. What it has is not touched.
pub(super) fn complete(answers: &CliAnswers, tree: &mut Tree, ledger: &mut Ledger, root: NodeId) -> NodeId {
    let of_kind = |tree: &Tree, kind| -> Vec<NodeId> {
        let roots = answers.roots(kind).into_iter();
        roots.flat_map(|root| elements(tree.at(root))).map(|element| element.id).collect()
    };
    let mut completion = Completion { tree, ledger };
    let mut root = root;
    for authorizer in of_kind(completion.tree, AnswerKind::Authorizers) {
        root = completion.with_authorizer(root, authorizer);
    }
    let responses = of_kind(completion.tree, AnswerKind::GatewayResponses);
    completion.with_gateway_responses(root, responses)
}

impl Completion<'_> {
    /// The root whose scheme of the authorizer's name has it, if that has none.
    fn with_authorizer(&mut self, root: NodeId, authorizer: NodeId) -> NodeId {
        let node = self.tree.at(authorizer);
        let Some(name) = node.get("name").and_then(Located::text).map(str::to_owned) else { return root };
        for path in SCHEMES {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            let scheme = path.iter().try_fold(self.tree.at(root), |node, key| node.get(key));
            let scheme = scheme.filter(|scheme| lacks_authorizer(*scheme));
            let Some(scheme) = scheme.map(|scheme| scheme.id) else { continue };
            let extension = self.extension(authorizer);
            let scheme = self.with_member(scheme, AUTHORIZER, extension);
            return self.replaced(root, &path, scheme);
        }
        root
    }

    /// The authorizer as a document has it: its fields have the same names.
    fn extension(&mut self, authorizer: NodeId) -> NodeId {
        let node = self.tree.at(authorizer);
        self.ledger.taken(node);
        let mut members = Vec::new();
        for member in node.members().into_iter().flatten() {
            match member.key {
                "id" | "name" => self.ledger.taken(member.value),
                "authType" => self.ledger.remark(member.value, Remark::left_out("it only stands in exports")),
                key => members.push(Member {
                    key: key.to_owned(),
                    key_span: member.key_span,
                    node: member.value.id,
                }),
            }
        }
        self.tree.derive(authorizer, NodeContent::Map(members))
    }

    /// The root with all responses that are not API Gateway's own, if it says nothing of them.
    fn with_gateway_responses(&mut self, root: NodeId, responses: Vec<NodeId>) -> NodeId {
        if self.tree.at(root).get(GATEWAY_RESPONSES).is_some() {
            return root;
        }
        let mut by_type = Vec::new();
        for response in responses {
            let node = self.tree.at(response);
            let kind = node.get("responseType").filter(|_| !is_default_response(node));
            let Some((kind, kind_node)) = kind.and_then(|kind| Some((kind.text()?.to_owned(), kind))) else {
                continue;
            };
            self.ledger.taken(node);
            self.ledger.taken(kind_node);
            self.ledger.boolean(node, "defaultResponse");
            let fields = node.members().into_iter().flatten();
            let fields = fields.filter(|member| !["responseType", "defaultResponse"].contains(&member.key));
            let fields = fields.map(|member| Member {
                key: member.key.to_owned(),
                key_span: member.key_span,
                node: member.value.id,
            });
            let fields: Vec<Member> = fields.collect();
            let key_span = node.span();
            let node = self.tree.derive(response, NodeContent::Map(fields));
            by_type.push(Member { key: kind, key_span, node });
        }
        let Some(place) = by_type.first().map(|member| member.node) else { return root };
        let map = self.tree.derive(place, NodeContent::Map(by_type));
        self.with_member(root, GATEWAY_RESPONSES, map)
    }

    /// The map with one member more.
    fn with_member(&mut self, map: NodeId, key: &str, node: NodeId) -> NodeId {
        let NodeContent::Map(mut members) = self.tree.node(map).content.clone() else { return map };
        members.push(Member { key: key.to_owned(), key_span: self.tree.node(node).span, node });
        self.tree.derive(map, NodeContent::Map(members))
    }

    /// The map with another value at a path.
    fn replaced(&mut self, map: NodeId, path: &[&str], node: NodeId) -> NodeId {
        let [first, rest @ ..] = path else { return node };
        let NodeContent::Map(mut members) = self.tree.node(map).content.clone() else { return map };
        for member in members.iter_mut().filter(|member| member.key == *first) {
            member.node = self.replaced(member.node, rest, node);
        }
        self.tree.derive(map, NodeContent::Map(members))
    }
}

/// True of a scheme that an authorizer is behind, which is not in it: an API key and a signature have none.
fn lacks_authorizer(scheme: Located<'_>) -> bool {
    let kind = scheme.get("x-amazon-apigateway-authtype").and_then(Located::text);
    kind.is_some_and(|kind| kind != "awsSigv4") && scheme.get(AUTHORIZER).is_none()
}

/// True of an answer that nobody has changed.
pub(super) fn is_default_response(response: Located<'_>) -> bool {
    response.get("defaultResponse").and_then(Located::as_bool) == Some(true)
}
