//! Lambda functions as authorizers, in each of their forms: who gets in, how often the function is called, and what is
//! seen of its answer where.

mod answers;
mod api_keys;
mod cached_answers;
mod hostile;
mod items;
mod kept_answers;
mod policies;
mod seen_facts;

use serde_json::{Value, json};

use super::route;
use crate::harness::TestGateway;

/// A form of events and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Token,
    RequestV1,
    RequestV2,
    Simple,
}

impl Form {
    pub const ALL: [Self; 4] = [Self::Token, Self::RequestV1, Self::RequestV2, Self::Simple];

    /// An authorizer whose identity source is the header `x-who`.
    pub fn authorizer(self, words: &Value) -> Value {
        let mut authorizer = match self {
            Self::Token => json!({ "type": "TOKEN", "authorizerUri": "policies",
                "identitySource": "method.request.header.x-who" }),
            Self::RequestV1 => json!({ "type": "REQUEST", "authorizerUri": "policies",
                "authorizerPayloadFormatVersion": "1.0", "identitySource": "method.request.header.x-who" }),
            Self::RequestV2 => json!({ "type": "REQUEST", "authorizerUri": "policies",
                "identitySource": ["$request.header.x-who"] }),
            Self::Simple => {
                json!({ "type": "REQUEST", "authorizerUri": "simple", "enableSimpleResponses": true,
                "identitySource": ["$request.header.x-who"] })
            }
        };
        extend(&mut authorizer, words);
        authorizer
    }

    /// Stage `v1` whose routes ask this authorizer, with these further words.
    pub async fn world(self, words: &Value, routes: &[Value]) -> TestGateway {
        self.world_of(words, &json!({}), routes).await
    }

    /// The same with further words of `$api`.
    pub async fn world_of(self, words: &Value, api: &Value, routes: &[Value]) -> TestGateway {
        let world = TestGateway::new();
        let mut item = json!({ "routeKey": "$api", "authorizerId": "f", "authorizers": { "f": self.authorizer(words) } });
        extend(&mut item, api);
        world.put_route(&item);
        routes.iter().for_each(|route| world.put_route(route));
        world.go_live().await;
        world
    }

    fn is_rest(self) -> bool {
        self != Self::Simple
    }
}

fn extend(item: &mut Value, words: &Value) {
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
}

/// A request of whom the function knows what to say.
fn who(request: &str, word: &str) -> String {
    format!("{request}\nx-who: {word}")
}

/// A whole refusal.
fn refusal(status: u16, error_type: &str, body: &str) -> String {
    format!("{status}\ncontent-type: application/json\nx-amzn-errortype: {error_type}\n\n{body}")
}

/// The number of the function's calls since this was last asked.
fn calls(world: &TestGateway) -> usize {
    world.calls().iter().filter(|name| ["policies", "simple"].contains(&name.as_str())).count()
}
