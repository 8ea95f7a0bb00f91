//! Attributes that nobody asked for: misspelt, or somebody else's words.

use super::{Fields, WITHHELD, brief, elsewhere::instead_of, spelling::nearest};

/// Attributes that keep requests out: without one that was misspelt, or written where nobody reads it, what it guards
/// would be open.
const GUARDS: [&str; 14] = [
    "apiKeyRequired",
    "authorizerId",
    "authorizationScopes",
    "authorizationType",
    "throttle",
    "rateLimit",
    "burstLimit",
    "enabled",
    // Of keys and usage plans.
    "quota",
    "apiStages",
    "stages",
    "expiresAt",
    // What keeps one caller's answer from another.
    "cacheKeyParameters",
    "cacheMode",
];

impl Fields<'_> {
    /// Warns of every attribute that nobody asked for. One that was meant to guard something is a problem.
    pub fn finish(self) {
        let known = self.known.borrow();
        for (name, value) in self.map.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let (shown, got) = match self.is_secret.get() {
                None => (name.as_str(), brief(value)),
                Some(is_secret) => (if is_secret(name) { WITHHELD } else { name }, WITHHELD.to_owned()),
            };
            let guards = |word: &str| GUARDS.iter().any(|guard| guard.eq_ignore_ascii_case(word));
            let (meant, expected) = match (instead_of(name, &known), nearest(name, &known)) {
                (Some(instead), _) => (name.as_str(), instead.to_owned()),
                (None, Some(near)) => (near, format!("nothing of this name; did you mean {near}?")),
                (None, None) if guards(name) => {
                    (name.as_str(), "nothing of this name here, where it guards nothing".to_owned())
                }
                (None, None) => (name.as_str(), "nothing of this name".to_owned()),
            };
            let tell = if guards(meant) { Self::problem } else { Self::warn };
            tell(&self, shown, &got, &expected);
        }
    }
}
