//! The edits of one stage. What it has of the stage that it extends is not written again, and what it has not of it is
//! `null`.

use std::{collections::BTreeSet, io};

use serde_json::{Map, Value};

use super::{
    edited_files::EditedFiles,
    stage_value,
    written_map::{MemberEdit, WrittenMap},
};
use crate::api_file::{
    difference::{Change, Difference, ItemDifference, ItemName, StageItem},
    export::{Exported, ExportedStage},
    file_items::{ApiFile, FileStage, StagePart, WrittenStage},
    node::{Entry, to_object},
};

const STAGES: &str = "stages";

/// A stage that differs.
pub struct StageEdit<'a> {
    pub stage: &'a str,
    pub api: &'a ApiFile,
    pub exported: &'a Exported,
    pub difference: &'a Difference,
}

impl StageEdit<'_> {
    /// # Errors
    ///
    /// A file that is included cannot be read.
    pub fn write(&self, files: &mut EditedFiles, root: &WrittenMap) -> io::Result<()> {
        let wanted = self.exported.stages.get(self.stage);
        let written = self.api.written.iter().find(|written| written.name == self.stage);
        let (Some(wanted), Some(written)) = (wanted, written) else {
            // One that others extend stays: the files would not be read without it.
            let is_extended = self.api.written.iter().any(|other| other.extends_stage(self.stage));
            let own = written.map(|_| Value::Null);
            let edit = MemberEdit { name: self.stage.to_owned(), own, wanted: wanted.map(stage_value) };
            return if is_extended { Ok(()) } else { root.write_within(files, STAGES, vec![edit]) };
        };
        let map = match root.inner(files, STAGES)? {
            Some(stages) => stages.inner(files, self.stage)?,
            None => None,
        };
        let Some(map) = map else { return Ok(()) };
        let base = written.extends.as_ref().and_then(|(name, _)| self.api.stage(name));
        for item in self.difference.items.iter().filter(|item| item.name.stage() == Some(self.stage)) {
            let ItemName::OfStage { part, .. } = &item.name else { continue };
            match part {
                StageItem::Settings => {
                    let inherited = base.map(FileStage::inherited_settings).unwrap_or_default();
                    map.write_all(files, fields(item, [&written.settings, &inherited], &wanted.settings))?;
                }
                StageItem::Api if item.change == Change::Removed => {
                    let gone = base.and_then(|base| base.api.as_ref()).map(|_| Value::Null);
                    map.write(files, "api", Some(&Value::Bool(true)), gone.as_ref())?;
                }
                StageItem::Api => {
                    let own: &[Entry] = match &written.api {
                        StagePart::Given(_, own) => own,
                        StagePart::Absent | StagePart::Removed => &[],
                    };
                    let inherited = base.and_then(|base| base.api.as_ref());
                    let inherited = inherited.map_or(&[][..], |api| &api.fields);
                    let api = wanted.api.clone().unwrap_or_default();
                    map.write_within(files, "api", fields(item, [own, inherited], &api))?;
                }
                StageItem::Route(key) => {
                    map.write_within(files, "routes", vec![route(key, written, base, wanted)])?;
                }
            }
        }
        self.write_without_nulls(files, root)
    }

    /// A stage that extends this one takes out what is gone now, which would be a slip.
    fn write_without_nulls(&self, files: &mut EditedFiles, root: &WrittenMap) -> io::Result<()> {
        let is_own = |item: &&ItemDifference| item.name.stage() == Some(self.stage);
        for item in self.difference.items.iter().filter(is_own) {
            let ItemName::OfStage { part, .. } = &item.name else { continue };
            let (within, names): (&[&str], Vec<&str>) = match part {
                StageItem::Route(key) if item.change == Change::Removed => (&["routes"], vec![key]),
                StageItem::Route(_) => continue,
                StageItem::Settings => (&[], item.removed_fields()),
                StageItem::Api => (&["api"], item.removed_fields()),
            };
            let extending =
                self.api.written.iter().filter(|other| self.api.bases_of(&other.name).contains(&self.stage));
            for stage in extending {
                let mut map = root.inner(files, STAGES)?;
                for name in [stage.name.as_str()].iter().chain(within) {
                    map = match map {
                        Some(map) => map.inner(files, name)?,
                        None => None,
                    };
                }
                if let Some(map) = map {
                    names.iter().for_each(|name| map.remove_null(name));
                }
            }
        }
        Ok(())
    }
}

/// The edits of the fields that differ, which take the place of those that are inherited.
fn fields(
    item: &ItemDifference,
    [own, inherited]: [&[Entry]; 2],
    wanted: &Map<String, Value>,
) -> Vec<MemberEdit> {
    let (own, inherited) = (to_object(own), to_object(inherited));
    let names: BTreeSet<&String> = own.keys().chain(inherited.keys()).chain(wanted.keys()).collect();
    let differ = names.into_iter().filter(|name| item.is_about(name));
    differ.map(|name| member(name, own.get(name), inherited.get(name), wanted.get(name))).collect()
}

/// The edit of a route, which takes the place of one that is inherited.
fn route(key: &str, written: &WrittenStage, base: Option<&FileStage>, wanted: &ExportedStage) -> MemberEdit {
    let inherited = base.and_then(|base| base.routes.iter().find(|route| route.name == key));
    let inherited = inherited.map(|route| Value::Object(to_object(&route.fields)));
    let own = match &written.routes {
        StagePart::Given(_, routes) => routes.iter().find(|route| route.item.name == key),
        StagePart::Absent | StagePart::Removed => None,
    };
    let own = own.map(|route| match route.is_removed {
        true => Value::Null,
        false => Value::Object(to_object(&route.item.fields)),
    });
    let wanted = wanted.routes.iter().find(|(name, _)| name == key);
    let wanted = wanted.map(|(_, item)| Value::Object(item.clone()));
    member(key, own.as_ref(), inherited.as_ref(), wanted.as_ref())
}

fn member(name: &str, own: Option<&Value>, inherited: Option<&Value>, wanted: Option<&Value>) -> MemberEdit {
    let wanted = match (wanted, inherited) {
        (wanted, inherited) if wanted == inherited => None,
        (None, Some(_)) => Some(Value::Null),
        (wanted, _) => wanted.cloned(),
    };
    MemberEdit { name: name.to_owned(), own: own.cloned(), wanted }
}
