//! Where the tables are, as it is typed: names, a region, a URL.

/// Reads the name of a profile or a stack.
pub fn name(text: &str) -> Result<String, String> {
    match text.trim().is_empty() || text.chars().any(char::is_control) {
        true => Err("expected a name".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// Reads `eu-west-1`.
pub fn region(text: &str) -> Result<String, String> {
    let is_label = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match is_label && (1..=63).contains(&text.len()) {
        true => Ok(text.to_owned()),
        false => Err("expected a region such as eu-west-1".to_owned()),
    }
}

/// Reads what the names of the tables begin with.
pub fn table_prefix(text: &str) -> Result<String, String> {
    let is_allowed = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    match is_allowed && (1..=200).contains(&text.len()) {
        true => Ok(text.to_owned()),
        false => Err("expected 1 to 200 letters, digits and _ . -".to_owned()),
    }
}

/// Reads `http://127.0.0.1:8000`.
pub fn url(text: &str) -> Result<String, String> {
    let uri: Option<http::Uri> = text.parse().ok();
    match uri.is_some_and(|uri| uri.scheme().is_some() && uri.host().is_some()) {
        true => Ok(text.to_owned()),
        false => Err("expected a URL such as http://127.0.0.1:8000".to_owned()),
    }
}
