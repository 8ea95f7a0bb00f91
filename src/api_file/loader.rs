//! Files → nodes: the API file, and what it takes in by `$include`.
//!
//! Nothing outside the folder of the API file is read, and nothing twice on one way.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, Read},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use super::{
    file_problem::FileProblem,
    node::{Content, Entry, Node},
    source::{Sources, Span, decoded},
    yaml,
};

/// The name that takes in another file.
pub const INCLUDE: &str = "$include";

/// Of all files together.
const MOST_BYTES: usize = 8 << 20;
const MOST_FILES: usize = 256;

/// Reads files, and collects what is wrong with them.
pub struct Loader {
    pub sources: Sources,
    pub problems: Vec<FileProblem>,
    /// Includes of files with a problem that hides what is in them.
    pub failed_includes: Vec<Span>,
    /// What is not shown to anybody.
    pub secrets: Vec<Span>,
    /// The folder of the API file, without links.
    project: PathBuf,
    /// Texts that files are to have, by their paths without links: these are read in the places of theirs.
    edited: BTreeMap<PathBuf, String>,
    /// By the index of the source.
    files: Vec<LoadedFile>,
}

/// A file, and the one that includes it.
struct LoadedFile {
    /// Without links.
    path: PathBuf,
    includer: Option<usize>,
}

impl Loader {
    /// Reads a file; no node: there is none in it, which is told, with what was `expected`.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn open(
        path: &Path,
        edited: BTreeMap<PathBuf, String>,
        expected: &str,
    ) -> io::Result<(Self, Option<Arc<Node>>)> {
        let real = path.canonicalize()?;
        let project = real.parent().map(Path::to_path_buf).unwrap_or_default();
        let mut loader = Self {
            sources: Sources::default(),
            problems: Vec::new(),
            failed_includes: Vec::new(),
            secrets: Vec::new(),
            project,
            edited,
            files: Vec::new(),
        };
        let bytes = loader.bytes_of(&real)?;
        let name = path.display().to_string();
        let file = LoadedFile { path: real, includer: None };
        let root = loader.read(name, file, &bytes);
        if root.is_none() && loader.problems.is_empty() {
            let message = format!("got nothing, expected {expected}");
            loader.problems.push(FileProblem::layout(Span::beginning(0), message));
        }
        Ok((loader, root))
    }

    /// Reads a text that is in no file, under a name for messages. It can include nothing.
    pub fn of_text(name: &str, text: &str) -> (Self, Option<Arc<Node>>) {
        let mut loader = Self {
            sources: Sources::default(),
            problems: Vec::new(),
            failed_includes: Vec::new(),
            secrets: Vec::new(),
            project: PathBuf::new(),
            edited: BTreeMap::new(),
            files: Vec::new(),
        };
        let file = LoadedFile { path: PathBuf::from(name), includer: None };
        let root = loader.read(name.to_owned(), file, text.as_bytes());
        (loader, root)
    }

    fn read(&mut self, name: String, file: LoadedFile, bytes: &[u8]) -> Option<Arc<Node>> {
        if self.sources.byte_count() + bytes.len() > MOST_BYTES {
            let index = self.sources.add(name, String::new());
            self.files.push(file);
            let most = MOST_BYTES >> 20;
            let message =
                format!("got files of more than {most} MB together, expected an API of at most {most} MB");
            self.problems.push(FileProblem::syntax(Span::beginning(index), message));
            return None;
        }
        let (text, invalid) = decoded(bytes);
        let index = self.sources.add(name, text.into_owned());
        self.files.push(file);
        if let Some(at) = invalid {
            let span = Span { file: index, start: at, end: at + '\u{fffd}'.len_utf8() };
            let problem = FileProblem::syntax(span, "got bytes that are no UTF-8");
            self.problems.push(problem.with_hint("save the file as UTF-8"));
            return None;
        }
        let text = &self.sources.of(Span::beginning(index)).text;
        let mut problems = Vec::new();
        let node = yaml::read(text, index, &mut problems);
        self.problems.extend(problems);
        node
    }

    fn bytes_of(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.edited.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => bytes_of(path),
        }
    }

    /// The value, with the files that it includes in their places.
    pub fn expanded(&mut self, node: &Arc<Node>) -> Arc<Node> {
        let Some(entries) = node.as_map().filter(|entries| entries.iter().any(|entry| entry.key == INCLUDE))
        else {
            return Arc::clone(node);
        };
        if let [only] = entries
            && only.node.as_text().is_some()
        {
            return self
                .included(&only.node)
                .unwrap_or_else(|| Arc::new(Node::new(node.span, Content::Map(Vec::new()))));
        }
        let mut members: Vec<Entry> = Vec::new();
        for entry in entries {
            match entry.key == INCLUDE {
                true => members.extend(self.included_maps(entry)),
                false => members.push(entry.clone()),
            }
        }
        let mut places: HashMap<String, Span> = HashMap::new();
        members.retain(|entry| match places.get(&entry.key) {
            None => places.insert(entry.key.clone(), entry.key_span).is_none(),
            Some(first) => {
                let message = format!("got {:?} twice in one map, with what it includes", entry.key);
                self.problems.push(FileProblem::layout(entry.key_span, message).with_first(*first));
                false
            }
        });
        Arc::new(Node::new(node.span, Content::Map(members)))
    }

    /// The members of the maps in the files that `$include` names.
    fn included_maps(&mut self, include: &Entry) -> Vec<Entry> {
        let paths = match &include.node.content {
            Content::List(paths) => paths.clone(),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => {
                vec![Arc::clone(&include.node)]
            }
        };
        let mut members = Vec::new();
        for path in paths {
            let Some(node) = self.included(&path) else { continue };
            match node.as_map() {
                Some(entries) => members.extend_from_slice(entries),
                None => {
                    let message = "got a file whose value is no map, expected a map to take in beside others";
                    self.problems.push(FileProblem::layout(path.span, message));
                }
            }
        }
        members
    }

    /// The value of the file at a path; what is wrong is told.
    fn included(&mut self, path: &Node) -> Option<Arc<Node>> {
        match self.include(path) {
            Ok(Some(node)) => Some(node),
            Ok(None) => {
                self.failed_includes.push(path.span);
                None
            }
            Err(message) => {
                self.problems.push(FileProblem::layout(path.span, message));
                None
            }
        }
    }

    fn include(&mut self, path: &Node) -> Result<Option<Arc<Node>>, String> {
        let Some(text) = path.as_text() else {
            return Err(
                "got no path for $include, expected one such as routes.yaml, or a list of them".to_owned()
            );
        };
        let relative = Path::new(text);
        let is_plain = |part: Component<'_>| {
            matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir)
        };
        if text.is_empty() || !relative.components().all(is_plain) {
            return Err(format!("got {text:?}, expected a path that begins at the folder of this file"));
        }
        let includer = path.span.file;
        let folder = self.files[includer].path.parent().unwrap_or(&self.project).to_path_buf();
        let real = folder.join(relative).canonicalize();
        let real = real.map_err(|error| format!("got {text:?}, which cannot be read: {error}"))?;
        if !real.starts_with(&self.project) {
            return Err(format!("got {text:?}, expected a file in the folder of the API file, or below"));
        }
        let mut above = Some(includer);
        while let Some(index) = above {
            if self.files[index].path == real {
                return Err(format!("got {text:?}, which includes this file"));
            }
            above = self.files[index].includer;
        }
        if self.sources.file_count() >= MOST_FILES {
            return Err(format!("got more than {MOST_FILES} files"));
        }
        let bytes =
            self.bytes_of(&real).map_err(|error| format!("got {text:?}, which cannot be read: {error}"))?;
        let shown = Path::new(&self.sources.of(path.span).name).with_file_name("").join(relative);
        let problems = self.problems.len();
        let file = LoadedFile { path: real, includer: Some(includer) };
        let node = self.read(shown.display().to_string(), file, &bytes);
        if node.is_none() && self.problems.len() == problems {
            return Err(format!("got {text:?}, which holds no value"));
        }
        Ok(node.map(|node| self.expanded(&node)))
    }
}

/// One byte more than is allowed tells that there are too many.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES + 1).unwrap_or(u64::MAX);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
