//! Keys of REST APIs' parameter mapping, and what an `HTTP_PROXY` has instead.

/// The words for a key that is none here; `None`: it is none of REST APIs' either.
pub fn instead_of(key: &str) -> Option<String> {
    let place = key.strip_prefix("integration.request.")?;
    match place.split_once('.')? {
        ("path", name) => {
            Some(format!("no such key: {{{name}}} in the uri is the route's own parameter of this name"))
        }
        ("header" | "querystring", _) => {
            Some(format!("overwrite:{place}, with a value such as $request.{place}"))
        }
        _ => None,
    }
}
