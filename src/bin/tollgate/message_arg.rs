//! The message of a move: why a stage serves something else from now on.

/// The longest message, in characters.
const MOST_CHARACTERS: usize = 1_000;

#[derive(clap::Args)]
#[group(skip)]
pub struct MessageArg {
    /// Why, in at most 1,000 characters: `tollgate history` shows it.
    #[arg(short, long, value_parser = message)]
    message: Option<String>,
}

impl MessageArg {
    pub fn text(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }
}

fn message(text: &str) -> Result<String, String> {
    let characters = text.chars().count();
    let expected = format!("{characters} characters, expected at most {MOST_CHARACTERS}");
    (characters <= MOST_CHARACTERS).then(|| text.to_owned()).ok_or(expected)
}
