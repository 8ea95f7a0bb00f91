//! Which lines are wanted. What CloudWatch can tell by its own patterns, it is told: fewer lines are sent.

use std::{fmt, str::FromStr};

use super::AccessLine;

/// The wanted lines; nothing said: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    pub stage: Option<String>,
    /// A route's key, or its path: then any method.
    pub route: Option<String>,
    pub status: Option<StatusFilter>,
    /// The id of an API key.
    pub key_id: Option<String>,
}

/// `404`, `5xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusFilter {
    first: u16,
    last: u16,
}

impl FromStr for StatusFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected a status such as 404, or 5xx".to_owned();
        let number = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse::<u16>().map_err(|_| expected()),
            false => Err(expected()),
        };
        match text.to_ascii_lowercase().strip_suffix("xx") {
            Some(class @ ("1" | "2" | "3" | "4" | "5")) => {
                let first = number(class)? * 100;
                Ok(Self { first, last: first + 99 })
            }
            Some(_) => Err(expected()),
            None => {
                let status = number(text)?;
                match (100..=599).contains(&status) {
                    true => Ok(Self { first: status, last: status }),
                    false => Err(expected()),
                }
            }
        }
    }
}

impl LineFilter {
    /// Says if a line is wanted.
    pub fn takes(&self, line: &AccessLine) -> bool {
        let is = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| line.text(name) == wanted)
        };
        let is_route = self.route.as_deref().is_none_or(|wanted| {
            let key = line.text("routeKey");
            key == wanted || key.split_once(' ').is_some_and(|(_, path)| path == wanted)
        });
        let is_status =
            self.status.is_none_or(|StatusFilter { first, last }| (first..=last).contains(&line.status));
        is(&self.stage, "stage") && is(&self.key_id, "apiKeyId") && is_route && is_status
    }
}

/// As a pattern of CloudWatch Logs. It lets more lines pass than are wanted where a value could not be told.
impl fmt::Display for LineFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ ($.responseLatency = *)")?;
        let route_key = self.route.as_ref().filter(|route| route.contains(' '));
        for (name, value) in
            [("stage", &self.stage), ("apiKeyId", &self.key_id), ("routeKey", &route_key.cloned())]
        {
            // In a pattern, `*` stands for anything.
            if let Some(value) = value.as_ref().filter(|value| !value.contains(['"', '\\', '*'])) {
                write!(f, " && ($.{name} = \"{value}\")")?;
            }
        }
        if let Some(StatusFilter { first, last }) = self.status {
            write!(f, " && ($.status >= {first}) && ($.status <= {last})")?;
        }
        write!(f, " }}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch_logs::LogEvent;

    fn line(message: &str) -> AccessLine {
        AccessLine::of(&LogEvent { message: message.to_owned(), ..LogEvent::default() }).unwrap()
    }

    #[test]
    fn a_line_is_taken_by_all_that_is_said() {
        let line = line(
            r#"{"stage":"v1","routeKey":"GET /orders/{id}","status":404,"responseLatency":3,"apiKeyId":"k1"}"#,
        );
        let filter = |stage: &str, route: &str, status: &str, key: &str| {
            let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let status = said(status).map(|status| status.parse().unwrap());
            LineFilter { stage: said(stage), route: said(route), status, key_id: said(key) }
        };
        let table = [
            (filter("", "", "", ""), true, "{ ($.responseLatency = *) }"),
            (
                filter("v1", "GET /orders/{id}", "404", "k1"),
                true,
                r#"{ ($.responseLatency = *) && ($.stage = "v1") && ($.apiKeyId = "k1") && ($.routeKey = "GET /orders/{id}") && ($.status >= 404) && ($.status <= 404) }"#,
            ),
            (
                filter("", "/orders/{id}", "4xx", ""),
                true,
                "{ ($.responseLatency = *) && ($.status >= 400) && ($.status <= 499) }",
            ),
            (filter("v2", "", "", ""), false, r#"{ ($.responseLatency = *) && ($.stage = "v2") }"#),
            (
                filter("", "POST /orders/{id}", "", ""),
                false,
                r#"{ ($.responseLatency = *) && ($.routeKey = "POST /orders/{id}") }"#,
            ),
            (
                filter("", "", "5XX", ""),
                false,
                "{ ($.responseLatency = *) && ($.status >= 500) && ($.status <= 599) }",
            ),
            (filter("", "", "", "k*"), false, "{ ($.responseLatency = *) }"),
        ];
        for (filter, expected, pattern) in table {
            assert_eq!((filter.takes(&line), filter.to_string().as_str()), (expected, pattern), "{filter:?}");
        }
    }

    #[test]
    fn a_status_is_a_number_or_a_class() {
        for text in ["", "xx", "6xx", "x", "40", "4040", "600", "+404", "4x4", "99999"] {
            assert!(text.parse::<StatusFilter>().is_err(), "{text}");
        }
    }
}
