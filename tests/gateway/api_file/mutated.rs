//! Mutated files: each is valid, or has problems with places in it; none is the end of the tool.

use std::{env, fs, sync::LazyLock};

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use tollgate::api_file::check;

use super::Folder;

/// A file in which most of what there is to write is written.
pub const RICH: &str = "tollgate: 1\nstages:\n  v1: &v1\n    basePath: /shop\n    hosts: [a.example]\n    \
    throttle: &a { rateLimit: 5, burstLimit: 10 }\n    stageVariables: { t: orders, 'n': \"1\" }\n    api:\n      corsConfiguration: { allowOrigins: [\"*\"], maxAge: 5 }\n      \
    gatewayResponses:\n        DEFAULT_4XX: { statusCode: 418, responseTemplates: { text/plain: $context.error.message } }\n      \
    models: { A: { type: object, properties: { b: { type: string } } } }\n    routes:\n      GET /a/{id}:\n        apiKeyRequired: true\n        \
    requestParameters: { method.request.querystring.a: true }\n        requestModels: { application/json: A }\n        \
    integration: { type: HTTP_PROXY, uri: \"https://a.example/{id}\" }\n      ANY /b/{proxy+}: # rest\n        integration:\n          \
    type: MOCK\n          body: |\n            two\n            lines\n      $default: { integration: { type: AWS_PROXY, uri: echo } }\n  \
    v2: { extends: v1, basePath: /two, routes: { $default: null, GET /c: { integration: { type: MOCK, body: { a: [1, 2.5, -3e4, null, true] } } } } }\n\
    usagePlans: { p: { quota: { limit: 10, period: DAY }, apiStages: { v1: { \"GET /a/{id}\": *a } } } }\napiKeys: { k: { usagePlanId: p } }\n";

/// Pieces that mean something to YAML, to the file or to an item.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "", "\n", "\t", " ", "  ", ":", ": ", "- ", "? ", "#", " # ", "{", "}", "[", "]", ",", "&x ", "*x", "*a", "!!str ", "!x ", "|", ">-", "'",
    "\"", "%", "@", "`", "---\n", "...\n", "<<: *a", "~", "null", "on", "0777", "1e3", "1e999", "\u{feff}", "\0", "\u{e9}", "\u{1f600}", "\r", "\r\n",
    "$include: a.yaml", "extends: v2", "routes:", "api:", "integration:", "GET /x: ", "true", "-1", "\\", "\u{85}", "\u{2028}",
];

#[derive(Clone, Debug)]
pub enum Mutation {
    Cut(Index, usize),
    Insert(Index, &'static str),
    Replace(Index, usize, &'static str),
    Copy(Index, usize, Index),
    SwapLines(Index, Index),
    Indent(Index, usize),
    Byte(Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = || select(PIECES);
    prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (any::<Index>(), piece()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), 1..12_usize, piece())
            .prop_map(|(at, length, piece)| Mutation::Replace(at, length, piece)),
        (any::<Index>(), 1..80_usize, any::<Index>())
            .prop_map(|(from, length, to)| Mutation::Copy(from, length, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        (any::<Index>(), 0..12_usize).prop_map(|(line, spaces)| Mutation::Indent(line, spaces)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
    ]
}

fn mutate(text: &mut Vec<u8>, mutation: &Mutation) {
    let end = |at: usize, length: usize, text: &[u8]| (at + length).min(text.len());
    let lines =
        |text: &[u8]| -> Vec<Vec<u8>> { text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect() };
    if text.is_empty() {
        return;
    }
    match mutation {
        Mutation::Cut(at, length) => {
            let at = at.index(text.len());
            text.drain(at..end(at, *length, text));
        }
        Mutation::Insert(at, piece) => {
            let at = at.index(text.len());
            text.splice(at..at, piece.bytes());
        }
        Mutation::Replace(at, length, piece) => {
            let at = at.index(text.len());
            text.splice(at..end(at, *length, text), piece.bytes());
        }
        Mutation::Copy(from, length, to) => {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            let copied = text[from..end(from, *length, text)].to_vec();
            text.splice(to..to, copied);
        }
        Mutation::SwapLines(a, b) => {
            let mut lines = lines(text);
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            *text = lines.concat();
        }
        Mutation::Indent(line, spaces) => {
            let mut lines = lines(text);
            let line = line.index(lines.len());
            let words = lines[line].iter().position(|b| *b != b' ').unwrap_or(0);
            lines[line].splice(..words, vec![b' '; *spaces]);
            *text = lines.concat();
        }
        Mutation::Byte(at, byte) => {
            let at = at.index(text.len());
            text[at] = *byte;
        }
    }
}

static EXAMPLE: LazyLock<Vec<u8>> =
    LazyLock::new(|| fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tollgate.yaml")).unwrap());

/// A file, and how it came to be.
#[derive(Clone, Debug)]
pub struct MutatedFile {
    pub text: Vec<u8>,
    pub mutations: Vec<Mutation>,
}

/// The example or [`RICH`], with one to four mutations.
pub fn mutated_file() -> impl Strategy<Value = MutatedFile> {
    (any::<bool>(), prop::collection::vec(mutation(), 1..5)).prop_map(|(is_example, mutations)| {
        let mut text = if is_example { EXAMPLE.clone() } else { RICH.as_bytes().to_vec() };
        mutations.iter().for_each(|mutation| mutate(&mut text, mutation));
        MutatedFile { text, mutations }
    })
}

#[test]
fn a_mutated_file_is_valid_or_has_problems_with_places() {
    let cases = env::var("MUTATED_FILES").map_or(10_000, |cases| cases.parse().unwrap());
    let folder = Folder::new(&[("a.yaml", b"a: { rateLimit: 1 }\n"), ("tollgate.yaml", RICH.as_bytes())]);
    let whole = check(&folder.path("tollgate.yaml")).unwrap();
    assert!(whole.is_valid(), "{:?}", whole.problems);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut counts = [0, 0];
    let seen = std::cell::RefCell::new(&mut counts);
    let ran = TestRunner::new(config).run(&mutated_file(), |MutatedFile { text, .. }| {
        folder.write("tollgate.yaml", &text);
        let checked = check(&folder.path("tollgate.yaml")).unwrap();
        seen.borrow_mut()[usize::from(checked.is_valid())] += 1;
        for problem in &checked.problems {
            let source = checked.sources.of(problem.span);
            let position = source.position(problem.span.start);
            let end = source.end_in_line(problem.span);
            let line = source.line(position.line);
            prop_assert!(position.column <= line.chars().count() + 2, "{:?}", problem);
            prop_assert!(source.text.is_char_boundary(end) && end >= problem.span.start, "{:?}", problem);
            prop_assert!(!problem.message.is_empty());
        }
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    assert!(counts.iter().all(|count| *count > cases / 50), "{counts:?}");
}
