//! The cross-entropy of rows of scores and their classes, in one op.
//!
//! Composed of log_softmax and gather it would write, and read on the way back, tables of the size
//! of the scores where one number per row is enough.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::with_real;
use crate::error::Error;
use crate::memory;
use crate::ops::kernel::{Real, exponentials};
use crate::ops::pair_loss::{Reduction, reduced};
use crate::ops::spec::{Case, Spec, sample};
use crate::shape::{Dims, show};
use crate::simd::{self, Work};
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// -Σ_c a_c ln p_c of each row `[n, c]`, with a_c = w_c ((1 - ε) [c is the row's class] + ε / C).
pub(crate) struct CrossEntropy {
    /// Whether softmax makes probabilities of the scores; otherwise they are logarithms of such.
    pub(crate) logits: bool,
    /// The class of each row; `None` for a row that does not count.
    pub(crate) classes: Vec<Option<usize>>,
    /// w; 1 for every class if missing.
    pub(crate) weight: Option<Vec<f64>>,
    /// ε
    pub(crate) smoothing: f64,
    pub(crate) reduction: Reduction,
}

impl CrossEntropy {
    fn check(&self, x: &Tensor) -> Result<usize, Error> {
        match *x.shape() {
            [rows, classes] if rows == self.classes.len() => Ok(classes),
            _ => Err(Error::new(
                self.name(),
                format!(
                    "needs a row of scores for each of {} targets, the scores are {}",
                    self.classes.len(),
                    show(x.shape())
                ),
            )),
        }
    }

    /// What the sum of the losses is divided by: the weights of the rows that count.
    fn divisor(&self) -> f64 {
        let classes = self.classes.iter().flatten();
        match &self.weight {
            _ if self.reduction != Reduction::Mean => 1.0,
            Some(weight) => classes.map(|&class| weight[class]).sum(),
            None => classes.count() as f64,
        }
    }

    /// (1 - ε) w of a class.
    fn own_share(&self, class: usize) -> f64 {
        let weight = self.weight.as_ref().map_or(1.0, |weight| weight[class]);
        (1.0 - self.smoothing) * weight
    }

    /// ε / C w of every class; empty without smoothing.
    fn even_shares(&self, classes: usize) -> Vec<f64> {
        let share = self.smoothing / classes as f64;
        match &self.weight {
            _ if self.smoothing == 0.0 => Vec::new(),
            Some(weight) => weight.iter().map(|w| share * w).collect(),
            None => vec![share; classes],
        }
    }
}

/// e^(x - top) of a row, with the largest x as top; the result is top and their sum.
struct Terms<'a, T> {
    row: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Work for Terms<'_, T> {
    type Output = (T, T);

    #[inline(always)]
    fn run(self, fused: bool) -> (T, T) {
        exponentials(self.row, self.out, fused)
    }
}

impl Op for CrossEntropy {
    fn name(&self) -> &'static str {
        if self.logits {
            "cross_entropy"
        } else {
            "nll_loss"
        }
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        let x = x[0];
        let width = self.check(x)?;
        let losses = with_real!(x.dtype(), T => {
            let even: Vec<T> = self.even_shares(width).into_iter().map(|v| v as T).collect();
            let values = x.values::<T>();
            let mut losses = memory::buffer::<T>(self.classes.len());
            let grain = (GRAIN / 8 / width.max(1)).max(1);
            threads::pieces(&mut losses, 1, grain, |start, piece| {
                let mut terms = vec![T::default(); if self.logits { width } else { 0 }];
                for (i, loss) in piece.iter_mut().enumerate() {
                    let row = &values[(start + i) * width..][..width];
                    let Some(class) = self.classes[start + i] else {
                        *loss = 0.0;
                        continue;
                    };
                    // -ln p = ln Σ e^(x - top) - (x - top): no exponential overflows.
                    let (top, log) = if self.logits {
                        let (top, sum) = simd::dispatch(Terms { row, out: &mut terms });
                        (top, sum.ln())
                    } else {
                        (0.0, 0.0)
                    };
                    *loss = self.own_share(class) as T * (log - (row[class] - top));
                    for (&share, &x) in even.iter().zip(row) {
                        *loss += share * (log - (x - top));
                    }
                }
            });
            Tensor::from_values(losses, Dims::from_slice(&[self.classes.len()]))
        });
        let sum_only = match self.reduction {
            Reduction::None => return Ok(losses),
            _ => reduced(losses, Reduction::Sum),
        };
        Ok(with_real!(sum_only.dtype(), T => {
            let total = sum_only.values::<T>()[0] / self.divisor() as T;
            Tensor::from_values(vec![total], Dims::new())
        }))
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let x = saved.input(0);
        let width = x.shape()[1];
        let grad = with_real!(x.dtype(), T => {
            let even: Vec<T> = self.even_shares(width).into_iter().map(|v| v as T).collect();
            let even_total: T = even.iter().sum();
            let (values, grads) = (x.values::<T>(), grad.values::<T>());
            let divisor = self.divisor() as T;
            let mut out = memory::buffer::<T>(values.len());
            let rows = |start: usize, piece: &mut [T]| {
                for (i, target) in piece.chunks_exact_mut(width).enumerate() {
                    let i = start / width + i;
                    let Some(class) = self.classes[i] else {
                        target.fill(0.0);
                        continue;
                    };
                    let g = grads[i % grads.len()] / divisor;
                    let own = self.own_share(class) as T;
                    if self.logits {
                        let row = &values[i * width..][..width];
                        let (_, sum) = simd::dispatch(Terms { row, out: target });
                        let factor = g * (own + even_total) / sum;
                        simd::widest!(target.iter_mut().for_each(|v| *v *= factor));
                    } else {
                        target.fill(0.0);
                    }
                    for (v, &share) in target.iter_mut().zip(&even) {
                        *v -= g * share;
                    }
                    target[class] -= g * own;
                }
            };
            if width > 0 {
                threads::pieces(&mut out, width, GRAIN / 8, rows);
            }
            Tensor::from_values(out, x.0.layout.shape.clone())
        });
        vec![Some(grad)]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

fn run(
    x: &Tensor,
    logits: bool,
    classes: &[Option<usize>],
    change: fn(&mut CrossEntropy),
) -> Tensor {
    let mut op = CrossEntropy {
        logits,
        classes: classes.to_vec(),
        weight: None,
        smoothing: 0.0,
        reduction: Reduction::Mean,
    };
    change(&mut op);
    Tensor::apply(op, &[x])
}

const THREE: &[Option<usize>] = &[Some(2), Some(0), Some(2)];

pub(crate) const SPEC: Spec = Spec {
    name: "cross_entropy",
    math: "l = ln Σ eˣ - x_y, dx = softmax(x) - [c = y]",
    cases: || {
        vec![
            Case::new("mean", &[sample(&[3, 3])], |x| {
                run(&x[0], true, THREE, |_| ())
            }),
            Case::new("sum", &[sample(&[3, 4])], |x| {
                run(&x[0], true, THREE, |op| op.reduction = Reduction::Sum)
            }),
            Case::new("each", &[sample(&[3, 3])], |x| {
                run(&x[0], true, THREE, |op| op.reduction = Reduction::None)
            }),
            Case::new("smoothed and weighted", &[sample(&[3, 3])], |x| {
                run(&x[0], true, THREE, |op| {
                    op.smoothing = 0.3;
                    op.weight = Some(vec![0.5, 2.0, 1.5]);
                })
            }),
            Case::new("one row does not count", &[sample(&[3, 3])], |x| {
                run(&x[0], true, &[Some(1), None, Some(0)], |_| ())
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| {
                run(&x[0], true, &[], |op| op.reduction = Reduction::Sum)
            }),
        ]
    },
    wrong: || {
        vec![Case::new("rows differ", &[sample(&[2, 3])], |x| {
            run(&x[0], true, THREE, |_| ())
        })]
    },
};

pub(crate) const NLL: Spec = Spec {
    name: "nll_loss",
    math: "l = -x_y, dx = -[c = y]",
    cases: || {
        vec![
            Case::new("mean", &[sample(&[3, 3])], |x| {
                run(&x[0], false, THREE, |_| ())
            }),
            Case::new("weighted", &[sample(&[3, 3])], |x| {
                run(&x[0], false, THREE, |op| {
                    op.weight = Some(vec![0.5, 2.0, 1.5])
                })
            }),
            Case::new("each, one does not count", &[sample(&[2, 3])], |x| {
                run(&x[0], false, &[None, Some(1)], |op| {
                    op.reduction = Reduction::None
                })
            }),
            Case::new("empty", &[sample(&[0, 3])], |x| {
                run(&x[0], false, &[], |op| op.reduction = Reduction::Sum)
            }),
        ]
    },
    wrong: || {
        vec![Case::new("rows differ", &[sample(&[2, 3])], |x| {
            run(&x[0], false, THREE, |_| ())
        })]
    },
};
