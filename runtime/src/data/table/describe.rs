//! The columns of a table in a few numbers.

use crate::data::Table;
use crate::data::table::{Cells, Column};
use crate::error::{Error, OrRaise};

impl Table {
    /// Count, mean, standard deviation, extremes and quartiles of every column of numbers, as
    /// pandas has them.
    ///
    /// Missing cells are left out. The standard deviation divides by n - 1; quartiles between two
    /// cells are interpolated.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let summary = Table::parse("a\n1\n2\n3\n4\n")?.describe();
    /// assert_eq!(summary.value("mean", "a"), 2.5);
    /// assert_eq!(summary.value("25%", "a"), 1.75);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    pub fn describe(&self) -> Table {
        let rows = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
        let mut table = Table::empty(rows.len());
        for column in &self.columns {
            if let Cells::Numbers(values) = &column.cells {
                table.put(&column.name, Cells::Numbers(summary(values).into()));
            }
        }
        table.labels = Some(rows.map(str::to_owned).to_vec());
        table
    }

    /// How often each value of a column comes, the most frequent first.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let counts = Table::parse("city\nLima\nQuito\nLima\n")?.value_counts("city");
    /// assert_eq!(counts.value("Lima", "count"), 2.0);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn value_counts(&self, name: &str) -> Table {
        let mut counts: Vec<(String, f64)> = Vec::new();
        let mut words = self.text(name);
        words.retain(|word| !word.is_empty());
        words.sort();
        for word in words {
            match counts.last_mut() {
                Some((last, count)) if *last == word => *count += 1.0,
                _ => counts.push((word, 1.0)),
            }
        }
        counts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let (labels, counts): (Vec<String>, Vec<f64>) = counts.into_iter().unzip();
        let mut table = Table::empty(counts.len());
        table.put("count", Cells::Numbers(counts.into()));
        table.labels = Some(labels);
        table
    }

    /// One number: of the row with this label or number, in the column with this name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("a\n5\n7\n")?;
    /// assert_eq!(table.value("1", "a"), 7.0);
    /// assert_eq!(table.describe().value("max", "a"), 7.0);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn value(&self, row: &str, column: &str) -> f64 {
        let place = match &self.labels {
            Some(labels) => labels.iter().position(|label| label == row),
            None => row.parse().ok().filter(|&i: &usize| i < self.rows),
        };
        let cells = match self.find("value", column).or_raise() {
            Column {
                cells: Cells::Numbers(values),
                ..
            } => values,
            Column { name, .. } => Error::new("value", format!("column {name:?} is text")).raise(),
        };
        match (place, &self.labels) {
            (Some(i), _) => cells[i],
            (None, Some(labels)) => Error::new(
                "value",
                format!("there is no row {row:?}; the rows are {labels:?}"),
            )
            .raise(),
            (None, None) => Error::new(
                "value",
                format!("there is no row {row:?} among {}", self.rows),
            )
            .raise(),
        }
    }
}

fn summary(values: &[f64]) -> Vec<f64> {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    known.sort_by(f64::total_cmp);
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let squares: f64 = known.iter().map(|v| (v - mean).powi(2)).sum();
    let std = if known.len() < 2 {
        f64::NAN
    } else {
        (squares / (n - 1.0)).sqrt()
    };
    let quantile = |q: f64| {
        let place = q * (n - 1.0);
        let (low, high) = (place.floor() as usize, place.ceil() as usize);
        match (known.get(low), known.get(high)) {
            (Some(a), Some(b)) => a + (b - a) * place.fract(),
            _ => f64::NAN,
        }
    };
    let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(quantile);
    [[n, mean, std].as_slice(), &quantiles].concat()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn missing_cells_are_left_out() {
        let summary = Table::parse("a,b,c\n1,x,\n,y,\n3,z,\n").unwrap().describe();
        assert_eq!(summary.column_names(), ["a", "c"]);
        assert_eq!(summary.value("count", "a"), 2.0);
        assert_eq!(summary.value("50%", "a"), 2.0);
        assert_eq!(summary.value("count", "c"), 0.0);
        assert!(summary.value("mean", "c").is_nan());
    }

    #[test]
    fn the_deviation_of_one_number_is_unknown() {
        let summary = Table::parse("a\n1\n").unwrap().describe();
        assert!(summary.value("std", "a").is_nan());
        assert_eq!(summary.value("max", "a"), 1.0);
    }

    #[test]
    #[should_panic(expected = "value: there is no row \"median\"; the rows are [\"count\"")]
    fn rows_have_names() {
        Table::parse("a\n1\n")
            .unwrap()
            .describe()
            .value("median", "a");
    }
}
