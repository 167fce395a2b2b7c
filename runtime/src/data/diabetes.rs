//! The diabetes data.

use crate::data::Table;
use crate::tensor::Tensor;

/// The diabetes data of Efron, Hastie, Johnstone and Tibshirani, "Least Angle Regression",
/// Annals of Statistics 32 (2004): 442 patients, ten features, and how far the disease had
/// progressed a year later.
///
/// `x` is `[442, 10]` in the units of the study (age in years, sex, body mass index, mean blood
/// pressure, six blood serum values), `y` is `[442, 1]`. The numbers are those of scikit-learn's
/// `load_diabetes(scaled=False)` (scikit-learn is under the BSD 3-clause licence; the data come
/// from <https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html>);
/// `tests/golden/diabetes.py` writes the file.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = diabetes();
/// assert_eq!(data.x.shape(), [442, 10]);
/// assert_eq!(data.y.shape(), [442, 1]);
/// assert_close(data.y.mean(), 152.133484);
/// ```
pub fn diabetes() -> Table {
    let mut lines = include_str!("diabetes.csv").lines();
    let header = lines.next().unwrap_or_default();
    let mut names: Vec<String> = header.split(',').map(str::to_owned).collect();
    let target_name = names.pop().unwrap_or_default();
    let (mut x, mut y, mut rows) = (Vec::new(), Vec::new(), 0);
    for line in lines {
        let numbers = line.split(',').filter_map(|word| word.parse::<f32>().ok());
        x.extend(numbers);
        y.extend(x.pop());
        rows += 1;
    }
    Table {
        name: "diabetes".to_owned(),
        x: Tensor::from_values(x, [rows, names.len()].as_slice()),
        y: Tensor::from_values(y, [rows, 1].as_slice()),
        feature_names: names,
        target_name,
    }
}
