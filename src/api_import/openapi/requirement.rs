//! The security of an operation: its own list, else that of the document, which API Gateway applies too.
//!
//! Of several requirements API Gateway honours one; here all API keys and the first authorizer count, so nothing becomes
//! more open. What is not understood is a question: it never opens a route by itself.

use serde_json::{Map, Value, json};

use super::{openapi_reader::OpenApiReader, own_extensions, security_scheme::SchemeKind};
use crate::api_import::{
    definition::{ApiKeyNeed, AuthorizerDefinition, Authorizing, RouteAccess},
    report::{Question, Remark, Visibility},
    source::Located,
};

const AUTH: &str = "x-amazon-apigateway-auth";
/// The answer that lets everybody in.
const OPEN: &str = "open";
/// What SAM writes for an operation that opts out of the default authorizer.
pub(super) const NONE: &str = "NONE";
/// The authorizer of signers whom an answer lists.
const SIGNERS: &str = "signers";

/// A security scheme that an operation asks for.
struct Demand<'a, 't> {
    name: &'a str,
    node: Located<'t>,
    scopes: Vec<String>,
}

impl<'t> OpenApiReader<'t, '_> {
    /// What an operation asks of its callers.
    pub fn access(&mut self, operation: Located<'t>) -> RouteAccess {
        let own = operation.get("security");
        let mut access = match own.or_else(|| self.root.get("security")) {
            Some(list) => self.requirements(list),
            None => RouteAccess::OPEN,
        };
        if let Some(auth) = operation.get(AUTH) {
            self.ledger.taken(auth);
            match self.ledger.text(auth, "type") {
                Some("AWS_IAM") => match self.signature(auth) {
                    // An answer that opens it opens no authorizer beside it.
                    Authorizing::Nothing => {}
                    signature @ (Authorizing::Signature | Authorizing::Authorizer { .. }) => {
                        access.authorizing = signature;
                    }
                },
                // Open is what is without a requirement; beside one it opens nothing.
                Some("NONE") => {}
                None => {
                    let words = format!("{AUTH} without a type: expected AWS_IAM or NONE");
                    self.ledger.error(auth, words);
                }
                Some(other) => self.ask_for_scheme(auth, other, &mut access),
            }
        }
        access
    }

    /// Says if callers have to sign, whoever may.
    pub fn asks_for_signature(&self, operation: Located<'t>) -> bool {
        let own = operation.get(AUTH).and_then(|auth| auth.get("type")?.text());
        let list = operation.get("security").or_else(|| self.root.get("security"));
        let requirements = list.and_then(Located::elements).into_iter().flatten();
        let mut names = requirements.filter_map(Located::members).flatten().map(|member| member.key);
        let is_signature = |name: &str| {
            self.schemes.get(name).is_some_and(|scheme| scheme.asks_for == SchemeKind::Signature)
        };
        own == Some("AWS_IAM") || names.any(is_signature)
    }

    fn requirements(&mut self, list: Located<'t>) -> RouteAccess {
        let mut access = RouteAccess::OPEN;
        self.ledger.taken(list);
        let Some(requirements) = list.elements() else {
            self.ledger.error(list, format!("got {} for security, expected a list", list.noun()));
            return access;
        };
        for requirement in requirements {
            self.ledger.taken(requirement);
            let Some(members) = requirement.members() else {
                let words = format!("got {} in security, expected a map", requirement.noun());
                self.ledger.error(requirement, words);
                continue;
            };
            for member in members {
                self.ledger.taken(member.value);
                let scopes: Vec<String> = self.ledger.texts(requirement, member.key).unwrap_or_default();
                self.require(Demand { name: member.key, node: member.value, scopes }, &mut access);
            }
        }
        access
    }

    fn require(&mut self, demand: Demand<'_, 't>, access: &mut RouteAccess) {
        let Demand { name, node, scopes } = demand;
        let Some(scheme) = self.schemes.get_mut(name) else {
            if name == NONE {
                return;
            }
            self.ask_for_scheme(node, name, access);
            return;
        };
        scheme.is_used = true;
        match scheme.asks_for {
            SchemeKind::ApiKey => access.api_key = ApiKeyNeed::Required,
            SchemeKind::NotUnderstood => self.ask_for_scheme(node, name, access),
            SchemeKind::Signature | SchemeKind::Authorizer if access.authorizing != Authorizing::Nothing => {
                let words = "the first authorizer of several counts; API Gateway honours one too";
                self.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
            }
            SchemeKind::Signature => access.authorizing = self.signature(node),
            SchemeKind::Authorizer => {
                let scopes = self.scopes_of(name, node, scopes);
                access.authorizing = Authorizing::Authorizer { name: name.to_owned(), scopes };
            }
        }
    }

    /// The scopes that count: those of a function's authorizer mean nothing.
    fn scopes_of(&mut self, name: &str, node: Located<'t>, scopes: Vec<String>) -> Vec<String> {
        let authorizer = self.definition.authorizers.get(name);
        let kind = authorizer.and_then(|authorizer| authorizer.fields.get("type")).and_then(Value::as_str);
        if scopes.is_empty() || matches!(kind, Some("JWT" | "COGNITO_USER_POOLS")) {
            return scopes;
        }
        let words = "scopes mean nothing to a function's authorizer, as on API Gateway";
        self.ledger.remark_whole(node, Remark::left_out(words));
        Vec::new()
    }

    /// A scheme that is not there, or that no gateway understands: only the operator may open what it guards.
    fn ask_for_scheme(&mut self, node: Located<'t>, name: &str, access: &mut RouteAccess) {
        let words = format!(
            "the security scheme {name} is no API key, no signature and has no authorizer: \
             may everybody call what asks for it?"
        );
        let question = Question::of_map(format!("security {name}"), words, OPEN);
        match self.ledger.answer(node, question) {
            Some(answer) if answer == OPEN => {
                let words = "open, as the answer says";
                self.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
            }
            Some(answer) => match answer.as_str().filter(|other| self.is_understood(other)) {
                Some(other) => self.require(Demand { name: other, node, scopes: Vec::new() }, access),
                None => {
                    let words = format!("the answer to security {name} is neither open nor another scheme");
                    self.ledger.error(node, words);
                }
            },
            None => {}
        }
    }

    /// True of a scheme that is there, and whose answer would not be asked for again.
    fn is_understood(&self, name: &str) -> bool {
        self.schemes.get(name).is_some_and(|scheme| scheme.asks_for != SchemeKind::NotUnderstood)
    }

    /// A signature (SigV4): who may sign is a question, for policies of callers do not name routes here.
    fn signature(&mut self, node: Located<'t>) -> Authorizing {
        // An export says who may sign.
        if own_extensions::is_export(self.root) {
            return Authorizing::Signature;
        }
        let words = "who may call the routes that ask for a signature (AWS_IAM)? Here callers' policies allow the \
                     function URL as a whole, not single routes: signed (everybody whom AWS lets in), a list of ARNs, or open. Whoever calls a function URL that checks \
                     signatures has to sign, for all its routes, and browsers cannot: where others stay open, leave these \
                     on the old API, or give them a gateway of their own";
        let question = Question::of_map("AWS_IAM", words, "signed");
        let Some(answer) = self.ledger.answer(node, question) else { return Authorizing::Signature };
        let words = "callers sign for the service lambda, and the function URL's AuthType has to be AWS_IAM, so that \
                     callers of all other routes have to sign too";
        match &answer {
            Value::String(word) if word == "signed" => {
                self.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
                Authorizing::Signature
            }
            Value::String(word) if word == OPEN => {
                let words = "open, as the answer says";
                self.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
                Authorizing::Nothing
            }
            Value::Array(_) => {
                self.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
                let fields = json!({ "type": "AWS_IAM", "allow": answer });
                let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
                let authorizer = AuthorizerDefinition { fields, origin: node.span() };
                self.definition.authorizers.insert(SIGNERS.to_owned(), authorizer);
                Authorizing::Authorizer { name: SIGNERS.to_owned(), scopes: Vec::new() }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                self.ledger.error(node, "the answer to AWS_IAM is none of signed, a list of ARNs, open");
                Authorizing::Signature
            }
        }
    }
}
