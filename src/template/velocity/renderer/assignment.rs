//! `#set` on variables, members and indexes.

use super::{
    Renderer,
    expression::{ITEM_BYTES, MEMBER_BYTES},
    reference::position,
    scope::Scope,
};
use crate::template::velocity::{
    Number, Value,
    render_error::Fault,
    tree::{Reference, Set, Step},
};
use std::rc::Rc;

impl Renderer<'_> {
    /// Sets a variable or a part of a value. Null sets nothing, as in Velocity 1.7.
    pub(super) fn set(&mut self, set: &Set, scope: &Scope<'_>) -> Result<(), Fault> {
        self.at = set.span.start;
        let value = self.value(&set.value, scope)?;
        if self.tracer.is_some() {
            // Those who watch take no steps of the rendering.
            let text = value.printed().unwrap_or_default();
            self.trace(set.span, |_| text);
        }
        if matches!(value, Value::Null) {
            return Ok(());
        }
        let Reference { name, steps, .. } = &set.target;
        let Some((last, before)) = steps.split_last() else {
            self.assign(name, value, scope);
            return Ok(());
        };
        let mut target = self.lookup(name, scope)?;
        for step in before {
            target = self.step(&target, step, scope)?;
        }
        match last {
            Step::Member(name) => self.set_member(&target, name, value),
            Step::Index(index) => {
                let index = self.value(index, scope)?;
                self.at = set.span.start;
                if let (Value::List(list), Value::Number(Number::Integer(index))) = (&target, &index) {
                    self.meter.make(ITEM_BYTES)?;
                    self.variables.remember(&target);
                    let mut list = list.borrow_mut();
                    let at = position("set", *index, list.len())?;
                    list[at] = value;
                    return Ok(());
                }
                let key = self.text_of(&index, scope)?;
                self.set_member(&target, &key, value)
            }
            Step::Call(_) => Ok(()),
        }
    }

    fn set_member(&mut self, target: &Value, name: &str, value: Value) -> Result<(), Fault> {
        match target {
            Value::Map(map) => {
                self.meter.make(MEMBER_BYTES + name.len())?;
                self.variables.remember(target);
                map.borrow_mut().insert(Rc::from(name), value);
            }
            Value::Host(host) => {
                self.meter.make(MEMBER_BYTES + name.len())?;
                host.set_property(name, value);
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {}
        }
        Ok(())
    }
}
