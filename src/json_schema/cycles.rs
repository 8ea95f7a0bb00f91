//! Schemas that refer to themselves without a step into the value: nothing would ever end their check.

use super::keyword::{Keyword, Node, NodeId};

/// The schemas that lead back to themselves so, or lie between such.
pub fn endless(nodes: &[Node]) -> Vec<NodeId> {
    let edges: Vec<Vec<NodeId>> =
        nodes.iter().map(|node| node.keywords.iter().flat_map(Keyword::in_place).collect()).collect();
    let mut backwards = vec![Vec::new(); nodes.len()];
    for (from, to) in edges.iter().enumerate().flat_map(|(from, all)| all.iter().map(move |to| (from, *to))) {
        backwards[to].push(from);
    }
    let mut is_left = vec![true; nodes.len()];
    // What leads nowhere else ends, and so does what nothing leads to.
    peel(&edges, &backwards, &mut is_left);
    peel(&backwards, &edges, &mut is_left);
    (0..nodes.len()).filter(|node| is_left[*node]).collect()
}

/// Takes nodes away that have no edges to what is left, until there are none.
fn peel(edges: &[Vec<NodeId>], backwards: &[Vec<NodeId>], is_left: &mut [bool]) {
    let mut counts: Vec<usize> =
        edges.iter().map(|to| to.iter().filter(|node| is_left[**node]).count()).collect();
    let mut ending: Vec<NodeId> =
        (0..edges.len()).filter(|node| is_left[*node] && counts[*node] == 0).collect();
    while let Some(node) = ending.pop() {
        is_left[node] = false;
        for from in backwards[node].iter().copied().filter(|from| is_left[*from]).collect::<Vec<_>>() {
            counts[from] -= 1;
            if counts[from] == 0 {
                ending.push(from);
            }
        }
    }
}
