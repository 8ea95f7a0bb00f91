//! The files on the page: those that are shown as files are valid, the others have the problems that are shown.

use super::Folder;
use crate::docs::Page;

const FILE: &str = "```yaml file\n";
const TESTS: &str = "```yaml tests\n";
const REFUSED: &str = "```yaml refused\n";
const REPORT: &str = "```text check\n";

#[test]
fn the_files_of_the_page_are_what_it_says_they_are() {
    let page = Page::read("docs/api-file.md");
    let report = |yaml: &str| {
        Folder::new(&[("tollgate.yaml", yaml.as_bytes())]).tollgate(&["check", "tollgate.yaml"]).stdout
    };
    let fenced = |rest: &str| rest.split_inclusive("```").next().unwrap().trim_end_matches("```").to_owned();
    let files: Vec<String> = page.text.split(FILE).skip(1).map(fenced).collect();
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        assert!(report(&file).starts_with("tollgate.yaml: valid,"), "{file}\n{}", report(&file));
    }
    let (before, rest) = page.text.split_once(REFUSED).unwrap();
    let (refused, rest) = rest.split_once("```\n").unwrap();
    let (_, rest) = rest.strip_prefix(REPORT).unwrap().split_once("```\n").unwrap_or(("", rest));
    page.assert_says(&format!("{before}{REFUSED}{refused}```\n{REPORT}{}```\n{rest}", report(refused)));
}

#[test]
fn the_file_of_the_templates_page_passes_the_tests_that_are_shown_below_it() {
    let page = Page::read("docs/non-proxy-integrations.md");
    let fence = |info: &str| {
        let (_, rest) = page.text.split_once(info).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let (file, tests) = (fence(FILE), fence(TESTS));
    let folder = Folder::new(&[("tollgate.yaml", file.as_bytes()), ("tests.yaml", tests.as_bytes())]);
    let checked = folder.tollgate(&["check", "tollgate.yaml"]).stdout;
    assert!(checked.ends_with("tollgate.yaml: valid, 1 stage, 2 routes\n"), "{checked}");
    let report = folder.tollgate(&["test", "tests.yaml"]).text(&[]);
    assert!(report.contains("\n# 6 passed, 0 failed\n"), "{report}");
}
