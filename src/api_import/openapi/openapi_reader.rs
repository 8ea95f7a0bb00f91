//! A document → a definition: its settings, its security, its paths, in this order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    api_extensions, base_path, components, cors_mock::lift_shared_cors, dialect::Dialect, documentation,
    gateway_answers, kind_marks, model_collection::ModelCollection, operation::UnansweredOperation,
    own_extensions, path_item, security_scheme::SecurityScheme, validators::Validators,
};
use crate::api_import::{
    definition::{ApiKind, Definition, StageDefinition},
    method_settings::StageWithSettings,
    options::ImportOptions,
    report::{Ledger, Remark},
    source::Located,
};

/// A document that is being read.
pub(super) struct OpenApiReader<'t, 'a> {
    pub root: Located<'t>,
    pub dialect: Dialect,
    pub ledger: &'a mut Ledger,
    pub options: &'a ImportOptions,
    pub definition: Definition,
    pub validators: Validators,
    pub schemes: BTreeMap<String, SecurityScheme<'t>>,
    pub models: ModelCollection<'t>,
    pub unanswered: Vec<UnansweredOperation<'t>>,
    /// What stands before every path.
    pub prefix: String,
    /// The values of stage variables that answers say.
    pub variables: Map<String, Value>,
    /// The names of those that each stage says itself.
    pub known_variables: BTreeSet<String>,
}

/// Reads a document; `stages` are those that other parts of the input say of the API. `None`: it is not known what it is; the ledger says why.
pub fn read(
    ledger: &mut Ledger,
    root: Located<'_>,
    options: &ImportOptions,
    stages: Vec<StageWithSettings>,
) -> Option<Definition> {
    let Some(dialect) = Dialect::of(root) else {
        ledger.error(root, "expected swagger: \"2.0\", openapi: 3.0.x or openapi: 3.1.x");
        return None;
    };
    ledger.taken(root);
    for key in ["swagger", "openapi"] {
        ledger.member(root, key);
    }
    // Where it is asked for, all else is read too, so that everything is told at once.
    let said = own_extensions::kind(ledger, root);
    let said = options.kind.or(said);
    let kind = kind_marks::kind(ledger, root, said).unwrap_or(ApiKind::Rest);
    let served_at = base_path::read(ledger, root, dialect, options);
    let mut reader = OpenApiReader {
        root,
        dialect,
        options,
        definition: Definition::new(kind),
        validators: Validators::read(ledger, root),
        schemes: BTreeMap::new(),
        models: ModelCollection::default(),
        unanswered: Vec::new(),
        prefix: served_at.prefix,
        variables: Map::new(),
        known_variables: variables_of_all(&stages),
        ledger,
    };
    reader.describe();
    reader.security_schemes();
    api_extensions::read(&mut reader);
    gateway_answers::read(&mut reader);
    path_item::read_all(&mut reader);
    reader.add_used_models();
    reader.add_used_authorizers();
    components::leave_out_unused(&mut reader);
    reader.own_parts();
    if !own_extensions::is_export(root) {
        lift_shared_cors(&mut reader.definition);
    }
    let (own_name, own_fields) = reader.own_stage().map(|own| (own.name, own.fields)).unwrap_or_default();
    let variables = std::mem::take(&mut reader.variables);
    if !stages.is_empty() {
        for mut stage in stages {
            stage.stage.add_variables(&variables);
            stage.stage.add_fields(&own_fields);
            let stage = stage.of_routes(reader.ledger, root.tree, &reader.definition.routes);
            reader.definition.stages.push(stage);
        }
        return Some(reader.definition);
    }
    let name = options.stage.clone().or(own_name).or(served_at.stage);
    if name.is_some() || !variables.is_empty() {
        let name = name.unwrap_or_else(|| kind.default_stage().to_owned());
        let mut fields = own_fields;
        if !variables.is_empty() {
            fields.insert("stageVariables".to_owned(), Value::Object(variables));
        }
        let stage = StageDefinition { name, origin: root.span(), fields, route_settings: BTreeMap::new() };
        reader.definition.stages.push(stage);
    }
    Some(reader.definition)
}

/// The names of variables that every stage has.
fn variables_of_all(stages: &[StageWithSettings]) -> BTreeSet<String> {
    let mut of_stages = stages.iter().map(|StageWithSettings { stage, .. }| stage.variable_names());
    let first = of_stages.next().unwrap_or_default();
    of_stages.fold(first, |all, of_stage| all.intersection(&of_stage).cloned().collect())
}

impl OpenApiReader<'_, '_> {
    /// The title, with the version; the description. All else of `info` only describes.
    fn describe(&mut self) {
        let root = self.root;
        documentation::leave_out(
            self.ledger,
            root,
            &["tags", "externalDocs", "produces", "jsonSchemaDialect", "webhooks"],
        );
        self.ledger.texts(root, "consumes");
        let Some(info) = self.ledger.map(root, "info") else { return };
        documentation::leave_out(self.ledger, info, &["termsOfService", "contact", "license", "summary"]);
        let title = self.ledger.text(info, "title").map(str::to_owned);
        let version = self.ledger.text(info, "version");
        self.definition.title = title.map(|title| match version {
            Some(version) => format!("{title} {version}"),
            None => title,
        });
        self.definition.settings.description = self.ledger.text(info, "description").map(str::to_owned);
    }

    /// Adds the authorizers that routes ask; the others would be a warning in the file.
    fn add_used_authorizers(&mut self) {
        for (name, scheme) in &self.schemes {
            let SecurityScheme { node, .. } = scheme;
            if scheme.is_used {
                continue;
            }
            self.definition.authorizers.remove(name);
            self.ledger.remark(*node, Remark::left_out("no operation asks for it"));
        }
    }

    /// A node that is left out with all that is in it.
    pub fn leave_out(&mut self, map: Located<'_>, key: &str, words: &str) {
        if let Some(node) = map.get(key) {
            self.ledger.remark_whole(node, Remark::left_out(words));
        }
    }
}
