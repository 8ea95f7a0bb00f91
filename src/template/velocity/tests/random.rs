//! Random templates: none panics, passes a bound, or names a place that is none.
//!
//! `TEMPLATES=1000000` says how many; each is made of its number alone, so that one that fails can be had again.

use std::{env, fmt::Write};

use super::variables::variables;
use crate::template::velocity::{Bounds, Place, Template};

/// Numbers that follow one from another (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

#[rustfmt::skip]
const TEXTS: [&str; 36] = [
    "a", " ", "\n", "\r\n", "  ", "é", "🐲", "{\"a\": ", "}", ",", ".", "\\", "\\\\", "$", "#", "##\n", "## c\n",
    "#*c*#", "#[[$s]]#", "\\#if", "-", "!", "(", ")", "\"", "'", "@", "[", "]", "$5", "#5", "$!", "${", "#{", "#end",
    "]]#",
];
#[rustfmt::skip]
const NAMES: [&str; 13] = ["s", "n", "l", "m", "t", "f", "u", "x", "y", "q", "items", "order", "foreach"];
#[rustfmt::skip]
const STEPS: [&str; 40] = [
    ".k", ".n", ".nul", ".empty", ".lines", ".index", ".parent", ".size()", ".length()", ".toString()", ".get(0)",
    "[0]", "[-1]", "[9]", "[\"k\"]", ".substring(1)", ".substring(1, 3)", ".toUpperCase()", ".isEmpty()",
    ".contains(\"a\")", ".indexOf(\"l\")", ".keySet()", ".values()", ".entrySet()", ".split(\"l\")", ".charAt(1)",
    ".hashCode()", ".replaceAll(\"[a-l]+\", \"<$0>\")", ".replace(\"\", \"-\")", ".add($s)", ".add($l)", ".add(0, $m)",
    ".put(\"k\", $m)", ".put($s, $l)", ".remove(0)", ".addAll($l)", ".clear()", ".intValue()", ".foo(1)",
    ".matches(\"(a|b)*\")",
];
#[rustfmt::skip]
const VALUES: [&str; 26] = [
    "1", "0", "-1", "2.5", "1e3", "9223372036854775807", "true", "false", "\"a\"", "'b'", "\"\"", "\"$s\"",
    "\"x${n}y\"", "\"$x$x\"", "\"#if($t)z#end\"", "\"a\"\"b\"", "[1..3]", "[3..1]", "[1..$n]", "[]", "{}",
    "[1, $s, $l]", "{\"a\": $m, \"b\": [1]}", "[$x, $x]", "\"#foreach($i in $l)$i#end\"", "'$s'",
];
#[rustfmt::skip]
const OPERATORS: [&str; 16] = [
    " + ", " - ", " * ", " / ", " % ", " == ", " != ", " < ", " > ", " >= ", " && ", " || ", " and ", " or ", " eq ",
    "+",
];
const TARGETS: [&str; 10] =
    ["$x", "$y", "$m.a", "$m[\"z\"]", "$l[0]", "$x.k", "$m.k.k", "$items[0].id", "${x}", "$q.a"];

struct Maker {
    random: Random,
    out: String,
}

impl Maker {
    fn template(seed: u64) -> String {
        let mut maker = Self { random: Random(seed), out: String::new() };
        maker.statements(0);
        let mut template = maker.out;
        // Some are damaged: a part is missing.
        if maker.random.below(4) == 0 {
            let mut chars: Vec<char> = template.chars().collect();
            let from = maker.random.below(chars.len() + 1);
            let to = (from + maker.random.below(8)).min(chars.len());
            chars.drain(from..to);
            template = chars.into_iter().collect();
        }
        template
    }

    fn write(&mut self, choices: &[&str]) {
        let chosen = self.random.of(choices);
        self.out.push_str(chosen);
    }

    fn statements(&mut self, depth: usize) {
        for _ in 0..=self.random.below(4) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(if depth > 3 { 12 } else { 20 }) {
            0..4 => self.write(&TEXTS),
            4..8 => {
                self.write(&["", "", "", "\\", "\\\\"]);
                self.reference();
            }
            8..11 => {
                let target = self.random.of(&TARGETS);
                let _ = write!(self.out, "#set({target} = ");
                self.expression(0);
                self.out.push(')');
            }
            11 => self.write(&[
                "#break",
                "#stop",
                "#p($s)",
                "#p($x $y)",
                "#r()",
                "#u(1)",
                "$d",
                "#break($foreach.parent)",
            ]),
            12..15 => self.condition(depth),
            15..18 => {
                let name = self.random.of(&["i", "x", "y"]);
                let _ = write!(self.out, "#foreach(${name} in ");
                self.value();
                self.block(depth, ")");
            }
            18 => self.block(depth, "#define($d)"),
            _ => {
                let head = self.random.of(&[
                    "#macro(p $a $b)",
                    "#macro(r)",
                    "#macro(p $x)",
                    "#@p($s)",
                    "#literal()",
                ]);
                self.block(depth, head);
            }
        }
    }

    fn condition(&mut self, depth: usize) {
        self.out.push_str("#if(");
        self.expression(0);
        self.out.push(')');
        self.statements(depth + 1);
        if self.random.below(3) == 0 {
            self.out.push_str("#elseif(");
            self.expression(0);
            self.out.push(')');
            self.statements(depth + 1);
        }
        let otherwise = self.random.of(&["", "#else", "#{else}"]);
        self.block(depth, otherwise);
    }

    fn block(&mut self, depth: usize, head: &str) {
        self.out.push_str(head);
        self.statements(depth + 1);
        self.write(&["#end", "#end\n", "#{end}"]);
    }

    fn reference(&mut self) {
        let (open, close) = [("$", ""), ("${", "}"), ("$!", ""), ("$!{", "}")][self.random.below(4)];
        self.out.push_str(open);
        self.write(&NAMES);
        for _ in 0..self.random.below(4) {
            self.write(&STEPS);
        }
        self.out.push_str(close);
    }

    fn value(&mut self) {
        if self.random.below(2) == 0 {
            self.reference();
        } else {
            self.write(&VALUES);
        }
    }

    fn expression(&mut self, depth: usize) {
        match self.random.below(if depth > 3 { 4 } else { 8 }) {
            0..4 => self.value(),
            4 => {
                self.write(&["!", "not "]);
                self.expression(depth + 1);
            }
            5 => {
                self.out.push('(');
                self.expression(depth + 1);
                self.out.push(')');
            }
            _ => {
                self.expression(depth + 1);
                self.write(&OPERATORS);
                self.expression(depth + 1);
            }
        }
    }
}

fn is_within(place: Place, template: &str) -> bool {
    let line = template.split('\n').nth(place.line - 1);
    line.is_some_and(|line| place.column >= 1 && place.column <= line.chars().count() + 1)
}

#[test]
fn a_random_template_panics_never_and_stays_within_its_bounds() {
    let count: u64 = env::var("TEMPLATES").map_or(6000, |count| count.parse().unwrap());
    let bounds = Bounds {
        steps: 20_000,
        loop_turns: 50,
        output_bytes: 20_000,
        memory_bytes: 200_000,
        ..Bounds::default()
    };
    let (mut rendered, mut refused, mut failed) = (0_u64, 0_u64, 0_u64);
    for seed in 0..count {
        let template = Maker::template(seed);
        match Template::parse(&template) {
            Err(error) => {
                refused += 1;
                assert!(is_within(error.place, &template), "{seed}: {error}\n{template}");
            }
            Ok(parsed) => match parsed.render(&mut variables(), &bounds) {
                Ok(text) => {
                    rendered += 1;
                    assert!(text.len() <= bounds.output_bytes, "{seed}: {}\n{template}", text.len());
                }
                Err(error) => {
                    failed += 1;
                    assert!(is_within(error.place(), &template), "{seed}: {error}\n{template}");
                }
            },
        }
    }
    // The makers make enough of each kind.
    let least = count / 200;
    assert!(rendered > least && refused > least && failed > least, "{rendered} {refused} {failed}");
}
