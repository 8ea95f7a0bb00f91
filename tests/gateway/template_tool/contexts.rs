//! `context` of an input: `$context` as the platform and an authorizer fill it.

use expect_test::expect;

use super::tried;

const ALL: &str = "\
#foreach($name in $context.keySet())
$name = $!context.get($name)
#end
#foreach($name in $context.identity.keySet())
identity.$name = $!context.identity.get($name)
#end
#foreach($name in $context.authorizer.keySet())
authorizer.$name = $!context.authorizer.get($name)
#end
#foreach($name in $context.authorizer.claims.keySet())
authorizer.claims.$name = $!context.authorizer.claims.get($name)
#end
";

/// The lines of the text that say something.
fn context(context: &str) -> String {
    let told = tried(ALL, &format!(r#"{{ "path": "/orders/7", "context": {context} }}"#), &["-o", "json"]);
    let json = told.strip_prefix("exit 0\n").unwrap().strip_suffix("--\n").unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let lines = json["text"].as_str().unwrap().lines();
    lines.filter(|line| !line.ends_with("= ") && !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_platform_s_words_are_those_of_the_input() {
    let told = context(
        r#"{ "accountId": "111122223333", "apiId": "a1", "deploymentId": "d1", "domainName": "api.example.com",
             "requestId": "r1", "requestTimeEpoch": 1700000000000, "resourcePath": "/orders/{id}", "stage": "v1",
             "identity": { "sourceIp": "192.0.2.1", "userAgent": "curl", "apiKey": "k", "apiKeyId": "acme" } }"#,
    );
    expect![[r#"
        resourceId = GET /orders/{id}
        resourcePath = /orders/{id}
        httpMethod = GET
        extendedRequestId = r1
        requestTime = 14/Nov/2023:22:13:20 +0000
        path = /orders/7
        accountId = 111122223333
        protocol = HTTP/1.1
        stage = v1
        domainPrefix = api
        requestTimeEpoch = 1700000000000
        requestId = r1
        domainName = api.example.com
        deploymentId = d1
        apiId = a1
        identity.sourceIp = 192.0.2.1
        identity.userAgent = curl
        identity.apiKey = k
        identity.apiKeyId = acme
    "#]]
    .assert_eq(&told);
}

#[test]
fn callers_are_those_of_a_function_a_token_or_a_signature() {
    let time = r#""requestTimeEpoch": 0, "#;
    let function =
        r#""authorizer": { "principalId": "ada", "integrationLatency": 12, "tier": "gold", "n": 7 } }"#;
    let token =
        r#""authorizer": { "principalId": "ada", "claims": { "sub": "ada", "level": 7, "ok": true } } }"#;
    let signature = r#""identity": { "userArn": "arn:aws:iam::111122223333:user/ada", "accountId": "111122223333",
        "caller": "AIDA", "user": "AIDA", "accessKey": "AKIA", "principalOrgId": "o-1",
        "cognitoIdentityId": "i", "cognitoIdentityPoolId": "p", "cognitoAuthenticationType": "authenticated",
        "cognitoAuthenticationProvider": "graph.facebook.com" } }"#;
    let told = |caller: &str| {
        let all = context(&format!("{{ {time}{caller}"));
        let lines =
            all.lines().filter(|line| line.starts_with("identity.") || line.starts_with("authorizer."));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let callers = [function, token, signature].map(told).join("\n");
    expect![[r#"
        authorizer.principalId = ada
        authorizer.integrationLatency = 12
        authorizer.n = 7
        authorizer.tier = gold

        authorizer.principalId = ada
        authorizer.claims.level = 7
        authorizer.claims.ok = true
        authorizer.claims.sub = ada

        identity.cognitoIdentityPoolId = p
        identity.accountId = 111122223333
        identity.cognitoIdentityId = i
        identity.caller = AIDA
        identity.principalOrgId = o-1
        identity.accessKey = AKIA
        identity.cognitoAuthenticationType = authenticated
        identity.cognitoAuthenticationProvider = graph.facebook.com
        identity.userArn = arn:aws:iam::111122223333:user/ada
        identity.user = AIDA
    "#]]
    .assert_eq(&callers);
}
