//! `docs/tool.md`: usage, arguments, options and exit codes of every command, in the words of `--help`.
//!
//! Each command has a heading. Under it stand a fence `text usage` and a table, which `UPDATE_EXPECT=1` writes. What
//! many commands have in common is said once, in a section of its own.

use super::{Page, markdown};
use crate::harness::tool::tollgate;

const PAGE: &str = "docs/tool.md";
const FENCE: &str = "```text usage\n";
const SHARED: &str = "What all commands have in common";
/// `--help` says this of every command.
const OWN_HELP: [&str; 2] = ["`-h, --help`", "`help`"];

/// The `--help` of a command.
struct Help {
    usage: String,
    /// Subcommands, arguments and options.
    entries: Vec<Entry>,
    exit_codes: Vec<Entry>,
}

/// A subcommand, an argument, an option or an exit code, with the words of `--help`.
#[derive(PartialEq, Eq)]
struct Entry {
    name: String,
    words: String,
}

impl Entry {
    /// As the row of a table has it.
    fn in_a_table(self) -> Self {
        Self { name: format!("`{}`", self.name.replace('|', "\\|")), words: self.words.replace('|', "\\|") }
    }
}

#[test]
fn every_command_stands_there_with_the_words_of_its_help() {
    let page = Page::read(PAGE);
    let rows = markdown::rows(markdown::section(&page.text, SHARED));
    let shared = rows.iter().map(|row| Entry { name: row[0].to_owned(), words: row[1].to_owned() });
    let shared: Vec<Entry> = shared.collect();
    assert!(!shared.is_empty());
    let mut text = page.text.clone();
    for command in commands("tollgate") {
        let section = markdown::section(&text, &command).to_owned();
        text = text.replacen(&section, &with_reference(&section, &reference(&help(&command), &shared)), 1);
    }
    page.assert_says(&text);
}

#[test]
fn no_command_stands_there_that_there_is_not() {
    let page = Page::read(PAGE);
    let headings = markdown::headings(&page.text).into_iter().map(|heading| heading.text);
    let mut listed: Vec<_> = headings
        .filter(|text| text.starts_with("`tollgate"))
        .map(|text| text.trim_matches('`').to_owned())
        .collect();
    let mut known = commands("tollgate");
    listed.sort();
    known.sort();
    assert_eq!(listed, known);
}

/// A command and all below it.
fn commands(command: &str) -> Vec<String> {
    let help = help_text(command);
    let names = block(&help, "Commands:").into_iter().map(|entry| entry.name).filter(|name| name != "help");
    let below = names.flat_map(|name| commands(&format!("{command} {name}")));
    std::iter::once(command.to_owned()).chain(below).collect()
}

fn help_text(command: &str) -> String {
    let mut arguments: Vec<&str> = command.split(' ').skip(1).collect();
    arguments.push("--help");
    let ran = tollgate(&[], &arguments);
    assert_eq!(ran.code, Some(0), "{command}");
    ran.stdout
}

fn help(command: &str) -> Help {
    let text = help_text(command);
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap().to_owned();
    let entries = ["Commands:", "Arguments:", "Options:", "Where it is:"]
        .into_iter()
        .flat_map(|title| block(&text, title));
    let entries = entries.map(Entry::in_a_table).filter(|entry| !OWN_HELP.contains(&entry.name.as_str()));
    Help { usage, entries: entries.collect(), exit_codes: exit_codes(&text) }
}

/// The entries under a title, with their words in one line.
fn block(help: &str, title: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let lines = help.lines().skip_while(|line| *line != title).skip(1);
    for line in lines.take_while(|line| line.is_empty() || line.starts_with(' ')) {
        let indent = line.len() - line.trim_start().len();
        // An entry with its words beside it, or an entry alone; its words are indented by ten.
        match (line.trim_start(), entries.last_mut()) {
            ("", _) => {}
            (words, Some(entry)) if indent >= 10 => {
                entry.words = format!("{} {}", entry.words, shown(words)).trim_start().to_owned();
            }
            (entry, _) => {
                let (name, words) = entry.split_once("  ").unwrap_or((entry, ""));
                entries.push(Entry { name: name.to_owned(), words: shown(words.trim_start()) });
            }
        }
    }
    entries
}

/// Without the value that a variable has here, which is none.
fn shown(words: &str) -> String {
    words.replace("=]", "]")
}

/// `Exit code 3: there are problems. 4: there is no such stage.`
fn exit_codes(help: &str) -> Vec<Entry> {
    let Some((_, rest)) = help.split_once("Exit code ") else { return Vec::new() };
    let paragraph = rest.split("\n\n").next().unwrap().replace('\n', " ");
    let mut codes: Vec<Entry> = Vec::new();
    for sentence in paragraph.trim_end_matches('.').split(". ") {
        let code = sentence.split_once(": ").filter(|(code, _)| code.parse::<u8>().is_ok());
        match (code, codes.last_mut()) {
            (Some((code, words)), _) => {
                codes.push(Entry { name: format!("exit code {code}"), words: words.to_owned() });
            }
            (None, Some(last)) => last.words.push_str(&format!(". {sentence}")),
            (None, None) => panic!("{paragraph}"),
        }
    }
    codes
}

/// Fence and table of a command. The options that `shared` has are not said again.
fn reference(help: &Help, shared: &[Entry]) -> String {
    let Help { usage, entries, exit_codes } = help;
    let (common, own): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| shared.contains(entry));
    let row = |Entry { name, words }: &Entry| format!("| {name} | {words} |\n");
    let mut rows: Vec<String> = own.into_iter().chain(exit_codes).map(row).collect();
    if !common.is_empty() {
        let names: Vec<_> = common.iter().map(|entry| entry.name.as_str()).collect();
        let names = if names.len() == shared.len() { "other options".to_owned() } else { names.join(", ") };
        let anchor = "#what-all-commands-have-in-common";
        rows.push(format!("| {names} | as [all commands have]({anchor}) |\n"));
    }
    let head = if rows.is_empty() { "" } else { "\n| | meaning |\n|---|---|\n" };
    format!("{FENCE}{usage}\n```\n{head}{}", rows.concat())
}

/// A section with its fence and table replaced.
fn with_reference(section: &str, reference: &str) -> String {
    let (before, rest) = section.split_once(FENCE).unwrap_or_else(|| panic!("no usage: {section}"));
    let (_, rest) = rest.split_once("```\n").unwrap();
    let table = rest.strip_prefix('\n').filter(|rest| rest.starts_with("| | meaning |"));
    let after = table.map_or(rest, |table| {
        let end = table.split_inclusive('\n').take_while(|line| line.starts_with('|')).map(str::len).sum();
        &table[end..]
    });
    format!("{before}{reference}{after}")
}
