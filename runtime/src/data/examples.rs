//! Features and targets with names, as the built-in data sets come.

use std::fmt;

use crate::data::{Dataset, Table, TensorDataset};
use crate::display::{MimeBundle, Rich};
use crate::error::Error;
use crate::plot::Figure;
use crate::tensor::Tensor;

/// Features and targets of a data set, with their names.
///
/// It is a [`Dataset`], so a `DataLoader` takes it as it is.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = iris();
/// assert_eq!(data.x.shape(), [150, 4]);
/// assert_eq!(data.class_names, ["setosa", "versicolor", "virginica"]);
/// assert_close(&data.column("petal width").narrow(0, 0, 2), [0.2, 0.2]);
/// assert_eq!(DataLoader::new(&data, 50).len(), 3);
/// ```
#[derive(Clone)]
pub struct Examples {
    /// The name of the data set.
    pub name: String,
    /// The features, `[n, k]`.
    pub x: Tensor,
    /// The targets: classes `[n]` of i64, or numbers `[n, 1]` of f32.
    pub y: Tensor,
    /// The name of every feature.
    pub feature_names: Vec<String>,
    /// The name of the target.
    pub target_name: String,
    /// The names of the classes 0, 1, ..; empty where the target is a number.
    pub class_names: Vec<String>,
}

impl Examples {
    /// A feature, or the target, by its name; `[n]`.
    #[track_caller]
    pub fn column(&self, name: &str) -> Tensor {
        if name == self.target_name {
            return self.y.flatten();
        }
        let feature = self
            .feature_names
            .iter()
            .position(|feature| feature == name);
        match feature {
            Some(i) => self.x.select(1, i),
            None => Error::new(
                "column",
                format!(
                    "{} has no column {name:?}; it has {:?} and the target {:?}",
                    self.name, self.feature_names, self.target_name
                ),
            )
            .raise(),
        }
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The two tensors as a data set without names.
    pub fn dataset(&self) -> TensorDataset {
        TensorDataset::new(&self.x, &self.y)
    }

    /// Features and target as a table.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let table = iris().table();
    /// assert_eq!(table.column_names()[4], "class");
    /// ```
    pub fn table(&self) -> Table {
        let names = self.feature_names.iter().chain([&self.target_name]);
        let mut table = Table::empty(self.len());
        for name in names {
            table = table.with_column(name, &self.column(name));
        }
        table
    }

    /// Count, mean, standard deviation, extremes and quartiles of every column, as
    /// [`Table::describe`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let summary = iris().describe();
    /// assert_close_within(summary.value("mean", "sepal length"), 5.843333, 1e-6);
    /// ```
    pub fn describe(&self) -> Table {
        self.table().describe()
    }

    /// The examples as points: two features, with a colour for each class; or one feature against
    /// the target.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = iris().plot("petal length", "petal width");
    /// assert!(figure.to_svg().contains("virginica"));
    /// ```
    #[track_caller]
    pub fn plot(&self, x: &str, y: &str) -> Figure {
        let (horizontal, vertical) = (self.column(x).to_vec_f64(), self.column(y).to_vec_f64());
        let figure = Figure::new().xlabel(x).ylabel(y).title(&self.name);
        if self.class_names.is_empty() {
            return figure.scatter(&horizontal, &vertical);
        }
        let classes = self.y.to_vec_i64();
        let of_class = |values: &[f64], class: usize| -> Vec<f64> {
            let pairs = values.iter().zip(&classes);
            pairs
                .filter(|(_, c)| **c == class as i64)
                .map(|(v, _)| *v)
                .collect()
        };
        let add = |figure: Figure, (class, name): (usize, &String)| {
            let (a, b) = (of_class(&horizontal, class), of_class(&vertical, class));
            figure.scatter(&a, &b).label(name)
        };
        self.class_names.iter().enumerate().fold(figure, add)
    }

    fn caption(&self) -> String {
        let classes = match self.class_names.as_slice() {
            [] => format!("the target is {}", self.target_name),
            names => format!("{} classes: {}", names.len(), names.join(", ")),
        };
        let features = self.feature_names.len();
        format!(
            "{}: {} examples, {features} features, {classes}",
            self.name,
            self.len()
        )
    }
}

impl Dataset for Examples {
    fn len(&self) -> usize {
        self.x.len()
    }

    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor) {
        (self.x.take_rows(rows), self.y.take_rows(rows))
    }
}

/// Features that are shown; a table as wide as a picture is not read.
const COLUMNS: usize = 16;

impl Examples {
    fn head(&self) -> Table {
        let rows = Table::SHOWN.min(self.len());
        let top = Examples {
            x: self.x.narrow(0, 0, rows),
            y: self.y.narrow(0, 0, rows),
            ..self.clone()
        };
        let names = self
            .feature_names
            .iter()
            .take(COLUMNS)
            .chain([&self.target_name]);
        let add = |table: Table, name: &String| table.with_column(name, &top.column(name));
        names.fold(Table::empty(rows), add)
    }

    fn shown(&self) -> String {
        let rest = match self.feature_names.len().saturating_sub(COLUMNS) {
            0 => String::new(),
            more => format!("; {more} features are not shown"),
        };
        let rows = Table::SHOWN.min(self.len());
        format!("{}; the first {rows} rows{rest}", self.caption())
    }
}

impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.head().text_grid(), self.shown())
    }
}

impl Rich for Examples {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).html(format!(
            "{}<div style=\"opacity:.7;font-size:85%\">{}</div>",
            self.head().html_grid(),
            crate::display::escape_html(&self.shown())
        ))
    }
}

crate::display::rich_result!(Examples);
