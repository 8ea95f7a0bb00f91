//! Tables as text: aligned columns under their heads.

use std::io::{self, Write};

/// A column: its head, and the side that its cells are aligned to.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    head: &'static str,
    align: Align,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

impl Column {
    pub const fn left(head: &'static str) -> Self {
        Self { head, align: Align::Left }
    }

    pub const fn right(head: &'static str) -> Self {
        Self { head, align: Align::Right }
    }
}

/// Writes rows under their heads, two spaces apart; no spaces at the ends of lines.
///
/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>]) -> io::Result<()> {
    let heads = columns.iter().map(|column| column.head.to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(heads)
        .chain(rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()))
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).zip(columns).map(|((cell, width), column)| match column.align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Escapes the characters that a terminal would obey, those that turn the direction of text and line ends: an item, a
/// token and an issuer's answer may hold any.
pub fn printable(text: &str) -> String {
    let escaped = |character: char| match is_obeyed(character) {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// True of a character that a terminal would obey, that turns the direction of text, or that ends a line.
pub fn is_obeyed(character: char) -> bool {
    let turns_or_ends = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns_or_ends || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let cases = [
            ("\u{1b}[2J\u{9b}31m\u{7f}", r"\u{1b}[2J\u{9b}31m\u{7f}"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{202e}nimda\u{2066}\u{2028}", r"\u{202e}nimda\u{2066}\u{2028}"),
            ("Käse 日本 …", "Käse 日本 …"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected);
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let columns = [Column::left("A"), Column::right("COUNT"), Column::left("B")];
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let mut out = Vec::new();
        write(&mut out, &columns, &[row(["ä", "1", "x"]), row(["long\u{1b}[31m", "123456", ""])]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "A                COUNT  B\nä                    1  x\nlong\\u{1b}[31m  123456\n"
        );
    }
}
