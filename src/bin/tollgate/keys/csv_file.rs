//! API Gateway's file of API keys: `Name,Key[,Description,Enabled,UsagePlanIds]` with a header, in any case and
//! order; other columns are passed over. In the files that `tollgate import` writes, `KeyHash` stands for `Key`, and `Id` is
//! that of the key.
//!
//! The problem of a bad line never holds anything from it: it may be the key.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use tollgate::authorizers::{KeyHash, KeyValue};

/// A key of the file.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Counted from 1, the header included.
    pub line: u64,
    pub hash: KeyHash,
    /// `None`: it gets one.
    pub id: Option<String>,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub usage_plan_id: Option<String>,
}

/// A line that is no key.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    pub line: u64,
    pub problem: String,
}

/// The keys of a file, and its bad lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeyFile {
    pub rows: Vec<KeyRow>,
    pub bad: Vec<BadLine>,
}

/// The positions of the columns.
struct Columns {
    name: usize,
    key: KeyColumn,
    description: Option<usize>,
    enabled: Option<usize>,
    usage_plan_ids: Option<usize>,
    id: Option<usize>,
    count: usize,
}

/// Reads a file. A `plan` is that of every key, whatever the file says.
pub fn read(bytes: &[u8], plan: Option<&str>) -> KeyFile {
    // Spreadsheets begin a file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes);
    let mut records = reader
        .byte_records()
        .map(|record| record.expect("memory can be read, and a record may have any number of fields"));
    let columns = match Columns::find(&records.next().unwrap_or_default()) {
        Ok(columns) => columns,
        Err(problem) => return KeyFile { bad: vec![BadLine { line: 1, problem }], rows: Vec::new() },
    };
    let mut file = KeyFile::default();
    let mut lines_by_hash = HashMap::new();
    let mut lines = LineCounter { bytes, seen: 0, line: 1 };
    for record in records {
        let line = lines.of(&record);
        let row =
            columns.row(&record, line, plan).and_then(|row| match lines_by_hash.insert(row.hash, line) {
                Some(earlier) => Err(format!("the same key as in line {earlier}")),
                None => Ok(row),
            });
        match row {
            Ok(row) => file.rows.push(row),
            Err(problem) => file.bad.push(BadLine { line, problem }),
        }
    }
    file
}

/// Counts lines. A record's own count is that of where the one before it ended, which may be before blank lines
/// or between the two bytes of a line end.
struct LineCounter<'a> {
    bytes: &'a [u8],
    seen: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line that a record begins in; records come in their order.
    fn of(&mut self, record: &ByteRecord) -> u64 {
        let offset = record.position().and_then(|position| usize::try_from(position.byte()).ok());
        let rest = self.bytes.get(offset.unwrap_or_default()..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = self.bytes.len() - rest.len() + blank;
        let ends = self.bytes[self.seen..start].iter().filter(|byte| **byte == b'\n').count();
        self.seen = start;
        self.line += ends as u64;
        self.line
    }
}

/// What a file has of its keys.
#[derive(Clone, Copy)]
enum KeyColumn {
    Value(usize),
    Hash(usize),
}

impl KeyColumn {
    fn hash(self, record: &ByteRecord) -> Result<KeyHash, String> {
        let (Self::Value(column) | Self::Hash(column)) = self;
        let key = record.get(column).filter(|key| !key.is_empty()).ok_or("no key")?;
        match self {
            Self::Value(_) => KeyValue::parse(key)
                .map(|value| value.hash())
                .map_err(|error| format!("malformed key: {error}")),
            Self::Hash(_) => std::str::from_utf8(key)
                .ok()
                .and_then(KeyHash::parse)
                .ok_or_else(|| "malformed hash: expected 64 lower-case hex digits".to_owned()),
        }
    }
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Self, String> {
        let find = |name: &str| {
            let mut places =
                header.iter().enumerate().filter(|(_, head)| head.eq_ignore_ascii_case(name.as_bytes()));
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(format!("the header has the column {name} twice")),
                (first, _) => Ok(first.map(|(index, _)| index)),
            }
        };
        let missing = |name| format!("the header has no column {name}; it begins like Name,Key");
        let key = match (find("Key")?, find("KeyHash")?) {
            (Some(_), Some(_)) => return Err("the header has both Key and KeyHash".to_owned()),
            (Some(column), None) => Some(KeyColumn::Value(column)),
            (None, hash) => hash.map(KeyColumn::Hash),
        };
        Ok(Self {
            name: find("Name")?.ok_or_else(|| missing("Name"))?,
            key: key.ok_or_else(|| missing("Key"))?,
            description: find("Description")?,
            enabled: find("Enabled")?,
            usage_plan_ids: find("UsagePlanIds")?,
            id: match key {
                Some(KeyColumn::Hash(_)) => find("Id")?,
                Some(KeyColumn::Value(_)) | None => None,
            },
            count: header.len(),
        })
    }

    fn row(&self, record: &ByteRecord, line: u64, plan: Option<&str>) -> Result<KeyRow, String> {
        if record.len() > self.count {
            return Err(format!("{} columns, the header has {}", record.len(), self.count));
        }
        let hash = self.key.hash(record)?;
        let text = |column: Option<usize>, name: &str| {
            let bytes = column.and_then(|column| record.get(column)).unwrap_or_default();
            std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))
        };
        let name = super::key_args::name(text(Some(self.name), "Name")?)?;
        let enabled = match text(self.enabled, "Enabled")? {
            "" => true,
            word if word.eq_ignore_ascii_case("true") => true,
            word if word.eq_ignore_ascii_case("false") => false,
            _ => return Err("Enabled is neither true nor false".to_owned()),
        };
        let usage_plan_id = match plan {
            Some(plan) => Some(plan.to_owned()),
            None => only_plan(text(self.usage_plan_ids, "UsagePlanIds")?)?,
        };
        let description = text(self.description, "Description")?.to_owned();
        let id = match text(self.id, "Id")? {
            "" => None,
            id => Some(super::key_args::id(id)?),
        };
        Ok(KeyRow { line, hash, id, name, description, enabled, usage_plan_id })
    }
}

fn only_plan(ids: &str) -> Result<Option<String>, String> {
    let unquoted = ids.strip_prefix('\'').and_then(|ids| ids.strip_suffix('\'')).unwrap_or(ids);
    let mut ids = unquoted.split(',').map(str::trim).filter(|id| !id.is_empty());
    match (ids.next(), ids.next()) {
        (_, Some(_)) => Err("more than one usage plan: a key has one; see --plan".to_owned()),
        (first, None) => Ok(first.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "apikey1234abcdefghij0123456789";
    const B: &str = "apikey1234abcdefghij012345678B";

    fn row(line: u64, value: &str) -> KeyRow {
        let hash = KeyValue::parse(value.as_bytes()).expect("a key").hash();
        let (name, description) = (String::new(), String::new());
        KeyRow { line, hash, id: None, name, description, enabled: true, usage_plan_id: None }
    }

    #[test]
    fn reads_the_examples_of_api_gateway() {
        let text = str::to_owned;
        let named = |row| KeyRow { name: text("MyFirstApiKey"), ..row };
        let described = KeyRow {
            description: text("An imported key"),
            usage_plan_id: Some(text("c7y23b")),
            ..named(row(2, A))
        };
        let cases = [
            (format!("Key,name\n{A},MyFirstApiKey"), None, vec![named(row(2, A))]),
            (
                format!(
                    "Name,key,description,Enabled,usageplanIds\nMyFirstApiKey,{A},An imported key,TRUE,c7y23b\n"
                ),
                None,
                vec![described],
            ),
            (
                format!("Enabled,Name,key,UsageplanIds\ntrue,MyFirstApiKey,{A},\"c7y23b,glvrsr\"\n"),
                Some("gold"),
                vec![KeyRow { usage_plan_id: Some(text("gold")), ..named(row(2, A)) }],
            ),
            // What spreadsheets write: a mark, other line ends, blank lines, quoted lines, columns left empty.
            (
                format!(
                    "\u{feff}NAME , Key,Colour,enabled,UsagePlanIds\r\n\r\n\"a\r\nb\",{A},red,,\r\n, {B} ,,False,'gold'\r\n"
                ),
                None,
                vec![
                    KeyRow { name: text("a\r\nb"), ..row(3, A) },
                    KeyRow { enabled: false, usage_plan_id: Some(text("gold")), ..row(5, B) },
                ],
            ),
            (format!("Name,Key,Enabled\n,{A}\n"), None, vec![row(2, A)]),
            (format!("Name,KeyHash\n,{}\n", row(2, A).hash), None, vec![row(2, A)]),
            ("Name,Key\n".to_owned(), None, vec![]),
        ];
        for (file, plan, rows) in cases {
            assert_eq!(read(file.as_bytes(), plan), KeyFile { rows, bad: vec![] }, "{file}");
        }
    }

    #[test]
    fn says_of_every_bad_line_what_is_wrong_and_never_what_is_in_it() {
        let long = "n".repeat(1025);
        let file = format!(
            "Name,Key,Enabled,UsagePlanIds\nshort,hush,,\nnone,\n{A},swapped,,\nmaybe,{B},maybe,\n\
             two,{B},,\"a,b\"\nsplit,{B},,'a,b'\n{long},{B},,\nok,{A},,\nagain,{A},,\nours,{},,\n",
            format_args!("tg_{}_000000", "a".repeat(40))
        );
        let file = [file.as_bytes(), b"\xff,", B.as_bytes(), b",,\n"].concat();
        let KeyFile { rows, bad } = read(&file, None);
        assert_eq!(rows, [KeyRow { name: "ok".to_owned(), ..row(9, A) }]);
        let bad: Vec<_> = bad.iter().map(|bad| format!("{}: {}", bad.line, bad.problem)).collect();
        assert_eq!(
            bad,
            [
                "2: malformed key: shorter than 20 characters",
                "3: no key",
                "4: malformed key: shorter than 20 characters",
                "5: Enabled is neither true nor false",
                "6: more than one usage plan: a key has one; see --plan",
                "7: 5 columns, the header has 4",
                "8: a name has at most 1024 characters",
                "10: the same key as in line 9",
                "11: malformed key: the checksum is wrong",
                "12: Name is not UTF-8",
            ]
        );
    }

    #[test]
    fn a_file_without_the_columns_is_one_bad_line() {
        let cases = [
            ("", "the header has no column Name; it begins like Name,Key"),
            ("Name;Key\n", "the header has no column Name; it begins like Name,Key"),
            ("name,value\n", "the header has no column Key; it begins like Name,Key"),
            ("name,key,Name\n", "the header has the column Name twice"),
            ("Name,Key,KeyHash\n", "the header has both Key and KeyHash"),
            ("Name,KeyHash\na,hush\n", "malformed hash: expected 64 lower-case hex digits"),
        ];
        for (file, problem) in cases {
            let line = if problem.starts_with("malformed") { 2 } else { 1 };
            let bad = vec![BadLine { line, problem: problem.to_owned() }];
            assert_eq!(read(file.as_bytes(), None), KeyFile { rows: vec![], bad }, "{file}");
        }
    }
}
