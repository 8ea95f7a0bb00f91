//! Values and places in the words for clients and operators, short whatever they are.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde::Serialize;

use super::{
    check::Step,
    keyword::{Type, Types},
};

const MOST_CHARS: usize = 200;
const MOST_POINTER_CHARS: usize = 1_000;

/// A value as JSON, cut after 200 characters.
pub fn shown(value: &impl Serialize) -> String {
    let mut start = Start(Vec::new());
    // It ends with an error where it is cut.
    let is_whole = serde_json::to_writer(&mut start, value).is_ok();
    let text = String::from_utf8_lossy(&start.0);
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if is_whole => text.into_owned(),
        None => format!("{text}…"),
    }
}

/// `["a","b"]`
pub fn names(names: &[&str]) -> String {
    shown(&names)
}

/// The types that a schema allows, as API Gateway names them: what allows numbers allows integers.
pub fn type_names(types: &Types) -> String {
    let mut allowed = types.allowed.clone();
    if allowed.contains(&Type::Number) {
        allowed.insert(Type::Integer);
    }
    names(&allowed.into_iter().map(Type::name).collect::<Vec<_>>())
}

/// The JSON pointer of a place (RFC 6901), cut after 1,000 characters.
pub fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in path {
        let _ = match step {
            Step::Name(name) => {
                let start: String = name.chars().take(MOST_POINTER_CHARS).collect();
                write!(pointer, "/{}", start.replace('~', "~0").replace('/', "~1"))
            }
            Step::Index(index) => write!(pointer, "/{index}"),
        };
        if let Some((end, _)) = pointer.char_indices().nth(MOST_POINTER_CHARS) {
            return format!("{}…", &pointer[..end]);
        }
    }
    pointer
}

/// Takes bytes until it has enough.
struct Start(Vec<u8>);

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (4 * MOST_CHARS + 4).saturating_sub(self.0.len());
        if room == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
