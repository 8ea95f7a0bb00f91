//! `format` of draft 4: what a text is written as.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    DateTime,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Uri,
}

impl Format {
    pub const ALL: [(&str, Self); 6] = [
        ("date-time", Self::DateTime),
        ("email", Self::Email),
        ("hostname", Self::Hostname),
        ("ipv4", Self::Ipv4),
        ("ipv6", Self::Ipv6),
        ("uri", Self::Uri),
    ];

    /// `None`: it is not checked.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// What is said of a text that is written otherwise: the words of `json-schema-validator` 2.2, API Gateway's library.
    pub fn mismatch(self) -> &'static str {
        match self {
            Self::DateTime => {
                "is invalid against requested date format(s) \
                 [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
            }
            Self::Email => "is not a valid email address",
            Self::Hostname => "is not a valid hostname",
            Self::Ipv4 => "is not a valid IPv4 address",
            Self::Ipv6 => "is not a valid IPv6 address",
            Self::Uri => "is not a valid URI",
        }
    }

    pub fn is_match(self, text: &str) -> bool {
        match self {
            Self::DateTime => is_date_time(text).is_some(),
            Self::Email => is_email(text),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Uri => is_uri(text),
        }
    }
}

/// RFC 3339 §5.6; a leap second is one at midnight of UTC.
fn is_date_time(text: &str) -> Option<()> {
    let (date, time) = (text.get(..10)?, text.get(10..)?);
    let time = time.strip_prefix(['T', 't'])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time.get(..8)?, ':', [2, 2, 2])?;
    let rest = time.get(8..)?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => rest,
    };
    let has_fraction = !rest.starts_with('.') || offset.len() + 1 < rest.len();
    let ahead = match offset.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), offset) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            let ahead = Some(hours * 60 + minutes).filter(|_| hours < 24 && minutes < 60)?;
            if sign == "-" { 1_440 - ahead } else { ahead }
        }
        _ => return None,
    };
    let in_utc = (hour * 60 + minute + 1_440 - ahead % 1_440) % 1_440;
    let is_second = second < 60 || (second == 60 && in_utc == 23 * 60 + 59);
    let is_day = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    (has_fraction && is_day && hour < 24 && minute < 60 && is_second).then_some(())
}

/// Numbers of so many digits with a sign between them, and nothing else.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))?;
    }
    parts.next().is_none().then_some(numbers)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A text, `@` and a text, both without spaces; before it no empty part between dots.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let has_space = text.contains(|char: char| char.is_whitespace() || char.is_control());
    !has_space && local.split('.').all(|part| !part.is_empty()) && !domain.is_empty()
}

/// RFC 1123: labels of letters, digits and hyphens.
fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// A scheme, and characters that URIs have (RFC 3986).
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    is_scheme && rest.bytes().all(is_known)
}
