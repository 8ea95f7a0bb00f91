//! The methods of maps, and the entries of one.

use std::{cell::RefCell, rc::Rc};

use super::{ITEM_BYTES, MEMBER_BYTES, Methods, count};
use crate::template::velocity::{
    HostObject, MethodError, OrderedMap, Value, operation::equals, print, render_error::Fault,
};

type Map = Rc<RefCell<OrderedMap>>;

impl Methods<'_, '_> {
    pub(super) fn map(
        &mut self,
        map: &Map,
        value: &Value,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(Some(match (method, arguments) {
            ("size", []) => count(map.borrow().len()),
            ("isEmpty", []) => Value::Boolean(map.borrow().is_empty()),
            ("get", [key]) => match self.key(key)? {
                Some(key) => map.borrow().get(&key).cloned().unwrap_or(Value::Null),
                None => Value::Null,
            },
            ("getOrDefault", [key, otherwise]) => match self.key(key)? {
                Some(key) => map.borrow().get(&key).unwrap_or(otherwise).clone(),
                None => otherwise.clone(),
            },
            ("containsKey", [key]) => {
                let key = self.key(key)?;
                Value::Boolean(key.is_some_and(|key| map.borrow().contains_key(&key)))
            }
            ("containsValue", [searched]) => Value::Boolean(self.contains_value(map, searched)?),
            ("keySet", []) => {
                self.meter.make(ITEM_BYTES * (1 + map.borrow().len()))?;
                Value::list(map.borrow().keys().map(|key| Value::Text(Rc::clone(key))).collect())
            }
            ("values", []) => {
                self.meter.make(ITEM_BYTES * (1 + map.borrow().len()))?;
                let values = Value::list(map.borrow().values().cloned().collect());
                self.variables.remember(&values);
                values
            }
            ("entrySet", []) => {
                self.meter.make(MEMBER_BYTES * (1 + map.borrow().len()))?;
                let entry = |(key, value): (&Rc<str>, &Value)| {
                    let value = RefCell::new(value.clone());
                    Value::Host(Rc::new(MapEntry { key: Rc::clone(key), value }))
                };
                let entries: Vec<Value> = map.borrow().iter().map(entry).collect();
                entries.iter().for_each(|entry| self.variables.remember(entry));
                let entries = Value::list(entries);
                self.variables.remember(&entries);
                entries
            }
            ("equals", [other]) => Value::Boolean(equals(value, other, self.meter)?),
            ("toString", []) => {
                let mut text = String::new();
                print::print(value, &mut text, self.meter)?;
                self.made(&text)?
            }
            _ => return self.change_map(map, value, method, arguments),
        }))
    }

    /// Methods that change the map.
    fn change_map(
        &mut self,
        map: &Map,
        value: &Value,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(Some(match (method, arguments) {
            ("putIfAbsent", [key, item]) => {
                let Some(key) = self.key(key)? else { return Ok(None) };
                let existing = map.borrow().get(&key).cloned().unwrap_or(Value::Null);
                if matches!(existing, Value::Null) {
                    self.meter.make(MEMBER_BYTES + key.len())?;
                    self.variables.remember(value);
                    map.borrow_mut().insert(key, item.clone());
                }
                existing
            }
            ("put", [key, item]) => {
                let Some(key) = self.key(key)? else { return Ok(None) };
                self.meter.make(MEMBER_BYTES + key.len())?;
                self.variables.remember(value);
                map.borrow_mut().insert(key, item.clone()).unwrap_or(Value::Null)
            }
            ("putAll", [Value::Map(other)]) => {
                self.meter.make(MEMBER_BYTES * (1 + other.borrow().len()))?;
                self.meter.walk(other.borrow().keys().map(|key| key.len()).sum())?;
                self.variables.remember(value);
                let members = other.borrow().clone();
                for (key, item) in members.iter() {
                    map.borrow_mut().insert(Rc::clone(key), item.clone());
                }
                Value::Null
            }
            ("remove", [key]) => {
                let Some(key) = self.key(key)? else { return Ok(None) };
                self.meter.walk(MEMBER_BYTES * map.borrow().len())?;
                map.borrow_mut().remove(&key).unwrap_or(Value::Null)
            }
            ("clear", []) => {
                map.borrow_mut().clear();
                Value::Null
            }
            _ => return Ok(None),
        }))
    }

    /// A key; keys are texts, and numbers by their digits. Null is none.
    fn key(&mut self, key: &Value) -> Result<Option<Rc<str>>, Fault> {
        match key {
            Value::Null => Ok(None),
            Value::Text(text) => {
                self.meter.walk(text.len())?;
                Ok(Some(Rc::clone(text)))
            }
            Value::Boolean(_) | Value::Number(_) | Value::List(_) | Value::Map(_) | Value::Host(_) => {
                let mut text = String::new();
                print::print(key, &mut text, self.meter)?;
                Ok(Some(text.into()))
            }
        }
    }

    fn contains_value(&mut self, map: &Map, searched: &Value) -> Result<bool, Fault> {
        for value in map.borrow().values() {
            if equals(value, searched, self.meter)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A member of a map, as `entrySet` gives it.
#[derive(Debug)]
struct MapEntry {
    key: Rc<str>,
    /// Null once it is released.
    value: RefCell<Value>,
}

impl HostObject for MapEntry {
    fn property(&self, name: &str) -> Option<Value> {
        match name {
            "key" => Some(Value::Text(Rc::clone(&self.key))),
            "value" => Some(self.value.borrow().clone()),
            _ => None,
        }
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        match (method, arguments) {
            ("getKey", []) => Ok(Value::Text(Rc::clone(&self.key))),
            ("getValue", []) => Ok(self.value.borrow().clone()),
            _ => Err(MethodError::Unknown),
        }
    }

    fn release(&self) {
        self.value.replace(Value::Null);
    }

    /// `key=value`; a list or a map in it is left out.
    fn text(&self) -> String {
        let value = match &*self.value.borrow() {
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Null => "null".to_owned(),
            Value::List(_) | Value::Map(_) | Value::Host(_) => String::new(),
        };
        format!("{}={value}", self.key)
    }
}
