//! `tollgate check --deep`: the functions, tables and indexes that an API names, against those that are there.
//!
//! Each function and each table is asked about once. Nothing is changed, and what only a request tells is not guessed.

mod described_table;
mod function_rules;
mod known_resources;
mod table_rules;

use std::collections::BTreeSet;

pub use self::{
    described_table::{DescribedIndex, DescribedTable, KeyAttribute, KeySchema},
    known_resources::{FunctionAnswer, KnownResources, ResourceServices, ServicePlaces, TableAnswer, ask},
};
use crate::{
    deployment::RequiredResource,
    error::{ItemId, Problem},
    integrations::Requirement,
    item::Findings,
};

/// The names of what is needed, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ResourceNames {
    /// As they are called: `orders:live`, an ARN.
    pub functions: BTreeSet<String>,
    /// Names and ARNs.
    pub tables: BTreeSet<String>,
}

impl ResourceNames {
    pub fn of(required: &[RequiredResource]) -> Self {
        let mut names = Self::default();
        for RequiredResource { requirement, .. } in required {
            match requirement {
                Requirement::Function(function) => names.functions.insert(function.to_string()),
                Requirement::Table(table) => names.tables.insert(table.table.clone()),
            };
        }
        names
    }

    pub fn count(&self) -> usize {
        self.functions.len() + self.tables.len()
    }
}

/// Holds what is needed against what is there. `table` is the name of the table, or of the section, of the items.
pub fn compare(required: &[RequiredResource], known: &KnownResources, table: &str) -> Findings {
    let mut findings = Findings::default();
    for resource in required {
        let problem = |field: &str, got: &str, expected: &str| {
            Problem::new(ItemId { table, key: &resource.item_key }, field, got, expected)
        };
        match &resource.requirement {
            Requirement::Function(function) => {
                let name = function.to_string();
                function_rules::check(&name, &resource.field(), known, problem, &mut findings);
            }
            Requirement::Table(table_use) => {
                table_rules::check(table_use, resource, known, problem, &mut findings);
            }
        }
    }
    findings
}
