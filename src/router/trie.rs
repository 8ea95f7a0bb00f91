//! Paths → routes: a trie of path segments, in a few flat lists.
//!
//! A request's path is followed segment by segment, at each by the literal before the parameter before the greedy
//! parameter: the first route that it ends at, and that serves the method, is the most specific one. No node is visited
//! twice, for a node is reached by as many segments as it is deep.

use std::{cmp::Ordering, ops::Range};

use http::Method;

use super::{METHODS, MethodKey, PathPattern, Segment, path_pattern::compare_segments};
use crate::path;

/// Finds routes by their paths.
#[derive(Debug)]
pub(super) struct PathTrie {
    /// The root first. The children of a node stand together: literals in the order of their texts, then the parameter.
    nodes: Vec<Node>,
    /// The texts of all literals, in the order of their nodes.
    texts: String,
    /// The ends of the lists in `served`, by the numbers that nodes have for them.
    ends: Vec<u32>,
    served: Vec<Served>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The end of its text in the texts, which begins where that of the node before ends.
    text_end: u32,
    first_child: u32,
    literals: u32,
    /// The node of the parameter; 0: there is none.
    parameter: u32,
    /// The number of the list of routes whose path ends here; 0: there are none.
    here: u32,
    /// The same of routes that take all that is left.
    greedy: u32,
}

/// A route, and the methods that it serves at its path: bits, in the order of [`METHODS`].
#[derive(Clone, Copy, Debug)]
struct Served {
    methods: u8,
    route: u32,
}

/// A route that stands in a trie.
#[derive(Clone, Debug)]
pub(super) struct TrieRoute<'a> {
    /// Its path as it is found here.
    pub segments: &'a [Segment<'a>],
    pub pattern: &'a PathPattern<'a>,
    pub method: &'a MethodKey,
    pub index: usize,
}

/// The end of a path in a trie.
#[derive(Debug)]
pub(super) struct Found<'a> {
    served: &'a [Served],
    methods: u8,
    /// The ranks of the segments, by which paths are compared: the lesser is the more specific.
    pub ranks: Vec<u8>,
}

const LITERAL: u8 = 0;
const PARAMETER: u8 = 1;
const GREEDY: u8 = 2;

impl PathTrie {
    /// The routes are in the order of [`TrieRoute::compare`].
    pub fn new(routes: &[TrieRoute<'_>]) -> Self {
        let nodes = Vec::with_capacity(routes.len() * 2 + 1);
        let (ends, served) = (Vec::with_capacity(routes.len() + 1), Vec::with_capacity(routes.len()));
        let mut trie = Self { nodes, texts: String::new(), ends, served };
        trie.ends.push(0);
        trie.nodes.push(Node::default());
        // The routes below each node, and its depth.
        let mut below = Vec::with_capacity(routes.len() * 2 + 1);
        below.push((0..routes.len(), 0));
        let mut index = 0;
        while index < trie.nodes.len() {
            let (range, depth) = below[index].clone();
            trie.add_children(index, routes, range, depth, &mut below);
            index += 1;
        }
        trie.nodes.shrink_to_fit();
        trie.texts.shrink_to_fit();
        trie
    }

    /// The most specific path of a route of `method` that matches the canonical `path`.
    pub fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let methods = bit(method)?;
        let path = path::comparable(path);
        let mut ranks = Vec::new();
        let served = self.descend(0, path.strip_prefix('/'), methods, &mut ranks)?;
        Some(Found { served, methods, ranks })
    }

    fn descend(&self, node: u32, rest: Option<&str>, methods: u8, ranks: &mut Vec<u8>) -> Option<&[Served]> {
        let node = &self.nodes[node as usize];
        let Some(rest) = rest else { return self.serving(node.here, methods) };
        let (segment, after) =
            rest.split_once('/').map_or((rest, None), |(segment, after)| (segment, Some(after)));
        let parameter = (node.parameter != 0 && !segment.is_empty()).then_some(node.parameter);
        for (rank, child) in [(LITERAL, self.literal(node, segment)), (PARAMETER, parameter)] {
            let Some(child) = child else { continue };
            ranks.push(rank);
            if let Some(served) = self.descend(child, after, methods, ranks) {
                return Some(served);
            }
            ranks.pop();
        }
        let served = self.serving(node.greedy, methods).filter(|_| !rest.is_empty())?;
        ranks.push(GREEDY);
        Some(served)
    }

    fn literal(&self, node: &Node, text: &str) -> Option<u32> {
        let (mut low, mut high) = (node.first_child, node.first_child + node.literals);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(middle).cmp(text) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    fn text(&self, node: u32) -> &str {
        let node = node as usize;
        &self.texts[self.nodes[node - 1].text_end as usize..self.nodes[node].text_end as usize]
    }

    /// The list of this number, if some route in it serves one of the methods.
    fn serving(&self, list: u32, methods: u8) -> Option<&[Served]> {
        let list = list as usize;
        let begin = self.ends[list.checked_sub(1)?] as usize;
        let served = &self.served[begin..self.ends[list] as usize];
        served.iter().any(|served| served.methods & methods != 0).then_some(served)
    }

    /// Adds the children of a node, which stands at `depth` above the routes of `range`.
    fn add_children(
        &mut self,
        node: usize,
        routes: &[TrieRoute<'_>],
        range: Range<usize>,
        depth: usize,
        below: &mut Vec<(Range<usize>, usize)>,
    ) {
        let Range { start, end } = range;
        let ending = routes[start..end].iter().take_while(|route| route.segments.len() == depth).count();
        let mut at = start + ending;
        self.nodes[node].here = self.add_list(&routes[start..at]);
        self.nodes[node].first_child = number(self.nodes.len());
        while let Some(first) = routes[at..end].first() {
            let segment = &first.segments[depth];
            let same = |route: &&TrieRoute<'_>| route.segments[depth].compare_shape(segment).is_eq();
            let group = at..at + routes[at..end].iter().take_while(same).count();
            at = group.end;
            match segment {
                Segment::Literal(text) => {
                    self.texts.push_str(text);
                    self.nodes[node].literals += 1;
                }
                Segment::Parameter(_) => self.nodes[node].parameter = number(self.nodes.len()),
                Segment::Greedy(_) => {
                    self.nodes[node].greedy = self.add_list(&routes[group]);
                    continue;
                }
            }
            self.nodes.push(Node { text_end: number(self.texts.len()), ..Node::default() });
            below.push((group, depth + 1));
        }
    }

    /// Adds the routes of one path, and returns the number of their list.
    fn add_list(&mut self, routes: &[TrieRoute<'_>]) -> u32 {
        if routes.is_empty() {
            return 0;
        }
        for shape in routes.chunk_by(|a, b| a.pattern.compare_shape(b.pattern).is_eq()) {
            let first = self.served.len();
            self.served.extend(shape.iter().map(|route| Served { methods: 0, route: number(route.index) }));
            share_methods(shape, &mut self.served[first..]);
        }
        self.ends.push(number(self.served.len()));
        number(self.ends.len() - 1)
    }
}

impl Found<'_> {
    /// The routes that serve the method there; of paths that are found as they are written, it is one.
    pub fn routes(&self) -> impl Iterator<Item = usize> {
        let serving = self.served.iter().filter(|served| served.methods & self.methods != 0);
        serving.map(|served| served.route as usize)
    }

    pub fn is_greedy(&self) -> bool {
        self.ranks.last() == Some(&GREEDY)
    }
}

impl TrieRoute<'_> {
    /// The order of a trie's routes.
    pub fn compare(&self, other: &Self) -> Ordering {
        compare_segments(self.segments, other.segments)
            .then_with(|| self.pattern.compare_shape(other.pattern))
            .then_with(|| self.index.cmp(&other.index))
    }
}

/// Gives each method to a route of one shape: the exact method before `ANY`; for `HEAD` also `GET`, last.
fn share_methods(routes: &[TrieRoute<'_>], served: &mut [Served]) {
    let mut taken = 0;
    let mut take = |served: &mut Served, methods: u8| {
        served.methods |= methods & !taken;
        taken |= methods;
    };
    for (route, served) in routes.iter().zip(&mut *served) {
        if let MethodKey::Only(method) = route.method {
            take(served, bit(method).unwrap_or(0));
        }
    }
    for (route, served) in routes.iter().zip(&mut *served) {
        if *route.method == MethodKey::Any {
            take(served, u8::MAX);
        }
    }
    for (route, served) in routes.iter().zip(served) {
        if matches!(route.method, MethodKey::Only(method) if *method == Method::GET) {
            take(served, bit(&Method::HEAD).unwrap_or(0));
        }
    }
}

/// The bit of a method; `None`: it is none of [`METHODS`].
fn bit(method: &Method) -> Option<u8> {
    Some(1 << METHODS.iter().position(|known| known == method)?)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a deployment's items are not that large")
}
