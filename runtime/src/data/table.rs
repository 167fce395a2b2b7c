//! A table with names, as the built-in data sets come.

use std::fmt;

use crate::display::{MimeBundle, Rich};
use crate::tensor::Tensor;

/// Features and targets of a data set, with their names.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = diabetes();
/// assert_eq!(data.feature_names[2], "bmi");
/// assert_close(&data.column("bmi").narrow(0, 0, 2), [32.1, 21.6]);
/// ```
#[derive(Clone)]
pub struct Table {
    /// The name of the data set.
    pub name: String,
    /// The features, `[n, k]`.
    pub x: Tensor,
    /// The target, `[n, 1]`.
    pub y: Tensor,
    /// The name of every feature.
    pub feature_names: Vec<String>,
    /// The name of the target.
    pub target_name: String,
}

impl Table {
    /// A feature, or the target, by its name; `[n]`.
    #[track_caller]
    pub fn column(&self, name: &str) -> Tensor {
        if name == self.target_name {
            return self.y.select(1, 0);
        }
        match self
            .feature_names
            .iter()
            .position(|feature| feature == name)
        {
            Some(i) => self.x.select(1, i),
            None => crate::error::Error::new(
                "column",
                format!(
                    "{} has no column {name:?}; it has {:?}",
                    self.name, self.feature_names
                ),
            )
            .raise(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.feature_names
            .iter()
            .map(String::as_str)
            .chain([self.target_name.as_str()])
    }
}

/// Rows that a table shows.
const SHOWN: usize = 5;

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.names().map(str::len).max().unwrap_or(0).max(7) + 1;
        for name in self.names() {
            write!(f, "{name:>width$}")?;
        }
        writeln!(f)?;
        for row in 0..self.x.len().min(SHOWN) {
            for v in self
                .x
                .select(0, row)
                .to_vec()
                .iter()
                .chain(&self.y.select(0, row).to_vec())
            {
                write!(f, "{v:>width$}")?;
            }
            writeln!(f)?;
        }
        write!(
            f,
            "{}: {} rows, {} features",
            self.name,
            self.x.len(),
            self.x.size(1)
        )
    }
}

impl Rich for Table {
    fn mime_bundle(&self) -> MimeBundle {
        let escape = crate::display::escape_html;
        let head: String = self
            .names()
            .map(|name| format!("<th>{}</th>", escape(name)))
            .collect();
        let row = |i: usize| {
            let numbers = [self.x.select(0, i).to_vec(), self.y.select(0, i).to_vec()].concat();
            let cells: String = numbers.iter().map(|v| format!("<td>{v}</td>")).collect();
            format!("<tr><th>{i}</th>{cells}</tr>")
        };
        let rows: String = (0..self.x.len().min(SHOWN)).map(row).collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>\
             <div style=\"opacity:.7;font-size:85%\">{}: {} rows, {} features and the target {}; \
             the first {SHOWN} rows</div>",
            escape(&self.name),
            self.x.len(),
            self.x.size(1),
            escape(&self.target_name)
        ))
    }
}

crate::display::rich_result!(Table);
