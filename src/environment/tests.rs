//! The variables, their defaults, and the words for wrong ones.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
    let lambda_sets =
        [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let all: Vec<_> = variables.iter().copied().chain(lambda_sets).collect();
    Environment::read(|name| {
        all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn has_defaults_and_prints_no_secret() {
    let environment = read(&[("TRUSTED_PROXY_SECRET", "hush"), ("STAGES_TABLE", "")]).unwrap();
    assert_eq!(
        format!("{environment:?}"),
        "Environment { tables: Tables { stages: \"tollgate-stages\", routes: \"tollgate-routes\", \
         deployments: \"tollgate-deployments\", api_keys: \"tollgate-api-keys\", \
         usage_plans: \"tollgate-usage-plans\", counters: \"tollgate-counters\", cache: \"tollgate-cache\" }, refresh: Refresh { every: 5s, max_stale: Some(30s) }, key_cache: 60s, cache_memory: 16777216, deployment_memory: None, log_level: LevelFilter::INFO, function_url_auth_type: None, \
         trusted_proxy: TrustedProxy { secrets: […], required: false }, xray_daemon: None, most_events: 1, keep_deployments: None, aws: Aws { region: \"eu-west-1\", \
         access_key_id: \"id\", secret_access_key: …, session_token: None, \
         endpoints: Endpoints { of_services: {}, of_others: None } } }"
    );
}

#[test]
fn many_events_at_a_time_and_deployments_that_stay_are_whole_numbers() {
    let most = |text| read(&[("AWS_LAMBDA_MAX_CONCURRENCY", text)]).map(|read| read.most_events.get());
    assert_eq!([most(""), most("1"), most("64")], [Ok(1), Ok(1), Ok(64)]);
    for text in ["0", "-1", "many", "10001"] {
        let words = format!(
            "environment variable AWS_LAMBDA_MAX_CONCURRENCY: got {text:?}, expected a whole number from 1 to 10000, which Lambda sets"
        );
        assert_eq!(most(text), Err(words));
    }
    let keep =
        |text| read(&[("KEEP_DEPLOYMENTS", text)]).map(|read| read.keep_deployments.map(NonZeroUsize::get));
    assert_eq!([keep(""), keep("0"), keep("20")], [Ok(None), Ok(None), Ok(Some(20))]);
    let words =
        "environment variable KEEP_DEPLOYMENTS: got \"all\", expected a whole number; 0 keeps all".to_owned();
    assert_eq!(keep("all"), Err(words));
}

#[test]
fn an_edit_may_take_a_day() {
    let environment = read(&[("REFRESH_SECONDS", "86400"), ("KEY_CACHE_SECONDS", "86400")]).unwrap();
    let day = Duration::from_secs(86_400);
    assert_eq!((environment.refresh.every, environment.key_cache), (day, day));
}

#[test]
fn what_is_served_is_looked_at_again_after_30_seconds_or_as_often_as_it_is_refreshed() {
    let cases = [
        (&[][..], Some(30)),
        (&[("REFRESH_SECONDS", "60")], Some(60)),
        (&[("MAX_STALE_SECONDS", "5")], Some(5)),
        (&[("MAX_STALE_SECONDS", "86400")], Some(86_400)),
        (&[("MAX_STALE_SECONDS", "0")], None),
        (&[("REFRESH_SECONDS", "60"), ("MAX_STALE_SECONDS", "0")], None),
    ];
    for (variables, expected) in cases {
        let max_stale = read(variables).unwrap().refresh.max_stale;
        assert_eq!(max_stale, expected.map(Duration::from_secs), "{variables:?}");
    }
}

#[test]
fn the_auth_type_of_the_function_url_is_said_as_aws_says_it() {
    let auth_type = |text| {
        let environment = read(&[("FUNCTION_URL_AUTH_TYPE", text)]);
        environment.map(|environment| environment.function_url_auth_type)
    };
    assert_eq!(auth_type(""), Ok(FunctionUrlAuthType::None));
    assert_eq!(auth_type("NONE"), Ok(FunctionUrlAuthType::None));
    assert_eq!(auth_type("AWS_IAM"), Ok(FunctionUrlAuthType::AwsIam));
    let bad = "environment variable FUNCTION_URL_AUTH_TYPE: got \"IAM\", expected NONE or AWS_IAM, as the function URL has it";
    assert_eq!(auth_type("IAM"), Err(bad.to_owned()));
}

#[test]
fn says_which_value_is_bad_in_one_line() {
    let cases = [
        (
            ("REFRESH_SECONDS", "soon"),
            r#"REFRESH_SECONDS: got "soon", expected a whole number of seconds, at most 86400"#,
        ),
        (
            ("REFRESH_SECONDS", "86401"),
            r#"REFRESH_SECONDS: got "86401", expected a whole number of seconds, at most 86400"#,
        ),
        (
            ("MAX_STALE_SECONDS", "4"),
            r#"MAX_STALE_SECONDS: got "4", expected 0, or a whole number of seconds, at least 5 (REFRESH_SECONDS), at most 86400"#,
        ),
        (
            ("MAX_STALE_SECONDS", "86401"),
            r#"MAX_STALE_SECONDS: got "86401", expected 0, or a whole number of seconds, at least 5 (REFRESH_SECONDS), at most 86400"#,
        ),
        (
            ("MAX_STALE_SECONDS", "never"),
            r#"MAX_STALE_SECONDS: got "never", expected 0, or a whole number of seconds, at least 5 (REFRESH_SECONDS), at most 86400"#,
        ),
        (
            ("KEY_CACHE_SECONDS", "60000000"),
            r#"KEY_CACHE_SECONDS: got "60000000", expected a whole number of seconds, at most 86400"#,
        ),
        (
            ("KEY_CACHE_SECONDS", "-1"),
            r#"KEY_CACHE_SECONDS: got "-1", expected a whole number of seconds, at most 86400"#,
        ),
        (
            ("CACHE_MEMORY_BYTES", "16 MiB"),
            r#"CACHE_MEMORY_BYTES: got "16 MiB", expected a whole number of bytes"#,
        ),
        (
            ("LOG_LEVEL", "loud"),
            r#"LOG_LEVEL: got "loud", expected one of error, warn, info, debug, trace, off"#,
        ),
        (("REQUIRE_TRUSTED_PROXY", "yes"), r#"REQUIRE_TRUSTED_PROXY: got "yes", expected true or false"#),
        (
            ("REQUIRE_TRUSTED_PROXY", "true"),
            r#"TRUSTED_PROXY_SECRET: got "", expected a secret, because REQUIRE_TRUSTED_PROXY is true"#,
        ),
        (
            ("AWS_ENDPOINT_URL_LAMBDA", "http:user:hush@localhost"),
            r#"AWS_ENDPOINT_URL_LAMBDA: got "…@localhost", expected a URL such as http://127.0.0.1:8000"#,
        ),
        (
            ("AWS_ENDPOINT_URL_LAMBDA", "localhost"),
            r#"AWS_ENDPOINT_URL_LAMBDA: got "localhost", expected a URL such as http://127.0.0.1:8000"#,
        ),
    ];
    for (variable, expected) in cases {
        assert_eq!(read(&[variable]).unwrap_err(), format!("environment variable {expected}"));
    }
    assert_eq!(
        Environment::read(|_| None).unwrap_err(),
        r#"environment variable AWS_REGION: got "", expected a value, which Lambda sets"#
    );
}

#[test]
fn what_stands_in_the_headers_of_calls_is_visible_ascii() {
    let cases =
        [("AWS_REGION", "eu-central-1\u{fc}"), ("AWS_ACCESS_KEY_ID", "a b"), ("AWS_SESSION_TOKEN", "a\nb")];
    for (name, value) in cases {
        let expected =
            format!("environment variable {name}: got \"…\", expected visible ASCII characters only");
        assert_eq!(read(&[(name, value)]).unwrap_err(), expected);
    }
}

#[test]
fn an_empty_secret_among_several_is_refused_without_the_others() {
    for secrets in ["hush,", " , hush", "hush,,new"] {
        assert_eq!(
            read(&[("TRUSTED_PROXY_SECRET", secrets)]).unwrap_err(),
            "environment variable TRUSTED_PROXY_SECRET: got \"…\", expected a secret, or several joined by commas, none of them empty"
        );
    }
}
