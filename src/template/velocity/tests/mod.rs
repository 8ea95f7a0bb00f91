//! Tests of the language: tables that Velocity 1.7 has answered, bounds, and random templates.

mod bounded_rendering;
mod bounds;
mod errors;
mod long_values;
mod oracle;
mod patterns;
mod random;
mod table;
mod template_maker;
mod trace;
mod values;
mod variables;
