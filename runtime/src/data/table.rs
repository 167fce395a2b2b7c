//! Tables: columns of numbers or text, as a CSV file has.

use std::sync::Arc;

use crate::data::Examples;
use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;

mod describe;
mod shown;
mod written;

/// Columns with names, each of numbers or of text; cells may be missing.
///
/// [`read_csv`](crate::data::read_csv) reads one from a file. Every method gives a new table.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let table = Table::parse("age,city\n31,Lima\n,Quito\n45,Lima\n")?;
/// assert_eq!(table.column_names(), ["age", "city"]);
/// assert_eq!(table.missing("age"), 1);
/// let known = table.drop_missing();
/// assert_close(&known.column("age"), [31.0, 45.0]);
/// assert_eq!(known.text("city"), ["Lima", "Lima"]);
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    /// What stands before each row instead of its number.
    labels: Option<Vec<String>>,
}

#[derive(Clone, PartialEq)]
struct Column {
    name: String,
    cells: Cells,
}

/// The cells of a column, shared by the tables that have it.
#[derive(Clone, PartialEq)]
enum Cells {
    /// A missing number is NaN.
    Numbers(Arc<[f64]>),
    Text(Arc<[Option<String>]>),
}

impl Cells {
    fn missing(&self) -> usize {
        match self {
            Cells::Numbers(values) => values.iter().filter(|v| v.is_nan()).count(),
            Cells::Text(values) => values.iter().filter(|v| v.is_none()).count(),
        }
    }

    fn is_missing(&self, row: usize) -> bool {
        match self {
            Cells::Numbers(values) => values[row].is_nan(),
            Cells::Text(values) => values[row].is_none(),
        }
    }

    fn take(&self, rows: &[usize]) -> Cells {
        match self {
            Cells::Numbers(values) => Cells::Numbers(rows.iter().map(|&i| values[i]).collect()),
            Cells::Text(values) => Cells::Text(rows.iter().map(|&i| values[i].clone()).collect()),
        }
    }
}

impl Table {
    /// A table without columns, to add some to.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::empty(2).with_column("lr", &tensor([0.1, 0.01]));
    /// assert_eq!((table.len(), table.column_names().len()), (2, 1));
    /// ```
    pub fn empty(rows: usize) -> Table {
        Table {
            columns: Vec::new(),
            rows,
            labels: None,
        }
    }

    /// A column for each name; columns in which every cell is a number or missing become numbers.
    pub(crate) fn from_cells(names: Vec<String>, cells: Vec<Vec<Option<String>>>) -> Table {
        let rows = cells.first().map_or(0, Vec::len);
        let column = |(name, cells): (String, Vec<Option<String>>)| {
            let number = |cell: &Option<String>| match cell {
                Some(text) => number(text),
                None => Some(f64::NAN),
            };
            let numbers: Option<Arc<[f64]>> = cells.iter().map(number).collect();
            let cells = match numbers {
                Some(numbers) => Cells::Numbers(numbers),
                None => Cells::Text(cells.into()),
            };
            Column { name, cells }
        };
        Table {
            columns: names.into_iter().zip(cells).map(column).collect(),
            rows,
            labels: None,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The names of the columns, in order.
    pub fn column_names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    }

    /// A column of numbers, `[n]` of f32; a missing one is NaN.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("a,b\n1,x\n2,y\n")?;
    /// assert_close(&table.column("a"), [1.0, 2.0]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn column(&self, name: &str) -> Tensor {
        self.select(&[name]).tensor("column").or_raise().flatten()
    }

    /// The cells of a column as text; a missing one is empty.
    #[track_caller]
    pub fn text(&self, name: &str) -> Vec<String> {
        match &self.find("text", name).or_raise().cells {
            Cells::Numbers(values) => values
                .iter()
                .map(|v| {
                    if v.is_nan() {
                        String::new()
                    } else {
                        v.to_string()
                    }
                })
                .collect(),
            Cells::Text(values) => values
                .iter()
                .map(|v| v.clone().unwrap_or_default())
                .collect(),
        }
    }

    /// All columns, `[n, k]` of f32; they must be numbers.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("a,b\n1,2\n3,4\n")?;
    /// assert_close(&table.to_tensor(), [[1.0, 2.0], [3.0, 4.0]]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn to_tensor(&self) -> Tensor {
        self.tensor("to_tensor").or_raise()
    }

    fn tensor(&self, op: &str) -> Result<Tensor, Error> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            match &column.cells {
                Cells::Numbers(values) => columns.push(values),
                Cells::Text(values) => {
                    let word = values.iter().flatten().find(|word| number(word).is_none());
                    return Err(Error::new(
                        op,
                        format!(
                            "column {:?} is text, such as {:?}",
                            column.name,
                            word.map_or("", String::as_str)
                        ),
                    )
                    .help("LabelEncoder and OneHotEncoder make numbers of it, drop(&[..]) leaves it out"));
                }
            }
        }
        let row = |i: usize| columns.iter().map(move |values| values[i] as f32);
        let values: Vec<f32> = (0..self.rows).flat_map(row).collect();
        Ok(Tensor::from_values(
            values,
            [self.rows, columns.len()].as_slice(),
        ))
    }

    /// Features and target for training: all other columns as `x`, and this one as `y`.
    ///
    /// A target of numbers gives `y` of shape `[n, 1]`; one of text gives classes `[n]`, in the
    /// order of the alphabet.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("size,kind\n1,cat\n5,dog\n2,cat\n")?;
    /// let data = table.examples("kind");
    /// assert_eq!(data.class_names, ["cat", "dog"]);
    /// assert_eq!(data.y.to_vec_i64(), [0, 1, 0]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn examples(&self, target: &str) -> Examples {
        let column = self.find("examples", target).or_raise();
        let features = self.drop(&[target]);
        if self.columns.iter().any(|column| column.cells.missing() > 0) {
            Error::new("examples", format!("cells are missing: {}", self.gaps()))
                .help("drop_missing() leaves those rows out, fill_missing(0.0) fills them")
                .raise();
        }
        let (y, class_names) = match &column.cells {
            Cells::Numbers(_) => (self.column(target).unsqueeze(1), Vec::new()),
            Cells::Text(_) => {
                let words = self.text(target);
                let encoder = crate::data::LabelEncoder::fit(&words);
                (encoder.transform(&words), encoder.classes())
            }
        };
        Examples {
            name: "table".to_owned(),
            x: features.tensor("examples").or_raise(),
            y,
            feature_names: features.column_names(),
            target_name: target.to_owned(),
            class_names,
        }
    }

    /// Only these columns, in this order.
    #[track_caller]
    pub fn select(&self, names: &[&str]) -> Table {
        let find = |name: &&str| self.find("select", name).or_raise().clone();
        Table {
            columns: names.iter().map(find).collect(),
            ..self.clone()
        }
    }

    /// All columns but these.
    #[track_caller]
    pub fn drop(&self, names: &[&str]) -> Table {
        for name in names {
            self.find("drop", name).or_raise();
        }
        let mut table = self.clone();
        table
            .columns
            .retain(|column| !names.contains(&column.name.as_str()));
        table
    }

    /// The table with one more column of numbers, or with that of the name replaced; `[n]` or
    /// `[n, 1]`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("quality\n5\n7\n")?;
    /// let good = table.column("quality").ge(6.0);
    /// assert_close(&table.with_column("good", &good).column("good"), [0.0, 1.0]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn with_column(&self, name: &str, values: &Tensor) -> Table {
        if !matches!(values.shape(), [n] | [n, 1] if *n == self.rows) {
            Error::new(
                "with_column",
                format!(
                    "the table has {} rows, the tensor is {}",
                    self.rows,
                    show(values.shape())
                ),
            )
            .raise();
        }
        let mut table = self.clone();
        table.put(name, Cells::Numbers(values.to_vec_f64().into()));
        table
    }

    fn put(&mut self, name: &str, cells: Cells) {
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) => column.cells = cells,
            None => self.columns.push(Column {
                name: name.to_owned(),
                cells,
            }),
        }
    }

    /// The first rows.
    pub fn head(&self, rows: usize) -> Table {
        self.take(&(0..rows.min(self.rows)).collect::<Vec<_>>())
    }

    /// The rows where `mask`, `[n]`, is true.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("a\n1\n2\n3\n")?;
    /// let large = table.filter(&table.column("a").gt(1.5));
    /// assert_close(&large.column("a"), [2.0, 3.0]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    #[track_caller]
    pub fn filter(&self, mask: &Tensor) -> Table {
        if mask.shape() != [self.rows] {
            Error::new(
                "filter",
                format!(
                    "the table has {} rows, the mask is {}",
                    self.rows,
                    show(mask.shape())
                ),
            )
            .raise();
        }
        let mask = mask.to_vec_f64();
        self.take(
            &(0..self.rows)
                .filter(|&i| mask[i] != 0.0)
                .collect::<Vec<_>>(),
        )
    }

    fn take(&self, rows: &[usize]) -> Table {
        let column = |column: &Column| Column {
            name: column.name.clone(),
            cells: column.cells.take(rows),
        };
        let label = |labels: &Vec<String>| rows.iter().map(|&i| labels[i].clone()).collect();
        Table {
            columns: self.columns.iter().map(column).collect(),
            rows: rows.len(),
            labels: self.labels.as_ref().map(label),
        }
    }

    /// How many cells of a column are missing.
    #[track_caller]
    pub fn missing(&self, name: &str) -> usize {
        self.find("missing", name).or_raise().cells.missing()
    }

    /// The rows in which no cell is missing.
    pub fn drop_missing(&self) -> Table {
        let whole = |&row: &usize| {
            self.columns
                .iter()
                .all(|column| !column.cells.is_missing(row))
        };
        self.take(&(0..self.rows).filter(whole).collect::<Vec<_>>())
    }

    /// Every missing number replaced by `value`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = Table::parse("a,b\n1,2\n,3\n")?;
    /// assert_close(&table.fill_missing(0.0).column("a"), [1.0, 0.0]);
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    pub fn fill_missing(&self, value: f64) -> Table {
        let mut table = self.clone();
        for column in &mut table.columns {
            if let Cells::Numbers(values) = &column.cells {
                let fill = |v: &f64| if v.is_nan() { value } else { *v };
                column.cells = Cells::Numbers(values.iter().map(fill).collect());
            }
        }
        table
    }

    fn find(&self, op: &str, name: &str) -> Result<&Column, Error> {
        let column = self.columns.iter().find(|column| column.name == name);
        column.ok_or_else(|| {
            Error::new(
                op,
                format!(
                    "there is no column {name:?}; the table has {:?}",
                    self.column_names()
                ),
            )
        })
    }

    /// Which columns lack how many cells.
    fn gaps(&self) -> String {
        let gap = |column: &Column| match column.cells.missing() {
            0 => None,
            count => Some(format!("{count} of {:?}", column.name)),
        };
        self.columns
            .iter()
            .filter_map(gap)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A number as CSV files have it; words such as "inf" and "nan" are text.
fn number(text: &str) -> Option<f64> {
    let last = text.bytes().last()?;
    if !(last.is_ascii_digit() || last == b'.') {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn table() -> Table {
        Table::parse("a,b,c\n1,x,3\n4,y,6\n").unwrap()
    }

    #[test]
    fn columns_are_chosen_by_name() {
        assert_eq!(table().select(&["c", "a"]).column_names(), ["c", "a"]);
        assert_eq!(table().drop(&["b"]).column_names(), ["a", "c"]);
        assert_close(&table().drop(&["b"]).to_tensor(), [[1.0, 3.0], [4.0, 6.0]]);
        assert_eq!(table().head(1).len(), 1);
        assert_eq!(table().head(100).len(), 2);
    }

    #[test]
    #[should_panic(
        expected = "select: there is no column \"d\"; the table has [\"a\", \"b\", \"c\"]"
    )]
    fn a_wrong_name_lists_the_right_ones() {
        table().select(&["d"]);
    }

    #[test]
    #[should_panic(expected = "to_tensor: column \"b\" is text, such as \"x\"")]
    fn text_is_no_tensor() {
        table().to_tensor();
    }

    #[test]
    #[should_panic(expected = "examples: cells are missing: 1 of \"a\"")]
    fn gaps_are_named_before_training() {
        Table::parse("a,b\n1,2\n,3\n").unwrap().examples("b");
    }
}
