//! The input: JSON of which every part may be left out, and whose slips are shown at their places.

use std::{io::Write, process::Stdio};

use expect_test::expect;

use super::tried;
use crate::{
    api_file::Folder,
    harness::tool::{Ran, command_in},
};

#[test]
fn parameters_and_bodies_are_as_they_are_written() {
    let template =
        "$input.params()\n$input.params('q') $input.params('N') $input.params().header.x-a\n$input.body";
    let input = |body: &str| {
        format!(
            r#"{{ "path": "/a b", "pathParameters": {{ "id": "7%2F/ü" }}, "querystring": {{ "q": ["a&b", "c+d e"], "n": 1.50 }},
                "headers": {{ "X-A": ["1", true] }}, "body": {body} }}"#
        )
    };
    let bodies = [r#"{"b":  1.10, "a": [1,2]}"#, r#""plain \"text\"""#, "null", "17"];
    let told: String = bodies.map(|body| tried(template, &input(body), &[])).concat();
    expect![[r#"
        exit 0
        {path={id=7%2F/ü}, querystring={n=1.50, q=c+d e}, header={x-a=1,true}}
        c+d e  1,true
        {"b":  1.10, "a": [1,2]}

        t.vtl:2:20: note: $input.params('N') printed nothing, as on API Gateway
        --
        exit 0
        {path={id=7%2F/ü}, querystring={n=1.50, q=c+d e}, header={x-a=1,true}}
        c+d e  1,true
        plain "text"

        t.vtl:2:20: note: $input.params('N') printed nothing, as on API Gateway
        --
        exit 0
        {path={id=7%2F/ü}, querystring={n=1.50, q=c+d e}, header={x-a=1,true}}
        c+d e  1,true
        {}

        t.vtl:2:20: note: $input.params('N') printed nothing, as on API Gateway
        --
        exit 0
        {path={id=7%2F/ü}, querystring={n=1.50, q=c+d e}, header={x-a=1,true}}
        c+d e  1,true
        17

        t.vtl:2:20: note: $input.params('N') printed nothing, as on API Gateway
        --
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    let cases = [
        "",
        "[",
        "{\n  \"headres\": {}\n}",
        "{ \"headers\": { \"a\": { \"b\": 1 } } }",
        "{ \"querystring\": { \"a\": [null] } }",
        "{ \"context\": { \"identity\": { \"ip\": \"::1\" } } }",
        "{ \"method\": 7 }",
        "{ \"context\": { \"authorizer\": { \"claims\": [] } } }",
        "{ \"context\": { \"authorizer\": { \"claims\": { \"a\": [] } } } }",
        "{ \"path\": \"/a%zz\" }",
        "{ \"method\": \"A B\" }",
    ];
    let told: String = cases.map(|input| tried("x", input, &[])).concat();
    expect![[r#"
        exit 3
        request.json:1:1: problem: EOF while parsing a value
         1 | 
           | ^

        --
        exit 3
        request.json:1:1: problem: EOF while parsing a list
         1 | [
           | ^

        --
        exit 3
        request.json:2:11: problem: unknown field `headres`, expected one of `method`, `path`, `pathParameters`, `querystring`, `headers`, `body`, `stageVariables`, `context`, `integrationResponse`
         2 |   "headres": {}
           |           ^

        --
        exit 3
        request.json:1:32: problem: expected a text, a number, true or false, or a list of them
         1 | { "headers": { "a": { "b": 1 } } }
           |                                ^

        --
        exit 3
        request.json:1:32: problem: expected a text, a number, true or false, or a list of them
         1 | { "querystring": { "a": [null] } }
           |                                ^

        --
        exit 3
        request.json:1:33: problem: unknown field `ip`, expected one of `accessKey`, `accountId`, `apiKey`, `apiKeyId`, `caller`, `cognitoAuthenticationProvider`, `cognitoAuthenticationType`, `cognitoIdentityId`, `cognitoIdentityPoolId`, `principalOrgId`, `sourceIp`, `user`, `userAgent`, `userArn`
         1 | { "context": { "identity": { "ip": "::1" } } }
           |                                 ^

        --
        exit 3
        request.json:1:13: problem: invalid type: integer `7`, expected a string
         1 | { "method": 7 }
           |             ^

        --
        exit 3
        --
        tollgate: the input: context.authorizer.claims: expected a map
        exit 3
        --
        tollgate: the input: context.authorizer.claims.a: expected a text, a number, true or false
        exit 3
        --
        tollgate: the request would be refused: malformed request: an invalid percent-encoding
        exit 3
        --
        tollgate: the request would be refused: malformed request: a method that is no token
    "#]]
    .assert_eq(&told);
}

#[test]
fn an_input_may_come_from_stdin() {
    let folder = Folder::new(&[("t.vtl", b"$input.json('$.a')")]);
    let mut tool = command_in(&folder.path(""), &[], &["template", "test", "t.vtl", "-i", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    tool.stdin.take().unwrap().write_all(br#"{ "body": { "a": [1] } }"#).unwrap();
    assert_eq!(Ran::of(tool.wait_with_output().unwrap()).text(&[]), "exit 0\n[1]\n--\n");
}
