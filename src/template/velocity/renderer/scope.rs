//! Where names are looked up: a macro's arguments and its own variables before those of the template.

use std::{cell::RefCell, collections::HashMap};

use super::Renderer;
use crate::template::velocity::{
    Value,
    render_error::Fault,
    tree::{Call, Macro},
};

/// What a name means in a part of the template.
pub(super) enum Scope<'s> {
    Template,
    Macro(MacroScope<'s>),
}

/// A call of a macro. Its arguments are evaluated where they are used, in the caller's scope.
pub(super) struct MacroScope<'s> {
    pub called: &'s Macro,
    pub call: &'s Call,
    pub caller: &'s Scope<'s>,
    pub locals: RefCell<HashMap<Box<str>, Value>>,
}

impl MacroScope<'_> {
    fn parameter(&self, name: &str) -> Option<usize> {
        self.called.parameters.iter().position(|parameter| &**parameter == name)
    }

    fn is_own(&self, name: &str) -> bool {
        self.parameter(name).is_some() || self.locals.borrow().contains_key(name)
    }
}

/// The variable of a macro that holds the text between `#@name()` and its `#end`.
const BODY: &str = "bodyContent";

impl Renderer<'_> {
    /// A variable's value; null if there is none.
    pub(super) fn lookup(&mut self, name: &str, scope: &Scope<'_>) -> Result<Value, Fault> {
        let Scope::Macro(inner) = scope else {
            return Ok(self.variables.get(name).cloned().unwrap_or(Value::Null));
        };
        let local = inner.locals.borrow().get(name).cloned();
        if let Some(value) = local {
            return Ok(value);
        }
        if let (BODY, Some(body)) = (name, &inner.call.body) {
            let text = self.capture(|renderer| renderer.block(body, inner.caller))?;
            return Ok(Value::Text(text));
        }
        if let Some(argument) = inner.parameter(name).and_then(|at| inner.call.arguments.get(at)) {
            let value = self.value(argument, inner.caller)?;
            if !matches!(value, Value::Null) {
                return Ok(value);
            }
        }
        self.meter.steps(1)?;
        self.lookup(name, inner.caller)
    }

    /// Sets a variable. A macro's parameter is set for the macro, and as a variable of the template.
    pub(super) fn assign(&mut self, name: &str, value: Value, scope: &Scope<'_>) {
        let mut scope = scope;
        while let Scope::Macro(inner) = scope {
            if inner.is_own(name) {
                inner.locals.borrow_mut().insert(name.into(), value.clone());
            }
            scope = inner.caller;
        }
        self.variables.set(name, value);
    }

    /// Sets a variable of the innermost scope and returns what it was before.
    pub(super) fn assign_here(
        &mut self,
        name: &str,
        value: Option<Value>,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        match (scope, value) {
            (Scope::Macro(inner), Some(value)) => inner.locals.borrow_mut().insert(name.into(), value),
            (Scope::Macro(inner), None) => inner.locals.borrow_mut().remove(name),
            (Scope::Template, Some(value)) => self.variables.replace(name, value),
            (Scope::Template, None) => self.variables.remove(name),
        }
    }
}
