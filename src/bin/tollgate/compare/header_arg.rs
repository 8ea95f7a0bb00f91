//! Headers as they are typed: no message shows the value of one, for it may be a key.

use std::{convert::Infallible, fs, str::FromStr};

use anyhow::{Context, Result};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::notes::note;

/// `NAME: VALUE`, or `@FILE`. Whatever it is: clap would show a wrong one.
#[derive(Clone)]
pub struct HeaderArg(String);

impl FromStr for HeaderArg {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// The headers of an option, or why there are none.
pub enum HeaderOutcome {
    Read(HeaderMap),
    /// The operator was told.
    Refused,
}

/// Reads the headers of an option.
///
/// # Errors
///
/// A file cannot be read.
pub fn headers(given: &[HeaderArg], option: &str) -> Result<HeaderOutcome> {
    let mut headers = HeaderMap::new();
    for HeaderArg(text) in given {
        let lines = match text.strip_prefix('@') {
            Some(file) => fs::read_to_string(file).with_context(|| format!("reading {file}"))?,
            None => text.clone(),
        };
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let Some(Header { name, value }) = header(line) else {
                note(format_args!(
                    "tollgate: {option}: expected a name and a value, such as 'x-api-key: …', or @ and a file of them"
                ));
                return Ok(HeaderOutcome::Refused);
            };
            headers.append(name, value);
        }
    }
    Ok(HeaderOutcome::Read(headers))
}

struct Header {
    name: HeaderName,
    value: HeaderValue,
}

fn header(line: &str) -> Option<Header> {
    let (name, value) = line.split_once(':')?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some(Header { name: HeaderName::from_str(name.trim()).ok()?, value })
}
