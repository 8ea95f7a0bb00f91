//! Regular expressions of Java.

use crate::template::velocity::JavaPattern;

#[test]
fn an_expression_matches_what_it_matches_in_java() {
    let cases = [
        ("abc", "abc", true),
        ("b", "abc", false),
        ("a|ab", "ab", true),
        (r"\d{3}", "404", true),
        (r"\d+", "४२", false),
        (r"[^\d\s]+", "ab", true),
        (r"[\w.-]+@[\w.-]+", "a.b@c-d.e", true),
        (r"[]a]+", "]a", true),
        (r"[a-]+", "-a", true),
        (r"[\]\[]+", "[]", true),
        (".", "\n", false),
        (".", "\u{85}", false),
        (".", "\u{2028}", false),
        ("(?s).*", "a\nb", true),
        ("(?i)ABC", "abc", true),
        ("(?i)É", "é", false),
        ("(?:a(?i)b)c", "aBc", true),
        (r"[\s\S]*\[404\][\s\S]*", "x\n[404] y", true),
        (r".*Task timed out after \d+\.\d+ seconds$", "Task timed out after 3.00 seconds", true),
        (r"\p{Alpha}+\p{Punct}\p{Digit}", "ab.5", true),
        (r"\x41\u0042\t\0101", "AB\tA", true),
        (r"\Qa.b\E.", "a.bc", true),
        (r"\Qa.b", "a.b", true),
        ("a{2,3}", "aaaa", false),
        ("a{2,}?b", "aaab", true),
        ("(?<year>[0-9]{4})", "2025", true),
        (r"\h\v\R", " \n\r\n", true),
        (r"\Aa\z", "a", true),
        ("^a$", "a", true),
        ("", "", true),
        ("}]", "}]", true),
        (r"[\p{Upper}é]+", "AÉ", false),
    ];
    for (source, text, expected) in cases {
        let pattern = JavaPattern::whole(source).unwrap_or_else(|why| panic!("{source}{why}"));
        assert_eq!(pattern.is_match(text), expected, "{source} {text:?}");
    }
    assert!(JavaPattern::search("b").unwrap().is_match("abc"));
}

#[test]
fn what_cannot_be_matched_in_linear_time_or_is_none_is_refused_by_name() {
    let cases = [
        ("(?=a)b", " without look-around"),
        ("(?!a)b", " without look-around"),
        ("(?<=a)b", " without look-around"),
        ("(?<!a)b", " without look-around"),
        ("(?>a)b", " without atomic groups"),
        (r"(a)\1", " without back-references"),
        (r"(?<x>a)\k<x>", " without back-references"),
        ("a++", " without possessive quantifiers (`++`, `*+`, `?+`)"),
        ("a{2}+", " without possessive quantifiers (`++`, `*+`, `?+`)"),
        (r"\Ga", r" without \G"),
        (r"\p{L}", r" without Unicode's properties (\p with the name of an ASCII class is one)"),
        ("[a[bc]]", " without a class inside a class (a bracket there is written with a backslash)"),
        ("[a&&b]", " without && in a class"),
        ("(?x)a", " with the flags i, m and s only"),
        ("(?#a)", ", well-formed: after (? a flag, : or <name> follows"),
        ("a{x}", r", well-formed: { begins a repetition as in {2,3}, or is written \{"),
        (r"\y", " with its escapes only"),
        ("a\\", " with its escapes only"),
        ("[a", ", well-formed: a class has no end"),
        (r"[\b]", ", well-formed: a class holds characters"),
        ("(a", ", well-formed and not larger than 256 KB when it is compiled"),
        ("*a", ", well-formed and not larger than 256 KB when it is compiled"),
        ("(((a{100}){100}){100}){100}", ", well-formed and not larger than 256 KB when it is compiled"),
    ];
    for (source, expected) in cases {
        assert_eq!(JavaPattern::whole(source).expect_err(source), expected, "{source}");
    }
    assert!(JavaPattern::whole(&"(".repeat(100_000)).is_err());
}
