//! The result as a page: one file without scripts and without anything from elsewhere.
//!
//! Answers are somebody else's text: every text goes through [`escaped`].

use std::fmt::{self, Write};

use tollgate::{
    api_comparison::{ComparedRoute, ComparisonReport, Difference, Exchange, SeenHeader, SeenSide},
    deployment::counted,
};

use crate::markup::{escaped, page_beginning};

/// The whole page.
pub fn page(report: &ComparisonReport) -> String {
    let mut page = String::new();
    write_page(&mut page, report).expect("a text can be written to");
    page
}

fn write_page(out: &mut String, report: &ComparisonReport) -> fmt::Result {
    let title = format!(
        "{}: {} equal, {} different, {} not answered",
        counted(report.requests(), "request"),
        report.equal(),
        report.different(),
        report.unanswered()
    );
    out.push_str(&page_beginning(&title));
    writeln!(out, "<p>left: {}<br>right: {}</p>", escaped(&report.left), escaped(&report.right))?;
    writeln!(out, "<table>\n<tr><th>Route<th>Requests<th>Different<th>Not answered</tr>")?;
    for ComparedRoute { route, requests, different, unanswered, .. } in &report.routes {
        let route = escaped(route);
        writeln!(out, "<tr><td>{route}<td>{requests}<td>{different}<td>{unanswered}</tr>")?;
    }
    writeln!(out, "</table>")?;
    for (reason, tally) in report.left_out.iter() {
        let (reason, first) = (escaped(&reason.to_string()), escaped(&tally.first));
        writeln!(out, "<p>{} left out: {reason} (first: {first})</p>", tally.count)?;
    }
    for route in report.routes.iter().filter(|route| !route.exchanges.is_empty()) {
        writeln!(out, "<h2>{}</h2>", escaped(&route.route))?;
        route.exchanges.iter().try_for_each(|exchange| write_exchange(out, exchange))?;
    }
    writeln!(out, "</body>\n</html>")
}

fn write_exchange(out: &mut String, exchange: &Exchange) -> fmt::Result {
    let whats: Vec<_> =
        exchange.differences.iter().map(|difference| difference.what.as_str()).take(5).collect();
    let request = escaped(&format!("{} {}", exchange.method, exchange.target));
    writeln!(out, "<details>\n<summary>{request} <i>{}</i></summary>", escaped(&whats.join(", ")))?;
    if !exchange.source.is_empty() {
        writeln!(out, "<p>{}</p>", escaped(&exchange.source))?;
    }
    if !exchange.request_headers.is_empty() {
        writeln!(out, "<pre>{}</pre>", escaped(&lines(&exchange.request_headers)))?;
    }
    writeln!(out, "<table>\n<tr><th>What<th>Left<th>Right</tr>")?;
    for Difference { what, left, right } in &exchange.differences {
        let [what, left, right] = [what, left, right].map(|text| escaped(text));
        writeln!(out, "<tr><td>{what}<td>{left}<td>{right}</tr>")?;
    }
    writeln!(out, "</table>")?;
    if exchange.more_differences > 0 {
        writeln!(out, "<p>and {}</p>", counted(exchange.more_differences, "more difference"))?;
    }
    writeln!(out, "<div class=\"sides\">")?;
    write_side(out, "Left", &exchange.left)?;
    write_side(out, "Right", &exchange.right)?;
    writeln!(out, "</div>\n</details>")
}

fn write_side(out: &mut String, name: &str, side: &SeenSide) -> fmt::Result {
    writeln!(out, "<div>\n<h3>{name}</h3>")?;
    match side {
        Ok(answer) => {
            let hidden = match answer.body.hidden() {
                0 => String::new(),
                hidden => format!("\n… and {}", counted(hidden, "byte")),
            };
            let head = format!("{}\n{}", answer.status, lines(&answer.headers));
            writeln!(out, "<pre>{}</pre>", escaped(&head))?;
            writeln!(out, "<pre>{}{hidden}</pre>", escaped(&answer.body.text))?;
        }
        Err(reason) => writeln!(out, "<p>{}</p>", escaped(&reason.to_string()))?,
    }
    writeln!(out, "</div>")
}

fn lines(headers: &[SeenHeader]) -> String {
    headers.iter().map(|SeenHeader { name, value }| format!("{name}: {value}\n")).collect()
}
