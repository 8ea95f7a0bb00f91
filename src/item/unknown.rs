//! Attributes that nobody asked for: misspelt, or somebody else's words.

use serde_json::Value;

#[cfg(feature = "cli")]
use super::recorded_fields::is_recording;
use super::{
    Fields, WITHHELD, brief,
    spelling::{misspelt, nearest},
    unsupported_fields::instead_of,
};

/// Attributes that keep requests out, or data in: without one that was misspelt, emptied, or written where nobody reads
/// it, what it guards would be open.
const GUARDS: [&str; 38] = [
    "apiKeyRequired",
    "apiKeySource",
    "authorizers",
    "authorizerId",
    "authorizationScopes",
    "authorizationType",
    "authorizerUri",
    "identityValidationExpression",
    "jwtConfiguration",
    "requiredClaims",
    "ipAllow",
    "ipDeny",
    "policy",
    "requestParameters",
    "requestModels",
    "requestValidator",
    "corsConfiguration",
    "allowOrigins",
    "throttle",
    "perIp",
    "perCaller",
    "rateLimit",
    "burstLimit",
    "enabled",
    // Of a stage: on every other host it is not there.
    "hosts",
    // Of keys and usage plans.
    "quota",
    "limit",
    "period",
    "offset",
    "apiStages",
    "stages",
    "expiresAt",
    // What keeps one caller's answer from another.
    "cacheKeyParameters",
    "cacheMode",
    // Of DYNAMODB: what may be written, and what is shown.
    "conditionExpression",
    "filterExpression",
    "projectionExpression",
    "return",
];

impl<'a> Fields<'a> {
    /// Passes over an attribute that has this word in it, which says what is so anyhow.
    pub fn pass_over(&self, name: &'a str, word: &str) {
        if self.written(name).and_then(Value::as_str) == Some(word) {
            self.known.borrow_mut().push(name);
        }
    }

    /// The value of an attribute that is not known by this name.
    pub fn written(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name)
    }

    /// Tells of the attributes that there are, `they_are`, wherever one has a name that is like none of them.
    pub fn name_the_known(&self, they_are: &'static str) {
        self.they_are.set(Some(they_are));
    }

    fn nothing_of_this_name(&self) -> String {
        match self.they_are.get() {
            Some(they_are) => format!("nothing of this name; {they_are}"),
            None => "nothing of this name".to_owned(),
        }
    }

    /// Says that a problem, which was told, hides what the other attributes mean: nothing is told of those.
    pub fn give_up(&self) {
        self.is_given_up.set(true);
    }

    /// Warns of every attribute that nobody asked for. One that was meant to guard something is a problem, and so is
    /// one that guards and is null: that may be an accident, and would open what it guards.
    pub fn finish(self) {
        if self.is_given_up.get() {
            return;
        }
        let known = self.known.borrow();
        for (name, value) in self.map {
            if !known.contains(&name.as_str()) {
                self.unknown(name, value, &known);
            } else if value.is_null() && guards(name) && !self.has_problem(name) {
                self.problem(name, "null", "a value, or no such attribute");
            }
        }
    }

    /// The same of a map in which every attribute guards something: an unknown one is a problem, and so is null.
    pub fn finish_guarding(self) {
        let known = self.known.borrow();
        for (name, value) in self.map {
            if !known.contains(&name.as_str()) {
                let expected = match nearest(name, &known) {
                    Some(near) => format!("nothing of this name; did you mean {near}?"),
                    None => "nothing of this name".to_owned(),
                };
                self.problem(name, &brief(value), &expected);
            } else if value.is_null() && !self.has_problem(name) {
                self.problem(name, "null", "a value, or no such attribute");
            }
        }
    }

    fn unknown(&self, name: &str, value: &Value, known: &[&str]) {
        // Of thousands of samples, the search for what was meant would take most of the time.
        #[cfg(feature = "cli")]
        if is_recording() {
            return;
        }
        let (shown, got) = match self.is_secret.get() {
            // It is the name that is wrong: the many lines below it would hide that.
            None if instead_of(name, known).is_some() => (name, kind_or_brief(value)),
            None => (name, brief(value)),
            Some(is_secret) => (if is_secret(name) { WITHHELD } else { name }, WITHHELD.to_owned()),
        };
        // What guards first: of two words that are equally near, it is the one that matters.
        let (guarding, others): (Vec<&str>, Vec<&str>) = known.iter().partition(|word| guards(word));
        let near = nearest(name, &[guarding, others].concat());
        let (meant, expected) = match (instead_of(name, known), near) {
            (Some(instead), _) => (name, instead.to_owned()),
            (None, Some(near)) if guards(near) || !guards(name) => {
                (near, format!("nothing of this name; did you mean {near}?"))
            }
            (None, Some(_) | None) if guards(name) => {
                (name, "nothing of this name here, where it guards nothing".to_owned())
            }
            (None, Some(_) | None) => match misspelt(name, &GUARDS) {
                Some(guard) => (guard, format!("nothing of this name; {guard} would guard nothing here")),
                None => (name, self.nothing_of_this_name()),
            },
        };
        let tell = if guards(meant) { Self::problem } else { Self::warn };
        tell(self, shown, &got, &expected);
    }
}

/// A value for a problem with its name.
fn kind_or_brief(value: &Value) -> String {
    match value {
        Value::Array(list) if !list.is_empty() => "a list".to_owned(),
        Value::Object(map) if !map.is_empty() => "a map".to_owned(),
        other => brief(other),
    }
}

/// Other words for those, of other products or of everyday speech: whoever writes them means to keep requests out.
const SYNONYMS: [&str; 6] = ["disabled", "expiry", "requireApiKey", "revoked", "scopes", "throttling"];

fn guards(word: &str) -> bool {
    GUARDS.iter().chain(&SYNONYMS).any(|guard| guard.eq_ignore_ascii_case(word))
}
