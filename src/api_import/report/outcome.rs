//! The four things that may become of a part of the input, and what is said of it.

/// In the order of their weight: of several, the last one is the outcome of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Taken,
    TakenOtherwise,
    LeftOut,
    NeedsAnswer,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Taken, Self::TakenOtherwise, Self::LeftOut, Self::NeedsAnswer];

    /// The word of JSON reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::TakenOtherwise => "takenOtherwise",
            Self::LeftOut => "leftOut",
            Self::NeedsAnswer => "needsAnswer",
        }
    }

    /// The words of text reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::TakenOtherwise => "taken otherwise",
            Self::LeftOut => "left out",
            Self::NeedsAnswer => "needs an answer",
        }
    }
}

/// How much of a value a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// The node itself: what is in it is claimed by itself.
    Node,
    /// All that is in it, but for what is claimed by itself.
    Whole,
}

/// Says if a client of the API can see a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    Visible,
    Invisible,
}

impl Visibility {
    /// The words of reports for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Visible => "a client can see it",
            Self::Invisible => "no client can see it",
        }
    }
}

/// What is said of a node that is not simply taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remark {
    pub outcome: Outcome,
    /// What differs and why, or why it is left out, or the question.
    pub words: String,
    /// What to do.
    pub advice: Option<String>,
    /// Of what is taken otherwise.
    pub visibility: Option<Visibility>,
}

impl Remark {
    pub fn otherwise(words: impl Into<String>, visibility: Visibility) -> Self {
        Self {
            outcome: Outcome::TakenOtherwise,
            words: words.into(),
            advice: None,
            visibility: Some(visibility),
        }
    }

    pub fn left_out(words: impl Into<String>) -> Self {
        Self { outcome: Outcome::LeftOut, words: words.into(), advice: None, visibility: None }
    }

    pub fn advising(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}
