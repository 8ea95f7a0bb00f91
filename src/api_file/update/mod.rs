//! The items of the tables → an API file that is there already: what differs is written, and comments and order stay.
//!
//! A library edits the text, and nothing is believed of it: the edited file is read again, until it has the items.

mod edited_files;
mod quotes;
mod stage_edit;
mod written_map;

use std::{collections::BTreeSet, io, path::Path};

use serde_json::{Map, Value};

pub use self::edited_files::FileEdit;
use self::{
    edited_files::EditedFiles,
    stage_edit::StageEdit,
    written_map::{MemberEdit, WrittenMap},
};
use super::{
    CheckedFile, Rule, Severity,
    check::check_edited,
    difference::{Difference, ItemName},
    export::{Exported, ExportedStage, StoredItems},
    file_items::ApiFile,
    node::to_object,
};

/// The items that the file gets.
#[derive(Clone, Copy, Debug)]
pub enum UpdateScope<'a> {
    All,
    /// Those of one stage.
    Stage(&'a str),
}

/// The outcome of an update, of which nothing is written yet.
#[derive(Debug)]
pub enum Update {
    /// The new texts of the files that change, and what they change.
    Edited { files: Vec<FileEdit>, changes: Difference, left_out: Vec<String> },
    /// The file is not understood.
    Unreadable(Box<CheckedFile>),
    /// What could not be written into this file.
    Unwritable(Difference),
}

/// A stage may extend one that extends one …: each turn mends those whose base is as it should be.
const MOST_TURNS: usize = 40;

/// Finds the edits of the file, and of those that it includes, after which it has these items.
///
/// # Errors
///
/// A file cannot be read.
pub fn update(path: &Path, items: &StoredItems, scope: UpdateScope<'_>) -> io::Result<Update> {
    let exported = Exported::of(items);
    let wanted = exported.to_stored();
    let mut files = EditedFiles::default();
    let mut changes = None;
    for _ in 0..MOST_TURNS {
        let checked = check_edited(path, files.texts())?;
        if !is_understood(&checked) {
            return Ok(match changes {
                None => Update::Unreadable(Box::new(checked)),
                Some(changes) => Update::Unwritable(changes),
            });
        }
        let difference = within(scope, Difference::between(&checked.api.to_stored(), &wanted));
        let changes = changes.get_or_insert_with(|| difference.clone());
        if difference.is_empty() {
            let (changes, left_out) = (changes.clone(), exported.left_out);
            return Ok(Update::Edited { files: files.changed(), changes, left_out });
        }
        let before = files.texts();
        let edited = edit(&mut files, path, &checked.api, &exported, &difference)?;
        if edited.is_none() || files.texts() == before {
            return Ok(Update::Unwritable(difference));
        }
    }
    Ok(Update::Unwritable(changes.unwrap_or_default()))
}

fn is_understood(checked: &CheckedFile) -> bool {
    let is_of_the_text = |rule| match rule {
        Rule::Syntax | Rule::Layout => true,
        Rule::Item | Rule::Resource => false,
    };
    !checked.problems.iter().any(|found| found.severity == Severity::Problem && is_of_the_text(found.rule))
}

fn within(scope: UpdateScope<'_>, difference: Difference) -> Difference {
    let mut items = difference.items;
    items.retain(|item| match scope {
        UpdateScope::All => true,
        UpdateScope::Stage(stage) => item.name.stage() == Some(stage),
    });
    Difference { items }
}

/// Edits what differs, of stages whose bases do not; `None`: the library does not understand the text.
fn edit(
    files: &mut EditedFiles,
    path: &Path,
    api: &ApiFile,
    exported: &Exported,
    difference: &Difference,
) -> io::Result<Option<()>> {
    let path = path.canonicalize()?;
    let Some(root) = files.map_of(&path)? else { return Ok(None) };
    let root = WrittenMap::of(files, root, &path)?;
    let different: BTreeSet<&str> = difference.items.iter().filter_map(|item| item.name.stage()).collect();
    for stage in &different {
        if api.bases_of(stage).iter().all(|base| !different.contains(base)) {
            let edit = StageEdit { stage, api, exported, difference };
            edit.write(files, &root)?;
        }
    }
    for item in &difference.items {
        let (section, id, wanted) = match &item.name {
            ItemName::OfStage { .. } => continue,
            ItemName::UsagePlan(id) => ("usagePlans", id, exported.plans.get(id)),
            ItemName::ApiKey(id) => ("apiKeys", id, exported.keys.get(id)),
        };
        let own = api.plan_or_key(&item.name).map(|item| Value::Object(to_object(&item.fields)));
        let wanted = wanted.cloned().map(Value::Object);
        root.write_within(files, section, vec![MemberEdit { name: id.clone(), own, wanted }])?;
    }
    Ok(Some(()))
}

/// A stage as a member of its section.
fn stage_value(stage: &ExportedStage) -> Value {
    let mut value = stage.settings.clone();
    value.extend(stage.api.clone().map(|api| ("api".to_owned(), Value::Object(api))));
    if !stage.routes.is_empty() {
        let routes = stage.routes.iter().map(|(key, item)| (key.clone(), Value::Object(item.clone())));
        value.insert("routes".to_owned(), Value::Object(routes.collect::<Map<_, _>>()));
    }
    Value::Object(value)
}
