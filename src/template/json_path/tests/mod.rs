//! JSONPaths against answers of Jayway, and their errors.

mod bounds;

use super::*;
use crate::template::{
    json_text::{read, write},
    velocity::OrderedMap,
};

/// Documents behind `# `, and below each the paths with what Jayway 2.9 answers, `!` where it refuses the path; where
/// ours is another, that answer and the reason. Made with the library that the npm package `wiremock` 3.13.2 has in it.
const JAYWAY: &str = include_str!("jayway.txt");

fn answer(path: &str, document: &Value) -> String {
    // Tests are built plainly: less than the usual bound.
    answer_within(path, document, 50_000)
}

fn answer_within(path: &str, document: &Value, steps: usize) -> String {
    let Ok(path) = JsonPath::parse(path) else { return "!".to_owned() };
    match path.find(document, &Steps::new(steps)) {
        Ok(found) => write(&found.unwrap_or(Value::Null)).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn finds_what_jayway_finds() {
    let mut document = Value::Null;
    let mut cases = 0;
    for line in JAYWAY.lines().filter(|line| !line.is_empty()) {
        if let Some(json) = line.strip_prefix("# ") {
            document = read(json).unwrap();
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let (path, expected) = match columns[..] {
            [path, jayway] => (path, jayway),
            [path, jayway, ours, reason] => {
                assert!(jayway != ours && !reason.is_empty(), "{line}");
                (path, ours)
            }
            _ => panic!("{line}"),
        };
        assert_eq!(answer(path, &document), expected, "{path}");
        cases += 1;
    }
    assert_eq!(cases, 426);
}

#[test]
fn a_text_that_is_no_path_is_refused_at_its_place() {
    #[rustfmt::skip]
    let cases = [
        ("", "character 1: got the end, expected a JSONPath"),
        ("$a", "character 2: got `a`, expected `.` or `[`"),
        ("$.", "character 3: got the end, expected a name, `*` or `[` behind the point"),
        ("$...a", "character 4: got `.a`, expected a name, `*` or `[` behind the point"),
        ("$.é b", "character 4: got ` b`, expected brackets and quotes around a name with a blank: ['my name']"),
        ("$[x]", "character 3: got `x]`, expected a name in quotes, a number, `*` or `?(`"),
        ("$[(@.length-1)]", "character 3: got `(@.length-1)]`, expected no expression: [-1] is the last item"),
        ("$['a", "character 3: got `'a`, expected the quote that ends the name"),
        ("$['a'", "character 6: got the end, expected `]`"),
        ("$['a',]", "character 7: got `]`, expected a name in quotes"),
        ("$[0", "character 4: got the end, expected `]`"),
        ("$[0:3:2]", "character 3: got `0:3:2]`, expected numbers with commas, or one or two with a colon"),
        ("$[?@.a]", "character 4: got `@.a]`, expected `(`: a filter is written [?(…)]"),
        ("$[?(@.a]", "character 4: got `(@.a]`, expected `)` behind the filter"),
        ("$.b[?(@.a = 1)]", "character 11: got `= 1`, expected ==, !=, ===, !==, <, <=, >, >=, =~, in, nin, subsetof, anyof, noneof, contains, size or empty; all, type, matches and exists are not taken"),
        ("$.b[?(@.a type 'x')]", "character 11: got `type 'x'`, expected ==, !=, ===, !==, <, <=, >, >=, =~, in, nin, subsetof, anyof, noneof, contains, size or empty; all, type, matches and exists are not taken"),
        ("$.b[?(@.a == x)]", "character 14: got `x`, expected a path, a text in quotes, a number, true, false, null, a list or an object"),
        ("$.b[?(@.a == 'x)]", "character 6: got `(@.a == 'x)]`, expected `)` behind the filter"),
        ("$.b[?(@.a[?(@.é == x)])]", "character 20: got `x`, expected a path, a text in quotes, a number, true, false, null, a list or an object"),
        ("$.b[?(@.a == [1)]", "character 14: got `[1`, expected the sign that ends the value"),
        ("$.b[?(@.a 1)]", "character 11: got `1`, expected ==, !=, ===, !==, <, <=, >, >=, =~, in, nin, subsetof, anyof, noneof, contains, size or empty; all, type, matches and exists are not taken"),
        ("$.b[?(@.a == 1 @.b)]", "character 16: got `@.b`, expected `&&`, `||` or the end of the filter"),
        ("$.b[?((@.a)]", "character 6: got `((@.a)]`, expected `)` behind the filter"),
        ("$.b[?(!@.a == 1)]", "character 8: got `@.a == 1`, expected brackets around what `!` is for"),
        ("$.b[?(true)]", "character 7: got `true`, expected a comparison, or a path alone"),
        ("$.b[?(@.a =~ 'x')]", "character 14: got `'x'`, expected a regular expression between slashes on one side of `=~`"),
        ("$.b[?(@.a == /x/)]", "character 14: got `/x/`, expected `=~` beside a regular expression"),
        ("$.b[?(@.a. == 1)]", "character 11: got ` == 1`, expected a name behind the point"),
        ("$.b.concat('x')", "character 5: got `concat('x')`, expected length(), size(), keys(), min(), max(), avg(), sum(), stddev(), first(), last() or index(n); concat() and append() are not taken"),
        ("$.b.length(", "character 11: got `(`, expected `)` behind the arguments"),
        ("$.b.length().x", "character 13: got `.x`, expected the end behind a function"),
    ];
    for (path, expected) in cases {
        let error = JsonPath::parse(path).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{path}");
    }
}

#[test]
fn what_is_found_is_the_documents_own() {
    let document = read(r#"{"list":[{"id":1}]}"#).unwrap();
    for (path, id) in [("$.list[0]", 2), ("$.list[*]", 3), ("$..list", 4)] {
        let found = JsonPath::parse(path).unwrap().find(&document, &Steps::default()).unwrap().unwrap();
        change_first_id(&found, id);
        assert_eq!(write(&document).unwrap(), format!(r#"{{"list":[{{"id":{id}}}]}}"#), "{path}");
    }
}

fn change_first_id(value: &Value, id: i64) {
    match value {
        Value::List(items) => change_first_id(&items.borrow()[0], id),
        Value::Map(map) => drop(map.borrow_mut().insert("id".into(), Value::integer(id))),
        _ => panic!("{value:?}"),
    }
}

#[test]
fn numbers_are_compared_with_all_their_digits() {
    let document =
        read(r#"[{"n":12345678901234567890123},{"n":12345678901234567890124},{"n":-0.10},{"n":1e400}]"#);
    #[rustfmt::skip]
    let cases = [
        ("$[?(@.n == 12345678901234567890123)].n", "[12345678901234567890123]"),
        ("$[?(@.n > 12345678901234567890123)].n", "[12345678901234567890124,1e400]"),
        ("$[?(@.n == -1e-1)].n", "[-0.10]"),
        ("$[?(@.n < 0)].n", "[-0.10]"),
        ("$[?(@.n < -0.05)].n", "[-0.10]"),
        ("$[?(@.n < -0.2)].n", "[]"),
        ("$[?(@.n >= 1e399)].n", "[1e400]"),
        ("$[?(@.n == '-0.1')].n", "[-0.10]"),
    ];
    let document = document.unwrap();
    for (path, expected) in cases {
        assert_eq!(answer(path, &document), expected, "{path}");
    }
}

#[test]
fn compiled_paths_are_shared_by_threads() {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<JsonPath>();
}

#[test]
fn a_random_path_never_panics() {
    const PARTS: [&str; 40] = [
        "$",
        "@",
        ".",
        "..",
        "*",
        "a",
        "é",
        "[",
        "]",
        "'",
        "\"",
        "\\",
        "0",
        "-1",
        ":",
        ",",
        "?",
        "(",
        ")",
        "?(@.a",
        " ",
        "==",
        "<",
        "!",
        "&&",
        "||",
        "=~",
        "/a/",
        "/[/i",
        " in ",
        " size ",
        "null",
        "true",
        "1e5",
        "{",
        "}",
        "[0]",
        "['a']",
        ".length()",
        "[?(@.a == 1)]",
    ];
    let document = read(r#"{"a":[{"a":1,"é":"x"},[1,[2]],null,{"a":{"a":"a"}}]}"#).unwrap();
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut compiled = 0;
    for _ in 0..20_000 {
        let length = next(10);
        let path: String =
            std::iter::once("$").chain((0..length).map(|_| PARTS[next(PARTS.len())])).collect();
        if let Ok(path) = JsonPath::parse(&path) {
            drop(path.find(&document, &Steps::new(10_000)));
            compiled += 1;
        }
    }
    assert!(compiled > 500, "{compiled}");
}
