//! A trace tells line by line what was evaluated and what it gave.

use super::variables::variables;
use crate::template::velocity::{Bounds, Template, TraceStep, Tracer};

#[derive(Default)]
struct Lines(Vec<String>);

impl Tracer for Lines {
    fn evaluated(&mut self, TraceStep { place, source, result }: TraceStep<'_>) {
        self.0.push(format!("{}:{} {source} → {result}", place.line, place.column));
    }
}

#[test]
fn every_evaluated_part_is_told_with_its_place_and_its_result() {
    let template = r##"#set($x = $n + 1)
#if($x > 50)a#elseif($order.customer.vip)$order.id#else b#end
#foreach($i in [1..2])
  $i "${s.length()}"
#end
#foreach($i in $nothing)#end
#foreach($i in [])#end
#set($y = "$x!$nothing")#set($x.z = $l)$!nothing
#macro(p $a)<$a>#end#p($n)"##;
    let expected = [
        "1:1 #set($x = $n + 1) → 43",
        "2:1 #if($x > 50) → false",
        "2:14 #elseif($order.customer.vip) → true",
        "2:42 $order.id → A-1",
        "4:3 $i → 1",
        "4:7 ${s.length()} → 5",
        "4:3 $i → 2",
        "4:7 ${s.length()} → 5",
        "3:1 #foreach($i in [1..2]) → 2 turns",
        "6:1 #foreach($i in $nothing) → 0 turns",
        "7:1 #foreach($i in []) → 0 turns",
        "8:1 #set($y = \"$x!$nothing\") → 43!",
        "8:25 #set($x.z = $l) → [\"a\",\"b\",\"c\"]",
        "8:40 $!nothing → ",
        "9:14 $a → 42",
    ];
    let parsed = Template::parse(template).unwrap();
    let mut lines = Lines::default();
    let traced = parsed.render_traced(&mut variables(), &Bounds::default(), &mut lines).unwrap();
    assert_eq!(lines.0, expected);
    assert_eq!(parsed.render(&mut variables(), &Bounds::default()), Ok(traced));
    assert_eq!(parsed.source(), template);
}

#[test]
fn to_watch_a_rendering_takes_none_of_its_steps() {
    let template = Template::parse("#set($x = [$s])#set($y = $x)#set($y = $x)").unwrap();
    let most = (1..).find(|&steps| {
        let bounds = Bounds { steps, ..Bounds::default() };
        template.render(&mut variables(), &bounds).is_ok()
    });
    let bounds = Bounds { steps: most.unwrap(), ..Bounds::default() };
    let traced = template.render_traced(&mut variables(), &bounds, &mut Lines::default());
    assert_eq!(traced, Ok(String::new()));
}
