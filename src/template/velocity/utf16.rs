//! Texts as Java counts them: in units of UTF-16. Texts of ASCII are counted in bytes, which is the same.

/// The units of a text.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The part from one unit up to another; `None` if the text has no such part. Half a surrogate pair is `\u{FFFD}`.
pub(super) fn part(text: &str, from: usize, to: usize) -> Option<String> {
    if from > to {
        return None;
    }
    if text.is_ascii() {
        return text.get(from..to).map(str::to_owned);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units.get(from..to).map(String::from_utf16_lossy)
}

/// The unit at which `searched` stands first, at or behind `from`.
pub(super) fn find(text: &str, searched: &str, from: usize) -> Option<usize> {
    let start = byte_at(text, from)?;
    let found = text[start..].find(searched)?;
    Some(length(&text[..start + found]))
}

/// The unit at which `searched` stands last.
pub(super) fn find_last(text: &str, searched: &str) -> Option<usize> {
    text.rfind(searched).map(|found| length(&text[..found]))
}

/// The byte at which a unit stands; that of the next character for half a surrogate pair.
fn byte_at(text: &str, unit: usize) -> Option<usize> {
    if text.is_ascii() {
        return (unit <= text.len()).then_some(unit);
    }
    let mut units = 0;
    for (byte, char) in text.char_indices() {
        if units >= unit {
            return Some(byte);
        }
        units += char.len_utf16();
    }
    (units >= unit).then_some(text.len())
}
