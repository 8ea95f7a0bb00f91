//! Files beside a template: `DefinitionUri`, `BodyS3Location`, what `AWS::Include` puts in, and other templates. A file in
//! S3 is asked for, if it is no asset of CDK that lies beside the template.

use std::path::{Path, PathBuf};

use super::properties::TemplateReader;
use crate::api_import::{
    names,
    report::Question,
    source::{Located, NodeId, read_file},
};

/// Where CDK says which file of its folder a stack is deployed with: its location in S3 is of many parts.
const ASSET_PATH: &str = "aws:asset:path";

/// No more files are read, and no more put into others.
const MOST_FILES: usize = 200;

impl TemplateReader<'_> {
    /// The file that CDK names for a stack.
    pub fn asset_of(&self, resource: NodeId) -> Option<String> {
        let metadata = self.tree.at(resource).get("Metadata")?;
        metadata.get(ASSET_PATH).and_then(Located::text).map(str::to_owned)
    }

    /// The document in a file beside the template, which a text names, or a map of `Bucket` and `Key`.
    pub fn definition_file(&mut self, at: NodeId) -> Option<NodeId> {
        let location = self.location(at)?;
        self.file(at, &location)
    }

    /// A location in S3 keeps its names: nobody needs a bucket's.
    pub fn location(&mut self, at: NodeId) -> Option<String> {
        let Some(location) = in_s3(self.tree.at(at)) else { return self.text_of(at) };
        self.ledger.taken_whole(self.tree.at(at));
        Some(location)
    }

    /// The value of a file, evaluated. An error or a question says why there is none.
    pub fn file(&mut self, at: NodeId, location: &str) -> Option<NodeId> {
        let location = match is_in_s3(location) {
            true => self.fetched(at, location)?,
            false => location.to_owned(),
        };
        match self.path_of(at, &location) {
            Ok(path) => {
                let root = self.root_of(at, &path)?;
                self.included_once(at, root)
            }
            Err(words) => {
                self.ledger.error(self.tree.at(at), words);
                None
            }
        }
    }

    /// The value of a file, which is not of itself.
    fn included_once(&mut self, at: NodeId, root: NodeId) -> Option<NodeId> {
        let words = match &mut self.scope.files {
            files if files.open.contains(&root) => "files include each other in a circle".to_owned(),
            files if files.count == MOST_FILES => format!("more than {MOST_FILES} files are included"),
            files => {
                files.count += 1;
                files.open.push(root);
                let evaluated = self.evaluated(root);
                self.scope.files.open.pop();
                return evaluated;
            }
        };
        self.ledger.error(self.tree.at(at), words);
        None
    }

    /// The file that a location in S3 was uploaded from: CDK's lies beside the template, any other is a question.
    fn fetched(&mut self, at: NodeId, location: &str) -> Option<String> {
        let asset = location.rsplit('/').next().map(|name| format!("asset.{name}"));
        if let Some(asset) = asset.filter(|asset| self.path_of(at, asset).is_ok()) {
            return Some(asset);
        }
        let words = format!("which file is {location}? Fetch it into the folder of the template");
        let answer = self.ledger.answer(self.tree.at(at), Question::of_map(location, words, "FILE"))?;
        let file = answer.as_str().map(str::to_owned);
        if file.is_none() {
            self.ledger.error(self.tree.at(at), format!("the answer to {location} is no name of a file"));
        }
        file
    }

    /// The value of a file as it is written. A file that is named twice is read once.
    pub fn root_of(&mut self, at: NodeId, path: &Path) -> Option<NodeId> {
        let name = path.display().to_string();
        let is_it = |root: &&NodeId| self.tree.sources.of(self.tree.node(**root).span).name == name;
        if let Some(root) = self.tree.roots.iter().find(is_it) {
            return Some(*root);
        }
        // A device has no end, and a pipe may never have a beginning.
        if !path.is_file() || self.tree.roots.len() >= MOST_FILES {
            let words = match path.is_file() {
                true => format!("{name}: more than {MOST_FILES} files are read"),
                false => format!("{name} is no regular file"),
            };
            self.ledger.error(self.tree.at(at), words);
            return None;
        }
        match read_file(self.tree, path) {
            Ok(Ok(root)) => {
                self.ledger.taken(self.tree.at(root));
                Some(root)
            }
            Ok(Err(problem)) => {
                self.ledger.error_at(problem.span, problem.words);
                None
            }
            Err(error) => {
                self.ledger.error(self.tree.at(at), format!("{name} cannot be read: {error}"));
                None
            }
        }
    }

    /// A file is in the folder of the template, or below it: a template is no way into other folders.
    ///
    /// # Errors
    ///
    /// The words for what is wrong.
    pub fn path_of(&self, at: NodeId, location: &str) -> Result<PathBuf, String> {
        if location.contains("://") || location.contains("${") {
            return Err(format!("{location} is no file beside the template: fetch it, and name the file"));
        }
        let source = self.tree.sources.of(self.tree.node(at).span);
        let folder = Path::new(&source.name).parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let path = if folder == Path::new(".") { PathBuf::from(location) } else { folder.join(location) };
        let (folder, real) = (folder.canonicalize(), path.canonicalize());
        match (folder, real) {
            (Ok(folder), Ok(real)) if real.starts_with(&folder) => Ok(path),
            (Ok(_), Ok(_)) => Err(format!("{location} is outside the folder of the template")),
            (Err(error), _) | (_, Err(error)) => Err(format!("{location} cannot be read: {error}")),
        }
    }
}

/// `s3://bucket/key` of a text or of a map of `Bucket` and `Key`, with `${Name}` where a name stands.
fn in_s3(node: Located<'_>) -> Option<String> {
    if let Some(text) = names::text_with_names(node) {
        return is_in_s3(&text).then_some(text);
    }
    let part = |key: &str| names::text_with_names(node.get(key)?);
    Some(format!("s3://{}/{}", part("Bucket")?, part("Key")?))
}

fn is_in_s3(location: &str) -> bool {
    ["s3://", "https://s3"].iter().any(|begin| location.starts_with(begin))
}
