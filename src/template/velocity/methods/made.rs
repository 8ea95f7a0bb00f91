//! The lists and maps that tools make of values which others hold too: they are remembered, as those of templates are.

use std::rc::Rc;

use super::{ITEM_BYTES, MEMBER_BYTES, Methods};
use crate::template::velocity::{Value, render_error::Fault};

impl Methods<'_, '_> {
    /// Counts what a tool has made, and remembers it if it holds what others hold too. Such lists and maps can be
    /// put into each other without an end; those that hold only values of their own are trees of a bounded depth.
    pub(super) fn remember_made(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::List(list) if Rc::strong_count(list) == 1 => {
                self.made_of(value, &mut list.borrow().iter())
            }
            Value::Map(map) if Rc::strong_count(map) == 1 => self.made_of(value, &mut map.borrow().values()),
            Value::Null
            | Value::Boolean(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Host(_) => Ok(()),
        }
    }

    fn made_of(&mut self, value: &Value, members: &mut dyn Iterator<Item = &Value>) -> Result<(), Fault> {
        self.meter.make(ITEM_BYTES)?;
        let mut holds_others = false;
        for member in members {
            self.meter.make(ITEM_BYTES)?;
            if is_held_elsewhere(member) {
                holds_others = true;
            } else if self.member_holds_others(member)? {
                self.meter.make(MEMBER_BYTES)?;
                self.variables.remember(member);
                holds_others = true;
            }
        }
        if holds_others {
            self.variables.remember(value);
        }
        Ok(())
    }

    /// True of an entry of a map, or an object of several members that a JSONPath has found.
    fn member_holds_others(&mut self, member: &Value) -> Result<bool, Fault> {
        Ok(match member {
            Value::List(list) => {
                self.meter.walk(list.borrow().len())?;
                list.borrow().iter().any(is_held_elsewhere)
            }
            Value::Map(map) => {
                self.meter.walk(map.borrow().len())?;
                map.borrow().values().any(is_held_elsewhere)
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::Host(_) => false,
        })
    }
}

fn is_held_elsewhere(value: &Value) -> bool {
    match value {
        Value::List(list) => Rc::strong_count(list) > 1,
        Value::Map(map) => Rc::strong_count(map) > 1,
        Value::Host(host) => Rc::strong_count(host) > 1,
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) => false,
    }
}
