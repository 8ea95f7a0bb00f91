//! Places in mapping templates: the caret stands where the slip is, however the template is written.

use expect_test::expect;

use super::{checked, checked_with, with_stage};

const ROUTES: &str = r##"routes:
  POST /block:
    integration:
      type: MOCK
      requestTemplates:
        application/json: |
          {
            "statusCode": 200,
            "id": $input.jsn('$.id')
          }
      responses: { default: { statusCode: 200 } }
  POST /folded:
    integration:
      type: MOCK
      requestTemplates:
        application/json: >-
          {"statusCode":
          $context.requestID}
      responses: { default: { statusCode: 200 } }
  POST /quoted:
    integration:
      type: MOCK
      requestTemplates: { application/json: "{\"é\": 1,\n\"a\": \"$util.escapeJavascript('x')\"}" }
      responses: { default: { statusCode: 200, responseTemplates: { application/json: 'it''s $context.identity.sourceIP $input.params().headers' } } }
  POST /broken:
    integration:
      type: MOCK
      requestTemplates:
        application/json: |
          #if($input.path('$.a'))
            x
      responses: { default: { statusCode: 200, responseTemplates: { text/plain: "\t$util.toJson('x')" } } }
"##;

#[test]
fn a_slip_in_a_template_is_shown_where_it_is_written() {
    expect![[r#"
        exit 3
        tollgate.yaml:12:23: warning: integration.requestTemplates.application/json: got line 3, column 9: $input.jsn, which prints nothing, expected a member of $input
         12 |                 "id": $input.jsn('$.id')
            |                       ^
            = in stage v1, POST /block
            = did you mean $input.json?

        tollgate.yaml:21:15: warning: integration.requestTemplates.application/json: got line 1, column 16: $context.requestID, which prints nothing, expected a member of $context
         21 |               $context.requestID}
            |               ^
            = in stage v1, POST /folded
            = did you mean $context.requestId?

        tollgate.yaml:26:71: warning: integration.requestTemplates.application/json: got line 2, column 7: $util.escapeJavascript, which prints nothing, expected a member of $util
         26 |           requestTemplates: { application/json: "{\"é\": 1,\n\"a\": \"$util.escapeJavascript('x')\"}" }
            |                                                                       ^
            = in stage v1, POST /quoted
            = did you mean $util.escapeJavaScript?

        tollgate.yaml:27:98: warning: integration.responses.default.responseTemplates.application/json: got line 1, column 6: $context.identity.sourceIP, which prints nothing, expected a member of $context.identity
         27 | …tusCode: 200, responseTemplates: { application/json: 'it''s $context.identity.sourceIP $input.params().headers…
            |                                                              ^
            = in stage v1, POST /quoted
            = did you mean $context.identity.sourceIp?

        tollgate.yaml:27:125: warning: integration.responses.default.responseTemplates.application/json: got line 1, column 33: $input.params().headers, which prints nothing, expected a member of $input.params()
         27 | …ates: { application/json: 'it''s $context.identity.sourceIP $input.params().headers' } } }
            |                                                              ^
            = in stage v1, POST /quoted
            = did you mean $input.params().header?

        tollgate.yaml:34:18: problem: integration.requestTemplates.application/json: got line 3, column 1: the template's end, expected #end of the `#if` at line 1, column 1
         34 |                 x
            |                  ^
            = in stage v1, POST /broken

        tollgate.yaml:35:88: problem: integration.responses.default.responseTemplates.text/plain: got line 1, column 2: `$util.toJson`, which AppSync has, expected what API Gateway has: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode
         35 |           responses: { default: { statusCode: 200, responseTemplates: { text/plain: "\t$util.toJson('x')" } } …
            |                                                                                        ^
            = in stage v1, POST /broken

        tollgate.yaml: 2 problems, 5 warnings
    "#]].assert_eq(&checked(with_stage(ROUTES)));
}

#[test]
fn a_template_of_json_and_one_that_a_file_is_taken_in_for_are_shown_there() {
    let json = r#"{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200, \"id\": \"$input.bdy\"}"},
  "responses": {"default": {"statusCode": 200}}}"#;
    let api = with_stage("routes:\n  GET /a: { integration: { $include: mock.json } }");
    let files: [(&str, &[u8]); 2] = [("tollgate.yaml", api.as_bytes()), ("mock.json", json.as_bytes())];
    expect![[r#"
        exit 0
        mock.json:1:92: warning: integration.requestTemplates.application/json: got line 1, column 28: $input.bdy, which prints nothing, expected a member of $input
         1 | …tes": {"application/json": "{\"statusCode\": 200, \"id\": \"$input.bdy\"}"},
           |                                                              ^
           = in stage v1, GET /a
           = did you mean $input.body?

        tollgate.yaml: valid, 1 stage, 1 route, 1 warning
    "#]].assert_eq(&checked_with(&files));
}
