//! Values of the mapping language. Lists and maps are shared: a change is seen wherever the same one is named.

use std::{any::Any, cell::RefCell, fmt, rc::Rc};

use super::{Number, OrderedMap};

/// A value of a variable or an expression.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Rc<str>),
    List(Rc<RefCell<Vec<Value>>>),
    Map(Rc<RefCell<OrderedMap>>),
    /// A tool given from outside: `$input`, `$util`.
    Host(Rc<dyn HostObject>),
}

/// A tool that is given to a template from outside.
pub trait HostObject: fmt::Debug + Any {
    /// The property of this name, as `$tool.name` reads it; `None` if there is none, which is null.
    fn property(&self, name: &str) -> Option<Value>;

    /// Calls a method, as `$tool.name(arguments)` does.
    ///
    /// # Errors
    ///
    /// There is no such method, or it failed.
    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError>;

    /// Sets a property, as `#set($tool.name = value)` does. A tool that has none to set does nothing.
    fn set_property(&self, name: &str, value: Value) {
        let _ = (name, value);
    }

    /// Lets go of the values that it holds, at the end of a rendering that has made it.
    fn release(&self) {}

    /// The text that `$tool` alone prints.
    fn text(&self) -> String {
        String::new()
    }
}

/// The reason why a method gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodError {
    /// No method has this name and takes these arguments: the call is null.
    Unknown,
    /// The method failed, which ends the rendering. The text says why, without the method's name.
    Failed(String),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    pub fn integer(integer: i64) -> Self {
        Self::Number(Number::Integer(integer))
    }

    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(RefCell::new(items)))
    }

    pub fn map(map: OrderedMap) -> Self {
        Self::Map(Rc::new(RefCell::new(map)))
    }

    /// The truth of `#if`: only null and false are false.
    pub fn is_true(&self) -> bool {
        !matches!(self, Self::Null | Self::Boolean(false))
    }
}
