//! Every relative link and anchor leads somewhere, and every path that is named is there.

use std::path::Path;

use super::{Page, absolute, docs, markdown, pages};

#[test]
fn every_relative_link_and_anchor_leads_somewhere() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages() {
        for link in markdown::links(&page.text) {
            if link.contains("://") {
                continue;
            }
            count += 1;
            if let Err(why) = follow(&page, &link) {
                dead.push(format!("{}: {link}: {why}", page.path));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert!(count > 100, "{count} links were found");
}

fn follow(page: &Page, link: &str) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let folder = Path::new(&page.path).parent().unwrap();
    let path =
        if file.is_empty() { page.path.clone() } else { folder.join(file).to_str().unwrap().to_owned() };
    if !Path::new(&absolute(&path)).exists() {
        return Err("there is no such file".to_owned());
    }
    let Some(anchor) = anchor else { return Ok(()) };
    let headings = markdown::headings(&Page::read(&path).text);
    let is_there = headings.iter().any(|heading| heading.anchor == anchor);
    if is_there { Ok(()) } else { Err("there is no such heading".to_owned()) }
}

#[test]
fn every_path_of_the_repository_in_backticks_exists() {
    let mut missing = Vec::new();
    let mut count = 0;
    for page in pages() {
        for code in markdown::code_spans(&page.text) {
            let path = code.split(' ').next().unwrap();
            if !["src/", "tests/", "bench/", "infra/"].iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            count += 1;
            if !Path::new(&absolute(path)).exists() {
                missing.push(format!("{}: {path}", page.path));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count > 50, "{count} paths were found");
}

#[test]
fn every_page_can_be_reached_from_the_readme_and_from_the_list_of_pages() {
    let (readme, list) = (Page::read("README.md"), Page::read("docs/README.md"));
    let from = |page: &Page| {
        let links = markdown::links(&page.text).into_iter();
        links.map(|link| link.trim_start_matches("docs/").to_owned()).collect::<Vec<_>>()
    };
    let (from_readme, from_list) = (from(&readme), from(&list));
    for page in docs() {
        let name = page.path.trim_start_matches("docs/").to_owned();
        assert!(from_readme.contains(&name), "README.md has no link to {name}");
        assert!(from_list.contains(&name) || name == "README.md", "docs/README.md has no link to {name}");
    }
}
