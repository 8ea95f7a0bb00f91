//! What `tollgate dev` prints when it serves: addresses, and requests that work.

use std::io::{self, Write};

use tollgate::{
    api_file::first_request::{FirstRequest, TOKEN},
    deployment::counted,
    dev::{DevApi, DevKey, DevServer},
    local::{issuer::TTL, world::World},
};

/// Prints it.
///
/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, server: &DevServer) -> io::Result<()> {
    let world = &server.world;
    writeln!(out, "API       http://{}/", world.api)?;
    writeln!(out, "Lambda    http://{}", world.invoke_api)?;
    let Some(dynamodb) = &world.dynamodb else {
        writeln!(
            out,
            "\nAWS_ENDPOINT_URL_DYNAMODB is set: the routes are those of the DynamoDB there, and edits go live by"
        )?;
        writeln!(out, "`tollgate deploy`. Unset it for a DynamoDB of its own. Ctrl-C ends everything.")?;
        return Ok(());
    };
    writeln!(out, "DynamoDB  http://{}", dynamodb.address)?;
    if let Some(issuer) = &world.issuer {
        writeln!(out, "Issuer    {}", issuer.url())?;
    }
    contents(out, server.served())?;
    requests(out, world, &server.served().first_requests)?;
    writeln!(out, "\nCtrl-C ends everything.\n")
}

fn contents(out: &mut impl Write, api: &DevApi) -> io::Result<()> {
    let stages = api.stages.iter().map(|stage| {
        let routes = stage.routes.keys().filter(|key| *key != "$api").count();
        format!("{} ({})", stage.name, counted(routes, "route"))
    });
    writeln!(out, "Stages    {}", stages.collect::<Vec<_>>().join(", "))?;
    if !api.functions.is_empty() {
        let functions = api.functions.iter().map(|function| function.name.as_str());
        writeln!(out, "Functions {}", functions.collect::<Vec<_>>().join(", "))?;
    }
    keys(out, &api.api_keys)
}

/// Prints the values of keys, which are made for this machine.
///
/// # Errors
///
/// The reader is gone.
pub fn keys<'a>(out: &mut impl Write, keys: impl IntoIterator<Item = &'a DevKey>) -> io::Result<()> {
    keys.into_iter().try_for_each(|key| writeln!(out, "API key   {}: {}", key.id, key.value.reveal()))
}

fn requests(out: &mut impl Write, world: &World, requests: &[FirstRequest]) -> io::Result<()> {
    if requests.is_empty() {
        return Ok(());
    }
    let token = world.issuer.as_ref().map(|issuer| issuer.token()).unwrap_or_default();
    writeln!(out, "\nTry:")?;
    for request in requests {
        writeln!(out, "  {}", curl(request, &format!("http://{}", world.api), &token))?;
    }
    let uses_token = |request: &FirstRequest| request.headers.values().any(|value| value.contains(TOKEN));
    if let Some(issuer) = world.issuer.as_ref().filter(|_| requests.iter().any(uses_token)) {
        let hours = TTL.as_secs() / 3_600;
        writeln!(out, "\nThe token is good for {hours} hours. One for somebody else:")?;
        writeln!(out, "  curl -d sub=bob -d scope=orders:read -d ttl=3600 {}", issuer.token_url())?;
    }
    Ok(())
}

fn curl(request: &FirstRequest, api: &str, token: &str) -> String {
    let FirstRequest { method, target, headers, body } = request;
    let mut words = vec!["curl".to_owned()];
    let implied = if body.is_some() { "POST" } else { "GET" };
    match method.as_str() {
        "HEAD" => words.push("-I".to_owned()),
        method if method != implied => words.extend(["-X".to_owned(), method.to_owned()]),
        _ => {}
    }
    let has_type = headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    if body.as_ref().is_some_and(|body| !body.is_string()) && !has_type {
        words.extend(["-H".to_owned(), quoted("content-type: application/json")]);
    }
    for (name, value) in headers {
        words.extend(["-H".to_owned(), quoted(&format!("{name}: {}", value.replace(TOKEN, token)))]);
    }
    if let Some(body) = body {
        let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        words.extend(["-d".to_owned(), quoted(&text)]);
    }
    words.push(quoted(&format!("{api}{target}")));
    words.join(" ")
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:.,_-+@%".contains(c);
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_request_is_a_curl_line_that_a_shell_takes() {
        let request =
            |method: &str, target: &str, headers: &[(&str, &str)], body: Option<Value>| FirstRequest {
                method: method.to_owned(),
                target: target.to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
                body,
            };
        let cases = [
            (request("GET", "/v1/orders", &[], None), "curl http://a:1/v1/orders"),
            (request("GET", "/v1?a=1&b", &[], None), "curl 'http://a:1/v1?a=1&b'"),
            (
                request("POST", "/v1", &[], Some(json!({ "name": "O'Neill" }))),
                r#"curl -H 'content-type: application/json' -d '{"name":"O'\''Neill"}' http://a:1/v1"#,
            ),
            (
                request("PUT", "/v1", &[("Content-Type", "text/plain")], Some(json!("x"))),
                "curl -X PUT -H 'Content-Type: text/plain' -d x http://a:1/v1",
            ),
            (request("DELETE", "/v1", &[], None), "curl -X DELETE http://a:1/v1"),
            (request("HEAD", "/v1", &[], None), "curl -I http://a:1/v1"),
            (
                request("GET", "/v1", &[("authorization", "Bearer $token")], None),
                "curl -H 'authorization: Bearer ey.J' http://a:1/v1",
            ),
        ];
        for (request, expected) in cases {
            assert_eq!(curl(&request, "http://a:1", "ey.J"), expected);
        }
    }
}
