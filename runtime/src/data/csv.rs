//! Text with separated values (RFC 4180) as a table.

use std::path::Path;

use crate::data::Table;
use crate::error::Error;

/// Words that stand for a missing cell, besides nothing (those of pandas).
pub(super) const MISSING: [&str; 8] = ["NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"];

/// Reads a table from a file of comma-separated values whose first line has the names.
///
/// [`Csv`] has the options. A cell is missing where nothing, `NA`, `NaN`, `null` or `?` stands.
///
/// ```
/// use cuaderno::prelude::*;
///
/// # let folder = std::env::temp_dir().join("cuaderno-read-csv");
/// # std::fs::create_dir_all(&folder).unwrap();
/// let path = folder.join("cities.csv");
/// # std::fs::write(&path, "city,people\nLima,10\n\"Quito, Ecuador\",2\n").unwrap();
/// let table = read_csv(&path)?;
/// assert_eq!(table.text("city"), ["Lima", "Quito, Ecuador"]);
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
pub fn read_csv(path: impl AsRef<Path>) -> Result<Table, Error> {
    Csv::new().read(path)
}

/// How a file of separated values is written.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let table = Csv::new().delimiter(';').names(&["x", "y"]).parse("1;2\n3;4\n")?;
/// assert_close(&table.column("y"), [2.0, 4.0]);
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Csv {
    delimiter: char,
    names: Option<Vec<String>>,
    missing: Vec<String>,
}

impl Default for Csv {
    fn default() -> Csv {
        Csv::new()
    }
}

impl Csv {
    /// Commas, and names in the first line.
    pub fn new() -> Csv {
        Csv {
            delimiter: ',',
            names: None,
            missing: MISSING.map(str::to_owned).to_vec(),
        }
    }

    /// What separates the cells of a line: `;`, or `\t` for a tab.
    #[track_caller]
    pub fn delimiter(&self, delimiter: char) -> Csv {
        if matches!(delimiter, '"' | '\n' | '\r') {
            Error::new(
                "delimiter",
                format!("{delimiter:?} has another meaning in a table"),
            )
            .raise();
        }
        Csv {
            delimiter,
            ..self.clone()
        }
    }

    /// The names of the columns of a file that has none in its first line.
    pub fn names(&self, names: &[&str]) -> Csv {
        Csv {
            names: Some(names.iter().map(|&name| name.to_owned()).collect()),
            ..self.clone()
        }
    }

    /// The words that stand for a missing cell, besides nothing.
    pub fn missing(&self, words: &[&str]) -> Csv {
        Csv {
            missing: words.iter().map(|&word| word.to_owned()).collect(),
            ..self.clone()
        }
    }

    /// Reads a file.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table, Error> {
        self.read_path(path.as_ref())
    }

    fn read_path(&self, path: &Path) -> Result<Table, Error> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            let here = std::env::current_dir().unwrap_or_default();
            let error = Error::new(&name, format!("cannot be read: {error}"));
            if path.is_relative() {
                error.help(format!(
                    "paths start at the notebook's folder, {}",
                    here.display()
                ))
            } else {
                error
            }
        })?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let start = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = 1 + start.iter().filter(|&&byte| byte == b'\n').count();
                return Err(Error::new(name, format!("line {line} is not UTF-8"))
                    .help("save the table as UTF-8; Excel calls it \"CSV UTF-8\""));
            }
        };
        self.table(&name, &text)
    }

    /// Reads text.
    pub fn parse(&self, text: &str) -> Result<Table, Error> {
        self.table("csv", text)
    }

    fn table(&self, source: &str, text: &str) -> Result<Table, Error> {
        let wrong = |line: usize, what: String| Error::new(source, format!("line {line}: {what}"));
        let mut records = Records {
            // The mark that some programs write before UTF-8.
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 1,
            delimiter: self.delimiter,
        };
        let names = match &self.names {
            Some(names) => names.clone(),
            None => match records.next_record() {
                None => {
                    return Err(Error::new(
                        source,
                        "the table is empty: there is no line with names",
                    ));
                }
                Some(Err((line, what))) => return Err(wrong(line, what)),
                Some(Ok((_, cells))) => cells
                    .into_iter()
                    .map(|cell| cell.text.trim().to_owned())
                    .collect(),
            },
        };
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(wrong(1, format!("two columns are called {name:?}"))
                    .help("Csv::new().names(&[..]) gives names to a file without any"));
            }
        }
        let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
        while let Some(record) = records.next_record() {
            let (line, cells) = record.map_err(|(line, what)| wrong(line, what))?;
            if cells.len() != names.len() {
                let (found, expected) = (cells.len(), names.len());
                let error = wrong(
                    line,
                    format!("{found} cells, and there are {expected} columns"),
                );
                return Err(error.help(self.advice(text, found, expected)));
            }
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.push(self.cell(cell));
            }
        }
        Ok(Table::from_cells(names, columns))
    }

    fn cell(&self, cell: Cell) -> Option<String> {
        // Quotes say that the spaces are meant, and that "NA" is a word.
        if cell.quoted {
            return Some(cell.text);
        }
        let text = cell.text.trim();
        (!text.is_empty() && !self.missing.iter().any(|word| word == text)).then(|| text.to_owned())
    }

    fn advice(&self, text: &str, found: usize, expected: usize) -> String {
        let first = text.lines().next().unwrap_or_default();
        let other = [';', ',', '\t', '|']
            .into_iter()
            .find(|&c| c != self.delimiter && first.contains(c));
        match other {
            Some(c) if expected == 1 => {
                format!("Csv::new().delimiter({c:?}) reads a table with {c:?} between cells")
            }
            _ if found > expected => {
                "a cell that holds the delimiter needs quotes around it".to_owned()
            }
            _ => "every line needs as many cells as there are names; an empty one is missing"
                .to_owned(),
        }
    }
}

impl Table {
    /// Reads a table from text of comma-separated values whose first line has the names.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let error = Table::parse("a,b\n1,2\n3\n").unwrap_err();
    /// assert!(error.to_string().starts_with("csv: line 3: 1 cells, and there are 2 columns"));
    /// ```
    pub fn parse(text: &str) -> Result<Table, Error> {
        Csv::new().parse(text)
    }
}

struct Cell {
    text: String,
    quoted: bool,
}

/// The lines of a file, of which quoted cells may hold several.
struct Records<'a> {
    rest: &'a str,
    /// The line that `rest` starts in.
    line: usize,
    delimiter: char,
}

type Record = Result<(usize, Vec<Cell>), (usize, String)>;

impl Records<'_> {
    /// The next line that is not empty, with its number.
    fn next_record(&mut self) -> Option<Record> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let after = self.rest.trim_start_matches('\r');
            match after.strip_prefix('\n') {
                Some(rest) => (self.rest, self.line) = (rest, self.line + 1),
                None if after.is_empty() => return None,
                None => break,
            }
        }
        let start = self.line;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok((cell, more)) => {
                    cells.push(cell);
                    if !more {
                        return Some(Ok((start, cells)));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// A cell, and whether the line goes on behind it.
    fn cell(&mut self) -> Result<(Cell, bool), (usize, String)> {
        let Some(mut rest) = self.rest.strip_prefix('"') else {
            let end = self
                .rest
                .find([self.delimiter, '\n'])
                .unwrap_or(self.rest.len());
            let text = self.rest[..end].trim_end_matches('\r').to_owned();
            let more = self.end(end);
            return Ok((
                Cell {
                    text,
                    quoted: false,
                },
                more,
            ));
        };
        let start = self.line;
        let mut text = String::new();
        loop {
            let Some(end) = rest.find('"') else {
                return Err((start, "a quoted cell never ends".to_owned()));
            };
            text += &rest[..end];
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    text.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        self.line += text.matches('\n').count();
        self.rest = rest;
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        let behind = rest[..end].trim();
        if !behind.is_empty() {
            return Err((self.line, format!("{behind:?} stands behind a quoted cell")));
        }
        let more = self.end(end);
        Ok((Cell { text, quoted: true }, more))
    }

    /// Goes behind what ends a cell; whether that was a delimiter.
    fn end(&mut self, end: usize) -> bool {
        let mut behind = self.rest[end..].chars();
        let sign = behind.next();
        self.rest = behind.as_str();
        self.line += usize::from(sign == Some('\n'));
        sign == Some(self.delimiter)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn quotes_keep_what_is_in_them() {
        let table =
            Table::parse("a,b\r\n\"x, \"\"y\"\"\",1\r\n\"two\nlines\",2\r\n\n z ,\n").unwrap();
        assert_eq!(table.text("a"), ["x, \"y\"", "two\nlines", "z"]);
        assert_eq!(table.missing("b"), 1);
        let quoted = Table::parse("a\n\"NA\"\n\"\"\nNA\n").unwrap();
        assert_eq!(quoted.missing("a"), 1);
    }

    #[test]
    fn columns_find_their_type() {
        let table = Table::parse("a,b,c,d\n1,1e3,-.5,1\nNA,?,NULL,x1\n").unwrap();
        assert_close(&table.column("b").narrow(0, 0, 1), [1000.0]);
        assert_eq!(table.missing("c"), 1);
        assert_eq!(table.text("d"), ["1", "x1"]);
        // A word is no number, whatever Rust's parser says.
        assert_eq!(
            Table::parse("a\ninfinity\n").unwrap().text("a"),
            ["infinity"]
        );
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("", "csv: the table is empty: there is no line with names"),
            (
                "a,b\n1,2\n\n\"x\ny\",3\n4\n",
                "csv: line 6: 1 cells, and there are 2 columns",
            ),
            ("a\n\"x\n", "csv: line 2: a quoted cell never ends"),
            (
                "a,b\n\"x\ny\" z,3\n",
                "csv: line 3: \"z\" stands behind a quoted cell",
            ),
            ("a,a\n", "csv: line 1: two columns are called \"a\""),
            (
                "a;b\n1,5;2\n",
                "help: Csv::new().delimiter(';') reads a table with ';' between cells",
            ),
            (
                "a,b\n1,2,3\n",
                "help: a cell that holds the delimiter needs quotes around it",
            ),
        ];
        for (text, expected) in cases {
            let error = Table::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn files_are_named_in_errors() {
        let folder = std::env::temp_dir().join(format!("cuaderno-csv-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("latin.csv");
        std::fs::write(&path, b"a\nok\nse\xf1or\n").unwrap();
        let error = read_csv(&path).unwrap_err().to_string();
        assert!(error.contains("latin.csv: line 3 is not UTF-8"), "{error}");
        let error = read_csv("no/such.csv").unwrap_err().to_string();
        assert!(error.starts_with("no/such.csv: cannot be read"), "{error}");
        assert!(error.contains("help: paths start at"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_a_table_or_a_line(text in "[ab,;\"\n\r \u{feff}1.é-]{0,60}") {
            match Table::parse(&text) {
                Ok(table) => {
                    let _ = format!("{:?}", table);
                    let _ = table.describe();
                }
                Err(error) => assert!(error.to_string().starts_with("csv: "), "{error}"),
            }
        }

        #[test]
        fn what_is_quoted_is_read_as_it_was(cells in proptest::collection::vec(".{0,8}", 1..5)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text = format!("name\n{}\n", cells.iter().map(quoted).collect::<Vec<_>>().join("\n"));
            let table = Table::parse(&text).unwrap();
            let expected: Vec<String> = cells;
            let found = table.text("name");
            for (found, expected) in found.iter().zip(&expected) {
                let number = expected.parse::<f64>().is_ok();
                assert!(number || found == expected, "{found:?} {expected:?}");
            }
            assert_eq!(found.len(), expected.len());
        }
    }
}
