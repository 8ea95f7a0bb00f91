//! Files that are looked at again and again: a change is seen by size, time or place on the disk.
//!
//! They are polled, not subscribed to: editors save by renaming, and neither network file systems nor the mounts of
//! containers tell of changes.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io,
    os::{fd::AsFd, unix::fs::MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::time::sleep;

/// In one folder, at most: a look must be quick.
const MOST_FILES: usize = 5_000;

/// A save that is under way takes less.
const SETTLING: Duration = Duration::from_millis(50);

/// Folders that a program is not written in.
const PASSED_OVER: [&str; 4] = ["node_modules", "target", "__pycache__", "venv"];

/// A file on its disk, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    /// What this process writes to: each start of a function is a line in it, which must not start the function again.
    fn outputs() -> Vec<Self> {
        let of = |output: &dyn AsFd| {
            let file = File::from(output.as_fd().try_clone_to_owned().ok()?);
            Some(Self::of(&file.metadata().ok()?))
        };
        of(&io::stdout()).into_iter().chain(of(&io::stderr())).collect()
    }
}

/// The state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

/// Files and folders with the state that they were seen in last.
#[derive(Clone, Debug, Default)]
pub struct Stamps {
    roots: Vec<PathBuf>,
    /// Files that are there.
    seen: BTreeMap<PathBuf, Stamp>,
}

impl Stamps {
    /// What is in `roots` now; what is not there may come.
    pub fn of(roots: Vec<PathBuf>) -> Self {
        let seen = look(&roots);
        Self { roots, seen }
    }

    /// Looks at these alone from now on; those that are new, as they are now.
    pub fn keep(&mut self, roots: Vec<PathBuf>) {
        self.roots.retain(|root| roots.contains(root));
        self.seen.retain(|path, _| roots.iter().any(|root| path.starts_with(root)));
        self.add(roots);
    }

    /// Looks at these from now on too, as they are now.
    pub fn add(&mut self, roots: Vec<PathBuf>) {
        let new: Vec<PathBuf> = roots.into_iter().filter(|root| !self.roots.contains(root)).collect();
        self.seen.extend(look(&new));
        self.roots.extend(new);
    }

    /// Looks again, and waits until a save that is under way is done.
    pub async fn change(&mut self) -> Option<Changed> {
        let mut now = look(&self.roots);
        if now == self.seen {
            return None;
        }
        loop {
            sleep(SETTLING).await;
            let later = look(&self.roots);
            if later == now {
                self.seen = now;
                return Some(Changed);
            }
            now = later;
        }
    }
}

/// Something is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed;

fn look(roots: &[PathBuf]) -> BTreeMap<PathBuf, Stamp> {
    look_past(&FileId::outputs(), roots)
}

/// Looks at all but `outputs`.
fn look_past(outputs: &[FileId], roots: &[PathBuf]) -> BTreeMap<PathBuf, Stamp> {
    let mut seen = BTreeMap::new();
    roots.iter().for_each(|root| add(root, outputs, &mut seen));
    seen
}

fn add(path: &Path, outputs: &[FileId], seen: &mut BTreeMap<PathBuf, Stamp>) {
    // What cannot be looked at is not there.
    let Ok(metadata) = fs::metadata(path) else { return };
    if seen.len() >= MOST_FILES {
        return;
    }
    if !metadata.is_dir() {
        if !outputs.contains(&FileId::of(&metadata)) {
            let (modified, bytes, inode) = (metadata.modified().ok(), metadata.len(), metadata.ino());
            seen.insert(path.to_owned(), Stamp { modified, bytes, inode });
        }
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        if !is_passed_over(&entry.file_name().to_string_lossy()) {
            add(&entry.path(), outputs, seen);
        }
    }
}

fn is_passed_over(name: &str) -> bool {
    let is_log = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("log"));
    name.starts_with('.') || is_log || PASSED_OVER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with files, gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let folder =
                std::env::temp_dir().join(format!("tollgate-stamps-{}", uuid::Uuid::new_v4().simple()));
            fs::create_dir_all(folder.join("node_modules")).unwrap();
            Self(folder)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    #[tokio::test]
    async fn every_save_is_a_change_once_and_what_is_installed_hidden_or_a_log_is_none() {
        let folder = Folder::new();
        folder.write("a.js", "one");
        let mut stamps = Stamps::of(vec![folder.0.clone(), folder.0.join("later.yaml")]);
        assert_eq!(stamps.change().await, None);
        let saves: [&dyn Fn(); 4] = [
            &|| folder.write("a.js", "longer"),
            &|| folder.write("b.js", "new"),
            &|| fs::rename(folder.0.join("b.js"), folder.0.join("a.js")).unwrap(),
            &|| fs::remove_file(folder.0.join("a.js")).unwrap(),
        ];
        for save in saves {
            save();
            assert_eq!(stamps.change().await, Some(Changed));
            assert_eq!(stamps.change().await, None);
        }
        folder.write("node_modules/x.js", "installed");
        folder.write(".hidden", "x");
        folder.write("dev.log", "a line");
        assert_eq!(stamps.change().await, None);
    }

    #[test]
    fn a_file_that_this_process_writes_to_is_not_looked_at_by_any_name() {
        let folder = Folder::new();
        folder.write("app.py", "one");
        folder.write("out.txt", "a line");
        fs::hard_link(folder.0.join("out.txt"), folder.0.join("same.txt")).unwrap();
        let output = FileId::of(&fs::metadata(folder.0.join("out.txt")).unwrap());
        let seen = look_past(&[output], &[folder.0.clone(), folder.0.join("out.txt")]);
        assert_eq!(seen.into_keys().collect::<Vec<_>>(), [folder.0.join("app.py")]);
    }

    #[tokio::test]
    async fn a_save_before_files_are_kept_is_still_seen() {
        let folder = Folder::new();
        folder.write("a.yaml", "one");
        let [a, b] = ["a.yaml", "b.yaml"].map(|name| folder.0.join(name));
        let mut stamps = Stamps::of(vec![a.clone()]);
        folder.write("a.yaml", "saved meanwhile");
        folder.write("b.yaml", "taken in");
        stamps.keep(vec![a, b.clone()]);
        assert_eq!(stamps.change().await, Some(Changed));
        stamps.keep(vec![b]);
        folder.write("a.yaml", "no part of it any more");
        assert_eq!(stamps.change().await, None);
    }
}
