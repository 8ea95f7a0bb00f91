//! The ledger with the tree → a report: each node of the input is in exactly one entry.

use std::collections::BTreeMap;

use super::{
    ledger::{Claim, Finding, Ledger, Severity},
    outcome::{Extent, Outcome, Remark},
    question::Question,
};
use crate::{
    api_file::{Position, Sources, Span},
    api_import::source::{Member, NodeContent, NodeId, ShadowedMember, Tree},
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
    /// The way to the node, as a JSON pointer (RFC 6901), of which the first 1,000 characters are kept.
    pub pointer: String,
    pub extent: Extent,
    pub outcome: Outcome,
    pub remarks: Vec<Remark>,
}

impl ReportEntry {
    /// `api.yaml:3:7 /paths/~1orders/get`
    pub fn place(&self) -> String {
        let Self { file, position, pointer, .. } = self;
        format!("{file}:{}:{} {pointer}", position.line, position.column)
    }
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
            walk.visit(Visited::root(tree, *root), Covered::No);
        }
        let Walk { entries, .. } = walk;
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

/// A node on the walk, with its place: that of its name, where it has one.
struct Visited {
    id: NodeId,
    pointer: String,
    place: Span,
}

impl Visited {
    fn root(tree: &Tree, id: NodeId) -> Self {
        Self { id, pointer: String::new(), place: tree.node(id).span }
    }

    fn member(&self, Member { key, key_span, node }: &Member) -> Self {
        Self { id: *node, pointer: self.pointer_to(key), place: *key_span }
    }
}

/// A name may be as long as the input, and everything in it has it in its way.
const MOST_POINTER_CHARS: usize = 1_000;
const CUT: char = '…';

impl Visited {
    /// The way to a name in it.
    fn pointer_to(&self, name: &str) -> String {
        if self.pointer.ends_with(CUT) {
            return self.pointer.clone();
        }
        let mut pointer = format!("{}/", self.pointer);
        let room = MOST_POINTER_CHARS.saturating_sub(pointer.chars().count());
        match name.char_indices().nth(room) {
            Some((end, _)) => {
                pointer.push_str(&escaped(&name[..end]));
                pointer.push(CUT);
            }
            None => pointer.push_str(&escaped(name)),
        }
        pointer
    }
}

impl Walk<'_> {
    fn visit(&mut self, visited: Visited, around: Covered) {
        let claim = self.claims.get(&visited.id);
        let inside = match claim {
            Some(Claim { extent: Extent::Node, .. }) => around,
            Some(Claim { extent: Extent::Whole, .. }) | None => Covered::Yes,
        };
        match claim {
            Some(claim) => self.enter(&visited, claim.extent, claim.outcome(), claim.remarks.clone()),
            None if around == Covered::Yes => {}
            None => {
                let remarks = vec![Remark::left_out(UNKNOWN)];
                self.enter(&visited, Extent::Whole, Outcome::LeftOut, remarks);
            }
        }
        match &self.tree.node(visited.id).content {
            NodeContent::Scalar { .. } => {}
            NodeContent::List(nodes) => {
                for (index, id) in nodes.iter().enumerate() {
                    let pointer = visited.pointer_to(&index.to_string());
                    let place = self.tree.node(*id).span;
                    self.visit(Visited { id: *id, pointer, place }, inside);
                }
            }
            NodeContent::Map(members) => {
                for member in members {
                    self.visit(visited.member(member), inside);
                }
                for shadowed in self.shadowed.get(&visited.id).cloned().unwrap_or_default() {
                    self.visit(visited.member(&shadowed.member), Covered::No);
                }
            }
        }
    }

    fn enter(&mut self, visited: &Visited, extent: Extent, outcome: Outcome, remarks: Vec<Remark>) {
        let source = self.tree.sources.of(visited.place);
        self.entries.push(ReportEntry {
            file: source.name.clone(),
            position: source.position(visited.place.start),
            pointer: visited.pointer.clone(),
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
