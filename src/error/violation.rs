//! A rule that a part of a request breaks.

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The part of the body, as a JSON pointer; of parameters the name.
    pub pointer: String,
    /// The rule and the value, for the client alone: values are not logged.
    pub detail: String,
    /// The place of the rule in the API's models, for the operator: `Order.properties.id.pattern`.
    pub rule: String,
}
