//! Words of API Gateway's that mean nothing where they stand, and what to write instead.

/// Names in any case: CloudFormation begins them with a large letter.
#[rustfmt::skip]
const WORDS: [(&str, &str); 21] = [
    ("methodSettings",         "nothing of this name: cachingEnabled, cacheTtlInSeconds and throttle stand in each route item"),
    ("cacheClusterEnabled",    "nothing of this name: there is no cluster; a route item with cachingEnabled is enough"),
    ("cacheClusterSize",       "nothing of this name: the cache's table grows as it must, and CACHE_MEMORY_BYTES bounds an instance's memory"),
    ("cacheNamespace",         "nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item"),
    ("cacheDataEncrypted",     ENCRYPTED),
    ("dataEncrypted",          ENCRYPTED),
    ("cachingEnabled",         OF_A_ROUTE),
    ("cacheTtlInSeconds",      "nothing of this name here: it stands in a route item, or in the stage's for all that say none"),
    ("cacheKeyParameters",     "nothing of this name here, where it guards nothing: it stands in the route item, beside integration"),
    ("requireAuthorizationForCacheControl",    OF_A_ROUTE),
    ("unauthorizedCacheControlHeaderStrategy", OF_A_ROUTE),
    ("policy",                 "nothing of this name here, where it guards nothing: it stands in the $api item, for all routes"),
    ("disabled",               "nothing of this name: enabled: false switches it off"),
    ("revoked",                "nothing of this name: enabled: false switches it off"),
    ("expiry",                 "nothing of this name: a key ends at its expiresAt, in seconds since 1970"),
    ("requireApiKey",          "nothing of this name: a route asks for a key with apiKeyRequired: true"),
    ("integrationResponses",   "nothing of this name: an integration's responses are responses, a map by selection pattern or a list"),
    ("integrationHttpMethod",  "nothing of this name: the method of an integration's call is httpMethod"),
    ("connectionType",         CONNECTION),
    ("connectionId",           CONNECTION),
    ("throttling",             "nothing of this name: a limit is throttle: {rateLimit, burstLimit}"),
];

const ENCRYPTED: &str = "nothing of this name: DynamoDB always encrypts the cache's table";
const CONNECTION: &str = "nothing of this name: there are no VPC links; allowPrivateIntegrations of the $api item lists the private addresses that a URL may have";
const OF_A_ROUTE: &str = "nothing of this name here: it stands in each route item";

/// The text for a problem with `name`, if that is such a word. One that is known here is only misspelt.
pub(super) fn instead_of(name: &str, known: &[&str]) -> Option<&'static str> {
    let is_it = |word: &str| word.eq_ignore_ascii_case(name);
    let (_, instead) = WORDS.iter().find(|(word, _)| is_it(word))?;
    (!known.iter().any(|word| is_it(word))).then_some(instead)
}
