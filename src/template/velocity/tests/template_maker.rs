//! Templates made by the grammar, of choices that something else makes: random numbers, or a fuzzer's bytes.
//!
//! It imports nothing of ours: `fuzz/` builds it too.

use std::fmt::Write;

/// The maker of choices.
pub trait Choices {
    /// A number below `bound`, which is not zero.
    fn below(&mut self, bound: usize) -> usize;

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

/// Writes one template.
pub struct Maker<C> {
    choices: C,
    out: String,
}

impl<C: Choices> Maker<C> {
    /// The template of these choices; some are damaged.
    pub fn template(choices: C) -> String {
        let mut maker = Self { choices, out: String::new() };
        maker.statements(0);
        let mut template = maker.out;
        // Some are damaged: a part is missing.
        if maker.choices.below(4) == 0 {
            let mut chars: Vec<char> = template.chars().collect();
            let from = maker.choices.below(chars.len() + 1);
            let to = (from + maker.choices.below(8)).min(chars.len());
            chars.drain(from..to);
            template = chars.into_iter().collect();
        }
        template
    }

    fn write(&mut self, words: &[&str]) {
        let chosen = self.choices.of(words);
        self.out.push_str(chosen);
    }

    fn statements(&mut self, depth: usize) {
        for _ in 0..=self.choices.below(4) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.choices.below(if depth > 3 { 12 } else { 20 }) {
            0..4 => self.write(&TEXTS),
            4..8 => {
                self.write(&["", "", "", "\\", "\\\\"]);
                self.reference();
            }
            8..11 => {
                let target = self.choices.of(&TARGETS);
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
                let name = self.choices.of(&["i", "x", "y"]);
                let _ = write!(self.out, "#foreach(${name} in ");
                self.value();
                self.block(depth, ")");
            }
            18 => self.block(depth, "#define($d)"),
            _ => {
                let head = self.choices.of(&[
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
        if self.choices.below(3) == 0 {
            self.out.push_str("#elseif(");
            self.expression(0);
            self.out.push(')');
            self.statements(depth + 1);
        }
        let otherwise = self.choices.of(&["", "#else", "#{else}"]);
        self.block(depth, otherwise);
    }

    fn block(&mut self, depth: usize, head: &str) {
        self.out.push_str(head);
        self.statements(depth + 1);
        self.write(&["#end", "#end\n", "#{end}"]);
    }

    fn reference(&mut self) {
        let (open, close) = [("$", ""), ("${", "}"), ("$!", ""), ("$!{", "}")][self.choices.below(4)];
        self.out.push_str(open);
        self.write(&NAMES);
        for _ in 0..self.choices.below(4) {
            self.write(&STEPS);
        }
        self.out.push_str(close);
    }

    fn value(&mut self) {
        if self.choices.below(2) == 0 {
            self.reference();
        } else {
            self.write(&VALUES);
        }
    }

    fn expression(&mut self, depth: usize) {
        match self.choices.below(if depth > 3 { 4 } else { 8 }) {
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
