//! The lines that functions write to stdout and stderr: passed on one by one.

use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::Notify,
};

/// One line that an instance wrote, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    pub function: String,
    pub pid: u32,
    pub text: String,
}

/// Says if names of functions are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    None,
    ByName,
}

/// Takes every line of a function, from all of its instances.
#[derive(Clone)]
pub struct FunctionOutput(Arc<dyn Fn(OutputLine) + Send + Sync>);

impl FunctionOutput {
    pub fn new(sink: impl Fn(OutputLine) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    /// Takes a line.
    pub fn take(&self, line: OutputLine) {
        (self.0)(line);
    }

    /// Prints `function: line` on stdout, as long as somebody reads it.
    pub fn terminal(colours: Colours) -> Self {
        Self::new(move |line| {
            // Who has closed stdout wants no lines; the function is read on, so that it does not block.
            let _ = writeln!(io::stdout(), "{}", line.shown(colours));
        })
    }

    /// Reads `pipe` to its end; a line that is not UTF-8 is passed on with replacement characters.
    pub(super) async fn drain(self, function: String, pid: u32, pipe: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).await.is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            self.take(OutputLine { function: function.clone(), pid, text });
            bytes.clear();
        }
    }
}

impl OutputLine {
    /// The line behind its function's name.
    fn shown(&self, colours: Colours) -> String {
        let Self { function, text, .. } = self;
        let text = obeyed(text, colours);
        match colours {
            Colours::None => format!("{function}: {text}"),
            Colours::ByName => format!("\u{1b}[{}m{function}:\u{1b}[0m {text}", colour_of(function)),
        }
    }
}

/// The text with nothing in it that a terminal would obey, but colours and styles where there are any; those end with the
/// line. Tabs stay. What else is a control character is escaped.
fn obeyed(text: &str, colours: Colours) -> String {
    const RESET: &str = "\u{1b}[0m";
    let (mut shown, mut rest, mut is_styled) = (String::new(), text, false);
    while let Some(character) = rest.chars().next() {
        if let (Some(style), Colours::ByName) = (style_at_start(rest), colours) {
            shown.push_str(style);
            (rest, is_styled) = (&rest[style.len()..], true);
            continue;
        }
        match character {
            '\t' => shown.push('\t'),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(character.escape_default());
            }
            _ if character.is_control() => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    if is_styled {
        shown.push_str(RESET);
    }
    shown
}

/// `ESC [ 1 ; 31 m`: colours, bold and the like (ECMA-48, SGR).
fn style_at_start(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|character: char| !(character.is_ascii_digit() || ";:".contains(character)))?;
    parameters[end..].starts_with('m').then(|| &text[.."\u{1b}[".len() + end + 1])
}

/// The colour of a function's name, as a terminal takes it: red to cyan, the same at each start.
fn colour_of(function: &str) -> u32 {
    31 + function.bytes().fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 6
}

impl fmt::Debug for FunctionOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Output")
    }
}

/// Lines kept in memory, for tests.
#[derive(Clone, Default)]
pub struct Captured {
    lines: Arc<Mutex<Vec<OutputLine>>>,
    grown: Arc<Notify>,
}

impl Captured {
    pub fn output(&self) -> FunctionOutput {
        let captured = self.clone();
        FunctionOutput::new(move |line| {
            captured.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            captured.grown.notify_waiters();
        })
    }

    pub fn lines(&self) -> Vec<OutputLine> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the first line whose text satisfies `is_it`; one that came earlier counts.
    pub async fn wait_for(&self, is_it: impl Fn(&str) -> bool) -> OutputLine {
        loop {
            let grown = self.grown.notified();
            tokio::pin!(grown);
            grown.as_mut().enable();
            if let Some(line) = self.lines().into_iter().find(|line| is_it(&line.text)) {
                return line;
            }
            grown.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_behind_the_name_of_its_function() {
        let line = OutputLine { function: "orders".to_owned(), pid: 7, text: "priced".to_owned() };
        assert_eq!(line.shown(Colours::None), "orders: priced");
        let coloured = line.shown(Colours::ByName);
        let (start, rest) = coloured.split_once("orders:").unwrap();
        assert_eq!(rest, "\u{1b}[0m priced");
        assert!((31..=36).any(|colour| start == format!("\u{1b}[{colour}m")), "{start:?}");
        assert_ne!(colour_of("orders"), colour_of("prices"));
    }

    #[test]
    fn a_function_colours_its_lines_and_does_nothing_else_to_a_terminal() {
        let cases = [
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m\u{1b}[0m", "\\u{1b}[1;31mred\\u{1b}[0m"),
            ("a\tb Käse", "a\tb Käse", "a\tb Käse"),
            (
                "\u{1b}[2J\u{1b}]0;title\u{7}",
                "\\u{1b}[2J\\u{1b}]0;title\\u{7}",
                "\\u{1b}[2J\\u{1b}]0;title\\u{7}",
            ),
            ("10 %\r100 %", "10 %\\r100 %", "10 %\\r100 %"),
            ("\u{1b}[31", "\\u{1b}[31", "\\u{1b}[31"),
            ("\u{9b}31m\u{202e}x", "\\u{9b}31m\\u{202e}x", "\\u{9b}31m\\u{202e}x"),
        ];
        for (text, coloured, plain) in cases {
            assert_eq!(obeyed(text, Colours::ByName), coloured, "{text:?}");
            assert_eq!(obeyed(text, Colours::None), plain, "{text:?}");
        }
    }
}
