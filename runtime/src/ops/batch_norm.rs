//! Batch normalisation of channels.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, Number, with_real};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::ops::kernel::{pairwise_sum, squares_around};
use crate::ops::spec::{Case, Spec, other, positive, sample};
use crate::shape::{self, show};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

impl Tensor {
    /// Each channel (dim 1) with mean 0 and variance 1 over the batch and its places, then times
    /// the channel's weight and plus its bias.
    ///
    /// y = (x - mean) / √(var + eps) w + b with the variance Σ (x - mean)² / n;
    /// `[n, c, ..] -> [n, c, ..]`. Ioffe and Szegedy, "Batch normalization" (2015).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]);
    /// let y = x.batch_norm(&ones(&[2]), &zeros(&[2]), 1e-5);
    /// assert_close(&y, [[-1.2247427, -1.0190488], [0.0, -0.33968294], [1.2247427, 1.3587317]]);
    /// ```
    #[track_caller]
    pub fn batch_norm(&self, weight: &Tensor, bias: &Tensor, eps: f64) -> Tensor {
        check("batch_norm", self, Some(weight), Some(bias)).or_raise();
        let moments = Moments::of("batch_norm", self).or_raise();
        normalise(self, Some(weight), Some(bias), eps, moments)
    }
}

/// The mean and the variance (Σ (x - mean)² / n) of each channel.
#[derive(Clone)]
pub(crate) struct Moments {
    pub(crate) mean: Vec<f64>,
    pub(crate) variance: Vec<f64>,
    /// How many numbers each was computed of; 0 if they were given, and do not depend on the input.
    pub(crate) count: usize,
}

/// A tensor as `outer * channels` lines of `inner` numbers, of the channels in turn.
#[derive(Clone, Copy)]
struct Lines {
    outer: usize,
    channels: usize,
    inner: usize,
}

impl Lines {
    fn of(shape: &[usize]) -> Lines {
        Lines {
            outer: shape[0],
            channels: shape[1],
            inner: shape::numel(&shape[2..]),
        }
    }

    fn count(self) -> usize {
        self.outer * self.inner
    }

    /// Where the lines of a channel start.
    fn starts(self, channel: usize) -> impl Iterator<Item = usize> {
        (0..self.outer).map(move |i| (i * self.channels + channel) * self.inner)
    }

    /// `f` of each channel, in several threads where that is worth it.
    fn each<R: Send>(self, f: impl Fn(usize) -> R + Sync) -> Vec<R> {
        let parallel = self.channels * self.count() > 2 * GRAIN;
        threads::collect(self.channels, parallel, f)
    }
}

impl Moments {
    /// Of a batch, which needs two numbers for each channel.
    pub(crate) fn of(op: &str, x: &Tensor) -> Result<Moments, Error> {
        let lines = Lines::of(x.shape());
        if lines.count() == 1 {
            return Err(Error::new(
                op,
                format!(
                    "each channel needs more than one number while training, the input is {}",
                    show(x.shape())
                ),
            )
            .help(
                "a single number has no variance: train on larger batches, or call model.eval()",
            ));
        }
        let x = if x.dtype() == DType::F16 {
            x.detach().float()
        } else {
            x.clone()
        };
        let both = with_real!(x.dtype(), T => {
            let values = x.values::<T>();
            if lines.inner == 1 {
                column_moments::<T>(&values, lines)
            } else {
                lines.each(|channel| line_moments::<T>(&values, lines, channel))
            }
        });
        let (mean, variance) = both.into_iter().unzip();
        Ok(Moments {
            mean,
            variance,
            count: lines.count(),
        })
    }

    fn inverse(&self, eps: f64) -> Vec<f64> {
        let inverse = |v: &f64| 1.0 / (v + eps).sqrt();
        self.variance.iter().map(inverse).collect()
    }
}

fn line_moments<T: Number>(values: &[T], lines: Lines, channel: usize) -> (f64, f64) {
    let line = |at: usize| &values[at..at + lines.inner];
    let total: f64 = lines
        .starts(channel)
        .map(|at| pairwise_sum(line(at)).to_f64())
        .sum();
    let mean = total / lines.count() as f64;
    let near = T::from_f64(mean);
    // The mean in T is not quite the mean; what it misses is taken off the squares.
    let missed = mean - near.to_f64();
    let squares: f64 = lines
        .starts(channel)
        .map(|at| squares_around(line(at), near))
        .sum();
    (
        mean,
        (squares / lines.count() as f64 - missed * missed).max(0.0),
    )
}

fn column_moments<T: Number>(values: &[T], lines: Lines) -> Vec<(f64, f64)> {
    let mut mean = vec![0.0; lines.channels];
    let mut squares = vec![0.0; lines.channels];
    if lines.channels == 0 {
        return Vec::new();
    }
    let rows = || values.chunks_exact(lines.channels);
    simd::widest!({
        for row in rows() {
            mean.iter_mut()
                .zip(row)
                .for_each(|(sum, v)| *sum += v.to_f64());
        }
        mean.iter_mut().for_each(|sum| *sum /= lines.outer as f64);
        for row in rows() {
            for ((square, v), mean) in squares.iter_mut().zip(row).zip(&mean) {
                let d = v.to_f64() - mean;
                *square += d * d;
            }
        }
    });
    let variance = squares.iter().map(|square| square / lines.outer as f64);
    mean.iter().copied().zip(variance).collect()
}

/// Refuses inputs and parameters that do not fit.
pub(crate) fn check(
    op: &str,
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
) -> Result<(), Error> {
    let given = [("weight", weight), ("bias", bias)];
    let shapes = || {
        let one = |(name, t): &(&str, Option<&Tensor>)| {
            t.map(|t| format!(", the {name} {}", show(t.shape())))
        };
        let rest: String = given.iter().filter_map(one).collect();
        format!("the input is {}{rest}", show(x.shape()))
    };
    if x.ndim() < 2 {
        return Err(Error::new(
            op,
            format!("the input must be [n, channels, ..]: {}", shapes()),
        ));
    }
    if !x.dtype().is_float() {
        return Err(
            Error::new(op, format!("needs floats, not {}: {}", x.dtype(), shapes()))
                .help("x.float() makes f32 of it"),
        );
    }
    let channels = x.shape()[1];
    for (name, tensor) in given {
        if tensor.is_some_and(|t| t.shape() != [channels]) {
            return Err(Error::new(
                op,
                format!(
                    "the {name} must have one number for each of {channels} channels: {}",
                    shapes()
                ),
            ));
        }
    }
    Ok(())
}

/// Normalises by moments of this batch or by given ones; shapes are checked before.
#[track_caller]
pub(crate) fn normalise(
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
    moments: Moments,
) -> Tensor {
    let dtype = |t: Option<&Tensor>| t.map_or(DType::Bool, Tensor::dtype);
    let dtype = x.dtype().promote(dtype(weight)).promote(dtype(bias));
    let x = x.to_dtype(dtype);
    let ones = || crate::tensor::filled("batch_norm", &[moments.mean.len()], 1.0, dtype);
    let weight = weight.map_or_else(ones, |w| w.to_dtype(dtype));
    let op = BatchNorm {
        inverse: moments.inverse(eps),
        moments,
    };
    match bias {
        Some(bias) => Tensor::apply(op, &[&x, &weight, &bias.to_dtype(dtype)]),
        None => Tensor::apply(op, &[&x, &weight]),
    }
}

/// One op rather than a dozen, whose graph would keep as many copies of the input.
struct BatchNorm {
    moments: Moments,
    /// 1 / √(variance + eps)
    inverse: Vec<f64>,
}

/// `f(x, y, [a, b, c, d])` of each number of two tensors, with those of its channel.
fn spread<T: Number>(
    values: [&[T]; 2],
    lines: Lines,
    of_channel: [&[T]; 4],
    f: impl Fn(T, T, [T; 4]) -> T + Sync,
) -> Vec<T> {
    let [x, y] = values;
    let [a, b, c, d] = of_channel;
    let mut out = memory::buffer::<T>(x.len());
    let Lines {
        channels, inner, ..
    } = lines;
    if out.is_empty() {
        return out;
    }
    let unit = if inner == 1 { channels } else { inner };
    threads::pieces(&mut out, unit, GRAIN, |start, piece| {
        let part = start..start + piece.len();
        let (x, y) = (&x[part.clone()], &y[part]);
        simd::widest!({
            let rows = piece
                .chunks_exact_mut(unit)
                .zip(x.chunks_exact(unit).zip(y.chunks_exact(unit)));
            for (i, (target, (x, y))) in rows.enumerate() {
                if inner == 1 {
                    let (a, b, c, d) = (&a[..unit], &b[..unit], &c[..unit], &d[..unit]);
                    for (i, z) in target.iter_mut().enumerate() {
                        *z = f(x[i], y[i], [a[i], b[i], c[i], d[i]]);
                    }
                } else {
                    let channel = (start / unit + i) % channels;
                    let numbers = [a[channel], b[channel], c[channel], d[channel]];
                    for ((z, &x), &y) in target.iter_mut().zip(x).zip(y) {
                        *z = f(x, y, numbers);
                    }
                }
            }
        });
    });
    out
}

/// For each channel Σ dy and Σ dy (x - mean) / √(var + eps).
fn sums<T: Number>(
    x: &[T],
    dy: &[T],
    lines: Lines,
    mean: &[T],
    inverse: &[f64],
) -> Vec<(f64, f64)> {
    if lines.inner == 1 {
        let mut both = vec![(0.0, 0.0); lines.channels];
        if lines.channels == 0 {
            return both;
        }
        simd::widest!({
            let rows = x
                .chunks_exact(lines.channels)
                .zip(dy.chunks_exact(lines.channels));
            for (x, dy) in rows {
                for (((sums, x), g), mean) in both.iter_mut().zip(x).zip(dy).zip(mean) {
                    sums.0 += g.to_f64();
                    sums.1 += g.to_f64() * (*x - *mean).to_f64();
                }
            }
        });
        both.iter_mut()
            .zip(inverse)
            .for_each(|(sums, inverse)| sums.1 *= inverse);
        return both;
    }
    lines.each(|channel| {
        let mean = mean[channel];
        let (mut first, mut second) = (0.0, 0.0);
        for at in lines.starts(channel) {
            let range = at..at + lines.inner;
            let (a, b) = line_sums(&x[range.clone()], &dy[range], mean);
            first += a;
            second += b;
        }
        (first, second * inverse[channel])
    })
}

fn line_sums<T: Number>(x: &[T], dy: &[T], mean: T) -> (f64, f64) {
    simd::widest!({
        const LANES: usize = 16;
        let mut sums = [T::default(); LANES];
        let mut products = [T::default(); LANES];
        let (xs, x_rest) = x.as_chunks::<LANES>();
        let (gs, g_rest) = dy.as_chunks::<LANES>();
        for (x, g) in xs.iter().zip(gs) {
            for i in 0..LANES {
                sums[i] += g[i];
                products[i] += g[i] * (x[i] - mean);
            }
        }
        let (mut first, mut second) = (0.0, 0.0);
        for (&x, &g) in x_rest.iter().zip(g_rest) {
            first += g.to_f64();
            second += (g * (x - mean)).to_f64();
        }
        for (a, b) in sums.iter().zip(&products) {
            first += a.to_f64();
            second += b.to_f64();
        }
        (first, second)
    })
}

fn narrow<T: Element>(values: impl Iterator<Item = f64>) -> Vec<T> {
    values.map(T::from_f64).collect()
}

impl Op for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let lines = Lines::of(x[0].shape());
        Ok(with_real!(x[0].dtype(), T => {
            let (values, weight) = (x[0].values::<T>(), x[1].values::<T>());
            let bias = match x.get(2) {
                Some(bias) => bias.values::<T>().to_vec(),
                None => vec![0.0; lines.channels],
            };
            let mean = narrow::<T>(self.moments.mean.iter().copied());
            let scales = self.inverse.iter().zip(weight.iter());
            let scale = narrow::<T>(scales.map(|(inverse, w)| inverse * w.to_f64()));
            let out = spread::<T>(
                [&values, &values],
                lines,
                [&mean, &scale, &bias, &bias],
                |x, _, [mean, scale, bias, _]| (x - mean) * scale + bias,
            );
            Tensor::from_values(out, x[0].0.layout.shape.clone())
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        let lines = Lines::of(x.shape());
        let (dx, dw, db) = with_real!(x.dtype(), T => {
            let (x, dy) = (x.values::<T>(), grad.values::<T>());
            let mean = narrow::<T>(self.moments.mean.iter().copied());
            let sums = sums::<T>(&x, &dy, lines, &mean, &self.inverse);
            let dx = saved.needs(0).then(|| {
                let weight = saved.input(1).values::<T>();
                let scales = self.inverse.iter().zip(weight.iter());
                let scale: Vec<f64> = scales.map(|(inverse, w)| inverse * w.to_f64()).collect();
                // Given moments do not change with x.
                let part = if self.moments.count > 0 { 1.0 / self.moments.count as f64 } else { 0.0 };
                // dx = scale (dy - Σ dy / n - (x - mean) inverse² Σ dy (x - mean) / n)
                //    = scale dy - (x - mean) steep - flat
                let flat = narrow::<T>(scale.iter().zip(&sums).map(|(s, (sum, _))| s * sum * part));
                let steep = scale.iter().zip(&self.inverse).zip(&sums);
                let steep = narrow::<T>(steep.map(|((s, inverse), (_, sum))| s * inverse * sum * part));
                let scale = narrow::<T>(scale.into_iter());
                spread::<T>([&x, &dy], lines, [&mean, &scale, &steep, &flat], |x, g, [mean, scale, steep, flat]| {
                    g * scale - (x - mean) * steep - flat
                })
            });
            let dx = dx.map(|dx| Tensor::from_values(dx, saved.input(0).0.layout.shape.clone()));
            let dw = narrow::<T>(sums.iter().map(|(_, sum)| *sum));
            let db = narrow::<T>(sums.iter().map(|(sum, _)| *sum));
            (dx, Tensor::from_values(dw, &[lines.channels][..]), Tensor::from_values(db, &[lines.channels][..]))
        });
        let mut grads = vec![dx, saved.needs(1).then_some(dw)];
        if saved.count() == 3 {
            grads.push(saved.needs(2).then_some(db));
        }
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "batch_norm",
    math: "y = (x - mean) / √(var + eps) w + b, dx = w (dy - mean dy - z mean (dy z)) / √(var + eps), \
           dw = Σ dy z, db = Σ dy with z = (x - mean) / √(var + eps)",
    cases: || {
        let run = |x: &[Tensor]| x[0].batch_norm(&x[1], &x[2], 1e-5);
        let case = |label, shape: &[usize]| {
            let c = &shape[1..2];
            Case::new(label, &[sample(shape), other(c), sample(c)], run)
        };
        vec![
            case("table", &[4, 3]),
            case("lines", &[2, 3, 4]),
            case("images", &[2, 2, 3, 2]),
            case("one image", &[1, 2, 3, 2]),
            case("empty", &[3, 0]),
            Case::new(
                "given moments",
                &[sample(&[3, 2]), positive(&[2]), sample(&[2])],
                |x| {
                    let moments = Moments {
                        mean: vec![0.1, -0.2],
                        variance: vec![0.5, 2.0],
                        count: 0,
                    };
                    normalise(&x[0], Some(&x[1]), Some(&x[2]), 1e-3, moments)
                },
            ),
            Case::new("without parameters", &[sample(&[3, 2, 2])], |x| {
                let moments = Moments::of("batch_norm", &x[0]).or_raise();
                normalise(&x[0], None, None, 1e-3, moments)
            }),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| x[0].batch_norm(&x[1], &x[2], 1e-5);
        vec![
            Case::new("vector", &[sample(&[3]), sample(&[3]), sample(&[3])], run),
            Case::new(
                "weight",
                &[sample(&[2, 3]), sample(&[2]), sample(&[3])],
                run,
            ),
            Case::new(
                "bias",
                &[sample(&[2, 3]), sample(&[3]), sample(&[1, 3])],
                run,
            ),
            Case::new("one number", &[sample(&[1, 3])], |x| {
                x[0].batch_norm(&sample(&[3]), &sample(&[3]), 1e-5)
            }),
        ]
    },
};
