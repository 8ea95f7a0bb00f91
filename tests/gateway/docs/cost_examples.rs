//! The examples of `tollgate cost` on all pages: each is followed by what the command prints.

use super::{Page, pages};
use crate::harness::tool::tollgate;

const FENCE: &str = "```console\n$ target/debug/tollgate cost ";

#[test]
fn every_cost_example_shows_what_the_command_prints() {
    let mut examples = 0;
    for page in pages() {
        let mut parts = page.text.split(FENCE);
        let mut text = parts.next().unwrap().to_owned();
        for part in parts {
            examples += 1;
            let (command, rest) = part.split_once('\n').unwrap();
            let (_, after) = rest.split_once("```\n").unwrap();
            text += &format!("{FENCE}{command}\n{}```\n{after}", printed(command, &page));
        }
        page.assert_says(&text);
    }
    assert!(examples >= 2, "{examples} examples");
}

fn printed(command: &str, page: &Page) -> String {
    let arguments: Vec<&str> = ["cost"].into_iter().chain(command.split(' ')).collect();
    let ran = tollgate(&[], &arguments);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{}: {command}", page.path);
    ran.stdout
}
