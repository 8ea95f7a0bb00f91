//! Every bound binds, and nothing overflows the stack on the way to it.

use std::rc::Rc;

use super::variables::variables;
use crate::template::velocity::{Bound, Bounds, OrderedMap, Place, RenderError, Template, Value, Variables};

fn render(template: &str, bounds: &Bounds) -> Result<String, RenderError> {
    let parsed = Template::parse(template).unwrap_or_else(|error| panic!("{template}: {error}"));
    parsed.render(&mut variables(), bounds)
}

/// Bounds that are passed soon.
fn small() -> Bounds {
    Bounds { steps: 100_000, memory_bytes: 2 * 1024 * 1024, output_bytes: 512 * 1024, ..Bounds::default() }
}

#[track_caller]
fn passes(template: &str, expected: Bound) {
    match render(template, &small()) {
        Err(RenderError::Bound { bound, .. }) => assert_eq!(bound, expected, "{template}"),
        other => panic!("{template}: {:?}", other.map(|text| text.len())),
    }
}

#[test]
fn a_template_that_grows_without_an_end_passes_a_bound() {
    let cases = [
        (r##"#set($x = "ab")#foreach($i in [1..99])#set($x = "$x$x")#end"##, Bound::Output),
        (r##"#set($x = "ab")#foreach($i in [1..99])#set($x = $x + $x)#end"##, Bound::Memory),
        (r##"#set($x = "ab")#foreach($i in [1..99])#set($x = $x.concat($x))#end"##, Bound::Memory),
        (
            r##"#set($x = "ab")#foreach($i in [1..99])#set($x = $x.replace("a", "aaaaaaaab"))#end"##,
            Bound::Memory,
        ),
        (
            r##"#set($x = "ab")#foreach($i in [1..99])#set($x = $x.replaceAll("b*", "abcdefgh"))#end"##,
            Bound::Steps,
        ),
        (
            r##"#set($x = "ab")#foreach($i in [1..99])#set($x = $x.replaceAll("(.*)", "$1$1$1"))#end"##,
            Bound::Steps,
        ),
        (r##"#foreach($i in [1..99])$l.addAll($l)#end"##, Bound::Memory),
        (r##"#foreach($i in [1..1000])#foreach($j in [1..1000])#set($l[0] = $l)#end#end"##, Bound::Steps),
        ("#foreach($i in [1..2147483647])#end", Bound::Memory),
        ("#foreach($i in [-9223372036854775807..9223372036854775807])#end", Bound::Memory),
        (
            "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])#end#end#end",
            Bound::Steps,
        ),
        (
            "#foreach($i in [1..1000])#foreach($j in [1..1000])$u$u$u$u$u$u$u$u$u$u$u$u$u$u#end#end",
            Bound::Output,
        ),
        ("#define($d)$d#end$d", Bound::Depth),
        (r##"#define($a)$b#end#define($b)#if($b == "x")#end#end$a"##, Bound::Depth),
        ("#macro(p)#p()#end#p()", Bound::Depth),
        ("#macro(p $a)#q($a)#end#macro(q $a)#p($a)#end#p(1)", Bound::Depth),
        (r##"#macro(p $a)#p("$a$a")#end#p("x")"##, Bound::Depth),
        ("#set($l[0] = $l)$l", Bound::Depth),
        ("#set($m.k = $m)$m", Bound::Depth),
        (r##"#set($m.k = $l)#set($l[0] = $m)#set($x = "$m")"##, Bound::Depth),
        ("#set($a = [1])#set($b = [1])#set($a[0] = $b)#set($b[0] = $a)#if($a == $b)#end", Bound::Depth),
    ];
    for (template, bound) in cases {
        passes(template, bound);
    }
}

#[test]
fn a_pattern_that_explodes_elsewhere_takes_linear_time() {
    let exploding = format!(r##"#set($x = "{}")$x.matches("(a+)+b")"##, "a".repeat(500));
    assert_eq!(render(&exploding, &Bounds::default()), Ok("false".to_owned()));
    // Each match looks at the whole rest again: the sum grows with the square of the text.
    let again =
        |size| format!(r##"#set($x = "{}")$x.replaceAll("a(.*z)?", "b").length()"##, "a".repeat(size));
    assert_eq!(render(&again(500), &small()), Ok("500".to_owned()));
    passes(&again(5000), Bound::Steps);
    // A plain one of this size is no burden.
    let plain = format!(r##"#set($x = "{}")$x.replaceAll("[^b]", "c").length()"##, "a".repeat(4000));
    assert_eq!(render(&plain, &Bounds::default()), Ok("4000".to_owned()));
}

#[test]
fn a_loop_ends_after_its_turns_and_it_is_noted() {
    let template = Template::parse("a\n #foreach($i in [1..5000])$velocityCount,#end").unwrap();
    let mut variables = Variables::new();
    let text = template.render(&mut variables, &Bounds::default()).unwrap();
    assert!(text.ends_with(",999,1000,"), "{}", &text[text.len() - 20..]);
    assert_eq!(variables.cut_loops(), [Place { line: 2, column: 2 }]);
    // A loop of just as many turns is not cut.
    let template = Template::parse("#foreach($i in [1..1000])#end").unwrap();
    let mut variables = Variables::new();
    template.render(&mut variables, &Bounds::default()).unwrap();
    assert_eq!(variables.cut_loops(), []);
}

#[test]
fn what_is_nested_too_deeply_is_a_syntax_error() {
    let openings = [
        "#if(true)",
        "#if(",
        "(",
        "#foreach($i in $l)",
        "#set($x = [",
        "#set($x = {\"a\": ",
        "#if(!",
        "$a[$",
        "$a.b($",
        "#define($d)",
        "#macro(p)",
        "#p([",
        "#@p()",
        "#set($x = \"#set($x = '",
        "#literal()",
        "#if(($a == 1) && ",
        "#set($x = ((",
        "#if(not ",
        "${a.b([{1: ",
    ];
    for opening in openings {
        let template = opening.repeat(10_000);
        let shown = Template::parse(&template).map(drop);
        if opening != "(" {
            shown.expect_err(opening);
        }
    }
    let inner = ["(", "[", "!", "{1: ", "$a.b(", "$a[$a[", "!("];
    for opening in inner {
        let error = Template::parse(&format!("#set($x = {}", opening.repeat(10_000))).expect_err(opening);
        assert_eq!(error.expected, "at most 64 blocks and brackets inside one another", "{opening}");
    }
}

#[test]
fn long_templates_that_are_flat_are_no_burden() {
    let many = 5_000;
    let cases = [
        format!("#set($x = 1{})$x", " + 1".repeat(many)),
        format!("#if($f{})#end", " || $f".repeat(many)),
        format!("#if($f)#end{}", "#".repeat(many)),
        format!("$order{}", ".a".repeat(many)),
        format!("#if($f)a{}#end", "#elseif($f)b".repeat(many)),
        format!("#set($x = [1{}])$x.size()", ", 1".repeat(many)),
        "\\".repeat(many),
        "$".repeat(many),
        "\"\"".repeat(many),
        format!("#set($x = \"{}\")", "\"\"".repeat(many)),
        "#a ".repeat(many),
    ];
    for template in cases {
        render(&template, &Bounds::default()).unwrap();
    }
    let error = Template::parse(&"x".repeat(300 * 1024 + 1)).expect_err("too long");
    assert_eq!(error.to_string(), "line 1, column 1: got 307201 bytes, expected at most 307200");
}

#[test]
fn the_deepest_template_that_can_be_read_overflows_no_stack() {
    let nested = |open: &str, inner: &str, close: &str, times| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let cases = [
        nested("#if(true)", "x", "#end", 60),
        nested("#foreach($i in [1])", "x", "#end", 60),
        format!("#set($x = {})$x", nested("[", "1", "]", 60)),
        format!("#set($x = {})$x", nested("(1 + ", "1", ")", 60)),
        format!("#if({})x#end", nested("!(", "$t", ")", 30)),
        nested("$s.concat(", "$s", ")", 60),
        nested("$m[", "$m", "]", 60),
        format!(
            "#macro(p $a){}#end#p($s)",
            nested("#if(!(!($t)))", "#p($s.concat($s.concat($a)))", "#end", 30)
        ),
        format!(
            "#macro(p $a){}#end#p($s)",
            nested("#if($t)", "#p([$a, {1: $s.concat(\"$a\")}])$a", "#end", 20)
        ),
        format!("#define($d){}#end$d", nested("#foreach($i in [1])", "$d", "#end", 50)),
    ];
    for template in cases {
        match render(&template, &Bounds::default()) {
            Ok(_) | Err(RenderError::Bound { bound: Bound::Depth, .. }) => {}
            other => panic!("{template}: {other:?}"),
        }
    }
}

#[test]
fn a_value_that_is_nested_deeply_is_dropped_level_by_level() {
    let template = "#foreach($i in [1..200])#foreach($j in [1..200])#set($x = [$x, 1])#end#end";
    assert_eq!(render(template, &Bounds::default()), Ok(String::new()));
    let template = "#foreach($i in [1..200])#foreach($j in [1..200])#set($y = {\"a\": 1})#set($y.x = $x)#set($x = $y)#end#end";
    assert_eq!(render(&format!("#set($x = 1){template}"), &Bounds::default()), Ok(String::new()));
}

#[test]
fn an_entry_that_holds_entries_is_dropped_level_by_level() {
    let template = "#set($x = {'k': 'v'})#foreach($i in [1..150])#foreach($j in [1..150])#set($x.k = $x.entrySet().get(0))#end#end";
    assert_eq!(render(template, &Bounds::default()), Ok(String::new()));
}

#[test]
fn loops_that_a_template_puts_around_loops_are_bounded() {
    let template =
        "#foreach($i in [1..999])#foreach($j in [1])#set($kept = $foreach)#end#set($foreach = $kept)#end";
    passes(template, Bound::Depth);
}

#[test]
fn a_long_argument_takes_steps() {
    for call in
        ["$s.equalsIgnoreCase($x)", "$s.compareToIgnoreCase($x)", "$s.compareTo($x)", "$s.contains($x)"]
    {
        let template = format!(
            r##"#set($x = "ab")#foreach($i in [1..15])#set($x = $x + $x)#end#foreach($i in [1..500])#if({call})#end#end"##
        );
        passes(&template, Bound::Steps);
    }
}

#[test]
fn a_value_that_holds_itself_does_not_stay_behind() {
    let cases = [
        "#set($map.self = $map)",
        "#set($map['self'] = [$map])",
        "$map.put('self', {'a': $map})",
        "#set($x = [])$x.add($map)#set($map.x = $x)",
        "#set($map.e = $map.entrySet())#set($map.e = $map.entrySet())",
    ];
    for template in cases {
        let mut variables = Variables::new();
        let map = Value::map(OrderedMap::new());
        let Value::Map(shared) = &map else { panic!("a map") };
        let weak = Rc::downgrade(shared);
        variables.set("map", map);
        Template::parse(template).unwrap().render(&mut variables, &Bounds::default()).unwrap();
        drop(variables);
        assert!(weak.upgrade().is_none(), "{template}");
    }
}

#[test]
fn bounds_are_counted_from_the_first_step() {
    let bounds = Bounds { steps: 10, ..Bounds::default() };
    assert_eq!(render("$s$s", &bounds), Ok("HelloHello".to_owned()));
    let error = render("$s\n$s\n $s $s", &bounds).expect_err("too many");
    assert_eq!(error.to_string(), "line 3, column 2: the template passed 10 steps of evaluation");
    let bounds = Bounds { output_bytes: 4, ..Bounds::default() };
    assert_eq!(render("abcd", &bounds), Ok("abcd".to_owned()));
    let error = render("abc$s", &bounds).expect_err("too long");
    assert_eq!(error.to_string(), "line 1, column 4: the template passed 4 bytes of output");
}
