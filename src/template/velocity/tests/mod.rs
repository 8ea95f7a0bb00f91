//! Tests of the language: tables that Velocity 1.7 has answered, bounds, and random templates.

mod bounds;
mod errors;
mod oracle;
mod patterns;
mod random;
mod table;
mod trace;
mod values;
mod variables;
