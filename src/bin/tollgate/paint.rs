//! Colours of what is told on a terminal.

use std::io::{self, IsTerminal};

/// Says if there are colours: on a terminal, unless `NO_COLOR` says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Coloured,
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Green,
    Yellow,
    Red,
    Cyan,
    Dim,
}

impl Paint {
    pub fn of_stdout() -> Self {
        Self::of(io::stdout().is_terminal())
    }

    pub fn of_stderr() -> Self {
        Self::of(io::stderr().is_terminal())
    }

    fn of(is_terminal: bool) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if is_terminal && !is_set("NO_COLOR") && !is_dumb { Self::Coloured } else { Self::Plain }
    }

    pub fn paint(self, colour: Colour, text: &str) -> String {
        let code = match colour {
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Red => 31,
            Colour::Cyan => 36,
            Colour::Dim => 2,
        };
        match self {
            Self::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_to_a_terminal_is_coloured() {
        assert_eq!(Paint::Coloured.paint(Colour::Green, "+ x"), "\u{1b}[32m+ x\u{1b}[0m");
        assert_eq!(Paint::Plain.paint(Colour::Red, "- x"), "- x");
        assert_eq!(Paint::of(false), Paint::Plain);
    }
}
