//! Text for pages and for XML.

use crate::text_table::is_obeyed;

/// The content security policy of a page: should an escape be missing, the browser still runs and loads nothing.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The style of all pages.
const PAGE_STYLE: &str = include_str!("page.css");

/// A page to the end of its first heading, which is its title.
pub fn page_beginning(title: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{PAGE_POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>\n{PAGE_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )
}

/// Text in an element or in an attribute. What would be obeyed or hidden, and what XML cannot hold, is shown as Rust has it.
pub fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '\n' | '\t' => c.to_string(),
        '\u{fffe}'..='\u{ffff}' => c.escape_default().to_string(),
        c if is_obeyed(c) => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup_or_what_xml_cannot_hold() {
        assert_eq!(
            escaped("</pre><script>alert(\"1\" + '2')</script>&\u{202e}\u{1b}\u{ffff}\n"),
            "&lt;/pre&gt;&lt;script&gt;alert(&quot;1&quot; + &#39;2&#39;)&lt;/script&gt;&amp;\\u{202e}\\u{1b}\\u{ffff}\n"
        );
    }
}
