//! Data set aside for testing.

use crate::error::Error;
use crate::random;
use crate::tensor::Tensor;

/// Splits rows at random into training and test data: `(x_train, x_test, y_train, y_test)`.
///
/// `test_size` is a fraction, and the number of test rows is rounded up
/// (`sklearn.model_selection.train_test_split`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let (x, y) = (arange(0.0, 10.0, 1.0), arange(0.0, 10.0, 1.0));
/// let (x_train, x_test, y_train, y_test) = train_test_split(&x, &y, 0.25);
/// assert_eq!((x_train.len(), x_test.len()), (7, 3));
/// assert_close(&x_test, &y_test);
/// assert_close((x_train.sum() + y_test.sum()).item(), 45.0);
/// ```
#[track_caller]
pub fn train_test_split(
    x: &Tensor,
    y: &Tensor,
    test_size: f64,
) -> (Tensor, Tensor, Tensor, Tensor) {
    if x.ndim() == 0 || y.ndim() == 0 || x.len() != y.len() {
        Error::new(
            "train_test_split",
            format!(
                "both need as many rows: x is {:?}, y is {:?}",
                x.shape(),
                y.shape()
            ),
        )
        .raise();
    }
    let rows = x.len();
    let test = (test_size * rows as f64).ceil();
    if !(test_size > 0.0 && test_size < 1.0) || test as usize >= rows {
        Error::new(
            "train_test_split",
            format!("a test size of {test_size} leaves nothing on one side of {rows} rows"),
        )
        .help("0.2 sets a fifth aside")
        .raise();
    }
    let order = random::draw(|stream| stream.permutation(rows));
    let (test, train) = order.split_at(test as usize);
    (
        x.take_rows(train),
        x.take_rows(test),
        y.take_rows(train),
        y.take_rows(test),
    )
}
