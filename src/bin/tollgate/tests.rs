//! The examples of `--help`: every command has some, and the tool takes them.

use clap::{CommandFactory, Parser};

use super::Arguments;

/// The commands that do something, each with the words that call it.
fn leaves(command: &clap::Command, words: &str) -> Vec<(String, clap::Command)> {
    let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").collect();
    if below.is_empty() {
        return vec![(words.to_owned(), command.clone())];
    }
    below.into_iter().flat_map(|below| leaves(below, &format!("{words} {}", below.get_name()))).collect()
}

/// The words of a line as a shell reads them, as far as examples need it: quotes, and nothing behind `>` and `<`.
fn words(line: &str) -> Vec<String> {
    let line = line.strip_prefix("KEY=$(").and_then(|line| line.strip_suffix(')')).unwrap_or(line);
    let line = [" > ", " < "].iter().fold(line, |line, mark| line.split(mark).next().unwrap());
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, false);
    for character in line.chars() {
        match character {
            '\'' => {
                quote = !quote;
                word.get_or_insert_default();
            }
            ' ' if !quote => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    assert!(!quote, "{line}");
    words.extend(word);
    words
}

#[test]
fn every_command_shows_examples_that_the_tool_takes() {
    let leaves = leaves(&Arguments::command(), "tollgate");
    assert!(leaves.len() > 15, "{leaves:?}");
    for (name, command) in leaves {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        assert!(help.starts_with("Examples:\n") && !examples.is_empty(), "{name} --help has no examples");
        let own = examples.iter().filter(|line| line.contains(&name)).count();
        assert!(own > 0, "{name}: {examples:?}");
        for line in examples.iter().filter(|line| line.contains("tollgate ")) {
            if let Err(error) = Arguments::try_parse_from(words(line)) {
                // The files that a line names are not here.
                let error = error.to_string();
                let is_without_file =
                    ["there is no file", "No such file"].iter().any(|words| error.contains(words));
                assert!(is_without_file, "{line}: {error}");
            }
        }
    }
}
