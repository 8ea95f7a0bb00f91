//! `statusCode` of what a `MOCK`'s request template gave: JSON, or what API Gateway takes for it, `{statusCode: 200}`.

/// The value of the member `statusCode` of an object, whose names and texts may be in double quotes, single ones or none;
/// `None`: it is no such object, or the value no whole number.
pub fn lax_status(text: &str) -> Option<u16> {
    let mut reader = LaxReader { rest: text };
    reader.takes('{').then_some(())?;
    let mut status = None;
    loop {
        if reader.takes('}') {
            break;
        }
        let name = reader.word()?;
        reader.takes(':').then_some(())?;
        let value = reader.value(0)?;
        if name == "statusCode" {
            status = value.parse().ok();
        }
        if !reader.takes(',') {
            reader.takes('}').then_some(())?;
            break;
        }
    }
    reader.rest.trim().is_empty().then_some(status)?
}

/// Lists and maps inside one another.
const MOST_DEPTH: usize = 50;

struct LaxReader<'a> {
    rest: &'a str,
}

impl<'a> LaxReader<'a> {
    /// Goes on behind a sign, if it is what comes next.
    fn takes(&mut self, sign: char) -> bool {
        let behind = self.rest.trim_start().strip_prefix(sign);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// A name or a text, in quotes or without.
    fn word(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let quote = self.rest.chars().next().filter(|sign| ['"', '\''].contains(sign));
        let Some(quote) = quote else {
            let end = self.rest.find([',', ':', '}', ']', '{', '[']).unwrap_or(self.rest.len());
            let word = self.rest[..end].trim_end();
            self.rest = &self.rest[end..];
            return (!word.is_empty()).then_some(word);
        };
        let inner = &self.rest[1..];
        let mut is_escaped = false;
        let end = inner.find(|sign| {
            let is_end = sign == quote && !is_escaped;
            is_escaped = sign == '\\' && !is_escaped;
            is_end
        })?;
        self.rest = &inner[end + 1..];
        Some(&inner[..end])
    }

    /// A value; of a list or a map nothing is told.
    fn value(&mut self, depth: usize) -> Option<&'a str> {
        if depth > MOST_DEPTH {
            return None;
        }
        if self.takes('[') {
            while !self.takes(']') {
                self.value(depth + 1)?;
                self.takes(',');
            }
            return Some("");
        }
        if self.takes('{') {
            while !self.takes('}') {
                self.word()?;
                self.takes(':').then_some(())?;
                self.value(depth + 1)?;
                self.takes(',');
            }
            return Some("");
        }
        self.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_from_json_and_from_what_is_nearly_json() {
        let nested = format!("{{a: {}1{}, statusCode: 200}}", "[".repeat(10_000), "]".repeat(10_000));
        let cases = [
            (r#"{"statusCode": 200}"#, Some(200)),
            ("{statusCode: 200}", Some(200)),
            ("{statusCode:200}", Some(200)),
            (" {\n  'statusCode' : 404,\n}\n", Some(404)),
            (r#"{"statusCode": "201"}"#, Some(201)),
            (r#"{"message": "a, \"b\": }", "statusCode": 204}"#, Some(204)),
            (r#"{"a": [1, {"statusCode": 500}], "statusCode": 302, b: {c: []}}"#, Some(302)),
            (r#"{"statusCode": 200, "statusCode": 201}"#, Some(201)),
            ("{statusCode: ok}", None),
            ("{statusCode: 200.5}", None),
            ("{statusCode: null}", None),
            ("{statusCode: -1}", None),
            ("{statusCode: 99999}", None),
            ("{}", None),
            ("", None),
            ("200", None),
            ("[200]", None),
            ("{statusCode: 200", None),
            ("{statusCode: 200} more", None),
            ("{statusCode}", None),
            (r#"{"statusCode: 200}"#, None),
            (&nested, None),
        ];
        for (text, expected) in cases {
            assert_eq!(lax_status(text), expected, "{:.80}", text);
        }
    }
}
