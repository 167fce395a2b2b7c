//! Data sets that are made, and differ with every seed.
//!
//! All follow `manual_seed`. Those with classes have about as many examples of each, in random
//! order.

use std::f64::consts::{PI, TAU};

use crate::data::Examples;
use crate::error::Error;
use crate::random::{self, Stream};
use crate::shape::show;
use crate::tensor::Tensor;

/// Points of a plane with a linear function and noise: y = x w + b + noise.
///
/// `w` has a weight for each feature, `[k]` or `[k, 1]`; `x` is `[n, k]` from the normal
/// distribution, `y` is `[n, 1]`, and `noise` the standard deviation of what is added. d2l's
/// synthetic regression data have w = [2, -3.4], b = 4.2 and noise 0.01.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_linear(1000, &tensor([2.0, -3.4]), 4.2, 0.01);
/// let error = &data.y - (data.x.matmul(&tensor([[2.0], [-3.4]])) + 4.2);
/// assert_close_within(error.std().item(), 0.01, 0.001);
/// ```
#[track_caller]
pub fn make_linear(n: usize, w: &Tensor, b: f64, noise: f64) -> Examples {
    let weights = match w.shape() {
        [_] | [_, 1] if !w.is_empty() => w.to_vec_f64(),
        shape => Error::new(
            "make_linear",
            format!(
                "w needs a weight for each feature, [k] or [k, 1], the shape is {}",
                show(shape)
            ),
        )
        .raise(),
    };
    check("make_linear", noise);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    random::draw(|stream| {
        for _ in 0..n {
            let mut sum = b;
            for weight in &weights {
                let value = normal(stream) as f32;
                sum += f64::from(value) * weight;
                x.push(value);
            }
            y.push((sum + noise * normal(stream)) as f32);
        }
    });
    numbers("linear data", x, y, weights.len())
}

/// Corners of a square with noise, and whether exactly one of the two bits is set.
///
/// `x` is `[n, 2]`: two random bits, and normal noise of the standard deviation `noise` added to
/// each; `y` is `[n]`, the exclusive or of the bits. No straight line tells the classes apart.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_xor(200, 0.1);
/// let bits = data.x.gt(0.5).long();
/// let xor = bits.select(1, 0).ne(&bits.select(1, 1)).long();
/// assert!(accuracy(&xor, &data.y) > 0.99);
/// ```
#[track_caller]
pub fn make_xor(n: usize, noise: f64) -> Examples {
    check("make_xor", noise);
    classes("xor", &["0", "1"], n, |_, stream| {
        let (a, b) = (stream.below(2), stream.below(2));
        (
            jittered([a as f64, b as f64], noise, stream),
            (a ^ b) as usize,
        )
    })
}

/// Points of the unit square on both sides of a line, none nearer to it than half of `margin`.
///
/// `x` is `[n, 2]`, `y` is `[n]`: 1 above the line x1 + x2 = 1. A perceptron learns it exactly.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_separable(100, 0.1);
/// let above = (data.x.sum_dim(1)).gt(1.0).long();
/// assert_eq!(accuracy(&above, &data.y), 1.0);
/// ```
#[track_caller]
pub fn make_separable(n: usize, margin: f64) -> Examples {
    if !(0.0..=1.0).contains(&margin) {
        Error::new(
            "make_separable",
            format!("the margin must be 0 to 1, it is {margin}"),
        )
        .raise();
    }
    classes("separable points", &["below", "above"], n, |i, stream| {
        loop {
            let point = [stream.unit(), stream.unit()];
            // The distance from the line, positive above it.
            let distance = (point[0] + point[1] - 1.0) / 2.0_f64.sqrt();
            let class = usize::from(distance > 0.0);
            // Alternating classes come out equally often, whatever the margin.
            if distance.abs() > margin / 2.0 && class == i % 2 {
                return (point, class);
            }
        }
    })
}

/// Two half circles that reach into each other (scikit-learn's `make_moons`).
///
/// `x` is `[n, 2]`, `y` is `[n]`; `noise` is the standard deviation of what is added.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_moons(100, 0.1);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [50, 50]);
/// ```
#[track_caller]
pub fn make_moons(n: usize, noise: f64) -> Examples {
    check("make_moons", noise);
    classes("moons", &["upper", "lower"], n, |i, stream| {
        let class = i % 2;
        let angle = PI * place(i / 2, n.div_ceil(2));
        let (sin, cos) = angle.sin_cos();
        let point = if class == 0 {
            [cos, sin]
        } else {
            [1.0 - cos, 0.5 - sin]
        };
        (jittered(point, noise, stream), class)
    })
}

/// A circle in a larger one (scikit-learn's `make_circles`, with `factor` 0.5).
///
/// `x` is `[n, 2]`: radius 1 is class 0, radius 1/2 class 1; `noise` is the standard deviation of
/// what is added.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_circles(100, 0.05);
/// let inside = data.x.square().sum_dim(1).lt(0.75 * 0.75).long();
/// assert!(accuracy(&inside, &data.y) > 0.95);
/// ```
#[track_caller]
pub fn make_circles(n: usize, noise: f64) -> Examples {
    check("make_circles", noise);
    classes("circles", &["outer", "inner"], n, |i, stream| {
        let class = i % 2;
        let (sin, cos) = (TAU * (i / 2) as f64 / n.div_ceil(2) as f64).sin_cos();
        let radius = if class == 0 { 1.0 } else { 0.5 };
        (jittered([radius * cos, radius * sin], noise, stream), class)
    })
}

/// Arms that wind around the origin, one for each of `k` classes.
///
/// `x` is `[n, 2]`, within a radius of 1 before noise; every arm turns once around.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_spirals(300, 3, 0.02);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [100, 100, 100]);
/// ```
#[track_caller]
pub fn make_spirals(n: usize, k: usize, noise: f64) -> Examples {
    check("make_spirals", noise);
    at_least_one("make_spirals", k);
    classes("spirals", &numbered(k), n, |i, stream| {
        let (class, place) = (i % k, place(i / k, n.div_ceil(k)));
        let (sin, cos) = (TAU * (place + class as f64 / k as f64)).sin_cos();
        (jittered([place * cos, place * sin], noise, stream), class)
    })
}

/// Clouds of points, one around each of `k` centres (as scikit-learn's `make_blobs`).
///
/// `x` is `[n, 2]`; the centres are uniform in the square from -10 to 10, the clouds normal with
/// the standard deviation `std`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(1);
/// let data = make_blobs(90, 3, 1.0);
/// assert_eq!(data.y.bincount(0).to_vec_i64(), [30, 30, 30]);
/// ```
#[track_caller]
pub fn make_blobs(n: usize, k: usize, std: f64) -> Examples {
    check("make_blobs", std);
    at_least_one("make_blobs", k);
    let side = || random::draw(|stream| 20.0 * stream.unit() - 10.0);
    let centres: Vec<[f64; 2]> = (0..k).map(|_| [side(), side()]).collect();
    classes("blobs", &numbered(k), n, |i, stream| {
        (jittered(centres[i % k], std, stream), i % k)
    })
}

/// Points of a sine curve with noise: y = sin x + noise, over two periods.
///
/// `x` is `[n, 1]`, evenly spaced from 0 to 4π, `y` is `[n, 1]`; `noise` is the standard deviation
/// of what is added. The rows are in order, so windows of `y` are a series to forecast.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_sine(200, 0.0);
/// assert_close_within(&data.y, &data.x.sin(), 1e-5);
/// ```
#[track_caller]
pub fn make_sine(n: usize, noise: f64) -> Examples {
    check("make_sine", noise);
    let x: Vec<f32> = (0..n).map(|i| (2.0 * TAU * place(i, n)) as f32).collect();
    let y = random::draw(|stream| {
        let value = |&x: &f32| (f64::from(x).sin() + noise * normal(stream)) as f32;
        x.iter().map(value).collect()
    });
    numbers("sine", x, y, 1)
}

/// Sequences of bits, and how many of them are set.
///
/// `x` is `[n, length]` of 0 and 1, each 1 with probability `p`; `y` is `[n, 1]`, the sum of a
/// row. A recurrent network with both weights 1 solves it; `x.unsqueeze(2)` is the
/// `[n, length, 1]` that such layers take.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let data = make_counting(64, 10, 0.7);
/// assert_eq!(data.x.shape(), [64, 10]);
/// assert_close(&data.x.sum_dim(1), &data.y.flatten());
/// ```
#[track_caller]
pub fn make_counting(n: usize, length: usize, p: f64) -> Examples {
    if !(0.0..=1.0).contains(&p) {
        Error::new(
            "make_counting",
            format!("a probability is 0 to 1, it is {p}"),
        )
        .raise();
    }
    at_least_one("make_counting", length);
    let x: Vec<f32> = random::draw(|stream| {
        let bit = |_| f32::from(u8::from(stream.unit() < p));
        (0..n * length).map(bit).collect()
    });
    let y = x.chunks(length).map(|bits| bits.iter().sum()).collect();
    numbers("counting bits", x, y, length)
}

/// How far along a line the point i of n is, 0 to 1 with both ends.
fn place(i: usize, n: usize) -> f64 {
    i as f64 / n.saturating_sub(1).max(1) as f64
}

fn normal(stream: &mut Stream) -> f64 {
    stream.normal_pair().0
}

fn jittered(point: [f64; 2], noise: f64, stream: &mut Stream) -> [f64; 2] {
    let (a, b) = stream.normal_pair();
    [point[0] + noise * a, point[1] + noise * b]
}

#[track_caller]
fn check(op: &str, noise: f64) {
    if !(noise >= 0.0 && noise.is_finite()) {
        Error::new(op, format!("the noise must be 0 or above, it is {noise}")).raise();
    }
}

#[track_caller]
fn at_least_one(op: &str, k: usize) {
    if k == 0 {
        Error::new(op, "needs at least 1, not 0").raise();
    }
}

fn numbered(k: usize) -> Vec<String> {
    (0..k).map(|class| class.to_string()).collect()
}

/// `n` points with their classes, in random order.
fn classes(
    name: &str,
    class_names: &[impl AsRef<str>],
    n: usize,
    mut example: impl FnMut(usize, &mut Stream) -> ([f64; 2], usize),
) -> Examples {
    let points: Vec<([f64; 2], usize)> = random::draw(|stream| {
        let order = stream.permutation(n);
        order.into_iter().map(|i| example(i, stream)).collect()
    });
    let x: Vec<f32> = points
        .iter()
        .flat_map(|(p, _)| p.map(|v| v as f32))
        .collect();
    let y: Vec<i64> = points.iter().map(|&(_, class)| class as i64).collect();
    Examples {
        name: name.to_owned(),
        x: Tensor::from_values(x, [n, 2].as_slice()),
        y: Tensor::from_values(y, [n].as_slice()),
        feature_names: features(2),
        target_name: "class".to_owned(),
        class_names: class_names
            .iter()
            .map(|name| name.as_ref().to_owned())
            .collect(),
    }
}

fn numbers(name: &str, x: Vec<f32>, y: Vec<f32>, k: usize) -> Examples {
    let n = y.len();
    Examples {
        name: name.to_owned(),
        x: Tensor::from_values(x, [n, k].as_slice()),
        y: Tensor::from_values(y, [n, 1].as_slice()),
        feature_names: features(k),
        target_name: "y".to_owned(),
        class_names: Vec::new(),
    }
}

fn features(k: usize) -> Vec<String> {
    if k == 1 {
        return vec!["x".to_owned()];
    }
    (1..=k).map(|i| format!("x{i}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn empty_and_odd_numbers_are_fine() {
        for n in [0, 1, 2, 7] {
            let all = [
                make_linear(n, &tensor([1.0]), 0.0, 0.1),
                make_xor(n, 0.1),
                make_separable(n, 0.2),
                make_moons(n, 0.0),
                make_circles(n, 0.0),
                make_spirals(n, 3, 0.0),
                make_blobs(n, 3, 1.0),
                make_sine(n, 0.1),
                make_counting(n, 4, 0.5),
            ];
            for data in all {
                assert_eq!((data.x.len(), data.y.len()), (n, n), "{}", data.name);
                assert!(
                    data.x.to_vec().iter().all(|v| v.is_finite()),
                    "{}",
                    data.name
                );
                assert!(data.mime_bundle().get("text/html").is_some());
            }
        }
    }

    #[test]
    fn shapes_are_where_they_should_be() {
        let radius = |data: &Examples| data.x.square().sum_dim(1).sqrt();
        let circles = make_circles(50, 0.0);
        let expected = 1.0 - circles.y.float() * 0.5;
        assert_close(&radius(&circles), &expected);
        let spirals = make_spirals(99, 3, 0.0);
        assert_close(radius(&spirals).max(), 1.0);
        let moons = make_moons(100, 0.0);
        assert_close(moons.x.select(1, 1).max(), 0.99948622);
        assert_close(moons.x.select(1, 0).max(), 2.0);
    }

    #[test]
    #[should_panic(expected = "make_moons: the noise must be 0 or above, it is -1")]
    fn noise_is_not_negative() {
        make_moons(10, -1.0);
    }
}
