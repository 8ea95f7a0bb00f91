//! `passthroughBehavior`: what becomes of a body whose content type has no template.

use crate::item::Fields;

/// When a body goes on as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PassthroughBehavior {
    /// Where its content type has no template.
    #[default]
    WhenNoMatch,
    /// Where no content type has one.
    WhenNoTemplates,
    Never,
}

const WORDS: [(&str, PassthroughBehavior); 3] = [
    ("WHEN_NO_MATCH", PassthroughBehavior::WhenNoMatch),
    ("WHEN_NO_TEMPLATES", PassthroughBehavior::WhenNoTemplates),
    ("NEVER", PassthroughBehavior::Never),
];

impl PassthroughBehavior {
    /// Reads the field `passthroughBehavior`. What is wrong is reported, and `None`.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.read_or("passthroughBehavior", Self::WhenNoMatch, |name| fields.choice(name, &WORDS))
    }
}
