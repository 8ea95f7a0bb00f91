//! Columns of text.

use std::io::{self, Write};

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Writes rows under their heads, two spaces apart; no spaces at the ends of lines.
///
/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, heads: &[(&str, Align)], rows: &[Vec<String>]) -> io::Result<()> {
    let head = heads.iter().map(|(head, _)| (*head).to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head)
        .chain(rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()))
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).zip(heads).map(|((cell, width), (_, align))| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Without what a terminal would obey: an item may hold anything.
pub fn printable(text: &str) -> String {
    let escaped = |character: char| match character {
        _ if character.is_control() => character.escape_default().to_string(),
        _ => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let heads = [("A", Align::Left), ("COUNT", Align::Right), ("B", Align::Left)];
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let mut out = Vec::new();
        write(&mut out, &heads, &[row(["ä", "1", "x"]), row(["long\u{1b}[31m", "123456", ""])]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "A                COUNT  B\nä                    1  x\nlong\\u{1b}[31m  123456\n"
        );
    }
}
