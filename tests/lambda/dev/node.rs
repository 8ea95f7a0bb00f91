//! What runs handlers in Node.js: every form of a handler, and errors as Lambda reports them.

use serde_json::{Value, json};

use super::{Dev, Project, has_node};

/// Every export, called through a route that returns the function's raw result.
const FUNCTIONS: &str = r#"
exports.async = async event => ({ got: event.rawPath });
exports.callback = (event, context, callback) => setTimeout(() => callback(null, { by: 'callback' }), 1);
exports.refused = (event, context, callback) => callback(new TypeError('no'));
exports.silent = () => {};
exports.thrown = async () => { throw new RangeError('far'); };
exports.text = async () => { throw 'plain'; };
exports.nested = { deep: async () => 'deep' };
exports.context = async (event, context) => [context.functionName, context.memoryLimitInMB,
  context.getRemainingTimeInMillis() > 1000, context.invokedFunctionArn, typeof context.awsRequestId];
exports.rejected = () => { Promise.reject(new Error('nobody waits')); return new Promise(() => {}); };
exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-way': 'streamed' } });
  out.write('a'); out.write('b'); out.end();
});
exports.notAFunction = 7;
"#;

/// The name of a function, what its entry says of it, and its answer.
fn project(handlers: &[&str]) -> Project {
    let mut file = "tollgate: 1\nstages:\n  v1:\n    routes:\n".to_owned();
    for handler in handlers {
        let name = handler.replace(['.', '/'], "-");
        let mode = if handler.contains("stream") { ", responseTransferMode: STREAM" } else { "" };
        file += &format!("      GET /{name}: {{ integration: {{ type: AWS_PROXY, uri: {name}{mode} }} }}\n");
    }
    file += "functions:\n";
    for handler in handlers {
        let name = handler.replace(['.', '/'], "-");
        file += &format!("  {name}: {{ runtime: node, handler: {handler}, timeout: 5 }}\n");
    }
    Project::new(&[
        ("tollgate.yaml", &file),
        ("app.js", FUNCTIONS),
        (
            "src/esm.mjs",
            "export const handler = async () => 'esm';\nexport default { other: async () => 'default' };\n",
        ),
        ("broken.js", "exports.handler = async () => {;\n"),
        ("lost.mjs", "import 'not-installed';\nexport const handler = async () => 1;\n"),
    ])
}

async fn invoke(dev: &Dev, function: &str) -> Value {
    let url = format!("{}/2015-03-31/functions/{function}/invocations", dev.address("Lambda"));
    let request = http::Request::post(url).body("{\"rawPath\":\"/x\"}".into()).expect("a request");
    let answer = crate::harness::send(request).await;
    let failed = answer.headers().contains_key("x-amz-function-error");
    let mut payload: Value = serde_json::from_slice(answer.body()).expect("JSON");
    if let Some(error) = payload.as_object_mut().filter(|_| failed) {
        let traced = error.remove("trace").is_some();
        error.insert("traced".to_owned(), traced.into());
    }
    payload
}

#[tokio::test]
async fn a_handler_in_node_answers_and_fails_as_on_lambda() {
    if !has_node() {
        return;
    }
    let failed = |error_type: &str, message: &str| json!({ "errorType": error_type, "errorMessage": message, "traced": true });
    let cases = [
        ("app.async", json!({ "got": "/x" })),
        ("app.callback", json!({ "by": "callback" })),
        ("app.refused", failed("TypeError", "no")),
        ("app.silent", json!(null)),
        ("app.thrown", failed("RangeError", "far")),
        ("app.text", failed("string", "plain")),
        ("app.nested.deep", json!("deep")),
        (
            "app.context",
            json!([
                "app-context",
                "128",
                true,
                "arn:aws:lambda:us-east-1:000000000000:function:app-context",
                "string"
            ]),
        ),
        ("app.rejected", failed("Runtime.UnhandledPromiseRejection", "Error: nobody waits")),
        ("app.missing", failed("Runtime.HandlerNotFound", "app.missing is undefined or not exported")),
        ("app.notAFunction", failed("Runtime.HandlerNotFound", "app.notAFunction is not a function")),
        ("nowhere.handler", failed("Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'")),
        ("src/esm.handler", json!("esm")),
        ("src/esm.other", json!("default")),
    ];
    let handlers: Vec<_> = cases.iter().map(|(handler, _)| *handler).collect();
    let project = project(&[&handlers[..], &["app.stream", "broken.handler", "lost.handler"]].concat());
    let dev = Dev::start(&project, &[]);
    for (handler, expected) in &cases {
        assert_eq!(invoke(&dev, &handler.replace(['.', '/'], "-")).await, *expected, "{handler}");
    }
    // Their messages are Node's own.
    for (function, error_type) in
        [("broken-handler", "Runtime.UserCodeSyntaxError"), ("lost-handler", "Runtime.ImportModuleError")]
    {
        assert_eq!(invoke(&dev, function).await["errorType"], json!(error_type));
    }
    let streamed = dev.whole("/v1/app-stream").await;
    assert_eq!(
        streamed,
        "201\ncontent-type: application/octet-stream\ntransfer-encoding: chunked\nx-way: streamed\n\nab"
    );
}
