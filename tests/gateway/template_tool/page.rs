//! docs/mapping-templates.md: the commands that it shows, and what they print.

use std::fs;

use crate::api_file::Folder;

/// Each file stands in a fence `… file NAME`, each command in a fence `console try` with its output.
#[test]
fn the_commands_of_the_page_print_what_it_shows() {
    let page = fs::read_to_string("docs/mapping-templates.md").unwrap();
    let fences = page.split("\n```").skip(1).step_by(2);
    let folder = Folder::new(&[]);
    let mut commands = 0;
    for fence in fences {
        let (head, body) = fence.split_once('\n').unwrap_or((fence, ""));
        if let Some((_, name)) = head.split_once(" file ") {
            folder.write(name, format!("{body}\n").as_bytes());
        }
        if head != "console try" {
            continue;
        }
        let (command, expected) = body.split_once('\n').unwrap_or((body, ""));
        let arguments = command.strip_prefix("$ tollgate ").unwrap();
        let arguments: Vec<String> = words(arguments);
        let ran = folder.tollgate(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.stderr, "", "{command}");
        assert_eq!(ran.stdout.trim_end(), expected.trim_end(), "{command}");
        commands += 1;
    }
    assert_eq!(commands, 3);
}

/// The words of a command line, of which some are in single quotes.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(index, part)| {
        if index % 2 == 1 {
            vec![part.to_owned()]
        } else {
            part.split_whitespace().map(str::to_owned).collect()
        }
    });
    words.collect()
}
