//! The methods of lists.

use std::{cell::RefCell, rc::Rc};

use super::{ITEM_BYTES, Methods, count, position};
use crate::template::velocity::{Number, Value, operation::equals, render_error::Fault};

type List = Rc<RefCell<Vec<Value>>>;

impl Methods<'_, '_> {
    pub(super) fn list(
        &mut self,
        list: &List,
        value: &Value,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(Some(match (method, arguments) {
            ("size", []) => count(list.borrow().len()),
            ("isEmpty", []) => Value::Boolean(list.borrow().is_empty()),
            ("get", [Value::Number(Number::Integer(at))]) => {
                let list = list.borrow();
                list[checked(method, *at, list.len())?].clone()
            }
            ("contains", [searched]) => Value::Boolean(self.find(list, searched)?.is_some()),
            ("indexOf", [searched]) => position(self.find(list, searched)?),
            ("lastIndexOf", [searched]) => position(self.find_last(list, searched)?),
            ("containsAll", [Value::List(others)]) => {
                let mut contains_all = true;
                for searched in others.borrow().iter() {
                    contains_all &= self.find(list, searched)?.is_some();
                }
                Value::Boolean(contains_all)
            }
            ("equals", [other]) => Value::Boolean(equals(value, other, self.meter)?),
            ("toString", []) => {
                let mut text = String::new();
                crate::template::velocity::print::print(value, &mut text, self.meter)?;
                self.made(&text)?
            }
            ("subList", [Value::Number(Number::Integer(from)), Value::Number(Number::Integer(to))]) => {
                let list = list.borrow();
                let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
                let part = range.and_then(|(from, to)| list.get(from..to));
                let part = part.ok_or_else(|| {
                    Fault::method(method, format!("from {from} to {to} of a list of {}", list.len()))
                })?;
                self.meter.make(ITEM_BYTES * (1 + part.len()))?;
                let part = Value::list(part.to_vec());
                self.variables.remember(&part);
                part
            }
            _ => return self.change_list(list, value, method, arguments),
        }))
    }

    /// Methods that change the list.
    fn change_list(
        &mut self,
        list: &List,
        value: &Value,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(Some(match (method, arguments) {
            ("add", [item]) => {
                self.grow(value, 1)?;
                list.borrow_mut().push(item.clone());
                Value::Boolean(true)
            }
            ("add", [Value::Number(Number::Integer(at)), item]) => {
                let length = list.borrow().len();
                let at = checked(method, *at, length + 1)?;
                self.grow(value, 1)?;
                self.meter.walk(ITEM_BYTES * (length - at))?;
                list.borrow_mut().insert(at, item.clone());
                Value::Null
            }
            ("addAll", [Value::List(other)]) => {
                let items = other.borrow().len();
                self.grow(value, items)?;
                let items = other.borrow().clone();
                let is_changed = !items.is_empty();
                list.borrow_mut().extend(items);
                Value::Boolean(is_changed)
            }
            ("set", [Value::Number(Number::Integer(at)), item]) => {
                self.grow(value, 1)?;
                let mut list = list.borrow_mut();
                let at = checked(method, *at, list.len())?;
                std::mem::replace(&mut list[at], item.clone())
            }
            ("remove", [Value::Number(Number::Integer(at))]) => {
                let at = checked(method, *at, list.borrow().len())?;
                self.remove(list, at)?
            }
            ("remove", [searched]) => match self.find(list, searched)? {
                Some(at) => {
                    self.remove(list, at)?;
                    Value::Boolean(true)
                }
                None => Value::Boolean(false),
            },
            ("clear", []) => {
                list.borrow_mut().clear();
                Value::Null
            }
            _ => return Ok(None),
        }))
    }

    fn grow(&mut self, value: &Value, items: usize) -> Result<(), Fault> {
        self.meter.make(ITEM_BYTES.saturating_mul(items))?;
        self.variables.remember(value);
        Ok(())
    }

    fn remove(&mut self, list: &List, at: usize) -> Result<Value, Fault> {
        let mut list = list.borrow_mut();
        self.meter.walk(ITEM_BYTES * (list.len() - at))?;
        Ok(list.remove(at))
    }

    fn find(&mut self, list: &List, searched: &Value) -> Result<Option<usize>, Fault> {
        for (at, item) in list.borrow().iter().enumerate() {
            if equals(item, searched, self.meter)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn find_last(&mut self, list: &List, searched: &Value) -> Result<Option<usize>, Fault> {
        for (at, item) in list.borrow().iter().enumerate().rev() {
            if equals(item, searched, self.meter)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

fn checked(method: &str, at: i64, length: usize) -> Result<usize, Fault> {
    usize::try_from(at)
        .ok()
        .filter(|at| *at < length)
        .ok_or_else(|| Fault::method(method, format!("index {at} of a list of {length}")))
}
