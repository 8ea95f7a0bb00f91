//! The mapping language of API Gateway: Velocity 1.7, as API Gateway runs it.
//!
//! A language of its own: it knows nothing of requests. Tools (`$input`, `$util`) and variables are given to it.

mod number;
mod ordered_map;
mod value;

pub use self::{
    number::Number,
    ordered_map::OrderedMap,
    value::{HostObject, MethodError, Value},
};
