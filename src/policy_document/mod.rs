//! Policy documents as IAM has them: statements that allow or deny, and what they say of a request.

mod wildcard;

pub use self::wildcard::Wildcard;
