//! Files beside a template: `DefinitionUri`, and what `AWS::Include` puts in.

use std::path::{Path, PathBuf};

use super::TemplateReader;
use crate::api_import::source::{NodeId, read_file};

impl TemplateReader<'_> {
    /// `DefinitionUri`: the document in a file beside the template.
    pub(super) fn definition_file(&mut self, at: NodeId) -> Option<NodeId> {
        let location = self.text_of(at)?;
        self.file(at, &location)
    }

    /// The value of a file, evaluated. An error says why there is none.
    pub(in crate::api_import::cloudformation) fn file(
        &mut self,
        at: NodeId,
        location: &str,
    ) -> Option<NodeId> {
        let path = match self.path_of(at, location) {
            Ok(path) => path,
            Err(words) => {
                self.ledger.error(self.tree.at(at), words);
                return None;
            }
        };
        match read_file(self.tree, &path) {
            Ok(Ok(root)) => {
                self.ledger.taken(self.tree.at(root));
                self.evaluated(root)
            }
            Ok(Err(problem)) => {
                self.ledger.error_at(problem.span, problem.words);
                None
            }
            Err(error) => {
                self.ledger.error(self.tree.at(at), format!("{location} cannot be read: {error}"));
                None
            }
        }
    }

    /// A file is in the folder of the template, or below it: a template is no way into other folders.
    fn path_of(&self, at: NodeId, location: &str) -> Result<PathBuf, String> {
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
