//! The ledger with the tree → a report: each node of the input is in exactly one entry.

use std::collections::BTreeMap;

use super::{
    ledger::{Claim, Finding, Ledger, Severity},
    outcome::{Extent, Outcome, Remark},
    question::Question,
};
use crate::{
    api_file::{Position, Sources, Span},
    api_import::source::{NodeContent, NodeId, ShadowedMember, Tree},
};

/// What became of an import's input.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// In the order of the input.
    pub entries: Vec<ReportEntry>,
    /// Errors first, each in the order of its place.
    pub findings: Vec<PlacedWords>,
    pub questions: Vec<Question>,
    /// The places of each question, in its order.
    pub question_places: Vec<Vec<String>>,
}

/// What became of a node, or of all that is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportEntry {
    pub file: String,
    pub position: Position,
    /// The way to the node, as a JSON pointer (RFC 6901).
    pub pointer: String,
    pub extent: Extent,
    pub outcome: Outcome,
    pub remarks: Vec<Remark>,
}

/// An error or a warning at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedWords {
    pub severity: Severity,
    /// `api.yaml:3:7`
    pub place: String,
    pub words: String,
}

/// The words for what no reader has claimed.
const UNKNOWN: &str = "an unknown field";

impl ImportReport {
    pub fn of(tree: &Tree, mut ledger: Ledger) -> Self {
        for ShadowedMember { member, counts, .. } in &tree.shadowed {
            let place = place(&tree.sources, *counts);
            let words =
                format!("{:?} stands again at {place}, and the last one counts, as on AWS", member.key);
            ledger.warning_at(member.key_span, words.clone());
            ledger.remark_whole(tree.at(member.node), Remark::left_out(words));
        }
        let mut walk =
            Walk { tree, claims: &ledger.claims, shadowed: shadowed_by_map(tree), entries: Vec::new() };
        for root in &tree.roots {
            walk.visit(*root, String::new(), Covered::No);
        }
        let Walk { entries, .. } = walk;
        ledger.findings.sort_by(|a, b| {
            (a.severity, a.span).cmp(&(b.severity, b.span)).then_with(|| a.words.cmp(&b.words))
        });
        let findings = ledger.findings.iter().map(|Finding { span, severity, words }| PlacedWords {
            severity: *severity,
            place: place(&tree.sources, *span),
            words: words.clone(),
        });
        let mut findings: Vec<PlacedWords> = findings.collect();
        findings.splice(0..0, std::mem::take(&mut ledger.of_map));
        findings.sort_by_key(|finding| finding.severity);
        let questions: Vec<Question> = ledger.questions.into_values().collect();
        let places_of = |question: &Question| {
            question.places.iter().map(|span| place(&tree.sources, *span)).collect::<Vec<_>>()
        };
        let question_places = questions.iter().map(places_of).collect();
        Self { entries, findings, questions, question_places }
    }

    /// The number of entries with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.entries.iter().filter(|entry| entry.outcome == outcome).count()
    }

    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// `api.yaml:3:7`
pub(super) fn place(sources: &Sources, span: Span) -> String {
    let source = sources.of(span);
    let Position { line, column } = source.position(span.start);
    format!("{}:{line}:{column}", source.name)
}

fn shadowed_by_map(tree: &Tree) -> BTreeMap<NodeId, Vec<&ShadowedMember>> {
    let mut by_map: BTreeMap<NodeId, Vec<&ShadowedMember>> = BTreeMap::new();
    for shadowed in &tree.shadowed {
        by_map.entry(shadowed.map).or_default().push(shadowed);
    }
    by_map
}

/// Says if what is around a node has been claimed with all that is in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Covered {
    Yes,
    No,
}

struct Walk<'a> {
    tree: &'a Tree,
    claims: &'a BTreeMap<NodeId, Claim>,
    shadowed: BTreeMap<NodeId, Vec<&'a ShadowedMember>>,
    entries: Vec<ReportEntry>,
}

impl Walk<'_> {
    fn visit(&mut self, id: NodeId, pointer: String, around: Covered) {
        let claim = self.claims.get(&id);
        let inside = match (claim, around) {
            (Some(Claim { extent: Extent::Whole, .. }), _) | (None, _) => Covered::Yes,
            (Some(Claim { extent: Extent::Node, .. }), around) => around,
        };
        match claim {
            Some(claim) => self.enter(id, &pointer, claim.extent, claim.outcome(), claim.remarks.clone()),
            None if around == Covered::Yes => {}
            None => {
                let remarks = vec![Remark::left_out(UNKNOWN)];
                self.enter(id, &pointer, Extent::Whole, Outcome::LeftOut, remarks);
            }
        }
        match &self.tree.node(id).content {
            NodeContent::Scalar { .. } => {}
            NodeContent::List(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    self.visit(*node, format!("{pointer}/{index}"), inside);
                }
            }
            NodeContent::Map(members) => {
                for member in members {
                    self.visit(member.node, format!("{pointer}/{}", escaped(&member.key)), inside);
                }
                for shadowed in self.shadowed.get(&id).cloned().unwrap_or_default() {
                    let key = escaped(&shadowed.member.key);
                    self.visit(shadowed.member.node, format!("{pointer}/{key}"), Covered::No);
                }
            }
        }
    }

    fn enter(&mut self, id: NodeId, pointer: &str, extent: Extent, outcome: Outcome, remarks: Vec<Remark>) {
        let span = self.tree.node(id).span;
        let source = self.tree.sources.of(span);
        self.entries.push(ReportEntry {
            file: source.name.clone(),
            position: source.position(span.start),
            pointer: pointer.to_owned(),
            extent,
            outcome,
            remarks,
        });
    }
}

/// A name in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
