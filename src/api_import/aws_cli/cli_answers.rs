//! All files of the AWS CLI of an import, and what is added of them to the API of its document.

use super::{
    answer_kind::{AnswerKind, elements, list},
    answered_stage, api_choice,
    api_keys::{self, HashedKey},
    api_settings, completed_document, domain_names, mappings, stage, template_of_answers, usage_plans,
};
use crate::api_import::{
    cloudformation::{self, ApiOfTemplate},
    definition::Definition,
    method_settings::StageWithSettings,
    options::ImportOptions,
    report::{Ledger, Remark},
    source::{Located, NodeId, Tree},
};

/// The files, each with the command that printed it.
#[derive(Debug, Default)]
pub struct CliAnswers {
    roots: Vec<(AnswerKind, NodeId)>,
}

const WITHOUT_DOCUMENT: &str = "no file says what the routes are: export the API (aws apigateway get-export, or aws \
                                apigatewayv2 export-api), and import that together with this; or put \
                                get-resources --embed methods beside it";

const WEBSOCKET: &str = "a WebSocket API, which a function URL cannot serve";

/// The API and the stage that is imported, as far as these files and the document say.
#[derive(Clone, Debug, Default)]
pub struct ChosenStage {
    /// The id of the API: `a1b2c3d4e5`.
    pub api: Option<String>,
    pub stage: Option<String>,
}

/// A file of the CLI that is read.
pub(super) struct CliReader<'t, 'l> {
    pub answers: &'l CliAnswers,
    pub tree: &'t Tree,
    pub ledger: &'l mut Ledger,
}

impl CliAnswers {
    pub fn add(&mut self, kind: AnswerKind, root: NodeId) {
        self.roots.push((kind, root));
    }

    pub(super) fn roots(&self, kind: AnswerKind) -> Vec<NodeId> {
        self.roots.iter().filter(|(other, _)| *other == kind).map(|(_, root)| *root).collect()
    }

    /// The API as `get-resources` and the answers beside it say it, where there is no document. `None`: they do not.
    pub fn document(
        &self,
        tree: &mut Tree,
        ledger: &mut Ledger,
        options: &ImportOptions,
    ) -> Option<ApiOfTemplate> {
        let template = template_of_answers::template(self, tree, ledger)?;
        cloudformation::read(tree, ledger, template, options)
    }

    /// The document with what it lacks and these answers have.
    pub fn complete(&self, tree: &mut Tree, ledger: &mut Ledger, document: NodeId) -> NodeId {
        completed_document::complete(self, tree, ledger, document)
    }

    /// Refuses answers without a document: they do not say who may call a route.
    pub fn refuse(&self, tree: &Tree, ledger: &mut Ledger) {
        for (_, root) in &self.roots {
            let apis = elements(tree.at(*root));
            let mut protocols = apis.iter().map(|api| api.get("ProtocolType").and_then(Located::text));
            let is_websocket = !apis.is_empty() && protocols.all(|protocol| protocol == Some("WEBSOCKET"));
            ledger.error(tree.at(*root), if is_websocket { WEBSOCKET } else { WITHOUT_DOCUMENT });
        }
    }

    /// Chooses the API and the stage.
    ///
    /// `document` is the root of the document, `stage` the name that an operator or a template says.
    pub fn choose(
        &self,
        tree: &Tree,
        ledger: &mut Ledger,
        document: NodeId,
        stage: Option<String>,
    ) -> ChosenStage {
        let mut reader = CliReader { answers: self, tree, ledger };
        reader.claim_lists();
        let api = api_choice::choose(&mut reader, tree.at(document));
        let stage = answered_stage::choose(&mut reader, tree.at(document), stage);
        ChosenStage { api, stage }
    }

    /// The stage that is imported, if a file says anything of it.
    pub fn stage(&self, tree: &Tree, ledger: &mut Ledger, chosen: &ChosenStage) -> Option<StageWithSettings> {
        stage::read(&mut CliReader { answers: self, tree, ledger }, chosen)
    }

    /// Adds what the files say to the definition. The keys are returned: an API file holds none.
    pub fn add_to(
        &self,
        tree: &Tree,
        ledger: &mut Ledger,
        definition: &mut Definition,
        chosen: &ChosenStage,
    ) -> Vec<HashedKey> {
        let mut reader = CliReader { answers: self, tree, ledger };
        api_settings::read(&mut reader, definition, chosen);
        mappings::read(&mut reader, definition, chosen);
        domain_names::read(&mut reader);
        usage_plans::read(&mut reader, definition, chosen);
        api_keys::read(&mut reader, definition)
    }
}

impl<'t> CliReader<'t, '_> {
    /// The elements of all files of a command.
    pub fn elements(&self, kind: AnswerKind) -> Vec<Located<'t>> {
        self.roots(kind).into_iter().flat_map(elements).collect()
    }

    pub fn roots(&self, kind: AnswerKind) -> Vec<Located<'t>> {
        self.answers.roots(kind).into_iter().map(|root| self.tree.at(root)).collect()
    }

    /// Claims what stands around the elements.
    fn claim_lists(&mut self) {
        for (kind, root) in &self.answers.roots {
            let root = self.tree.at(*root);
            self.ledger.taken(root);
            if let Some(list) = list(root) {
                self.ledger.taken(list);
                for key in ["NextToken", "nextToken", "position"] {
                    if let Some(node) = root.get(key).filter(|node| !node.is_null()) {
                        self.ledger.error(node, "the list goes on: fetch it without --max-items");
                    }
                }
            }
            if kind.is_part_of_document() {
                for element in elements(root) {
                    if self.ledger.is_claimed(element) {
                        continue;
                    }
                    let words = "the document beside it is read for that";
                    self.ledger.remark_whole(element, Remark::left_out(words));
                }
            }
        }
    }

    /// Leaves out the members of a table that are there.
    pub fn leave_out(&mut self, map: Located<'_>, table: &[(&str, &str)]) {
        for (key, words) in table {
            if let Some(node) = map.get(key) {
                self.ledger.remark_whole(node, Remark::left_out(*words));
            }
        }
    }

    /// The text of a member under its name of REST APIs or of HTTP APIs.
    pub fn text<'m>(&mut self, map: Located<'m>, names: [&str; 2]) -> Option<&'m str> {
        names.into_iter().find_map(|name| self.ledger.text(map, name))
    }
}

/// A member under its name of REST APIs or of HTTP APIs.
pub(super) fn either<'t>(map: Located<'t>, names: [&str; 2]) -> Option<Located<'t>> {
    names.into_iter().find_map(|name| map.get(name)).filter(|node| !node.is_null())
}
