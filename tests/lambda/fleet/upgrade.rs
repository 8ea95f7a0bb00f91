//! Another build of the gateway serves on while this one starts on the same tables, and back: every request is
//! answered, edits of both go live, and the key's books are right in the end.
//!
//! `FORMER_GATEWAY` names the program of the other build (`make upgrade-check REF=…` builds it), `UPGRADE_REQUESTS` the
//! number of requests. Without it, two fleets of this build are handed over.

use std::{
    collections::BTreeMap,
    env,
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use futures_util::{StreamExt, future::join, stream};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use tokio::{net::TcpListener, time::timeout};
use tollgate::{
    authorizers::KeyValue,
    local::{
        function_output::{Captured, OutputLine},
        function_settings::FunctionSettings,
        function_url_server,
        host::Host,
        server::Server,
        stream_mapping::StreamMapping,
    },
};

use super::{
    gateway_cluster::Tables,
    one_key::{KeyCounts, new_key, put_key},
};
use crate::harness::{release_gateway, soon};

const INSTANCES: usize = 4;

/// The builds, as functions of one host.
const FORMER: &str = "former";
const CURRENT: &str = "current";

/// The builds that serve, one request after the other.
const PHASES: [&[&str]; 5] = [&[FORMER], &[FORMER, CURRENT], &[CURRENT], &[CURRENT, FORMER], &[FORMER]];

struct Builds {
    host: Host,
    tables: Tables,
    urls: BTreeMap<&'static str, Server>,
    client: Client<HttpConnector, Full<bytes::Bytes>>,
    key: KeyValue,
    output: Captured,
}

fn requests() -> usize {
    env::var("UPGRADE_REQUESTS").map_or(2_000, |text| text.parse().expect("UPGRADE_REQUESTS is a number"))
}

fn former_gateway() -> PathBuf {
    env::var_os("FORMER_GATEWAY").map_or_else(release_gateway, PathBuf::from)
}

fn put_hello(tables: &Tables, body: &str) {
    let route = json!({ "stage": "v1", "routeKey": "GET /hello", "apiKeyRequired": true,
        "integration": { "type": "MOCK", "body": body } });
    tables.put("ROUTES_TABLE", &route);
}

impl Builds {
    /// Both builds on new tables; no process runs yet.
    async fn start() -> Self {
        let tables = Tables::start().await;
        tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
        let route = json!({ "stage": "v1", "routeKey": "GET /cached/{id}", "cachingEnabled": true,
            "cacheKeyParameters": ["method.request.path.id"],
            "integration": { "type": "MOCK", "body": { "path": "${context.path}" } } });
        tables.put("ROUTES_TABLE", &route);
        let key = new_key();
        put_key(&tables, &key, json!({ "quota": { "limit": 1_000_000, "period": "MONTH" } }));
        let output = Captured::default();
        let functions = [(FORMER, former_gateway()), (CURRENT, release_gateway())];
        let host = Host::new(
            "eu-test-1",
            functions.map(|(name, program)| function(name, program, &tables, &output)).into(),
        );
        let mut urls = BTreeMap::new();
        for name in [FORMER, CURRENT] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let url = function_url_server::serve(listener, host.clone(), name).expect("a function URL");
            urls.insert(name, url);
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { host, tables, urls, client, key, output }
    }

    async fn get(&self, build: &str, path: &str) -> (StatusCode, String) {
        let address: SocketAddr = self.urls[build].address;
        let request = Request::get(format!("http://{address}{path}")).header("x-api-key", self.key.reveal());
        let answer = self.client.request(request.body(Full::default()).expect("a request")).await;
        let (head, body) = answer.expect("an answer").into_parts();
        let body = body.collect().await.expect("all of it").to_bytes();
        (head.status, String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends so many requests to these builds in turn, and counts those with the key. Each is answered with what was
    /// `published`: an instance may serve what it has for a second (MAX_STALE_SECONDS), and longer where its look at the
    /// tables fails. `until` waits for the last.
    async fn traffic(&self, builds: &[&str], count: usize, published: &[String]) -> u64 {
        let requests = (0..count).map(|number| async move {
            let (build, with_key) = (builds[number % builds.len()], number / 2 % 2 == 0);
            let path = if with_key { "/v1/hello".to_owned() } else { format!("/v1/cached/{}", number % 10) };
            let (status, body) = self.get(build, &path).await;
            let is_right =
                if with_key { published.contains(&body) } else { body == format!("{{\"path\":\"{path}\"}}") };
            assert!(status == 200 && is_right, "{build} answers GET {path} with {status} {body}");
            with_key
        });
        let answers = stream::iter(requests).buffer_unordered(2 * INSTANCES);
        answers.fold(0, |sum, with_key| async move { sum + u64::from(with_key) }).await
    }

    /// Waits until a build serves what was published, and counts the requests.
    async fn until(&self, build: &str, body: &str) -> u64 {
        let mut count = 0;
        let served = timeout(Duration::from_secs(60), async {
            // Each of its instances, most likely: one request at a time goes to any of them.
            let mut in_a_row = 0;
            while in_a_row < 4 * INSTANCES {
                let (status, got) = self.get(build, "/v1/hello").await;
                // Before the first publication there is nothing to serve.
                count += u64::from(status == 200);
                in_a_row = if got == body { in_a_row + 1 } else { 0 };
            }
        });
        if served.await.is_err() {
            let lines = self.output.lines();
            let is_told = |line: &&OutputLine| line.function == build && line.text.contains("\"ERROR\"");
            let last = lines.iter().rfind(is_told).map_or("no error", |line| &line.text);
            panic!("{build} does not serve {body:?}, which was published a minute ago; it logged {last}");
        }
        count
    }

    /// Ends all instances of a build as Lambda does.
    async fn end(&self, build: &str) {
        for instance in self.host.instances(build) {
            self.host.shut_down_instance(build, instance.pid).await;
        }
    }

    fn lines(&self, build: &str, holding: &str) -> usize {
        let lines = self.output.lines();
        lines.iter().filter(|line| line.function == build && line.text.contains(holding)).count()
    }

    /// Stops everything, and tells what the store has counted.
    async fn stop(self) -> KeyCounts {
        soon(self.host.stop()).await;
        let counts = KeyCounts::read(&self.tables);
        for url in self.urls.into_values() {
            url.stop().await;
        }
        self.tables.dynamodb.stop().await;
        counts
    }
}

fn function(name: &str, program: PathBuf, tables: &Tables, output: &Captured) -> FunctionSettings {
    let store = format!("http://{}", tables.dynamodb.address);
    let more =
        [("AWS_ENDPOINT_URL_DYNAMODB", store.as_str()), ("REFRESH_SECONDS", "1"), ("MAX_STALE_SECONDS", "1")];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    FunctionSettings {
        environment: tables.names.environment().chain(more).collect(),
        instances: NonZeroUsize::new(INSTANCES).expect("at least one"),
        output: output.output(),
        ..FunctionSettings::new(name, program)
    }
}

#[tokio::test]
async fn another_build_serves_on_while_this_one_starts_on_the_same_tables_and_back() {
    let builds = Builds::start().await;
    let share = requests() / PHASES.len();
    let (mut with_key, mut published) = (0, Vec::new());
    for (number, serving) in PHASES.iter().enumerate() {
        let now = format!("hello {number}");
        put_hello(&builds.tables, &now);
        published.push(now.clone());
        // The one that came last gets the edits.
        let newest = serving.last().expect("one at least");
        let database = &builds.tables.dynamodb.database;
        let routes = builds.tables.name("ROUTES_TABLE");
        let _edits = StreamMapping::start(database, &routes, builds.host.clone(), newest).expect("a stream");
        if number == 0 {
            with_key += builds.until(newest, &now).await;
        }
        let left = [FORMER, CURRENT].into_iter().find(|build| !serving.contains(build));
        let leaves = async {
            if let Some(build) = left {
                builds.end(build).await;
            }
        };
        let (answered, ()) = join(builds.traffic(serving, share, &published), leaves).await;
        with_key += answered;
        for build in *serving {
            with_key += builds.until(build, &now).await;
        }
        println!("{share} requests to {}: all answered, {now:?} went live", serving.join(" and "));
    }
    assert_books_are_right(builds, with_key).await;
}

async fn assert_books_are_right(builds: Builds, with_key: u64) {
    for build in [FORMER, CURRENT] {
        assert_eq!(builds.lines(build, "ConfigurationInvalid"), 0, "{build}");
        assert_eq!(builds.lines(build, "\"level\":\"ERROR\""), 0, "{build}");
        println!("{build}: {} answers from the cache", builds.lines(build, "\"cacheStatus\":\"HIT\""));
    }
    let degraded = builds.lines(FORMER, "\"Degraded\"") + builds.lines(CURRENT, "\"Degraded\"");
    let KeyCounts { used, usage } = builds.stop().await;
    println!("{with_key} requests with the key: {used} of its quota, {usage:?}");
    if degraded > 0 {
        return println!("the store was not in time {degraded} times: its books are not compared");
    }
    assert_eq!((used, usage), (with_key, [("served".to_owned(), with_key)].into()));
}
