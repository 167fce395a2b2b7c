//! Tables as CSV files.

use std::path::Path;

use crate::data::Table;
use crate::data::csv::MISSING;
use crate::data::table::{Cells, Column};
use crate::error::Error;
use crate::files;

impl Table {
    /// The table as CSV: a line of names, a line for each row, commas between. A missing cell is
    /// empty, or NA where it stands alone in its line, and every number has all its digits. Labels of rows, as
    /// [`describe`](Table::describe) has them, come first, under no name, as pandas writes them.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let text = "lr,note\n0.1,\"good, at last\"\n,bad\n";
    /// assert_eq!(Table::parse(text)?.to_csv(), text);
    /// let cities = Table::parse("city\nLima\nQuito\nLima\n")?;
    /// assert_eq!(cities.value_counts("city").to_csv(), ",count\nLima,2\nQuito,1\n");
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        let mut line = |label: Option<String>, cells: Vec<String>| {
            let cells: Vec<String> = label.into_iter().chain(cells).collect();
            // An empty line would be no row.
            let alone = cells.len() == 1 && cells[0].is_empty();
            text += if alone { MISSING[0] } else { "" };
            text += &(cells.join(",") + "\n");
        };
        let names = self.columns.iter().map(|column| quoted(&column.name));
        line(self.labels.as_ref().map(|_| String::new()), names.collect());
        for row in 0..self.rows {
            let cells = self.columns.iter().map(|column| column.written(row));
            let label = self.labels.as_ref().map(|labels| quoted(&labels[row]));
            line(label, cells.collect());
        }
        text
    }

    /// Writes [`Table::to_csv`] to a file, whole or not at all; [`read_csv`](crate::data::read_csv)
    /// reads it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("table-{}.csv", std::process::id()));
    /// let table = Table::empty(2).with_column("lr", &tensor([0.5, 0.25]));
    /// table.save_csv(&path)?;
    /// assert_close(&read_csv(&path)?.column("lr"), [0.5, 0.25]);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let text = self.to_csv();
        files::write("save_csv", path.as_ref(), |out| {
            out.write_all(text.as_bytes())
        })
    }
}

impl Column {
    fn written(&self, row: usize) -> String {
        match &self.cells {
            _ if self.cells.is_missing(row) => String::new(),
            Cells::Numbers(values) => values[row].to_string(),
            Cells::Text(values) => values[row].as_deref().map(quoted).unwrap_or_default(),
        }
    }
}

/// A text as a cell: in quotes where it would be read as something else.
fn quoted(text: &str) -> String {
    // At the start of a file the last one is taken for the mark of UTF-8.
    let special = |c: char| matches!(c, ',' | '"' | '\n' | '\r' | '\u{feff}');
    let plain = !text.contains(special)
        && text.trim() == text
        && !text.is_empty()
        && !MISSING.contains(&text);
    if plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\"\""))
    }
}
