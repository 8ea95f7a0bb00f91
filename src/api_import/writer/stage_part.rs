//! The stages of a file: the first is written whole, the others extend it.

use serde_json::{Map, Value};

use super::{
    api_part,
    commented_text::{WrittenFile, in_one_line},
    route_part,
};
use crate::{
    api_file::Span,
    api_import::{
        definition::{Definition, StageDefinition},
        source::Tree,
    },
};

/// Writes the file.
pub fn write(tree: &Tree, definition: &Definition) -> WrittenFile {
    let mut file = WrittenFile::default();
    let title = definition.title.as_deref().map(in_one_line).filter(|title| !title.is_empty());
    let noun = definition.kind.noun();
    match title {
        Some(title) => file.line(0, &format!("# {title}, imported from {noun}")),
        None => file.line(0, &format!("# imported from {noun}")),
    }
    file.line(0, "tollgate: 1");
    file.line(0, "");
    file.line(0, "stages:");
    let unnamed = [StageDefinition {
        name: definition.kind.default_stage().to_owned(),
        origin: tree.roots.first().map_or(Span::beginning(0), |root| tree.node(*root).span),
        fields: Map::new(),
        route_settings: Default::default(),
    }];
    let stages = if definition.stages.is_empty() { &unnamed[..] } else { &definition.stages[..] };
    for (index, stage) in stages.iter().enumerate() {
        match stages.first().filter(|_| index > 0) {
            None => first_stage(&mut file, tree, definition, stage),
            Some(first) => further_stage(&mut file, tree, definition, (first, stage)),
        }
    }
    for (section, items) in [("usagePlans", &definition.usage_plans), ("apiKeys", &definition.api_keys)] {
        if items.is_empty() {
            continue;
        }
        file.line(0, "");
        file.head(0, section);
        for (id, item) in items {
            file.origin_comment(2, tree, item.origin, None);
            file.member(2, id, Value::Object(item.value.clone()));
        }
    }
    file
}

fn first_stage(file: &mut WrittenFile, tree: &Tree, definition: &Definition, stage: &StageDefinition) {
    let line = file.next_line();
    file.origins.push((line, stage.origin));
    file.head(2, &stage.name);
    let description = definition.settings.description.as_deref();
    if let Some(description) = description.filter(|_| !stage.fields.contains_key("description")) {
        file.member(4, "description", description);
    }
    fields(file, &stage.fields);
    api_part::write(file, tree, definition);
    file.line(4, "routes:");
    for route in &definition.routes {
        let settings = stage.route_settings.get(&route.key);
        route_part::write(file, tree, route, settings);
    }
}

fn further_stage(
    file: &mut WrittenFile,
    tree: &Tree,
    definition: &Definition,
    (first, stage): (&StageDefinition, &StageDefinition),
) {
    file.line(0, "");
    file.origin_comment(2, tree, stage.origin, None);
    file.head(2, &stage.name);
    file.member(4, "extends", first.name.as_str());
    fields(file, &stage.fields);
    // What the first stage has and this one has not.
    for name in first.fields.keys().filter(|name| !stage.fields.contains_key(*name)) {
        file.member(4, name, Value::Null);
    }
    let differing = |key: &String| first.route_settings.get(key) != stage.route_settings.get(key);
    let routes: Vec<_> = definition.routes.iter().filter(|route| differing(&route.key)).collect();
    if !routes.is_empty() {
        file.line(4, "routes:");
    }
    for route in routes {
        route_part::write(file, tree, route, stage.route_settings.get(&route.key));
    }
}

fn fields(file: &mut WrittenFile, fields: &Map<String, Value>) {
    fields.iter().for_each(|(name, value)| file.member(4, name, value.clone()));
}
