//! The response cache of a route whose caller a function finds: nothing of one caller reaches another.

use serde_json::{Value, json};

use super::{Form, calls, extend, route, who};
use crate::{cache::random::Random, harness::TestGateway};

async fn world(form: Form, words: &Value) -> TestGateway {
    let mut all = json!({ "cachingEnabled": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" } });
    extend(&mut all, words);
    form.world(&json!({}), &[route("GET /a", &all)]).await
}

/// The name that the target was told, and the cache's part.
async fn seen(world: &TestGateway, word: &str) -> (Value, Value) {
    let event = world.json(&who("GET /v1/a", word)).await;
    (event["requestContext"]["authorizer"]["name"].clone(), world.last_line()["cacheStatus"].clone())
}

#[tokio::test]
async fn callers_are_kept_apart_and_each_is_asked_about() {
    for form in Form::ALL {
        let world = world(form, &json!({})).await;
        for status in ["MISS", "HIT"] {
            for name in ["ada", "bob"] {
                let got = seen(&world, &format!("allow {name}")).await;
                assert_eq!(got, (json!(name), json!(status)), "{form:?}");
            }
        }
        assert_eq!(calls(&world), 2, "{form:?}");
        for (request, status) in [("GET /v1/a".to_owned(), "401"), (who("GET /v1/a", "deny ada"), "403")] {
            assert!(world.send(&request).await.starts_with(status), "what is kept is for callers only");
        }
    }
}

#[tokio::test]
async fn one_caller_with_another_context_gets_another_answer() {
    for form in Form::ALL {
        let world = world(form, &json!({})).await;
        let says = |level: &str| match form {
            Form::Simple => format!("says {}", json!({ "isAuthorized": true, "context": { "name": level } })),
            Form::Token | Form::RequestV1 | Form::RequestV2 => format!(
                "says {}",
                json!({ "principalId": "ada",
                "policyDocument": { "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] },
                "context": { "name": level } })
            ),
        };
        for status in ["MISS", "HIT"] {
            for level in ["1", "2"] {
                assert_eq!(seen(&world, &says(level)).await, (json!(level), json!(status)), "{form:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_caller_is_let_in_by_reaches_no_target_of_a_cached_route() {
    for form in Form::ALL {
        let cached = world(form, &json!({})).await;
        let event = cached.json(&who("GET /v1/a", "allow ada")).await;
        assert_eq!(event["headers"].get("x-who"), None, "{form:?}");
        // Shared, and forwarded: then the answer is this caller's own.
        let words = json!({ "cacheShared": true, "forwardUnkeyedHeaders": true });
        let shared = world(form, &words).await;
        for name in ["ada", "bob"] {
            let event = shared.json(&who("GET /v1/a", &format!("allow {name}"))).await;
            assert_eq!(event["headers"]["x-who"], format!("allow {name}"), "{form:?}");
        }
        // Shared without it: one answer, which names nobody.
        let shared = world(form, &json!({ "cacheShared": true })).await;
        let event = shared.json(&who("GET /v1/a", "allow ada")).await;
        assert_eq!(event["requestContext"].get("authorizer"), None);
        assert_eq!(shared.json(&who("GET /v1/a", "allow bob")).await, event, "{form:?}");
    }
}

#[tokio::test]
async fn an_answer_that_names_what_a_function_has_said_is_not_kept() {
    let mock = json!({ "integration": { "type": "MOCK", "body": "${context.authorizer.name}" } });
    for form in Form::ALL {
        let world = world(form, &mock).await;
        for name in ["ada", "bob", "ada"] {
            let answer = world.send(&who("GET /v1/a", &format!("allow {name}"))).await;
            assert!(answer.ends_with(&format!("\n\n\"{name}\"")), "{form:?} {answer}");
        }
    }
}

#[tokio::test]
async fn of_random_requests_none_is_answered_with_what_another_caller_got() {
    const NAMES: [&str; 4] = ["ada", "bob", "f1:fada", "ada ada"];
    let (mut random, seed) = Random::of_environment();
    let echo = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
    let cached = |words: Value| {
        let mut all = json!({ "cachingEnabled": true, "integration": echo });
        extend(&mut all, &words);
        all
    };
    let routes = [
        route("GET /a", &cached(json!({}))),
        route("GET /b/{id}", &cached(json!({ "cacheKeyParameters": ["method.request.path.id"] }))),
        route("GET /c", &cached(json!({ "forwardUnkeyedHeaders": true }))),
    ];
    for form in Form::ALL {
        let world = form.world(&json!({ "cacheScope": random.pick(&["ROUTE", "API"]) }), &routes).await;
        let another = world.another_instance().await;
        let mut hits = 0;
        for number in 0..500 {
            let instance = if random.one_in(4) { &another } else { &world };
            let name = random.pick(&NAMES);
            let path = random.pick(&["/a", "/b/1", "/b/2", "/c"]);
            let event = instance.json(&who(&format!("GET /v1{path}"), &format!("allow-all {name}"))).await;
            let told = &event["requestContext"]["authorizer"]["name"];
            assert_eq!(told, name, "SEED={seed}, {form:?} {number}: {path}");
            hits += usize::from(instance.last_line()["cacheStatus"] == "HIT");
        }
        assert!(hits > 300, "{form:?}: {hits}");
    }
}
