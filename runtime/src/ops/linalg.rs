//! Elimination in f64, and least squares: the closed form of linear regression.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::shape::{Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The x that makes the sum of the squares of a x - b smallest, by Householder's QR.
    ///
    /// `[n, k], [n, m] -> [k, m]` with n ≥ k, and a vector b gives a vector. Computed in f64; has
    /// no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let a = tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// assert_close(&a.lstsq(&tensor([1.0, 3.0, 5.0])), [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn lstsq(&self, b: &Tensor) -> Tensor {
        system(self, b).or_raise();
        let (mut a, mut x) = (Grid::of(self), Grid::of(b));
        triangularise(&mut a, &mut x).or_raise();
        let mut shape = Dims::from_slice(b.shape());
        shape[0] = a.columns;
        x.values.truncate(a.columns * x.columns);
        x.rows = a.columns;
        back_substitute(&a, &mut x);
        x.tensor(&shape, self.dtype().promote(b.dtype()))
    }
}

fn system(a: &Tensor, b: &Tensor) -> Result<(), Error> {
    let shapes = format!("left is {}, right is {}", show(a.shape()), show(b.shape()));
    if a.ndim() != 2 || !(1..=2).contains(&b.ndim()) {
        return Err(Error::new(
            "lstsq",
            format!("needs a table and a table or vector: {shapes}"),
        ));
    }
    let (rows, columns) = (a.shape()[0], a.shape()[1]);
    if b.shape()[0] != rows {
        return Err(Error::new(
            "lstsq",
            format!(
                "both sides need as many rows: {shapes}, so {rows} != {}",
                b.shape()[0]
            ),
        ));
    }
    if rows < columns {
        return Err(Error::new(
            "lstsq",
            format!(
                "the left needs no fewer rows than columns: {shapes}, with {rows} rows and \
                 {columns} columns"
            ),
        ));
    }
    Ok(())
}

/// A row-major table of f64.
pub(crate) struct Grid {
    pub(crate) values: Vec<f64>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Grid {
    pub(crate) fn new(values: Vec<f64>, rows: usize, columns: usize) -> Grid {
        debug_assert_eq!(values.len(), rows * columns);
        Grid {
            values,
            rows,
            columns,
        }
    }

    /// The identity matrix.
    pub(crate) fn eye(n: usize) -> Grid {
        let mut values = vec![0.0; n * n];
        values.iter_mut().step_by(n + 1).for_each(|v| *v = 1.0);
        Grid::new(values, n, n)
    }

    /// A table, or a vector as one column.
    fn of(x: &Tensor) -> Grid {
        let columns = if x.ndim() == 2 { x.shape()[1] } else { 1 };
        Grid::new(x.numbers(), x.shape()[0], columns)
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// row ← row - factor · other
    pub(crate) fn subtract(&mut self, row: usize, other: usize, factor: f64) {
        for j in 0..self.columns {
            self.values[row * self.columns + j] -= factor * self.values[other * self.columns + j];
        }
    }

    pub(crate) fn swap(&mut self, a: usize, b: usize) {
        for j in 0..self.columns {
            self.values.swap(a * self.columns + j, b * self.columns + j);
        }
    }

    /// What rounding alone leaves at some places is no more than this, tiny beside what was there.
    fn rounding(&self, places: impl Iterator<Item = (usize, usize)>) -> f64 {
        let largest = places.fold(0.0, |largest: f64, (i, j)| largest.max(self.at(i, j).abs()));
        largest * self.rows as f64 * f64::EPSILON
    }

    fn rounding_of_columns(&self) -> Vec<f64> {
        let column = |j| (0..self.rows).map(move |i| (i, j));
        (0..self.columns)
            .map(|j| self.rounding(column(j)))
            .collect()
    }

    fn tensor(self, shape: &[usize], dtype: DType) -> Tensor {
        let dtype = dtype.max(DType::F32);
        Tensor::from_values(self.values, Dims::from_slice(shape)).to_dtype(dtype)
    }
}

#[cold]
fn singular(op: &str, a: &Grid, column: usize) -> Error {
    Error::new(
        op,
        format!(
            "the matrix of shape [{}, {}] is singular: column {column} is a combination of those \
             before it",
            a.rows, a.columns
        ),
    )
    .help("remove the column, or add a small multiple of eye(n) to the normal equations")
}

/// Solves a x = b for x, which takes the place of b, by elimination with row exchange. Where a is
/// singular, the error is the first column that is a combination of those before it.
pub(crate) fn eliminate(a: &mut Grid, x: &mut Grid) -> Result<(), usize> {
    let n = a.rows;
    // A matrix whose rows or columns differ in scale is not singular for that.
    let row = |i| (0..n).map(move |j| (i, j));
    let mut of_row: Vec<f64> = (0..n).map(|i| a.rounding(row(i))).collect();
    let of_column = a.rounding_of_columns();
    for (k, &of_column) in of_column.iter().enumerate() {
        crate::host::check_interrupt();
        let pivot = (k..n).fold(k, |best, i| {
            if a.at(i, k).abs() > a.at(best, k).abs() {
                i
            } else {
                best
            }
        });
        // NaN is no pivot either.
        let tiny = of_row[pivot].min(of_column);
        if a.at(pivot, k).abs().partial_cmp(&tiny) != Some(std::cmp::Ordering::Greater) {
            return Err(k);
        }
        a.swap(k, pivot);
        x.swap(k, pivot);
        of_row.swap(k, pivot);
        for i in k + 1..n {
            let factor = a.at(i, k) / a.at(k, k);
            if factor != 0.0 {
                a.subtract(i, k, factor);
                x.subtract(i, k, factor);
            }
        }
    }
    back_substitute(a, x);
    Ok(())
}

/// Solves with the upper triangle of the first columns of `a`, as many as `x` has rows.
pub(crate) fn back_substitute(a: &Grid, x: &mut Grid) {
    for k in (0..x.rows).rev() {
        for j in 0..x.columns {
            x.values[k * x.columns + j] /= a.at(k, k);
        }
        for i in 0..k {
            x.subtract(i, k, a.at(i, k));
        }
    }
}

/// Reflects the columns of `a` below the diagonal to 0, and `x` along with them.
fn triangularise(a: &mut Grid, x: &mut Grid) -> Result<(), Error> {
    // Reflections leave the lengths of columns as they are, so each is measured by its own.
    let tiny = a.rounding_of_columns();
    for (k, tiny) in tiny.iter().enumerate() {
        crate::host::check_interrupt();
        let mut v: Vec<f64> = (k..a.rows).map(|i| a.at(i, k)).collect();
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        if norm.partial_cmp(tiny) != Some(std::cmp::Ordering::Greater) {
            return Err(singular("lstsq", a, k));
        }
        // The sign that avoids cancellation.
        v[0] += norm.copysign(v[0]);
        let square: f64 = v.iter().map(|v| v * v).sum();
        for grid in [&mut *a, &mut *x] {
            for j in 0..grid.columns {
                let dot: f64 = v
                    .iter()
                    .enumerate()
                    .map(|(i, v)| v * grid.at(k + i, j))
                    .sum();
                let factor = 2.0 * dot / square;
                for (i, v) in v.iter().enumerate() {
                    grid.values[(k + i) * grid.columns + j] -= factor * v;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn least_squares_leaves_no_slope() {
        manual_seed(2);
        let (a, b) = (randn(&[50, 4]).double(), randn(&[50, 1]).double());
        let residual = a.matmul(&a.lstsq(&b)) - &b;
        assert_close(&a.t().matmul(&residual), &zeros(&[4, 1]));
    }

    #[test]
    fn rows_and_columns_may_differ_in_scale() {
        let b = tensor_of(DType::F64, [1.0, 2.0]);
        let wide = tensor_of(DType::F64, [[1e17, 1.0], [1e17, 2.0]]);
        assert_close(wide.solve(&b), [0.0, 1.0]);
        assert_close(wide.lstsq(&b), [0.0, 1.0]);
        let high = tensor_of(DType::F64, [[1e-20, 2e-20], [1.0, 3.0]]);
        assert_close(high.solve(&tensor_of(DType::F64, [3e-20, 4.0])), [1.0, 1.0]);
        // Also where both scales differ, a multiple is one.
        for (row, column) in [(1.0, 1e17), (1e-20, 1.0), (1e9, 1e-9)] {
            let multiple = tensor_of(DType::F64, [[0.1 * column, 0.3], [0.2 * column, 0.6]]);
            let scaled = multiple * tensor_of(DType::F64, [[row], [1.0]]);
            let singular = || scaled.solve(&tensor_of(DType::F64, [1.0, 2.0]));
            assert!(
                std::panic::catch_unwind(singular).is_err(),
                "{row} {column}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "lstsq: the matrix of shape [3, 2] is singular: column 1")]
    fn equal_columns_say_so() {
        tensor([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]).lstsq(&tensor([1.0, 2.0, 3.0]));
    }

    #[test]
    #[should_panic(expected = "left is [2, 3], right is [2], with 2 rows and 3 columns")]
    fn shapes_are_named() {
        zeros(&[2, 3]).lstsq(&zeros(&[2]));
    }
}
