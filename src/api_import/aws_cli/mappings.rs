//! Paths of custom domains (`get-base-path-mappings`, `get-api-mappings`) → the base path of the stage.

use super::{
    answer_kind::AnswerKind,
    cli_answers::{ChosenStage, CliReader, either},
};
use crate::api_import::{
    definition::Definition,
    report::{Remark, Visibility},
    source::Located,
};

/// What `get-base-path-mappings` prints for a domain's root.
const ROOT: &str = "(none)";

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &mut Definition, chosen: &ChosenStage) {
    for mapping in reader.elements(AnswerKind::Mappings) {
        reader.ledger.taken(mapping);
        let api = reader.text(mapping, ["restApiId", "ApiId"]);
        let stage = reader.text(mapping, ["stage", "Stage"]);
        let path = reader.text(mapping, ["basePath", "ApiMappingKey"]).filter(|path| *path != ROOT);
        reader.leave_out(mapping, &[("ApiMappingId", "a mapping has no id here")]);
        let of_stage = stage.is_none() || stage == chosen.stage.as_deref();
        if api != chosen.api.as_deref() || !of_stage {
            let words = "it leads to another API or stage";
            reader.ledger.remark_whole(mapping, Remark::left_out(words));
            continue;
        }
        let Some(written) = definition.stages.first_mut() else { continue };
        let path = format!("/{}", path.unwrap_or_default().trim_matches('/'));
        if written.fields.contains_key("basePath") {
            let remark = Remark::left_out("a stage has one base path, and another mapping says it");
            let advice = "write a stage that extends this one, with this base path";
            reader.ledger.remark_whole(mapping, remark.advising(advice));
            continue;
        }
        let place = place_of(mapping);
        let words =
            format!("the stage is served under {path} of the function URL too, and not under its name");
        reader.ledger.remark(place, Remark::otherwise(words, Visibility::Visible));
        written.fields.insert("basePath".to_owned(), path.into());
    }
}

fn place_of(mapping: Located<'_>) -> Located<'_> {
    either(mapping, ["basePath", "ApiMappingKey"]).unwrap_or(mapping)
}
