//! The words of every error.

use super::variables::variables;
use crate::template::velocity::{Bounds, Template};

#[test]
fn a_directive_that_is_not_closed_is_told_with_its_place() {
    let cases = [
        (
            "a\n #if($t)\n x",
            "line 3, column 3: got the template's end, expected #end of the `#if` at line 2, column 2",
        ),
        (
            "#if($t)é#if($f)\n#else x #end",
            "line 2, column 13: got the template's end, expected #end of the `#if` at line 1, column 1",
        ),
        (
            "#set($x = \"é #define($d)\")",
            "line 1, column 25: got the template's end, expected #end of the `#define` at line 1, column 14",
        ),
        (
            "#foreach($i in $l)",
            "line 1, column 19: got the template's end, expected #end of the `#foreach` at line 1, column 1",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(Template::parse(template).expect_err(template).to_string(), expected, "{template}");
    }
}

#[test]
fn a_template_that_cannot_be_read_says_where_and_what_was_expected() {
    let cases = [
        ("a#end", "line 1, column 2: got `#end`, expected an #if, #foreach, #define or #macro before it"),
        ("é\n#else", "line 2, column 1: got `#else`, expected an #if, #foreach, #define or #macro before it"),
        ("#foreach($i in $l)#else#end", "line 1, column 19: got `#else`, expected #end"),
        ("#if true", "line 1, column 5: got `true`, expected `(`"),
        ("#if($t", "line 1, column 7: got the end, expected `)`"),
        ("#if($t x)#end", "line 1, column 8: got `x`, expected `)`"),
        ("#set(x = 1)", "line 1, column 6: got `x`, expected a reference, which is what #set sets"),
        ("#set($x == 1)", "line 1, column 9: got `=`, expected one `=`"),
        ("#set($x 1)", "line 1, column 9: got `1`, expected `=`"),
        ("#set($x = $n -1)", "line 1, column 14: got `-1`, expected `)`"),
        ("#set($x = -$n)", "line 1, column 11: got `-`, expected a value; only numbers have a sign"),
        ("#set($x = \"a)", "line 1, column 11: got `\"`, expected the text to end with `\"`"),
        ("#set($x = $5)", "line 1, column 11: got `$5`, expected the name of a variable after `$`"),
        ("#set($x = [1 2])", "line 1, column 14: got `2`, expected `,` or `]` after a member of a list"),
        (
            "#set($x = [1..'a'])",
            "line 1, column 15: got `'`, expected a whole number or a reference after `..`",
        ),
        ("#set($x = {\"a\" 1})", "line 1, column 16: got `1`, expected `:`"),
        (
            "#set($x = {\"a\": 1 2})",
            "line 1, column 19: got `2`, expected `,` or `}` after a member of a map",
        ),
        ("${s", "line 1, column 4: got the end, expected `}`"),
        ("$s.substring(1", "line 1, column 15: got the end, expected `,` or `)` after an argument"),
        ("$s.x($n + 1)", "line 1, column 9: got `+`, expected `,` or `)` after an argument"),
        ("$l[1.5]", "line 1, column 4: got `1`, expected a text, a whole number or a reference"),
        ("$l[0", "line 1, column 5: got the end, expected `]`"),
        ("#foreach($i $l)#end", "line 1, column 13: got `$l`, expected `in`"),
        ("#foreach(i in $l)#end", "line 1, column 10: got `i`, expected the loop's variable: `$` and a name"),
        (
            "#define(x)#end",
            "line 1, column 9: got `x`, expected the variable that is defined: `$` and a name",
        ),
        ("#macro(\"p\")#end", "line 1, column 8: got `\"`, expected the macro's name, without quotes"),
        ("#macro(p a)#end", "line 1, column 10: got `a`, expected a parameter of the macro: `$` and a name"),
        ("#[[ $s", "line 1, column 1: got `#`, expected the text to end with `]]#`"),
        (
            "$s.x(y)",
            "line 1, column 6: got `y`, expected a value: a reference, a text in quotes, a number, `[`, `{`, true or false",
        ),
        ("#set($x = \"$s #if\")", "line 1, column 18: got the end, expected `(`"),
    ];
    for (template, expected) in cases {
        assert_eq!(Template::parse(template).expect_err(template).to_string(), expected, "{template}");
    }
}

#[test]
fn what_api_gateway_does_not_have_is_refused_by_name() {
    let cases = [
        (
            "a\n#evaluate(\"$s\")",
            "line 2, column 1: got `#evaluate`, expected no #evaluate: a mapping template cannot run a text as a template",
        ),
        (
            "#include(\"x\")",
            "line 1, column 1: got `#include`, expected no #include: a mapping template reads no other file",
        ),
        (
            "#parse(\"x\")",
            "line 1, column 1: got `#parse`, expected no #parse: a mapping template reads no other file",
        ),
        (
            "#return($s)",
            "line 1, column 1: got `#return`, expected no #return, which is AppSync's; #stop ends a mapping template",
        ),
        (
            "$s.matches(\"(?=a)b\")",
            "line 1, column 12: got `(?=a)b`, expected a regular expression of Java without look-around",
        ),
        (
            "$s.replaceAll('(a)\\1', '')",
            "line 1, column 15: got `(a)\\1`, expected a regular expression of Java without back-references",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(Template::parse(template).expect_err(template).to_string(), expected, "{template}");
    }
}

#[test]
fn a_method_that_fails_says_which_and_why() {
    let cases = [
        ("\n $l[3]", "line 2, column 2: `get`: index 3 of a list of 3"),
        ("$l.get(-1)", "line 1, column 4: `get`: index -1 of a list of 3"),
        ("#set($l[5] = 1)", "line 1, column 1: `set`: index 5 of a list of 3"),
        ("$s[-1]", "line 1, column 1: `[]`: an index below 0 of what is no list"),
        ("$l.subList(2, 1)", "line 1, column 4: `subList`: from 2 to 1 of a list of 3"),
        ("$s.substring(9)", "line 1, column 4: `substring`: from 9 to 5 of a text of 5"),
        ("$s.substring(-1)", "line 1, column 4: `substring`: -1 is no position"),
        ("$s.charAt(5)", "line 1, column 4: `charAt`: index 5 of a text of 5"),
        ("$s.contains($nothing)", "line 1, column 4: `contains`: an argument is null"),
        ("$n.parseInt('x')", "line 1, column 4: `parseInt`: `x` is no whole number"),
        ("$s.replaceAll('l', '$7')", "line 1, column 4: `replaceAll`: no group 7"),
        ("$s.replaceAll('l', '${x}')", "line 1, column 4: `replaceAll`: no group {x}"),
        ("$s.replaceAll('l', '\\')", "line 1, column 4: `replaceAll`: the replacement ends with a backslash"),
        (
            "$s.replaceAll('l', '$')",
            "line 1, column 4: `replaceAll`: `$` in a replacement needs the number of a group (or `\\$`)",
        ),
        (
            "#set($p = '(?!a)')$s.matches($p)",
            "line 1, column 22: `matches`: `(?!a)` is not a regular expression of Java without look-around",
        ),
        (
            "#macro(p)#p()#end#p()",
            "line 1, column 10: the template passed 20 levels of macros, blocks and values inside one another",
        ),
        (
            "#foreach($i in [1..99999999])#end",
            "line 1, column 1: the template passed 67108864 bytes of texts, lists and maps made",
        ),
    ];
    for (template, expected) in cases {
        let error = Template::parse(template).unwrap().render(&mut variables(), &Bounds::default());
        assert_eq!(error.expect_err(template).to_string(), expected, "{template}");
    }
}
