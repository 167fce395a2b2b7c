//! Drawing by probabilities.

use crate::error::{Error, OrRaise};
use crate::random::{Stream, checked, draw};
use crate::shape::{Dims, IntList, Ints, numel, show};
use crate::tensor::Tensor;

/// Ones with probability `p`, zeros otherwise.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let coins = bernoulli(0.25, &[10_000]);
/// assert_close_within(coins.mean().item(), 0.25, 0.02);
/// ```
#[track_caller]
pub fn bernoulli(p: f64, shape: impl Ints) -> Tensor {
    coins(p, &shape.ints())
}

#[track_caller]
fn coins(p: f64, shape: &IntList) -> Tensor {
    let shape = checked("bernoulli", shape);
    check_probability(p, &shape).or_raise();
    let count = numel(&shape);
    let values = draw(|s| {
        (0..count)
            .map(|_| f32::from(s.unit() < p))
            .collect::<Vec<f32>>()
    });
    Tensor::from_values(values, shape)
}

impl Tensor {
    /// Ones and zeros, where each element is the probability of a one.
    ///
    /// `[..] -> [..]`, with the type of the probabilities. Has no gradient.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([0.0, 1.0, 0.5]).bernoulli();
    /// assert_eq!((x.at(0), x.at(1)), (0.0, 1.0));
    /// ```
    #[track_caller]
    pub fn bernoulli(&self) -> Tensor {
        let x = self.detach();
        if !x.dtype().is_float() {
            Error::new(
                "bernoulli",
                format!(
                    "needs floats, the tensor of shape {} is {}",
                    show(x.shape()),
                    x.dtype()
                ),
            )
            .help("bernoulli(0.5, &[2, 3]) draws with one probability")
            .raise();
        }
        let chances = x.numbers();
        for &p in &chances {
            check_probability(p, x.shape()).or_raise();
        }
        let drawn = draw(|s| chances.iter().map(|&p| s.unit() < p).collect::<Vec<bool>>());
        Tensor::from_values(drawn, x.shape()).to_dtype(x.dtype())
    }
}

fn check_probability(p: f64, shape: &[usize]) -> Result<(), Error> {
    if (0.0..=1.0).contains(&p) {
        return Ok(());
    }
    Err(Error::new(
        "bernoulli",
        format!(
            "a probability lies between 0 and 1, {p} does not; the shape is {}",
            show(shape)
        ),
    )
    .help("x.sigmoid() makes probabilities of any numbers"))
}

/// `n` indices drawn by weights, for a vector of weights or each row of a table.
///
/// `[k] -> [n]`, `[rows, k] -> [rows, n]` of i64. The weights need not add up to 1. Without
/// replacement each index is drawn at most once, so at least `n` weights must be above 0.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let draws = multinomial(&tensor([1.0, 0.0, 3.0]), 1000, true);
/// assert_close_within(draws.eq(2).float().mean().item(), 0.75, 0.05);
/// assert_eq!(draws.eq(1).any().item(), 0.0);
/// ```
#[track_caller]
pub fn multinomial(weights: &Tensor, n: usize, replacement: bool) -> Tensor {
    let shape = weights.shape();
    let (rows, k) = match *shape {
        [k] => (1, k),
        [rows, k] => (rows, k),
        _ => Error::new(
            "multinomial",
            format!(
                "needs a vector or a table of weights, the shape is {}",
                show(shape)
            ),
        )
        .raise(),
    };
    let mut out_shape = Dims::from_slice(shape);
    out_shape[shape.len() - 1] = n;
    crate::tensor::checked_numel("multinomial", &out_shape).or_raise();
    let weights = weights.detach().numbers();
    for row in 0..rows {
        check_weights(&weights[row * k..(row + 1) * k], row, shape, n, replacement).or_raise();
    }
    let draw_row = |stream: &mut Stream, row: usize| {
        let weights = &weights[row * k..(row + 1) * k];
        if replacement {
            with_replacement(stream, weights, n)
        } else {
            without_replacement(stream, weights, n)
        }
    };
    let values = draw(|s| {
        (0..rows)
            .flat_map(|row| draw_row(s, row))
            .collect::<Vec<i64>>()
    });
    Tensor::from_values(values, out_shape)
}

fn check_weights(
    weights: &[f64],
    row: usize,
    shape: &[usize],
    n: usize,
    replacement: bool,
) -> Result<(), Error> {
    let fail = |why: String| {
        Error::new(
            "multinomial",
            format!("{why}; the shape is {}", show(shape)),
        )
    };
    if let Some(wrong) = weights.iter().find(|w| !w.is_finite() || **w < 0.0) {
        return Err(fail(format!(
            "a weight is finite and not negative, {wrong} in row {row} is not"
        ))
        .help("x.softmax(-1) makes weights of any numbers"));
    }
    let positive = weights.iter().filter(|&&w| w > 0.0).count();
    if n > 0 && positive == 0 {
        return Err(fail(format!("no weight in row {row} is above 0")));
    }
    if !replacement && n > positive {
        return Err(fail(format!(
            "{n} different indices cannot be drawn, since row {row} has {positive} weights above 0"
        ))
        .help("with replacement an index may be drawn again"));
    }
    Ok(())
}

fn with_replacement(stream: &mut Stream, weights: &[f64], n: usize) -> Vec<i64> {
    // By the largest, so that no sum overflows.
    let largest = weights.iter().fold(0.0_f64, |m, &w| m.max(w));
    let mut total = 0.0;
    let ends: Vec<f64> = weights
        .iter()
        .map(|w| {
            total += w / largest;
            total
        })
        .collect();
    // Rounding may take a draw to the very end: then it is the first index that reaches it.
    let last = ends.partition_point(|&end| end < total);
    let index = |unit: f64| ends.partition_point(|&end| end <= unit * total).min(last);
    (0..n).map(|_| index(stream.unit()) as i64).collect()
}

/// Each index waits for a time from the exponential distribution with its weight as rate; those
/// that come first are drawn one after the other as if the others were drawn from what is left.
fn without_replacement(stream: &mut Stream, weights: &[f64], n: usize) -> Vec<i64> {
    let mut times: Vec<(f64, i64)> = weights
        .iter()
        .zip(0..)
        .map(|(&w, i)| (-(1.0 - stream.unit()).ln(), w, i))
        .filter(|&(_, w, _)| w > 0.0)
        .map(|(time, w, i)| (time / w, i))
        .collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    times.into_iter().take(n).map(|(_, i)| i).collect()
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn rows_have_their_own_weights() {
        let weights = tensor([[0.0, 1.0, 0.0], [5.0, 0.0, 5.0]]);
        let draws = multinomial(&weights, 200, true);
        assert_eq!(draws.shape(), [2, 200]);
        assert_eq!(draws.select(0, 0).to_vec_i64(), [1; 200]);
        let second = draws.select(0, 1);
        assert_eq!(second.eq(1).count_nonzero().item(), 0.0);
        assert!((60.0..140.0).contains(&second.eq(0).count_nonzero().item()));
    }

    #[test]
    fn without_replacement_no_index_repeats() {
        manual_seed(3);
        let weights = tensor([1.0, 2.0, 0.0, 4.0]);
        let mut first = [0; 4];
        for _ in 0..2000 {
            let mut draw = multinomial(&weights, 3, false).to_vec_i64();
            first[draw[0] as usize] += 1;
            draw.sort_unstable();
            assert_eq!(draw, [0, 1, 3]);
        }
        // 2000 draws with probabilities 1/7, 2/7 and 4/7.
        assert!(
            (220..350).contains(&first[0]) && (1050..1240).contains(&first[3]),
            "{first:?}"
        );
    }

    #[test]
    fn weights_of_any_size() {
        let huge = tensor_of(DType::F64, [f64::MAX, f64::MAX]);
        assert!(multinomial(&huge, 5, true).max().item() <= 1.0);
        assert_eq!(multinomial(&huge, 0, false).shape(), [0]);
        assert_eq!(multinomial(&zeros(&[0, 3]), 2, true).shape(), [0, 2]);
        assert_eq!(multinomial(&tensor([0, 7]), 1, false).to_vec_i64(), [1]);
    }

    #[test]
    #[should_panic(
        expected = "multinomial: 3 different indices cannot be drawn, since row 0 has 2 weights above \
                    0; the shape is [3]"
    )]
    fn enough_weights_are_needed() {
        multinomial(&tensor([1.0, 0.0, 2.0]), 3, false);
    }

    #[test]
    #[should_panic(
        expected = "multinomial: a weight is finite and not negative, -1 in row 1 is not"
    )]
    fn weights_are_not_negative() {
        multinomial(&tensor([[1.0], [-1.0]]), 1, true);
    }

    #[test]
    #[should_panic(
        expected = "bernoulli: a probability lies between 0 and 1, 1.5 does not; the shape is [2]"
    )]
    fn probabilities_are_checked() {
        tensor([0.5, 1.5]).bernoulli();
    }
}
