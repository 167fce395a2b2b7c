//! Tables as text and HTML.

use std::fmt;

use crate::data::Table;
use crate::data::table::{Cells, Column};
use crate::display::{MimeBundle, Rich, escape_html};

/// Rows that are shown of a longer table, at its start and at its end.
const EDGE: usize = 5;
/// Longer tables are cut.
const MOST: usize = 20;
/// Digits behind the point that are shown.
const DIGITS: usize = 6;
/// Characters of a cell that are shown.
const WIDTH: usize = 40;

impl Table {
    /// Rows that show what a data set is like.
    pub(crate) const SHOWN: usize = 5;

    /// The rows to show; `None` is a gap.
    fn excerpt(&self) -> Vec<Option<usize>> {
        if self.rows <= MOST {
            return (0..self.rows).map(Some).collect();
        }
        let end = self.rows - EDGE..self.rows;
        (0..EDGE)
            .map(Some)
            .chain([None])
            .chain(end.map(Some))
            .collect()
    }

    fn label(&self, row: usize) -> String {
        match &self.labels {
            Some(labels) => short(&labels[row]),
            None => row.to_string(),
        }
    }

    /// Names and cells of the rows to show, as words.
    fn words(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let rows = self.excerpt();
        let mut lines: Vec<Vec<String>> = rows
            .iter()
            .map(|row| vec![row.map_or("...".to_owned(), |row| self.label(row))])
            .collect();
        for column in &self.columns {
            let digits = column.digits(&rows);
            for (line, row) in lines.iter_mut().zip(&rows) {
                line.push(row.map_or("...".to_owned(), |row| column.word(row, digits)));
            }
        }
        (
            self.columns
                .iter()
                .map(|column| short(&column.name))
                .collect(),
            lines,
        )
    }

    /// Names above columns, all to the right.
    pub(crate) fn text_grid(&self) -> String {
        let (names, lines) = self.words();
        let head = std::iter::once(String::new())
            .chain(names)
            .collect::<Vec<_>>();
        let widths: Vec<usize> = (0..head.len())
            .map(|i| {
                let cells = lines.iter().map(|line| line[i].chars().count());
                cells.fold(head[i].chars().count(), usize::max)
            })
            .collect();
        let line = |cells: &[String]| {
            let padded = cells
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:>width$}"));
            padded.collect::<Vec<_>>().join("  ")
        };
        let all = std::iter::once(line(&head)).chain(lines.iter().map(|cells| line(cells)));
        all.collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn html_grid(&self) -> String {
        let (names, lines) = self.words();
        let heads: String = names
            .iter()
            .map(|n| format!("<th>{}</th>", escape_html(n)))
            .collect();
        let mut html = format!(
            "<table style=\"text-align:right\"><thead><tr><th></th>{heads}</tr></thead><tbody>"
        );
        for line in &lines {
            html += &format!("<tr><th>{}</th>", escape_html(&line[0]));
            html.extend(
                line[1..]
                    .iter()
                    .map(|cell| format!("<td>{}</td>", escape_html(cell))),
            );
            html += "</tr>";
        }
        html + "</tbody></table>"
    }

    fn size(&self) -> String {
        format!("{} rows, {} columns", self.rows, self.columns.len())
    }
}

impl Column {
    /// Digits behind the point that the rows need.
    fn digits(&self, rows: &[Option<usize>]) -> usize {
        let Cells::Numbers(values) = &self.cells else {
            return 0;
        };
        let needed = |&row: &usize| {
            let value = values[row];
            // A number of an f32 tensor has the digits of an f32: 32.1, not 32.099998.
            let text = if f64::from(value as f32) == value {
                (value as f32).to_string()
            } else {
                format!("{value:.DIGITS$}")
            };
            let (_, fraction) = text.split_once('.').unwrap_or_default();
            fraction.trim_end_matches('0').len().min(DIGITS)
        };
        rows.iter().flatten().map(needed).max().unwrap_or(0)
    }

    fn word(&self, row: usize, digits: usize) -> String {
        match &self.cells {
            Cells::Numbers(values) if values[row].is_nan() => "NaN".to_owned(),
            // What the digits would hide, or fill a line.
            Cells::Numbers(values) if is_extreme(values[row]) => {
                format!("{:e}", values[row] as f32)
            }
            Cells::Numbers(values) => format!("{:.digits$}", values[row]),
            Cells::Text(values) => values[row].as_deref().map_or("NaN".to_owned(), short),
        }
    }
}

fn is_extreme(value: f64) -> bool {
    value != 0.0 && !(1e-5..1e15).contains(&value.abs())
}

fn short(text: &str) -> String {
    let line = text.replace(['\n', '\r', '\t'], " ");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.text_grid(), self.size())
    }
}

impl Rich for Table {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).html(format!(
            "{}<div style=\"opacity:.7;font-size:85%\">{}</div>",
            self.html_grid(),
            self.size()
        ))
    }
}

crate::display::rich_result!(Table);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn cells_are_aligned() {
        let table = Table::parse("a,name\n1.5,x\n10,\n,long\n").unwrap();
        let text = "      a  name\n0   1.5     x\n1  10.0   NaN\n2   NaN  long\n3 rows, 2 columns";
        assert_eq!(format!("{table:?}"), text);
    }

    #[test]
    fn numbers_of_f32_show_no_digits_of_f64() {
        let table = Table::empty(2).with_column("x", &tensor([32.1, 131.4]));
        let text = "       x\n0   32.1\n1  131.4\n2 rows, 1 columns";
        assert_eq!(format!("{table:?}"), text);
    }

    #[test]
    fn long_tables_are_cut() {
        let table = Table::empty(1000).with_column("n", &arange(0, 1000, 1));
        let text = format!("{table:?}");
        assert_eq!(text.lines().count(), 13);
        assert!(text.contains("999  999") && text.ends_with("1000 rows, 1 columns"));
        assert!(table.mime_bundle().get("text/html").unwrap().len() < 2000);
    }

    #[test]
    fn cells_are_escaped() {
        let table = Table::parse("<a>\n<script>\n").unwrap();
        let bundle = table.mime_bundle();
        let html = bundle.get("text/html").unwrap();
        assert!(html.contains("&lt;script&gt;") && html.contains("&lt;a&gt;"));
    }
}
