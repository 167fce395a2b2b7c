//! Small data sets that come with the crate.
//!
//! `tests/golden/builtin.py` and `diabetes.py` write the files from scikit-learn's copies.
//! scikit-learn is under the BSD 3-clause licence; the UCI Machine Learning Repository gives the
//! data out under CC BY 4.0. The numbers themselves are facts.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::data::Examples;
use crate::tensor::Tensor;

/// The iris data of R. A. Fisher, "The Use of Multiple Measurements in Taxonomic Problems",
/// Annals of Eugenics 7 (1936), measured by E. Anderson: 150 flowers of three species.
///
/// `x` is `[150, 4]`: length and width of sepals and petals in cm; `y` is `[150]`, 50 of each
/// class. The numbers are those of the paper, as in scikit-learn's `load_iris` (BSD 3-clause);
/// UCI's copy (CC BY 4.0) has two wrong ones.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = iris();
/// assert_eq!(data.feature_names[0], "sepal length");
/// assert_close(&data.x.mean_dim(0), [5.843333, 3.057333, 3.758, 1.199333]);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [50, 50, 50]);
/// ```
pub fn iris() -> Examples {
    let text = include_str!("builtin/iris.csv");
    classes("iris", text, &["setosa", "versicolor", "virginica"])
}

/// The wine data of M. Forina and others, PARVUS (1988): a chemical analysis of 178 wines from
/// three growers.
///
/// `x` is `[178, 13]`, `y` is `[178]` with the classes 0 to 2 (1 to 3 in the source). From UCI
/// (Aeberhard and Forina 1992, CC BY 4.0), as in scikit-learn's `load_wine` (BSD 3-clause).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = wine();
/// assert_eq!(data.x.shape(), [178, 13]);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [59, 71, 48]);
/// assert_close(data.column("alcohol").mean(), 13.000618);
/// ```
pub fn wine() -> Examples {
    let text = include_str!("builtin/wine.csv");
    classes("wine", text, &["grower 1", "grower 2", "grower 3"])
}

/// The breast cancer data of W. N. Street, W. H. Wolberg and O. L. Mangasarian, "Nuclear Feature
/// Extraction for Breast Tumor Diagnosis" (1993): 569 samples of tissue.
///
/// `x` is `[569, 30]`: mean, standard error and worst of ten measures of the cells' nuclei. `y` is
/// `[569]`, 0 is malignant and 1 benign. From UCI (CC BY 4.0), as in scikit-learn's
/// `load_breast_cancer` (BSD 3-clause).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = breast_cancer();
/// assert_eq!(data.x.shape(), [569, 30]);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [212, 357]);
/// assert_close(data.column("mean radius").mean(), 14.127291);
/// ```
pub fn breast_cancer() -> Examples {
    let text = unpacked(include_bytes!("builtin/breast_cancer.csv.gz"));
    classes("breast cancer", &text, &["malignant", "benign"])
}

/// Handwritten digits by E. Alpaydin and C. Kaynak (1998): 1797 pictures of 8 x 8 pixels.
///
/// `x` is `[1797, 64]`: rows of pixels one after the other, 0 to 16 each (how many of 4 x 4 finer
/// pixels are inked); `y` is `[1797]`. From UCI (CC BY 4.0), as in scikit-learn's `load_digits`
/// (BSD 3-clause). Convolutions want `x.reshape(&[-1, 1, 8, 8]) / 16.0`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = digits();
/// assert_eq!(data.x.shape(), [1797, 64]);
/// assert_eq!(data.x.max().item(), 16.0);
/// assert_eq!(data.y.narrow(0, 0, 5).to_vec_i64(), [0, 1, 2, 3, 4]);
/// let picture = imshow(&(data.x.select(0, 0).reshape(&[8, 8]) / 16.0));
/// assert_eq!(picture.width(), 8);
/// ```
pub fn digits() -> Examples {
    let text = unpacked(include_bytes!("builtin/digits.csv.gz"));
    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    classes("digits", &text, &names)
}

/// The diabetes data of Efron, Hastie, Johnstone and Tibshirani, "Least Angle Regression",
/// Annals of Statistics 32 (2004): 442 patients, ten features, and how far the disease had
/// progressed a year later.
///
/// `x` is `[442, 10]` in the units of the study (age in years, sex, body mass index, mean blood
/// pressure, six blood serum values), `y` is `[442, 1]`. The numbers are those of scikit-learn's
/// `load_diabetes(scaled=False)` (BSD 3-clause; the data come from
/// <https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html>).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = diabetes();
/// assert_eq!(data.x.shape(), [442, 10]);
/// assert_eq!(data.y.shape(), [442, 1]);
/// assert_close(data.y.mean(), 152.133484);
/// ```
pub fn diabetes() -> Examples {
    let (x, y, mut names) = read(include_str!("builtin/diabetes.csv"));
    let target_name = names.pop().unwrap_or_default();
    let rows = y.len();
    Examples {
        name: "diabetes".to_owned(),
        x: Tensor::from_values(x, [rows, names.len()].as_slice()),
        y: Tensor::from_values(y, [rows, 1].as_slice()),
        feature_names: names,
        target_name,
        class_names: Vec::new(),
    }
}

fn classes(name: &str, text: &str, class_names: &[&str]) -> Examples {
    let (x, y, mut names) = read(text);
    let target_name = names.pop().unwrap_or_default();
    let y: Vec<i64> = y.into_iter().map(|class| class as i64).collect();
    let rows = y.len();
    Examples {
        name: name.to_owned(),
        x: Tensor::from_values(x, [rows, names.len()].as_slice()),
        y: Tensor::from_values(y, [rows].as_slice()),
        feature_names: names,
        target_name,
        class_names: class_names.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// All columns but the last, the last, and the names of all; the files have no exceptions.
fn read(text: &str) -> (Vec<f32>, Vec<f32>, Vec<String>) {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for line in lines {
        x.extend(line.split(',').filter_map(|word| word.parse::<f32>().ok()));
        y.extend(x.pop());
    }
    (x, y, header.split(',').map(str::to_owned).collect())
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("the file in the crate is intact");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of all features, and of each times cos(0), cos(1), .., with NumPy.
    #[test]
    fn every_number_is_that_of_scikit_learn() {
        let sums = [
            (iris(), 2078.7, 11.557626605316448),
            (wine(), 159975.295999, 5663.067623100385),
            (breast_cancer(), 1056474.4596356, 16186.247111229291),
            (digits(), 561718.0, 1837.870465593657),
            (diabetes(), 276404.2336, 130.32094181446104),
        ];
        for (data, sum, weighed) in sums {
            let values = data.x.to_vec_f64();
            assert_eq!(values.len(), data.y.len() * data.feature_names.len());
            let close = |found: f64, expected: f64| {
                assert!(
                    (found - expected).abs() < 1e-6 * sum,
                    "{}: {found}",
                    data.name
                );
            };
            close(values.iter().sum(), sum);
            let cosines = values.iter().enumerate().map(|(i, v)| v * (i as f64).cos());
            close(cosines.sum(), weighed);
            let classes = data.y.max().item() as usize + 1;
            assert!(data.class_names.is_empty() || data.class_names.len() == classes);
        }
    }
}
