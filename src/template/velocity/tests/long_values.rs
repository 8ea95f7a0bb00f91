//! Numbers of any number of digits and long texts: going over them takes steps, and no message is as long as they are.

use super::variables::{map, variables};
use crate::template::velocity::{Bound, Bounds, Number, RenderError, Template, Value, Variables};

/// `$big` is a whole number of 100,000 digits, `$zeros` a text of zeros, `$x` one of letters.
fn long_variables() -> Variables {
    let length = 100_000;
    let mut variables = variables();
    let big = Value::Number(Number::from_json(&"7".repeat(length)));
    variables.set("bigs", Value::list(vec![big.clone()]));
    variables.set("with", map([("big", big.clone())]));
    variables.set("big", big);
    variables.set("zeros", Value::text(&"0".repeat(length)));
    variables.set("x", Value::text(&"x".repeat(length)));
    variables.set("group", Value::text(&format!("${{{}}}", "x".repeat(length))));
    variables.set("named", map([(&*"x".repeat(length), Value::Null)]));
    variables
}

fn render(template: &str, bounds: &Bounds) -> Result<String, RenderError> {
    Template::parse(template).unwrap().render(&mut long_variables(), bounds)
}

#[test]
fn the_digits_of_a_long_number_take_steps() {
    let bounds = Bounds { steps: 20_000, ..Bounds::default() };
    let uses = [
        "#if($big < $n)#end",
        "#if($n >= $big)#end",
        "#if($big == $big)#end",
        "#if($bigs != $bigs)#end",
        "#if($with == $with)#end",
        "#set($a = $big + 1)",
        "#set($a = 1 / $big)",
        "#set($a = $big % $n)",
        "#set($a = $bigs.contains($big))",
        "#set($a = $with.containsValue($big))",
        "#set($a = $big.equals($big))",
        "#set($a = $n.compareTo($big))",
        "#set($a = $big.intValue())",
        "#set($a = $big.longValue())",
        "#set($a = $big.doubleValue())",
        "#set($a = $big.floatValue())",
        "#set($a = $m.get($big))",
        "#set($a = $m.containsKey($bigs))",
        "#set($a = $m[$big])",
        // Long texts where numbers and keys are expected.
        "#set($a = $n.parseInt($zeros))",
        "#set($a = $m.get($x))",
        "#set($a = $m[$x])",
        "#set($m[$x] = 1)",
        "#set($a = {})$a.putAll($named)",
        "#if($named == $named)#end",
        "#set($a = $foreach.get($x))",
    ];
    for used in uses {
        let outcome = render(&format!("#foreach($i in [1..500]){used}#end"), &bounds);
        assert!(
            matches!(outcome, Err(RenderError::Bound { bound: Bound::Steps, .. })),
            "{used}: {outcome:?}"
        );
    }
    // Few of them are no burden.
    assert_eq!(render("#if($big > $n)more#end", &bounds), Ok("more".to_owned()));
}

#[test]
fn a_message_shows_the_beginning_of_a_long_value() {
    let (digits, letters, zeros) = ("7".repeat(40), "x".repeat(40), "0".repeat(39));
    let cases = [
        ("$s.substring($big)", format!("line 1, column 4: `substring`: {digits}… is no position")),
        ("$s.substring(0, $big)", format!("line 1, column 4: `substring`: {digits}… is no position")),
        ("$s.charAt($big)", format!("line 1, column 4: `charAt`: {digits}… is no position")),
        ("$n.parseInt($x)", format!("line 1, column 4: `parseInt`: `{letters}…` is no whole number")),
        (
            "#set($p = '(' + $zeros)$s.matches($p)",
            format!(
                "line 1, column 27: `matches`: `({zeros}…` is not a regular expression of Java, well-formed and not larger than 256 KB when it is compiled"
            ),
        ),
        ("$s.replaceAll('l', $group)", format!("line 1, column 4: `replaceAll`: no group {{{letters}…}}")),
    ];
    for (template, expected) in cases {
        let error = render(template, &Bounds::default()).expect_err(template);
        assert_eq!(error.to_string(), expected, "{template}");
    }
}
