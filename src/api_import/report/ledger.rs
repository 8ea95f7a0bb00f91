//! What readers say of the nodes of the input.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    answers::Answers,
    outcome::{Extent, Outcome, Remark},
    question::Question,
    report_entry::{PlacedWords, place},
};
use crate::{
    api_file::Span,
    api_import::source::{Located, NodeId, Tree},
};

/// Says if an API may be written in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// The claims of all readers, and what they found wrong.
#[derive(Debug, Default)]
pub struct Ledger {
    pub(super) claims: BTreeMap<NodeId, Claim>,
    /// Errors first, each in the order of its place.
    pub(super) findings: BTreeSet<Finding>,
    pub(super) questions: BTreeMap<String, Question>,
    pub(super) answers: Answers,
    /// Names of the input whose answers may have the key of a question.
    pub(super) names: BTreeSet<String>,
    /// Findings about the file of answers.
    pub(super) of_map: Vec<PlacedWords>,
}

#[derive(Debug)]
pub(super) struct Claim {
    pub extent: Extent,
    pub remarks: Vec<Remark>,
}

/// An error or a warning, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub severity: Severity,
    pub span: Span,
    pub words: String,
}

impl Claim {
    pub fn outcome(&self) -> Outcome {
        self.remarks.iter().map(|remark| remark.outcome).max().unwrap_or(Outcome::Taken)
    }
}

impl Ledger {
    pub fn new(answers: Answers) -> Self {
        Self { answers, ..Self::default() }
    }

    /// The node is taken as it is; what is in it is claimed by itself.
    pub fn taken(&mut self, node: Located<'_>) {
        self.claim(node, Extent::Node, None);
    }

    /// The node is taken with all that is in it.
    pub fn taken_whole(&mut self, node: Located<'_>) {
        self.claim(node, Extent::Whole, None);
    }

    /// The node itself is taken otherwise, or left out; what is in it is claimed by itself.
    pub fn remark(&mut self, node: Located<'_>, remark: Remark) {
        self.claim(node, Extent::Node, Some(remark));
    }

    /// The same of the node with all that is in it.
    pub fn remark_whole(&mut self, node: Located<'_>, remark: Remark) {
        self.claim(node, Extent::Whole, Some(remark));
    }

    fn claim(&mut self, node: Located<'_>, extent: Extent, remark: Option<Remark>) {
        let id = node.tree.original(node.id);
        let claim = self.claims.entry(id).or_insert(Claim { extent, remarks: Vec::new() });
        claim.extent = claim.extent.max(extent);
        if let Some(remark) = remark
            && !claim.remarks.contains(&remark)
        {
            claim.remarks.push(remark);
        }
    }

    /// Says if anything has been said of a node.
    pub fn is_claimed(&self, node: Located<'_>) -> bool {
        self.claims.contains_key(&node.tree.original(node.id))
    }

    /// Says if a node has been left out, with words.
    pub fn is_left_out(&self, node: Located<'_>) -> bool {
        let claim = self.claims.get(&node.tree.original(node.id));
        claim.is_some_and(|claim| claim.outcome() == Outcome::LeftOut)
    }

    /// The answer to a question; without one, the node needs it.
    pub fn answer(&mut self, node: Located<'_>, question: Question) -> Option<Value> {
        if let Some(answer) = self.answers.of_key(&question.key) {
            return Some(answer.clone());
        }
        self.ask(node, question);
        None
    }

    /// The node needs an answer, which is not in the file of `--map`.
    pub fn ask(&mut self, node: Located<'_>, question: Question) {
        let advice = match question.key.starts_with("--") {
            true => format!("say {}", question.line),
            false => format!("write into the file of --map: {}", question.line),
        };
        let remark = Remark {
            outcome: Outcome::NeedsAnswer,
            words: question.words.clone(),
            advice: Some(advice),
            visibility: None,
        };
        self.claim(node, Extent::Node, Some(remark));
        let span = node.span();
        self.questions.entry(question.key.clone()).or_insert(question).places.insert(span);
    }

    /// The answer to a question that has no place in the input.
    pub fn answer_to(&mut self, key: &str) -> Option<Value> {
        self.answers.of_key(key).cloned()
    }

    /// An error about a node, which is left out with all that is in it: nothing is written.
    pub fn error(&mut self, node: Located<'_>, words: impl Into<String>) {
        let words = words.into();
        self.remark_whole(node, Remark::left_out(words.clone()));
        self.error_at(node.span(), words);
    }

    pub fn error_at(&mut self, span: Span, words: impl Into<String>) {
        self.find(span, Severity::Error, words.into());
    }

    /// A warning; what becomes of the node is said beside it.
    pub fn warning_at(&mut self, span: Span, words: impl Into<String>) {
        self.find(span, Severity::Warning, words.into());
    }

    fn find(&mut self, span: Span, severity: Severity, words: String) {
        self.findings.insert(Finding { severity, span, words });
    }

    /// Something is wrong with the file of answers, whose places are of another tree.
    pub fn problem_of_map(&mut self, answers: &Tree, span: Span, words: &str) {
        self.of_map.push(PlacedWords {
            severity: Severity::Error,
            place: place(&answers.sources, span),
            words: words.to_owned(),
        });
    }

    /// Warns of answers that nothing asked for.
    pub fn warn_of_unused_answers(&mut self, answers: &Tree) {
        let words = |key: &str| format!("nothing asks for {key}");
        let unused = self.answers.unused().map(|(key, node)| PlacedWords {
            severity: Severity::Warning,
            place: place(&answers.sources, answers.node(node).span),
            words: words(key),
        });
        let unused: Vec<PlacedWords> = unused.collect();
        self.of_map.extend(unused);
    }

    pub fn has_errors(&self) -> bool {
        let of_map = self.of_map.iter().map(|finding| finding.severity);
        let mut severities = self.findings.iter().map(|finding| finding.severity).chain(of_map);
        severities.any(|severity| severity == Severity::Error)
    }

    /// Says if anything stops the result from being written.
    pub fn is_complete(&self) -> bool {
        !self.has_errors() && self.questions.is_empty()
    }
}
