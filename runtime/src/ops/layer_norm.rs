//! Layer normalisation: each sample by its own mean and variance.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Number, with_real};
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::ops::spec::{Case, Spec, other, sample};
use crate::shape::{self, Dims, show};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

impl Tensor {
    /// Each sample with mean 0 and variance 1 over the last dims, which are those of the weight,
    /// then times the weight and plus the bias.
    ///
    /// y = (x - mean) / √(var + eps) w + b with the variance Σ (x - mean)² / k;
    /// `[.., k] -> [.., k]`. Ba, Kiros and Hinton, "Layer normalization" (2016).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 9.0]]);
    /// let y = x.layer_norm(&ones(&[3]), &zeros(&[3]), 0.0);
    /// assert_close(&y, [[-1.2247449, 0.0, 1.2247449], [-0.70710678, -0.70710678, 1.4142136]]);
    /// ```
    #[track_caller]
    pub fn layer_norm(&self, weight: &Tensor, bias: &Tensor, eps: f64) -> Tensor {
        layer_norm(self, weight.shape(), Some(weight), Some(bias), eps)
    }
}

/// As the method, with or without w and b.
#[track_caller]
pub(crate) fn layer_norm(
    x: &Tensor,
    normalised: &[usize],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Tensor {
    check(x, normalised, weight, bias).or_raise();
    let dtype = |t: Option<&Tensor>| t.map_or(DType::Bool, Tensor::dtype);
    let dtype = x.dtype().promote(dtype(weight)).promote(dtype(bias));
    let x = x.to_dtype(dtype);
    let length = shape::numel(normalised);
    let ones = || crate::tensor::filled("layer_norm", normalised, 1.0, dtype);
    let weight = weight.map_or_else(ones, |w| w.to_dtype(dtype));
    let op = LayerNorm { length, eps };
    match bias {
        Some(bias) => Tensor::apply(op, &[&x, &weight, &bias.to_dtype(dtype)]),
        None => Tensor::apply(op, &[&x, &weight]),
    }
}

fn check(
    x: &Tensor,
    normalised: &[usize],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
) -> Result<(), Error> {
    let bad = |t: Option<&Tensor>| t.is_some_and(|t| t.shape() != normalised);
    if x.shape().ends_with(normalised) && !normalised.is_empty() && !bad(weight) && !bad(bias) {
        return if x.dtype().is_float() {
            Ok(())
        } else {
            let error = format!(
                "needs floats, the input of shape {} is {}",
                show(x.shape()),
                x.dtype()
            );
            Err(Error::new("layer_norm", error).help("x.float() makes f32 of it"))
        };
    }
    let one = |name: &str, t: Option<&Tensor>| {
        t.map_or(String::new(), |t| {
            format!(", the {name} {}", show(t.shape()))
        })
    };
    Err(Error::new(
        "layer_norm",
        format!(
            "the last dims of the input must be {}: the input is {}{}{}",
            show(normalised),
            show(x.shape()),
            one("weight", weight),
            one("bias", bias)
        ),
    ))
}

/// One op rather than ten, whose graph would keep as many copies of the input.
struct LayerNorm {
    length: usize,
    eps: f64,
}

impl LayerNorm {
    /// The mean of a line and 1 / √(variance + eps), in two passes over what lies in the cache.
    #[inline(always)]
    fn moments<T: Number>(&self, line: &[T]) -> (T, f64) {
        let count = line.len() as f64;
        let mean = T::from_f64(lanes(line, |v| v) / count);
        let variance = lanes(line, |v| (v - mean) * (v - mean)) / count;
        (mean, 1.0 / (variance + self.eps).sqrt())
    }
}

/// The sum of `f` of each number, side by side.
#[inline(always)]
fn lanes<T: Number>(values: &[T], f: impl Fn(T) -> T) -> f64 {
    const LANES: usize = 16;
    let mut sums = [T::default(); LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, &v) in sums.iter_mut().zip(chunk) {
            *sum += f(v);
        }
    }
    let rest: f64 = rest.iter().map(|&v| f(v).to_f64()).sum();
    sums.iter().fold(rest, |total, sum| total + sum.to_f64())
}

/// Σ g (x - mean)
#[inline(always)]
fn products<T: Number>(g: &[T], x: &[T], mean: T) -> f64 {
    const LANES: usize = 16;
    let mut sums = [T::default(); LANES];
    let (gs, g_rest) = g.as_chunks::<LANES>();
    let (xs, x_rest) = x.as_chunks::<LANES>();
    for (g, x) in gs.iter().zip(xs) {
        for i in 0..LANES {
            sums[i] += g[i] * (x[i] - mean);
        }
    }
    let rest = g_rest.iter().zip(x_rest);
    let rest: f64 = rest.map(|(&g, &x)| (g * (x - mean)).to_f64()).sum();
    sums.iter().fold(rest, |total, sum| total + sum.to_f64())
}

/// How many lines a part of the sums over all lines takes; fixed, so that the result does not
/// depend on the number of threads.
const PART: usize = 64;

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(with_real!(x[0].dtype(), T => {
            let (values, weight) = (x[0].values::<T>(), x[1].values::<T>());
            let bias = match x.get(2) {
                Some(bias) => bias.values::<T>().to_vec(),
                None => vec![0.0; self.length],
            };
            let mut out = memory::buffer::<T>(values.len());
            if !out.is_empty() {
                threads::pieces(&mut out, self.length, GRAIN / 2, |start, piece| {
                    let part = &values[start..start + piece.len()];
                    simd::widest!({
                        let lines = part.chunks_exact(self.length);
                        for (line, target) in lines.zip(piece.chunks_exact_mut(self.length)) {
                            let (mean, inverse) = self.moments(line);
                            let inverse = inverse as T;
                            for (((y, &x), &w), &b) in target.iter_mut().zip(line).zip(&*weight).zip(&bias) {
                                *y = (x - mean) * inverse * w + b;
                            }
                        }
                    });
                });
            }
            Tensor::from_values(out, x[0].0.layout.shape.clone())
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let shape: Dims = saved.input(0).0.layout.shape.clone();
        let of_weight = Dims::from_slice(saved.shape(1));
        let length = self.length;
        let mut grads = with_real!(grad.dtype(), T => {
            let (x, dy) = (saved.input(0).values::<T>(), grad.values::<T>());
            let weight = saved.input(1).values::<T>();
            let dx = saved.needs(0).then(|| {
                let mut out = memory::buffer::<T>(x.len());
                if !out.is_empty() {
                    threads::pieces(&mut out, length, GRAIN / 2, |start, piece| {
                        let range = start..start + piece.len();
                        let (x, dy) = (&x[range.clone()], &dy[range]);
                        simd::widest!({
                            let lines = x.chunks_exact(length).zip(dy.chunks_exact(length));
                            for ((x, dy), target) in lines.zip(piece.chunks_exact_mut(length)) {
                                let (mean, inverse) = self.moments(x);
                                // The gradient of z = (x - mean) / √(var + eps) first.
                                for ((y, &g), &w) in target.iter_mut().zip(dy).zip(&*weight) {
                                    *y = g * w;
                                }
                                let count = length as f64;
                                let flat = (lanes(target, |g| g) / count) as T;
                                let steep = products(target, x, mean) * inverse * inverse / count;
                                let steep = steep as T;
                                let inverse = inverse as T;
                                for (y, &x) in target.iter_mut().zip(x) {
                                    *y = inverse * (*y - flat - (x - mean) * steep);
                                }
                            }
                        });
                    });
                }
                Tensor::from_values(out, shape)
            });
            let rows = x.len().checked_div(length).unwrap_or(0);
            let parts = threads::collect(rows.div_ceil(PART), x.len() > 2 * GRAIN, |i| {
                let range = i * PART * length..(x.len()).min((i + 1) * PART * length);
                let (mut dw, mut db) = (vec![0.0 as T; length], vec![0.0 as T; length]);
                simd::widest!({
                    let lines = x[range.clone()].chunks_exact(length).zip(dy[range.clone()].chunks_exact(length));
                    for (x, dy) in lines {
                        let (mean, inverse) = self.moments(x);
                        let inverse = inverse as T;
                        for (((dw, db), &x), &g) in dw.iter_mut().zip(&mut db).zip(x).zip(dy) {
                            *dw += g * (x - mean) * inverse;
                            *db += g;
                        }
                    }
                });
                (dw, db)
            });
            let (mut dw, mut db) = (vec![0.0 as T; length], vec![0.0 as T; length]);
            for (w, b) in &parts {
                dw.iter_mut().zip(w).for_each(|(y, &v)| *y += v);
                db.iter_mut().zip(b).for_each(|(y, &v)| *y += v);
            }
            let dw = Tensor::from_values(dw, of_weight.clone());
            vec![dx, saved.needs(1).then_some(dw), Some(Tensor::from_values(db, of_weight))]
        });
        grads.truncate(saved.count());
        grads
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "layer_norm",
    math: "y = (x - mean) / √(var + eps) w + b, dx = (g - mean g - z mean (g z)) / √(var + eps), \
           dw = Σ dy z, db = Σ dy with g = w dy and z = (x - mean) / √(var + eps)",
    cases: || {
        let run = |x: &[Tensor]| x[0].layer_norm(&x[1], &x[2], 1e-5);
        let case = |label, x: &[usize], w: &[usize]| {
            Case::new(label, &[sample(x), other(w), sample(w)], run)
        };
        vec![
            case("rows", &[2, 3], &[3]),
            case("vector", &[4], &[4]),
            case("long rows", &[2, 37], &[37]),
            case("two dims", &[2, 2, 3], &[2, 3]),
            case("empty", &[0, 3], &[3]),
            Case::new("without parameters", &[sample(&[2, 4])], |x| {
                layer_norm(&x[0], &[4], None, None, 1e-3)
            }),
        ]
    },
    wrong: || {
        let run = |x: &[Tensor]| x[0].layer_norm(&x[1], &x[2], 1e-5);
        vec![
            Case::new(
                "last dim",
                &[sample(&[2, 3]), sample(&[2]), sample(&[2])],
                run,
            ),
            Case::new(
                "bias",
                &[sample(&[2, 3]), sample(&[3]), sample(&[1, 3])],
                run,
            ),
        ]
    },
};
