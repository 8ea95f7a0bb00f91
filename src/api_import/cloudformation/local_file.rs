//! Files beside a template: `DefinitionUri`, `BodyS3Location`, what `AWS::Include` puts in, and other templates.

use std::path::{Path, PathBuf};

use super::properties::TemplateReader;
use crate::api_import::source::{Located, NodeId, read_file};

/// Where CDK says which file of its folder a resource is deployed with.
const ASSET_PATH: &str = "aws:asset:path";

impl TemplateReader<'_> {
    /// The file that CDK names for a resource.
    pub fn asset_of(&self, resource: NodeId) -> Option<String> {
        let metadata = self.tree.at(resource).get("Metadata")?;
        metadata.get(ASSET_PATH).and_then(Located::text).map(str::to_owned)
    }

    /// `DefinitionUri`, `BodyS3Location`: the document in a file beside the template.
    pub fn definition_file(&mut self, at: NodeId) -> Option<NodeId> {
        if self.tree.at(at).get("Bucket").is_some() {
            self.ledger.taken_whole(self.tree.at(at));
            let words = "the document is in S3: fetch it, and write the name of its file here";
            self.ledger.error(self.tree.at(at), words);
            return None;
        }
        let location = self.text_of(at)?;
        self.file(at, &location)
    }

    /// The value of a file, evaluated. An error says why there is none.
    pub fn file(&mut self, at: NodeId, location: &str) -> Option<NodeId> {
        match self.path_of(at, location) {
            Ok(path) => {
                let root = self.root_of(at, &path)?;
                self.evaluated(root)
            }
            Err(words) => {
                self.ledger.error(self.tree.at(at), words);
                None
            }
        }
    }

    /// The value of a file as it is written. A file that is named twice is read once.
    pub fn root_of(&mut self, at: NodeId, path: &Path) -> Option<NodeId> {
        let name = path.display().to_string();
        let is_it = |root: &&NodeId| self.tree.sources.of(self.tree.node(**root).span).name == name;
        if let Some(root) = self.tree.roots.iter().find(is_it) {
            return Some(*root);
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
