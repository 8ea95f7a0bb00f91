//! The values of references: members, methods, indexes.

use super::{Renderer, scope::Scope};
use crate::template::velocity::{
    Number, Value,
    methods::{self, Methods},
    render_error::Fault,
    tree::{Expression, MethodCall, Reference, Step},
};

impl Renderer<'_> {
    /// A reference's value. Members, methods and indexes of null are null.
    pub(super) fn reference(&mut self, reference: &Reference, scope: &Scope<'_>) -> Result<Value, Fault> {
        self.meter.steps(1)?;
        self.at = reference.span.start;
        let mut value = self.lookup(&reference.name, scope)?;
        for step in &reference.steps {
            value = self.step(&value, step, scope)?;
        }
        Ok(value)
    }

    pub(super) fn step(&mut self, value: &Value, step: &Step, scope: &Scope<'_>) -> Result<Value, Fault> {
        self.meter.steps(1)?;
        match (value, step) {
            (Value::Null, _) => Ok(Value::Null),
            (value, Step::Member(name)) => Ok(methods::property(value, name)),
            (value, Step::Call(call)) => self.call_method(value, call, scope),
            (value, Step::Index(index)) => self.index(value, index, scope),
        }
    }

    fn call_method(&mut self, value: &Value, call: &MethodCall, scope: &Scope<'_>) -> Result<Value, Fault> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.value(argument, scope)?);
        }
        self.at = call.span.start;
        let mut methods =
            Methods { meter: &mut self.meter, patterns: &mut self.patterns, variables: self.variables };
        methods.call(value, &call.method, &arguments)
    }

    /// `$list[0]`, `$list[-1]`, `$map["key"]`
    fn index(&mut self, value: &Value, index: &Expression, scope: &Scope<'_>) -> Result<Value, Fault> {
        let at = self.at;
        let index = self.value(index, scope)?;
        self.at = at;
        match (value, &index) {
            (Value::List(list), Value::Number(Number::Integer(index))) => {
                let list = list.borrow();
                Ok(list[position("get", *index, list.len())?].clone())
            }
            (Value::Map(map), index) => {
                let key = self.text_of(index, scope)?;
                self.meter.walk(key.len())?;
                Ok(map.borrow().get(&key).cloned().unwrap_or(Value::Null))
            }
            (Value::Host(host), index) => {
                let key = self.text_of(index, scope)?;
                self.meter.walk(key.len())?;
                Ok(host.property(&key).unwrap_or(Value::Null))
            }
            (Value::Boolean(_) | Value::Number(_) | Value::Text(_), Value::Number(Number::Integer(..0))) => {
                Err(Fault::method("[]", "an index below 0 of what is no list"))
            }
            (Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::List(_), _) => {
                Ok(Value::Null)
            }
        }
    }
}

/// The position in a list of `length` that an index means; -1 is the last one.
pub(super) fn position(method: &str, index: i64, length: usize) -> Result<usize, Fault> {
    let size = i64::try_from(length).unwrap_or(i64::MAX);
    let position = if index < 0 { index.saturating_add(size) } else { index };
    usize::try_from(position)
        .ok()
        .filter(|position| *position < length)
        .ok_or_else(|| Fault::method(method, format!("index {index} of a list of {length}")))
}
