//! `$util`, `$esc`, `$stageVariables`.

use super::World;

/// The answers of commons-lang 2.6, `URLEncoder` and `Base64` of Java.
#[test]
fn util_has_six_functions() {
    let world = World::new()
        .body(r#"{"t":"it's \"q\" a/b\\c\n\té€😀\u0001\u007f","n":1.50,"l":[1],"m":{"a":1},"b":true}"#);
    let escaped = format!(r#"it\'s \"q\" a\/b\\c\n\t\u00E9\u20AC\uD83D\uDE00\u0001{}"#, '\u{7f}');
    world.gives(&[("$util.escapeJavaScript($input.path('$.t'))", &escaped)]);
    #[rustfmt::skip]
    world.gives(&[
        ("$util.escapeJavaScript($input.json('$.l'))", "[1]"),
        (r#"$util.escapeJavaScript("it's").replaceAll("\\'", "'")"#, "it's"),
        ("[$util.escapeJavaScript($nothing)]", "[]"),
        ("$util.escapeJavaScript($input.path('$.n')) $util.escapeJavaScript($input.path('$.b'))", "1.50 true"),
        ("$util.urlEncode('a b&c=d/ü*-_.~+%')", "a+b%26c%3Dd%2F%C3%BC*-_.%7E%2B%25"),
        ("$util.urlDecode('a+b%26c%3Dd%2F%C3%BC%zz%')", "a b&c=d/ü%zz%"),
        ("$util.base64Encode('Grüße, €')", "R3LDvMOfZSwg4oKs"),
        ("$util.base64Decode('R3LDvMOfZSwg4oKs')", "Grüße, €"),
        ("$util.base64Decode('YQ') $util.base64Decode('YQ==') $util.base64Decode('Y Q = =')", "a a a"),
        ("$util.base64Decode('-_-_')", "\u{fffd}\u{fffd}\u{fffd}"),
        (r#"$util.parseJson('{"a":{"b":[1,2.50]}}').a.b"#, "[1,2.50]"),
        (r#"#set($x = $util.parseJson('{"a":1}'))$x $x.a"#, "{a=1} 1"),
        ("$util.parseJson('[1,2]').size()", "2"),
        ("$util.parseJson($input.body).m.a", "1"),
        ("[$util.parseJson($nothing)][$util.urlEncode($nothing)]", "[][]"),
        ("[$util.nope('x')][$util.urlEncode('a', 'b')][$util]", "[][][]"),
        ("$util.parseJson('{')", "!line 1, column 7: `parseJson`: the JSON ends too early"),
        ("$util.base64Decode('abcde')", "!line 1, column 7: `base64Decode`: no base64: Invalid input length: 5"),
    ]);
}

#[test]
fn esc_has_the_signs_of_the_language() {
    #[rustfmt::skip]
    World::new().gives(&[
        ("a${esc.newline}b$esc.n", "a\nb\n"),
        ("$esc.dollar$esc.d$esc.hash$esc.h$esc.quote$esc.q$esc.singleQuote$esc.s$esc.backslash$esc.b$esc.exclamation$esc.e", "$$##\"\"''\\\\!!"),
        ("$esc.javascript(\"it's\") $esc.url('a b')", "it\\'s a+b"),
        ("[$esc.nope][$esc.nope('x')]", "[][]"),
    ]);
}

#[test]
fn stage_variables_are_a_map() {
    #[rustfmt::skip]
    World::new().gives(&[
        ("$stageVariables.env ${stageVariables.limit} $stageVariables.get('env') $stageVariables['env'] [$stageVariables.nope]", "dev 10 dev dev []"),
        ("#foreach($name in $stageVariables.keySet())$name #end", "bad env limit "),
    ]);
}
