//! The uses of variables in a template, so that whoever gives a tool can check them before any rendering.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    Place, Template,
    tree::{Block, Expression, Reference, Statement, Step},
};

/// `$tool.member` or `$tool.member(…)`, as it stands in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall<'t> {
    /// The variable: `input`.
    pub tool: &'t str,
    /// The member or method that is asked for first; empty where there is none.
    pub member: &'t str,
    /// The member that is asked of that; empty where there is none, or it is a method.
    pub next: &'t str,
    /// The only argument, where it is a text without references.
    pub literal: Option<Cow<'t, str>>,
    pub place: Place,
}

impl Template {
    /// Every reference to a variable, in macros too.
    pub fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        let mut walk = Walk { template: self, calls: Vec::new(), assigned: BTreeSet::new() };
        walk.block(self.block());
        for body in self.macros().values() {
            walk.block(&body.body);
        }
        walk.calls
    }

    /// The variables that the template gives a value of its own, somewhere.
    pub fn assigned_variables(&self) -> BTreeSet<&str> {
        let mut walk = Walk { template: self, calls: Vec::new(), assigned: BTreeSet::new() };
        walk.block(self.block());
        for body in self.macros().values() {
            walk.assigned.extend(body.parameters.iter().map(|name| &**name));
            walk.block(&body.body);
        }
        walk.assigned
    }
}

/// Goes over a tree, whose depth the parser has bounded.
struct Walk<'t> {
    template: &'t Template,
    calls: Vec<ToolCall<'t>>,
    assigned: BTreeSet<&'t str>,
}

impl<'t> Walk<'t> {
    fn block(&mut self, block: &'t Block) {
        for statement in &block.0 {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Text(_) | Statement::Stop => {}
            // A backslash makes a text of it.
            Statement::Print(print) if print.backslashes % 2 == 1 => {}
            Statement::Print(print) => self.reference(&print.reference),
            Statement::Set(set) => {
                if set.target.steps.is_empty() {
                    self.assigned.insert(&set.target.name);
                }
                self.reference(&set.target);
                self.expression(&set.value);
            }
            Statement::If(branches) => {
                for branch in &branches.branches {
                    self.expression(&branch.condition);
                    self.block(&branch.block);
                }
                branches.otherwise.iter().for_each(|block| self.block(block));
            }
            Statement::Foreach(foreach) => {
                self.assigned.insert(&foreach.variable);
                self.expression(&foreach.source);
                self.block(&foreach.body);
            }
            Statement::Define(define) => {
                self.assigned.insert(&define.variable);
                self.block(&define.body);
            }
            Statement::Call(call) => {
                call.arguments.iter().for_each(|argument| self.expression(argument));
                call.body.iter().for_each(|body| self.block(body));
            }
            Statement::Break(end) => end.scope.iter().for_each(|scope| self.expression(scope)),
        }
    }

    fn reference(&mut self, reference: &'t Reference) {
        let (member, literal) = match reference.steps.first() {
            Some(Step::Member(name)) => (&**name, None),
            Some(Step::Call(call)) => match call.arguments.as_slice() {
                [argument] => (&*call.method, literal(argument)),
                _ => (&*call.method, None),
            },
            Some(Step::Index(_)) | None => ("", None),
        };
        let place = self.template.place(reference.span.start);
        let next = match reference.steps.get(1) {
            Some(Step::Member(name)) => name,
            Some(Step::Call(_) | Step::Index(_)) | None => "",
        };
        self.calls.push(ToolCall { tool: &reference.name, member, next, literal, place });
        for step in &reference.steps {
            match step {
                Step::Member(_) => {}
                Step::Call(call) => call.arguments.iter().for_each(|argument| self.expression(argument)),
                Step::Index(index) => self.expression(index),
            }
        }
    }

    fn expression(&mut self, expression: &'t Expression) {
        match expression {
            Expression::Boolean(_)
            | Expression::Integer(_)
            | Expression::Digits(_)
            | Expression::Double(_)
            | Expression::Text(_) => {}
            Expression::Interpolated(block) => self.block(block),
            Expression::List(items) => items.iter().for_each(|item| self.expression(item)),
            Expression::Map(entries) => entries.iter().for_each(|entry| {
                self.expression(&entry.key);
                self.expression(&entry.value);
            }),
            Expression::Range(range) => {
                self.expression(&range.first);
                self.expression(&range.last);
            }
            Expression::Reference(reference) => self.reference(reference),
            Expression::Not(negated) => self.expression(negated),
            Expression::Chain(chain) => {
                self.expression(&chain.first);
                chain.rest.iter().for_each(|operation| self.expression(&operation.operand));
            }
        }
    }
}

/// The text that an argument always is.
fn literal(argument: &Expression) -> Option<Cow<'_, str>> {
    match argument {
        Expression::Text(text) => Some((&**text).into()),
        Expression::Interpolated(Block(statements)) => {
            let texts: Option<String> = statements
                .iter()
                .map(|statement| match statement {
                    Statement::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            texts.map(Into::into)
        }
        _ => None,
    }
}
