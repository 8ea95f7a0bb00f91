//! The text of single elements in answers of XML: ids, and the codes of errors. Nothing else of a document is looked at.

/// The text of the first element of this name that has text only; of one with others in it, what begins there.
pub fn first_text(document: &[u8], name: &str) -> Option<String> {
    all_texts(document, name).next()
}

/// The texts of all elements of this name, one after the other.
pub fn all_texts(document: &[u8], name: &str) -> impl Iterator<Item = String> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = std::str::from_utf8(document).unwrap_or_default();
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&begin)?;
        let (text, after) = after.split_once(&end)?;
        rest = after;
        Some(unescaped(text.trim()))
    })
}

/// The text with the five named characters and those that are told by number; others stay as they are.
pub fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{all_texts, first_text};

    #[test]
    fn the_first_text_of_a_name_is_found() {
        let document = b"<A xmlns='u'><Error><Code> a&amp;&#x62;&nbsp; </Code><Code>2</Code></Error><E/></A>";
        assert_eq!(first_text(document, "Code").as_deref(), Some("a&b&nbsp;"));
        for (document, name) in
            [(&b"<Code>a"[..], "Code"), (b"", "Code"), (b"{}", "Code"), (b"\xff<Code>a</Code>", "Code")]
        {
            assert_eq!(first_text(document, name), None);
        }
    }

    #[test]
    fn all_texts_of_a_name_are_found() {
        let document = b"<A><Id>1</Id><B><Id> a&lt; </Id></B><Id/><Idle>x</Idle><Id>2</Id><Id>";
        assert_eq!(all_texts(document, "Id").collect::<Vec<_>>(), ["1", "a<", "2"]);
    }
}
