//! The variables of a rendering: those that are given to a template, and those that it set.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{HostObject, OrderedMap, Place, Value};

/// Variables by name. What a template has set stands here after its rendering.
///
/// Lists and maps that a template made or put into others are emptied when the variables are dropped: nothing that
/// refers to itself stays behind, and nothing nested deeply is dropped level by level. Values that are needed longer
/// are copied before.
#[derive(Debug, Default)]
pub struct Variables {
    values: HashMap<Rc<str>, Value>,
    made: Vec<Container>,
    cut_loops: Vec<Place>,
}

#[derive(Debug)]
enum Container {
    List(Rc<RefCell<Vec<Value>>>),
    Map(Rc<RefCell<OrderedMap>>),
    Host(Rc<dyn HostObject>),
}

impl Variables {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.replace(name, value);
    }

    /// Sets a variable and returns what it was before.
    pub(super) fn replace(&mut self, name: &str, value: Value) -> Option<Value> {
        match self.values.get_mut(name) {
            Some(existing) => Some(std::mem::replace(existing, value)),
            None => self.values.insert(name.into(), value),
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    /// All variables, by name.
    pub fn sorted(&self) -> Vec<(&str, &Value)> {
        let mut all: Vec<_> = self.values.iter().map(|(name, value)| (&**name, value)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Where loops ended because they had taken all turns that they may take.
    pub fn cut_loops(&self) -> &[Place] {
        &self.cut_loops
    }

    pub(super) fn note_cut_loop(&mut self, place: Place) {
        if !self.cut_loops.contains(&place) {
            self.cut_loops.push(place);
        }
    }

    /// Remembers what a template has made, and what may hold itself.
    pub(super) fn remember(&mut self, value: &Value) {
        match value {
            Value::List(list) => self.made.push(Container::List(Rc::clone(list))),
            Value::Map(map) => self.made.push(Container::Map(Rc::clone(map))),
            Value::Host(host) => self.made.push(Container::Host(Rc::clone(host))),
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}

impl Drop for Variables {
    fn drop(&mut self) {
        // All are still held here while one after the other is emptied, so that no drop goes deeper than one level.
        for container in &self.made {
            match container {
                Container::List(list) => drop(std::mem::take(&mut *list.borrow_mut())),
                Container::Map(map) => drop(std::mem::take(&mut *map.borrow_mut())),
                Container::Host(host) => host.release(),
            }
        }
    }
}
