//! `tollgate completion`: what a shell completes.

use std::io;

use anyhow::Result;
use clap_complete::{Shell, generate};

use crate::{exit_status::ExitStatus, whole_command};

/// Print what a shell needs to complete commands and options.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate completion bash > ~/.local/share/bash-completion/completions/tollgate
  tollgate completion zsh > ~/.zfunc/_tollgate
  tollgate completion fish > ~/.config/fish/completions/tollgate.fish")]
pub struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: CompletedShell,
}

/// A shell that is completed in.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum CompletedShell {
    Bash,
    Zsh,
    Fish,
}

/// # Errors
///
/// The reader is gone.
pub fn run(Arguments { shell }: &Arguments) -> Result<ExitStatus> {
    let shell = match shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Zsh => Shell::Zsh,
        CompletedShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut whole_command(), "tollgate", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)?;
    Ok(ExitStatus::Ok)
}
