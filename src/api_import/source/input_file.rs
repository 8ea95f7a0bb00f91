//! A file of the input → its tree, by its content: what begins like JSON and is JSON is read so, all else as YAML.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{
    json_reader,
    source_problem::SourceProblem,
    tree::{NodeId, Tree},
    yaml_reader,
};
use crate::api_file::{Span, decoded};

/// The largest document that API Gateway imports.
pub const MOST_INPUT_BYTES: usize = 6 << 20;

/// Reads a file into the tree. The inner result is what is wrong with its text.
///
/// # Errors
///
/// It cannot be read.
pub fn read_file(tree: &mut Tree, path: &Path) -> io::Result<Result<NodeId, SourceProblem>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(read_bytes(tree, &path.display().to_string(), &bytes))
}

/// Reads a text into the tree, under a name for messages.
///
/// # Errors
///
/// What is wrong with it.
pub fn read_text(tree: &mut Tree, name: &str, text: &str) -> Result<NodeId, SourceProblem> {
    read_bytes(tree, name, text.as_bytes())
}

fn read_bytes(tree: &mut Tree, name: &str, bytes: &[u8]) -> Result<NodeId, SourceProblem> {
    if bytes.len() > MOST_INPUT_BYTES {
        let file = tree.sources.add(name.to_owned(), String::new());
        let words =
            format!("more than {} MB, which API Gateway does not import either", MOST_INPUT_BYTES >> 20);
        return Err(SourceProblem::new(Span::beginning(file), words));
    }
    let (text, invalid) = decoded(bytes);
    let file = tree.sources.add(name.to_owned(), text.clone().into_owned());
    if let Some(start) = invalid {
        let span = Span { file, start, end: start };
        return Err(SourceProblem::new(span, "bytes that are no UTF-8: save the file as UTF-8"));
    }
    let shadowed = tree.shadowed.len();
    let root = match text.trim_start().starts_with(['{', '[']) {
        false => yaml_reader::read(tree, &text, file)?,
        true => match json_reader::read(tree, &text, file) {
            Ok(root) => Some(root),
            // Maps of YAML may be in braces too.
            Err(of_json) => {
                tree.shadowed.truncate(shadowed);
                Some(yaml_reader::read(tree, &text, file).ok().flatten().ok_or(of_json)?)
            }
        },
    };
    let root = root.ok_or_else(|| SourceProblem::new(Span::beginning(file), "nothing is in this file"))?;
    tree.roots.push(root);
    Ok(root)
}
