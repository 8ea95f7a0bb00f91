//! `get-domain-names` → what a domain asks of callers before a stage does: certificates, a policy.

use super::{
    answer_kind::AnswerKind,
    cli_answers::{CliReader, either},
};
use crate::api_import::report::{Question, Remark};

/// Guards of a domain: the names of their fields, that of the question, and what they do.
#[rustfmt::skip]
const GUARDS: [([&str; 2], &str, &str); 2] = [
    (["mutualTlsAuthentication", "MutualTlsAuthentication"], "mutual TLS", "asks callers for certificates"),
    (["policy", "Policy"], "policy of domain", "has a policy of its own"),
];

pub(super) fn read(reader: &mut CliReader<'_, '_>) {
    for domain in reader.elements(AnswerKind::DomainNames) {
        reader.ledger.taken(domain);
        let name = reader.text(domain, ["domainName", "DomainName"]).unwrap_or_default();
        for (fields, key, guard) in GUARDS {
            let Some(node) = either(domain, fields) else { continue };
            reader.ledger.taken_whole(node);
            let words = format!(
                "the domain {name} {guard}, and a function URL has no such guard: may it be open to whom the domain \
                 keeps out? A load balancer or CloudFront before the function URL can do the same"
            );
            reader.ledger.opened(node, Question::of_map(key, words, "open"));
        }
        for member in domain.members().into_iter().flatten() {
            if !reader.ledger.is_claimed(member.value) {
                let words = "the settings of a domain are those of what stands before the function URL";
                reader.ledger.remark_whole(member.value, Remark::left_out(words));
            }
        }
    }
}
