//! `tollgate dev` with its issuer of tokens: what it prints works as it stands there.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::harness::{render, send, soon};

/// The local world as a process, with what it printed.
struct LocalWorld {
    process: Child,
    printed: String,
}

impl LocalWorld {
    fn start() -> Self {
        // The issuer's address stands in the file.
        let free = || TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        let (issuer, services) = (free(), free());
        let example =
            include_str!("../../examples/tollgate.yaml").replace("127.0.0.1:9003", &issuer.to_string());
        let name = format!("issuer-{}.yaml", issuer.port());
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&file, example).expect("a file");
        let ports = ["--api-port", "--dynamodb-port", "--invoke-port"];
        let mut process = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["dev".as_ref(), file.as_os_str()])
            .args(ports.iter().flat_map(|port| [port, "0"]))
            .args(["--issuer-port", &issuer.port().to_string()])
            .env_clear()
            // Nobody plays them there.
            .env("AWS_ENDPOINT_URL", format!("http://{services}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let mut lines = BufReader::new(process.stdout.take().expect("its stdout")).lines();
        let until_ready = lines.by_ref().map(|line| line.expect("a line"));
        let printed: Vec<_> = until_ready.take_while(|line| !line.starts_with("Ctrl-C")).collect();
        // Nobody reads on, and the log must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, printed: printed.join("\n") }
    }

    /// The text between these two, in what it printed.
    fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.printed.split_once(before).expect(&self.printed);
        rest.split_once(after).expect(rest).0
    }

    fn tool(&self, arguments: &[&str]) -> Value {
        let dynamodb = self.between("DynamoDB  http://127.0.0.1:", "\n");
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        tool.args(arguments).args(["--local", "-o", "json"]).env_clear().env("DYNAMODB_PORT", dynamodb);
        serde_json::from_slice(&tool.output().expect("a result").stdout).expect("JSON")
    }
}

impl Drop for LocalWorld {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        drop(Command::new("kill").args(["-INT", &pid]).status());
        drop(self.process.wait());
    }
}

async fn call(url: &str, token: Option<&str>) -> Response<Bytes> {
    let mut request = Request::get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    send(request.body(Full::default()).expect("a request")).await
}

async fn token(url: &str, form: &'static str) -> Response<Bytes> {
    send(Request::post(url).body(form.into()).expect("a request")).await
}

#[tokio::test]
async fn the_printed_call_with_a_token_works_and_without_one_it_is_refused() {
    let world = LocalWorld::start();
    let url = format!("{}signed-in/me", world.between("API       ", "\n"));
    let printed = world.between("authorization: Bearer ", "'");
    assert!(world.printed.contains(&format!("curl -H 'authorization: Bearer {printed}' {url}\n")), "{url}");
    let answer = soon(call(&url, Some(printed))).await;
    assert_eq!(
        render(&answer),
        "200\ncontent-type: application/json\ntransfer-encoding: chunked\n\n{\"you\":\"ada\"}"
    );
    let refused = render(&soon(call(&url, None)).await);
    assert_eq!(
        refused,
        "401\ncontent-type: application/json\ntransfer-encoding: chunked\nwww-authenticate: Bearer\n\
         x-amzn-errortype: UnauthorizedException\n\n{\"message\":\"Unauthorized\"}"
    );

    let issuer = format!("{}/token", world.between("Issuer    ", "\n"));
    let bob = soon(token(&issuer, "sub=bob&scope=orders%3Aread&ttl=60")).await;
    let bob: Value = serde_json::from_slice(bob.body()).expect("JSON");
    assert_eq!((&bob["token_type"], &bob["expires_in"]), (&json!("Bearer"), &json!(60)));
    let bobs = bob["access_token"].as_str().expect("a token");
    assert_eq!(soon(call(&url, Some(bobs))).await.body(), "{\"you\":\"bob\"}");

    let told = world.tool(&["auth", "explain", bobs, "GET /signed-in/me"]);
    assert_eq!((&told["answer"], &told["authorizer"]["principalId"]), (&json!("let in"), &json!("bob")));
    let told = world.tool(&["check", "signed-in", "--auth"]);
    assert_eq!(told["results"][0]["routes"][0]["authorizerId"], "users");
}

#[tokio::test]
async fn a_service_that_nobody_plays_is_out_of_reach_at_once() {
    let world = LocalWorld::start();
    let url = format!("{}services/orders/7/reminders", world.between("API       ", "\n"));
    let answer = soon(send(Request::post(url).body(Full::default()).expect("a request"))).await;
    assert_eq!(
        render(&answer),
        "504\ncontent-type: application/json\ntransfer-encoding: chunked\n\
         x-amzn-errortype: InternalServerErrorException\n\n{\"message\": \"Network error communicating with endpoint\"}"
    );
}

#[tokio::test]
async fn the_issuer_says_what_is_wrong_with_a_request_for_a_token() {
    let world = LocalWorld::start();
    let issuer = format!("{}/token", world.between("Issuer    ", "\n"));
    for (form, words) in [
        ("ttl=soon", "ttl: got \"soon\", expected 1 to 31622400 seconds"),
        ("ttl=0", "ttl: got \"0\", expected 1 to 31622400 seconds"),
        ("subject=bob", "got \"subject\", expected sub, scope or ttl"),
    ] {
        let answer = soon(token(&issuer, form)).await;
        let body: Value = serde_json::from_slice(answer.body()).expect("JSON");
        assert_eq!((answer.status().as_u16(), &body["error_description"]), (400, &json!(words)));
    }
}
