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
        match colours {
            Colours::None => format!("{function}: {text}"),
            Colours::ByName => format!("\u{1b}[{}m{function}:\u{1b}[0m {text}", colour_of(function)),
        }
    }
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
}
