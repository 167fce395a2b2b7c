//! A border that continues a tensor.

use crate::error::{Error, OrRaise};
use crate::ops::pad::pairs;
use crate::shape::{Dims, IntList, Ints, show};
use crate::tensor::{Tensor, checked_numel};

impl Tensor {
    /// A border of the tensor's own elements: "reflect", "replicate" or "circular".
    ///
    /// The pads are those of [`Tensor::pad`]. The row `a b c`, two more on either side, becomes
    /// `c b a b c b a` by "reflect", `a a a b c c c` by "replicate", `b c a b c a b` by "circular".
    /// dx = dy, added over every place that shows the element. A border that reflects is smaller
    /// than its dim, a circular one at most as large, and none is negative.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0, 3.0]);
    /// assert_close(&x.pad_mode(&[2, 1], "reflect"), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    /// assert_close(&x.pad_mode(&[2, 1], "replicate"), [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
    /// assert_close(&x.pad_mode(&[2, 1], "circular"), [2.0, 3.0, 1.0, 2.0, 3.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn pad_mode(&self, pads: impl Ints, mode: &str) -> Tensor {
        pad_mode(self, &pads.ints(), mode)
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Reflect,
    Replicate,
    Circular,
}

impl Mode {
    fn named(name: &str) -> Option<Mode> {
        match name {
            "reflect" => Some(Mode::Reflect),
            "replicate" => Some(Mode::Replicate),
            "circular" => Some(Mode::Circular),
            _ => None,
        }
    }

    /// The widest border of a dim; only an empty dim cannot be replicated at all.
    fn limit(self, size: usize) -> usize {
        match self {
            Mode::Reflect => size.saturating_sub(1),
            Mode::Circular => size,
            Mode::Replicate if size == 0 => 0,
            Mode::Replicate => isize::MAX as usize / 4,
        }
    }

    /// The element of a dim that stands at a place inside or outside of it.
    fn source(self, place: isize, size: isize) -> isize {
        let last = size - 1;
        match self {
            Mode::Reflect if place < 0 => -place,
            Mode::Reflect if place > last => 2 * last - place,
            Mode::Reflect => place,
            Mode::Replicate => place.clamp(0, last),
            Mode::Circular => place.rem_euclid(size),
        }
    }
}

#[track_caller]
fn pad_mode(x: &Tensor, pads: &IntList, name: &str) -> Tensor {
    let pads = pairs(x.shape(), pads.as_slice()).or_raise();
    let mode = Mode::named(name).ok_or_else(|| unknown(x, name)).or_raise();
    let mut padded = Dims::new();
    for (dim, (&size, &(before, after))) in x.shape().iter().zip(&pads).enumerate() {
        for pad in [before, after] {
            check(x, mode, name, dim, pad).or_raise();
        }
        padded.push(size + before as usize + after as usize);
    }
    checked_numel("pad", &padded).or_raise();
    if pads.iter().all(|&pads| pads == (0, 0)) {
        return x.copy();
    }
    let around = pads.iter().enumerate().filter(|(_, pads)| **pads != (0, 0));
    around.fold(x.clone(), |x, (dim, &(before, after))| {
        let size = x.shape()[dim] as isize;
        let places = -before..size + after;
        let sources: Vec<i64> = places.map(|i| mode.source(i, size) as i64).collect();
        let count = sources.len();
        x.index_select(
            dim,
            &Tensor::from_values(sources, Dims::from_slice(&[count])),
        )
    })
}

fn check(x: &Tensor, mode: Mode, name: &str, dim: usize, pad: isize) -> Result<(), Error> {
    let limit = mode.limit(x.shape()[dim]);
    let wrong = |why: String| {
        Error::new(
            "pad",
            format!(
                "a pad of {pad} in dim {dim} {why}: the mode is {name}, the shape {}",
                show(x.shape())
            ),
        )
    };
    if pad < 0 {
        return Err(wrong("is negative".to_owned()).help("x.pad(..) and x.i(..) cut off"));
    }
    if pad.unsigned_abs() > limit {
        return Err(wrong(format!("is more than {limit}")));
    }
    Ok(())
}

fn unknown(x: &Tensor, name: &str) -> Error {
    let error = Error::new(
        "pad",
        format!(
            "there is no mode {name:?}, the shape is {}",
            show(x.shape())
        ),
    );
    error.help(if name == "constant" {
        "x.pad_value(&pads, value)"
    } else {
        "the modes are \"reflect\", \"replicate\" and \"circular\""
    })
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::sample;
    use crate::prelude::*;

    #[test]
    fn images_are_continued_on_all_sides() {
        let x = tensor([[1, 2], [3, 4]]);
        let around = |mode| x.pad_mode(&[1, 1, 1, 0], mode);
        assert_eq!(
            around("reflect").to_vec_i64(),
            [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3]
        );
        assert_eq!(
            around("replicate").to_vec_i64(),
            [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4]
        );
        assert_eq!(
            around("circular").to_vec_i64(),
            [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3]
        );
        assert!(!x.pad_mode(&[0, 0], "reflect").shares_memory(&x));
        assert_eq!(zeros(&[0, 2]).pad_mode(&[1, 1], "reflect").shape(), [0, 4]);
    }

    #[test]
    fn gradients_are_added() {
        let x = sample(&[2, 3]);
        for mode in ["reflect", "replicate", "circular"] {
            gradcheck(|x| x[0].pad_mode(&[2, 1, 0, 1], mode), &[&x]);
            gradcheck(|x| x[0].t().pad_mode(&[1, 1, 2, 2], mode), &[&x]);
        }
    }

    #[track_caller]
    fn check(shape: &[usize], pads: &[isize], mode: &str, expected: &str) {
        let x = zeros(shape);
        let run = std::panic::AssertUnwindSafe(|| x.pad_mode(pads, mode));
        let payload = std::panic::catch_unwind(run).expect_err("should panic");
        let text = payload.downcast_ref::<String>().map(String::as_str);
        assert_eq!(text, Some(expected));
    }

    #[test]
    fn limits_are_those_of_pytorch() {
        check(
            &[2, 3],
            &[3, 0],
            "reflect",
            "pad: a pad of 3 in dim 1 is more than 2: the mode is reflect, the shape [2, 3]",
        );
        check(
            &[2, 3],
            &[4, 0],
            "circular",
            "pad: a pad of 4 in dim 1 is more than 3: the mode is circular, the shape [2, 3]",
        );
        check(
            &[0],
            &[0, 1],
            "replicate",
            "pad: a pad of 1 in dim 0 is more than 0: the mode is replicate, the shape [0]",
        );
        check(
            &[2],
            &[-1, 0],
            "replicate",
            "pad: a pad of -1 in dim 0 is negative: the mode is replicate, the shape [2]\n\
             help: x.pad(..) and x.i(..) cut off",
        );
        check(
            &[2],
            &[1, 0],
            "constant",
            "pad: there is no mode \"constant\", the shape is [2]\nhelp: x.pad_value(&pads, value)",
        );
        check(
            &[2],
            &[1],
            "reflect",
            "pad: the pads come in pairs, at most one for each dim: the shape is [2], the pads [1]\n\
             help: x.pad(&[left, right, top, bottom]) begins with the last dim",
        );
    }
}
