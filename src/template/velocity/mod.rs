//! The mapping language of API Gateway: Velocity 1.7, as API Gateway runs it.
//!
//! A language of its own: it knows nothing of requests. Tools (`$input`, `$util`) and variables are given to it.
//! A [`Template`] is compiled once and rendered within [`Bounds`]; nothing in it reaches files, the network or another
//! request.

mod bounds;
mod compiled_template;
mod excerpt;
mod java_pattern;
mod methods;
mod number;
mod operation;
mod ordered_map;
mod parser;
mod place;
mod print;
mod printed;
mod render_error;
mod renderer;
mod syntax_error;
#[cfg(test)]
mod tests;
mod tool_call;
mod trace;
mod tree;
mod utf16;
mod value;
mod variables;

pub(in crate::template) use self::print::write_json_text;
pub use self::{
    bounds::Bounds,
    compiled_template::Template,
    excerpt::Excerpt,
    java_pattern::JavaPattern,
    number::Number,
    ordered_map::OrderedMap,
    place::Place,
    printed::PrintedWithin,
    render_error::{Bound, RenderError},
    syntax_error::SyntaxError,
    tool_call::ToolCall,
    trace::{TraceStep, Tracer},
    value::{HostObject, MethodError, Value},
    variables::Variables,
};
