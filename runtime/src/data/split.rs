//! Data set aside for testing.

use crate::error::{Error, OrRaise};
use crate::metrics::classes;
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
    let test = test_rows("train_test_split", x, y, test_size);
    let order = random::draw(|stream| stream.permutation(x.len()));
    let (test, train) = order.split_at(test);
    parts(x, y, train, test)
}

/// As [`train_test_split`], with the same share of every class on both sides.
///
/// `y` has classes, `[n]` or `[n, 1]`; each needs at least two examples.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = wine();
/// let (_, _, y_train, y_test) = stratified_split(&data.x, &data.y, 0.2);
/// assert_eq!(y_train.bincount(3).to_vec_i64(), [47, 57, 38]);
/// assert_eq!(y_test.bincount(3).to_vec_i64(), [12, 14, 10]);
/// ```
#[track_caller]
pub fn stratified_split(
    x: &Tensor,
    y: &Tensor,
    test_size: f64,
) -> (Tensor, Tensor, Tensor, Tensor) {
    let op = "stratified_split";
    let test = test_rows(op, x, y, test_size);
    let classes = classes::labels(op, "the target", y).or_raise();
    let mut groups = groups(&classes);
    let smallest = groups.iter().min_by_key(|group| group.len());
    if let Some(group) = smallest.filter(|group| group.len() < 2) {
        let class = classes[group[0]];
        Error::new(
            op,
            format!("class {class} has one example, which cannot be on both sides"),
        )
        .raise();
    }
    if groups.len() > test.min(x.len() - test) {
        Error::new(
            op,
            format!(
                "{} classes need as many rows on both sides, there are {} and {test}",
                groups.len(),
                x.len() - test
            ),
        )
        .raise();
    }
    // The larger side takes its shares first, as in scikit-learn.
    let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
    let train_shares = shares(&sizes, x.len() - test);
    let (mut train_rows, mut test_rows) = (Vec::new(), Vec::new());
    random::draw(|stream| {
        for (group, &share) in groups.iter_mut().zip(&train_shares) {
            stream.shuffle(group);
            train_rows.extend_from_slice(&group[..share]);
            test_rows.extend_from_slice(&group[share..]);
        }
        stream.shuffle(&mut train_rows);
        stream.shuffle(&mut test_rows);
    });
    parts(x, y, &train_rows, &test_rows)
}

/// The rows of each class, the lowest class first.
pub(super) fn groups(classes: &[i64]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by_key(|&i| classes[i]);
    let same = |a: &usize, b: &usize| classes[*a] == classes[*b];
    order.chunk_by(same).map(<[usize]>::to_vec).collect()
}

/// How many of `draws` each group gets, in proportion to its size; what is left over goes to the
/// largest remainders.
fn shares(sizes: &[usize], draws: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let mut shares: Vec<usize> = sizes.iter().map(|size| size * draws / total).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(sizes[i] * draws % total));
    let left = draws - shares.iter().sum::<usize>();
    order.iter().take(left).for_each(|&i| shares[i] += 1);
    shares
}

/// How many rows are set aside.
#[track_caller]
fn test_rows(op: &str, x: &Tensor, y: &Tensor, test_size: f64) -> usize {
    if x.ndim() == 0 || y.ndim() == 0 || x.len() != y.len() {
        Error::new(
            op,
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
            op,
            format!("a test size of {test_size} leaves nothing on one side of {rows} rows"),
        )
        .help("0.2 sets a fifth aside")
        .raise();
    }
    test as usize
}

fn parts(
    x: &Tensor,
    y: &Tensor,
    train: &[usize],
    test: &[usize],
) -> (Tensor, Tensor, Tensor, Tensor) {
    (
        x.take_rows(train),
        x.take_rows(test),
        y.take_rows(train),
        y.take_rows(test),
    )
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn rows_stay_together() {
        let x = arange(0.0, 150.0, 1.0);
        let (x_train, x_test, y_train, y_test) = stratified_split(&x, &iris().y, 0.2);
        let class = |x: &Tensor| (x / 50.0).floor().long();
        assert_eq!(class(&x_train).to_vec_i64(), y_train.to_vec_i64());
        assert_eq!(class(&x_test).to_vec_i64(), y_test.to_vec_i64());
        let mut all = cat(&[&x_train, &x_test], 0).to_vec_i64();
        all.sort_unstable();
        assert_eq!(all, (0..150).collect::<Vec<i64>>());
        // And in random order.
        assert_ne!(y_train.sort(0).0.to_vec_i64(), y_train.to_vec_i64());
    }

    #[test]
    #[should_panic(expected = "stratified_split: class 7 has one example")]
    fn a_class_needs_two_examples() {
        stratified_split(&zeros(&[5]), &tensor([0, 0, 7, 0, 0]), 0.4);
    }

    #[test]
    #[should_panic(
        expected = "train_test_split: a test size of 0.999 leaves nothing on one side of 5 rows"
    )]
    fn both_sides_have_rows() {
        train_test_split(&zeros(&[5]), &zeros(&[5]), 0.999);
    }
}
