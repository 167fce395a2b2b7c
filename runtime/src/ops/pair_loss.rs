//! Losses that compare a prediction with its target element by element, and add up.
//!
//! They are ops of their own: a sum of squares composed of three ops writes three tensors where
//! one is enough, and the logarithms of the others would lose their digits at the ends of the range.

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{Number, with_real};
use crate::error::Error;
use crate::ops::kernel::{self, Real as _};
use crate::ops::spec::{Case, Spec, other, positive, sample};
use crate::shape::{Dims, show};
use crate::tensor::Tensor;

/// What becomes of the losses of the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reduction {
    /// They stay.
    None,
    Sum,
    #[default]
    Mean,
}

/// `f` of every pair of elements of two tensors of one shape.
fn each<T: Number>(x: &Tensor, y: &Tensor, f: impl Fn(T, T, bool) -> T + Sync) -> Tensor {
    match kernel::zip_fused("loss", x, y, f) {
        Ok(losses) => losses,
        Err(error) => unreachable!("the shapes were compared: {error}"),
    }
}

pub(crate) fn reduced(losses: Tensor, reduction: Reduction) -> Tensor {
    if reduction == Reduction::None {
        return losses;
    }
    let all: Dims = (0..losses.ndim()).collect();
    let total = kernel::sum(&losses, &all, false);
    if reduction == Reduction::Sum {
        return total;
    }
    with_real!(losses.dtype(), T => {
        let mean = total.values::<T>()[0] / losses.numel() as T;
        Tensor::from_values(vec![mean], Dims::new())
    })
}

/// What every element's slope is multiplied by.
fn scale(reduction: Reduction, grad: &Tensor, count: usize) -> f64 {
    match reduction {
        Reduction::None => 1.0,
        Reduction::Sum => grad.item(),
        Reduction::Mean => grad.item() / count as f64,
    }
}

/// What p (1 - p) is at least in the slope of ln p: PyTorch's number, an f32.
const LEAST: f32 = 1e-12;

macro_rules! pair_loss {
    (
        $name:literal, $function:ident($($option:ident)?), $Op:ident,
        |$x:ident, $y:ident, $f:pat_param| $value:expr,
        dx: |$dx_x:pat_param, $dx_y:pat_param, $dx_f:pat_param| $dx:expr,
        dy: |$dy_x:pat_param, $dy_y:pat_param, $dy_f:pat_param| $dy:expr $(,)?
    ) => {
        #[track_caller]
        pub(crate) fn $function(
            x: &Tensor,
            y: &Tensor,
            $($option: f64,)?
            reduction: Reduction,
        ) -> Tensor {
            Tensor::apply($Op { $($option,)? reduction }, &[x, y])
        }

        struct $Op {
            $($option: f64,)?
            reduction: Reduction,
        }

        impl Op for $Op {
            fn name(&self) -> &'static str {
                $name
            }

            fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
                same_shape($name, x[0], x[1])?;
                let losses = with_real!(x[0].dtype(), T => {
                    $(let $option = self.$option as T;)?
                    each::<T>(x[0], x[1], #[inline(always)] |$x, $y, $f| $value)
                });
                Ok(reduced(losses, self.reduction))
            }

            fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
                let (x, y) = (saved.input(0), saved.input(1));
                let scale = scale(self.reduction, grad, x.numel());
                let spread = |slopes: Tensor| match self.reduction {
                    Reduction::None => slopes * grad,
                    _ => slopes,
                };
                with_real!(x.dtype(), T => {
                    let scale = scale as T;
                    $(let $option = self.$option as T;)?
                    vec![
                        (saved.needs(0))
                            .then(|| spread(each::<T>(
                                x, y, #[inline(always)] |$dx_x, $dx_y, $dx_f| scale * $dx
                            ))),
                        (saved.needs(1))
                            .then(|| spread(each::<T>(
                                x, y, #[inline(always)] |$dy_x, $dy_y, $dy_f| scale * $dy
                            ))),
                    ]
                })
            }

            fn saves(&self) -> Saves {
                Saves::Inputs
            }
        }
    };
}

/// Refuses shapes that differ: broadcasting them would compare every prediction with every target.
pub(crate) fn same_shape(op: &str, x: &Tensor, y: &Tensor) -> Result<(), Error> {
    if x.shape() == y.shape() {
        return Ok(());
    }
    let error = Error::new(
        op,
        format!(
            "shapes differ: the prediction is {}, the target {}",
            show(x.shape()),
            show(y.shape())
        ),
    );
    Err(if x.numel() == y.numel() {
        error.help(format!("y.reshape(&{})", show(x.shape())))
    } else {
        error.help("every number of the prediction needs its own target")
    })
}

/// The logarithm of a probability, at least -100 as in PyTorch: one certain mistake does not make
/// the whole loss infinite.
macro_rules! bounded {
    ($log:expr) => {{
        let log = $log;
        if log < -100.0 { -100.0 } else { log }
    }};
}

pair_loss! {
    "mse_loss", squared(), Squared,
    |x, y, _| (x - y) * (x - y),
    dx: |x, y, _| 2.0 * (x - y),
    dy: |x, y, _| 2.0 * (y - x),
}

/// -1, 0 or 1, times `size`; NaN stays.
macro_rules! signed {
    ($d:expr, $size:expr) => {{
        let d = $d;
        if d > 0.0 {
            $size
        } else if d < 0.0 {
            -$size
        } else {
            d
        }
    }};
}

pair_loss! {
    "l1_loss", absolute(), Absolute,
    |x, y, _| (x - y).abs(),
    dx: |x, y, _| signed!(x - y, 1.0),
    dy: |x, y, _| signed!(y - x, 1.0),
}

pair_loss! {
    "huber_loss", huber(delta), Huber,
    |x, y, _| {
        let d = (x - y).abs();
        if d <= delta { 0.5 * d * d } else { delta * (d - 0.5 * delta) }
    },
    dx: |x, y, _| if (x - y).abs() <= delta { x - y } else { signed!(x - y, delta) },
    dy: |x, y, _| if (x - y).abs() <= delta { y - x } else { signed!(y - x, delta) },
}

pair_loss! {
    "smooth_l1_loss", smooth(beta), Smooth,
    |x, y, _| {
        let d = (x - y).abs();
        if d < beta { 0.5 * d * d / beta } else { d - 0.5 * beta }
    },
    dx: |x, y, _| if (x - y).abs() < beta { (x - y) / beta } else { signed!(x - y, 1.0) },
    dy: |x, y, _| if (x - y).abs() < beta { (y - x) / beta } else { signed!(y - x, 1.0) },
}

pair_loss! {
    "binary_cross_entropy", bce(), Bce,
    |p, y, fused| (y - 1.0) * bounded!((-p).logarithm_1_plus(fused)) - y * bounded!(p.logarithm(fused)),
    dx: |p, y, _| {
        let (width, least) = (p * (1.0 - p), LEAST as T);
        (p - y) / if width < least { least } else { width }
    },
    dy: |p, _, fused| bounded!((-p).logarithm_1_plus(fused)) - bounded!(p.logarithm(fused)),
}

pair_loss! {
    "binary_cross_entropy_with_logits", bce_with_logits(), BceWithLogits,
    |x, y, fused| {
        // ln(1 + e⁻ˣ) by an exponential that is never large.
        let tail = (-x.abs()).exponential(fused).logarithm_1_plus(fused);
        (1.0 - y) * x + if x < 0.0 { tail - x } else { tail }
    },
    dx: |x, y, fused| x.logistic(fused) - y,
    dy: |x, _, _| -x,
}

pair_loss! {
    "kl_div", kl_div(), KlDiv,
    |x, p, fused| if p > 0.0 { p * (p.logarithm(fused) - x) } else { p },
    dx: |_, p, _| -p,
    // The slope at 0 is infinite, and would spoil all others.
    dy: |x, p, fused| if p > 0.0 { p.logarithm(fused) + 1.0 - x } else { 0.0 },
}

pair_loss! {
    "hinge_loss", hinge(), Hinge,
    |x, y, _| {
        let missing = 1.0 - x * y;
        if missing < 0.0 { 0.0 } else { missing }
    },
    dx: |x, y, _| if x * y < 1.0 { -y } else { 0.0 },
    dy: |x, y, _| if x * y < 1.0 { -x } else { 0.0 },
}

/// The cases of a loss under each reduction, and shapes that it refuses.
macro_rules! specs {
    ($($SPEC:ident: $name:literal, $math:literal, $left:expr, $right:expr, $loss:expr;)*) => {$(
        pub(crate) const $SPEC: Spec = Spec {
            name: $name,
            math: $math,
            cases: || {
                let case = |label, shape: &[usize], run| {
                    Case::new(label, &[$left(shape), $right(shape)], run)
                };
                vec![
                    case("mean", &[2, 3], |x| $loss(&x[0], &x[1], Reduction::Mean)),
                    case("sum", &[2, 3], |x| $loss(&x[0], &x[1], Reduction::Sum)),
                    case("each", &[2, 3], |x| $loss(&x[0], &x[1], Reduction::None)),
                    case("one number", &[], |x| $loss(&x[0], &x[1], Reduction::Mean)),
                    case("empty", &[0, 2], |x| $loss(&x[0], &x[1], Reduction::Sum)),
                ]
            },
            wrong: || {
                let case = |label, a: &[usize], b: &[usize]| {
                    Case::new(label, &[$left(a), $right(b)], |x| {
                        $loss(&x[0], &x[1], Reduction::Mean)
                    })
                };
                vec![
                    case("column and vector", &[3, 1], &[3]),
                    case("rows differ", &[2, 3], &[1, 3]),
                ]
            },
        };
    )*};
}

/// Numbers between 0.2 and 0.8.
fn inner(shape: &[usize]) -> Tensor {
    sample(shape) * 0.2 + 0.5
}

specs! {
    SQUARED: "mse_loss", "l = (x - y)², dx = 2 (x - y), dy = -dx", sample, other, squared;
    ABSOLUTE: "l1_loss", "l = |x - y|, dx = sign(x - y), dy = -dx", sample, other, absolute;
    HUBER: "huber_loss",
        "l = d² / 2 where |d| <= δ, else δ (|d| - δ / 2), d = x - y", sample, other,
        |x, y, r| huber(x, y, 0.3, r);
    SMOOTH_L1: "smooth_l1_loss",
        "l = d² / 2β where |d| < β, else |d| - β / 2, d = x - y", sample, other,
        |x, y, r| smooth(x, y, 0.3, r);
    BCE: "binary_cross_entropy",
        "l = -y ln x - (1 - y) ln(1 - x), dx = (x - y) / (x (1 - x))", inner, inner, bce;
    BCE_WITH_LOGITS: "binary_cross_entropy_with_logits",
        "l = ln(1 + eˣ) - x y, dx = σ(x) - y, dy = -x", sample, inner, bce_with_logits;
    KL_DIV: "kl_div", "l = y (ln y - x), dx = -y, dy = ln y + 1 - x", sample, positive, kl_div;
    HINGE: "hinge_loss", "l = max(0, 1 - x y), dx = -y and dy = -x where l > 0", sample, other, hinge;
}
