//! Guards that stand before an API and not before a function URL: mutual TLS, the policy and the private network of a domain, and a web ACL. Each is a question.

use std::collections::BTreeSet;

use super::{named_resources::names_within, properties::TemplateReader, template_contents::kind_of};
use crate::api_import::{names, report::Question, source::NodeId};

const MUTUAL_TLS: &str = "MutualTlsAuthentication";
const OPEN: &str = "open";

/// Resources that are no APIs and may have a web ACL: the beginnings of their kinds.
const WITH_WEB_ACLS: [&str; 7] = [
    "AWS::ElasticLoadBalancing",
    "AWS::Cognito::",
    "AWS::AppSync::",
    "AWS::Serverless::GraphQLApi",
    "AWS::AppRunner::",
    "AWS::EC2::VerifiedAccess",
    "AWS::Amplify::",
];

/// The same by the services of ARNs.
const SERVICES: [&str; 6] = ["elasticloadbalancing", "cognito-idp", "appsync", "apprunner", "ec2", "amplify"];

impl TemplateReader<'_> {
    /// Asks about the guard that a resource has, or is, if its condition lets it be there. A web ACL before what is
    /// `left_out` is none.
    pub fn outer_guard(&mut self, resource: NodeId, kind: &str, left_out: &BTreeSet<String>) {
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
            true => self.guards_of_domain(properties),
            false => self.web_acl(resource, properties, left_out),
        }
    }

    /// Asks about the guards of a domain, also of one that SAM makes.
    pub(super) fn guards_of_domain(&mut self, domain: NodeId) {
        self.mutual_tls(domain);
        self.policy_and_network(domain);
    }

    /// Asks about the mutual TLS of a domain.
    fn mutual_tls(&mut self, domain: NodeId) {
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
    fn policy_and_network(&mut self, domain: NodeId) {
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

    /// Asks about a web ACL, unless it is of a resource that is no API, or of one that is left out.
    fn web_acl(&mut self, resource: NodeId, properties: NodeId, left_out: &BTreeSet<String>) {
        let guarded = self.tree.at(properties).get("ResourceArn").map(|guarded| guarded.id);
        let guarded = guarded.and_then(|guarded| self.evaluated(guarded));
        if let Some(guarded) = guarded {
            let names = names_within(self.tree.at(guarded));
            let is_other = |name: &String| left_out.contains(name) || self.has_web_acls_too(name);
            if !names.is_empty() && names.iter().all(is_other) || self.is_of_other_service(guarded) {
                return;
            }
        }
        let words = "a web ACL of AWS WAF stands before the stage, and none before a function URL: may it be open to \
                     whom the ACL keeps out? CloudFront with AWS WAF before the function URL keeps them out";
        self.ledger.opened(self.tree.at(resource), Question::of_map("web ACL", words, OPEN));
    }

    /// True of a resource that is no API.
    fn has_web_acls_too(&self, name: &str) -> bool {
        let kind = self.resource_called(name).map(kind_of).unwrap_or_default();
        WITH_WEB_ACLS.iter().any(|begin| kind.starts_with(begin))
    }

    /// True of an ARN that says another service: `arn:${AWS::Partition}:elasticloadbalancing:…`.
    fn is_of_other_service(&mut self, arn: NodeId) -> bool {
        let arn = self.tree.at(arn);
        let Some(mut text) = names::text_with_names(arn) else { return false };
        if let Some(name) = names::name_of(arn) {
            let answer = self.ledger.answer_to_name(&name);
            let answer = answer.and_then(|answer| answer.as_str().map(str::to_owned));
            text = answer.or_else(|| self.known.get(&name).cloned()).unwrap_or(text);
        }
        let text = text.replace("${AWS::Partition}", "aws");
        let service = text.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(1));
        service.is_some_and(|service| SERVICES.contains(&service))
    }
}
