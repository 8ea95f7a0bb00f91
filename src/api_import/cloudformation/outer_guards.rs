//! Guards that stand before an API and not before a function URL: mutual TLS, the policy and the private network of a domain, and a web ACL. Each is a question.

use super::properties::TemplateReader;
use crate::api_import::{names, report::Question, source::NodeId};

const MUTUAL_TLS: &str = "MutualTlsAuthentication";
const OPEN: &str = "open";

impl TemplateReader<'_> {
    /// Asks about the guard that a resource has, or is, if its condition lets it be there.
    pub fn outer_guard(&mut self, resource: NodeId, kind: &str) {
        let is_domain =
            ["AWS::ApiGateway::DomainName", "AWS::ApiGateway::DomainNameV2", "AWS::ApiGatewayV2::DomainName"]
                .contains(&kind);
        let is_acl = ["AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation"].contains(&kind);
        if !is_domain && !is_acl {
            return;
        }
        let written = self.tree.at(resource);
        let properties = written.get("Properties").map(|properties| properties.id);
        let condition = written.get("Condition").map(|condition| condition.id);
        if condition.and_then(|condition| self.unmet(condition)).is_some() {
            return;
        }
        let Some(properties) = properties else { return };
        match is_domain {
            true => {
                self.mutual_tls(properties);
                self.domain_guards(properties);
            }
            false => self.web_acl(resource, properties),
        }
    }

    /// Asks about the mutual TLS of a domain.
    pub(super) fn mutual_tls(&mut self, domain: NodeId) {
        let Some(guard) = self.tree.at(domain).get(MUTUAL_TLS).map(|guard| guard.id) else { return };
        let Some(guard) = self.evaluated(guard).filter(|guard| !self.tree.at(*guard).is_null()) else {
            return;
        };
        let words = "the domain asks clients for a certificate (mutual TLS), and a function URL asks nobody for one: \
                     may the API be open to those without? A proxy that checks certificates, before a function URL with \
                     the AuthType AWS_IAM, keeps them out";
        self.ledger.opened(self.tree.at(guard), Question::of_map("mutual TLS", words, OPEN));
    }

    /// Asks about the policy of a domain, and about one of a private network.
    fn domain_guards(&mut self, domain: NodeId) {
        let policy = self.tree.at(domain).get("Policy").map(|policy| policy.id);
        let policy = policy.and_then(|policy| self.evaluated(policy));
        if let Some(policy) = policy.filter(|policy| !self.tree.at(*policy).is_null()) {
            let words = "the domain has a policy, and a function URL has none: may the API be open to whom it keeps out?";
            self.ledger.opened(self.tree.at(policy), Question::of_map("policy of domain", words, OPEN));
        }
        let endpoint = self.tree.at(domain).get("EndpointConfiguration").map(|endpoint| endpoint.id);
        let Some(endpoint) = endpoint.and_then(|endpoint| self.evaluated(endpoint)) else { return };
        let resolved = self.resolved(endpoint);
        if self.tree.at(resolved).to_json().to_string().contains("PRIVATE") {
            let words = "the domain is of a private network, and a function URL is public: may the API be open to all?";
            self.ledger.opened(self.tree.at(resolved), Question::of_map("private endpoint", words, OPEN));
        }
    }

    /// Asks about a web ACL, unless it is of a resource that is no API.
    fn web_acl(&mut self, resource: NodeId, properties: NodeId) {
        let guarded = self.tree.at(properties).get("ResourceArn").and_then(names::name_of);
        let resources = self.tree.at(self.root).get("Resources");
        let name = guarded.as_deref().map(|name| name.split_once('.').map_or(name, |(name, _)| name));
        let kind = name.and_then(|name| resources?.get(name)?.get("Type")?.text());
        if kind.is_some_and(|kind| {
            !kind.starts_with("AWS::ApiGateway") && !kind.starts_with("AWS::Serverless::")
        }) {
            return;
        }
        let words = "a web ACL of AWS WAF stands before the stage, and none before a function URL: may it be open to \
                     whom the ACL keeps out? CloudFront with AWS WAF before the function URL keeps them out";
        self.ledger.opened(self.tree.at(resource), Question::of_map("web ACL", words, OPEN));
    }
}
