//! Maps that are not as other maps: those of `$context`, which print nothing, and headers, whose names have no case.

use std::{any::Any, cell::RefCell, rc::Rc};

use crate::template::velocity::{HostObject, MethodError, OrderedMap, Value};

/// Values by name. A template can set them.
#[derive(Debug)]
pub(super) struct NamedValues {
    members: RefCell<OrderedMap>,
    kind: Kind,
    /// The names that the template has set, where each may be set once.
    set: RefCell<OrderedMap>,
    /// The first name that it has set again.
    set_twice: RefCell<Option<Rc<str>>>,
}

/// The map that the values stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A map of `$context`. It prints nothing, as recorded.
    OfContext,
    /// One of overrides, each of which may be set once.
    Overrides,
    /// The same, of headers.
    HeaderOverrides,
    /// The headers of a request. Their names are looked up without case; it prints as a map.
    Headers,
}

impl NamedValues {
    pub fn new(kind: Kind, members: OrderedMap) -> Rc<Self> {
        Rc::new(Self {
            members: RefCell::new(members),
            kind,
            set: RefCell::default(),
            set_twice: RefCell::default(),
        })
    }

    /// The values that a value holds, if it is one of these maps.
    pub fn of(value: &Value) -> Option<&Self> {
        let Value::Host(host) = value else { return None };
        let host: &dyn Any = &**host;
        host.downcast_ref()
    }

    /// The value of this name; null is there too.
    pub fn get(&self, name: &str) -> Option<Value> {
        let exact = self.members.borrow().get(name).cloned();
        exact.or_else(|| self.members.borrow().get(&self.known_header(name)?).cloned())
    }

    /// The members as they are.
    pub fn members(&self) -> OrderedMap {
        self.members.borrow().clone()
    }

    /// The name that was set a second time.
    pub fn set_twice(&self) -> Option<Rc<str>> {
        self.set_twice.borrow().clone()
    }

    /// Lets go of all values, which may hold this map itself.
    pub fn clear(&self) {
        self.members.borrow_mut().clear();
    }

    /// The name in the map that a name of a header means, which may differ in case.
    fn known_header(&self, name: &str) -> Option<Rc<str>> {
        if !matches!(self.kind, Kind::Headers | Kind::HeaderOverrides) {
            return None;
        }
        self.members.borrow().keys().find(|known| known.eq_ignore_ascii_case(name)).map(Rc::clone)
    }

    fn put(&self, name: Rc<str>, value: Value) -> Value {
        let name = self.known_header(&name).unwrap_or(name);
        if matches!(self.kind, Kind::Overrides | Kind::HeaderOverrides)
            && self.set.borrow_mut().insert(Rc::clone(&name), Value::Null).is_some()
        {
            self.set_twice.borrow_mut().get_or_insert_with(|| Rc::clone(&name));
        }
        self.members.borrow_mut().insert(name, value).unwrap_or(Value::Null)
    }
}

impl HostObject for NamedValues {
    fn property(&self, name: &str) -> Option<Value> {
        self.get(name)
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        let members = self.members.borrow();
        let count = || Value::integer(i64::try_from(members.len()).unwrap_or(i64::MAX));
        Ok(match (method, arguments) {
            ("get", [Value::Text(name)]) => {
                drop(members);
                self.get(name).unwrap_or(Value::Null)
            }
            ("containsKey", [Value::Text(name)]) => {
                drop(members);
                Value::Boolean(self.get(name).is_some())
            }
            ("keySet", []) => Value::list(members.keys().map(|name| Value::Text(Rc::clone(name))).collect()),
            ("values", []) => Value::list(members.values().cloned().collect()),
            ("entrySet", []) => Value::list(members.iter().map(entry).collect()),
            ("size", []) => count(),
            ("isEmpty", []) => Value::Boolean(members.is_empty()),
            ("toString", []) => {
                drop(members);
                Value::text(&self.text())
            }
            ("put", [Value::Text(name), value]) => {
                drop(members);
                self.put(Rc::clone(name), value.clone())
            }
            _ => return Err(MethodError::Unknown),
        })
    }

    fn set_property(&self, name: &str, value: Value) {
        self.put(name.into(), value);
    }

    fn text(&self) -> String {
        match self.kind {
            Kind::Headers => Value::map(self.members()).printed().unwrap_or_default(),
            Kind::OfContext | Kind::Overrides | Kind::HeaderOverrides => String::new(),
        }
    }
}

fn entry((name, value): (&Rc<str>, &Value)) -> Value {
    let members = [("key", Value::Text(Rc::clone(name))), ("value", value.clone())];
    Value::map(members.into_iter().collect())
}
