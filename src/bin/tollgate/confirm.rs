//! Questions on the terminal before what cannot be taken back.

use std::io::{self, IsTerminal};

use crate::{exit_status::ExitStatus, interrupt::asking, notes::note, text_table::printable};

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// Says if there is somebody to ask; if not, tells that `--yes` is needed for what is to be done.
///
/// # Errors
///
/// The status of a command that cannot ask.
pub fn is_asked(what: &str) -> Result<(), ExitStatus> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    note(format_args!("tollgate: nobody is there to ask whether to {what}: --yes says so"));
    Err(ExitStatus::WrongUse)
}

/// Asks on the terminal; nothing but a yes confirms.
///
/// # Errors
///
/// The terminal is gone.
pub fn ask(question: &str) -> io::Result<Answer> {
    eprint!("tollgate: {} [y/N] ", printable(question));
    let mut answer = String::new();
    asking(|| io::stdin().read_line(&mut answer))?;
    let is_yes = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    Ok(if is_yes { Answer::Yes } else { Answer::No })
}
