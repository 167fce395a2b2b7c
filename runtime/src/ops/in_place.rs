//! Changes in place: the methods that end in an underscore.

use crate::autograd;
use crate::dtype::{DType, Number, Scalar, with_element, with_number, with_real};
use crate::error::{Error, OrRaise};
use crate::ops::operand::Operand;
use crate::shape::{self, show};
use crate::tensor::Tensor;

macro_rules! in_place {
    ($name:ident, $inner:ident, $dispatch:ident, $x:ident, $y:ident => $value:expr, $doc:literal, $result:literal) => {
        #[doc = $doc]
        ///
        /// The shape stays, the other side is broadcast to it. Nothing is recorded, so a tensor
        /// with a gradient is changed inside `no_grad` only.
        ///
        /// ```
        /// use cuaderno::prelude::*;
        ///
        /// let x = tensor([6.0, 8.0]);
        #[doc = concat!("x.", stringify!($name), "(2.0);")]
        #[doc = concat!("assert_close(&x, ", $result, ");")]
        /// ```
        #[track_caller]
        pub fn $name(&self, other: impl Operand) {
            self.$inner(&other.operand(self));
        }

        #[track_caller]
        pub(crate) fn $inner(&self, other: &Tensor) {
            if self.dtype() == DType::F16 {
                return self.in_f32(stringify!($name), other, |left, right| left.$inner(right));
            }
            let other = self.in_place_operand(stringify!($name), other);
            $dispatch!(self.dtype(), T => {
                let right = other.values::<T>();
                self.overwrite::<T>(|left| {
                    if let [$y] = *right {
                        left.iter_mut().for_each(|x| { let $x = *x; *x = $value; });
                    } else {
                        for (x, &$y) in left.iter_mut().zip(right.iter()) {
                            let $x = *x;
                            *x = $value;
                        }
                    }
                });
            });
        }
    };
}

impl Tensor {
    in_place!(add_, add_tensor_, with_number, x, y => x.plus(y), "Adds in place: x ← x + y.", "[8.0, 10.0]");
    in_place!(sub_, sub_tensor_, with_number, x, y => x.minus(y), "Subtracts in place: x ← x - y.", "[4.0, 6.0]");
    in_place!(mul_, mul_tensor_, with_number, x, y => x.times(y), "Multiplies in place: x ← x y.", "[12.0, 16.0]");
    in_place!(div_, div_tensor_, with_real, x, y => x / y, "Divides in place: x ← x / y.", "[3.0, 4.0]");

    /// Copies the numbers of another tensor, broadcast to this shape, in place.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = zeros(&[2, 2]);
    /// x.copy_(&tensor([1.0, 2.0]));
    /// assert_close(&x, [[1.0, 2.0], [1.0, 2.0]]);
    /// ```
    #[track_caller]
    pub fn copy_(&self, other: &Tensor) {
        self.replace("copy_", other);
    }

    #[track_caller]
    fn replace(&self, op: &str, other: &Tensor) {
        self.check_in_place(op);
        check_no_gradient(op, other);
        self.store(op, other);
    }

    #[track_caller]
    fn store(&self, op: &str, other: &Tensor) {
        let other = self.fitted(op, &other.detach().to_dtype(self.dtype()));
        with_element!(self.dtype(), T => {
            let right = other.values::<T>();
            self.overwrite::<T>(|left| {
                if let [one] = *right {
                    left.fill(one);
                } else {
                    left.copy_from_slice(&right);
                }
            });
        });
    }

    /// Sets every element to one number, in place.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = zeros(&[2]);
    /// x.fill_(7.0);
    /// assert_close(&x, [7.0, 7.0]);
    /// ```
    #[track_caller]
    pub fn fill_(&self, value: f64) {
        self.check_recorded("fill_");
        self.check_holds("fill_", value).or_raise();
        self.store("fill_", &Tensor::scalar(value, DType::F64));
    }

    /// Sets every element to 0, in place.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = ones(&[2]);
    /// x.zero_();
    /// assert_close(&x, [0.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn zero_(&self) {
        self.check_recorded("zero_");
        self.store("zero_", &Tensor::scalar(0.0, DType::F64));
    }

    /// Takes the exponential in place: x ← eˣ.
    ///
    /// Nothing is recorded, so a tensor with a gradient is changed inside `no_grad` only.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([0.0, 1.0]);
    /// x.exp_();
    /// assert_close(&x, [1.0, 2.7182817]);
    /// ```
    #[track_caller]
    pub fn exp_(&self) {
        self.check_in_place("exp_");
        self.take_over("exp_", &self.detach().exp());
    }

    /// Holds each element between two numbers in place: x ← min(max(x, min), max).
    ///
    /// Nothing is recorded, so a tensor with a gradient is changed inside `no_grad` only.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([-2.0, 0.5, 3.0]);
    /// x.clamp_(0.0, 1.0);
    /// assert_close(&x, [0.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn clamp_<N: Scalar>(&self, min: N, max: N) {
        self.check_in_place("clamp_");
        self.take_over("clamp_", &self.detach().clamp(min, max));
    }

    /// Takes over the result of the form without underscore, if it has the same type.
    #[track_caller]
    fn take_over(&self, op: &str, result: &Tensor) {
        if result.dtype() != self.dtype() {
            Error::new(
                op,
                format!(
                    "the result is {} and does not fit in place: the tensor of shape {} is {}",
                    result.dtype(),
                    show(self.shape()),
                    self.dtype()
                ),
            )
            .help("x.float() makes an f32 tensor first")
            .raise();
        }
        self.copy_(result);
    }

    /// Whether the tensor may be changed in place, each element for itself.
    #[track_caller]
    pub(crate) fn check_in_place(&self, op: &str) {
        self.check_recorded(op);
        let layout = &self.0.layout;
        let mut dims = layout.shape.iter().zip(&layout.strides);
        if let Some((size, _)) = dims.find(|&(&size, &stride)| size > 1 && stride == 0) {
            Error::new(
                op,
                format!(
                    "{size} elements of the tensor of shape {} share one place in memory, as after \
                     expand",
                    show(self.shape())
                ),
            )
            .help("x.contiguous() gives each a place of its own")
            .raise();
        }
    }

    /// Whether an i64 tensor can hold a number; a bool or float holds any.
    pub(crate) fn check_holds(&self, op: &str, value: f64) -> Result<(), Error> {
        // Both bounds are floats: 2⁶³ is the first that is too large.
        let bound = -(i64::MIN as f64);
        if self.dtype() != DType::I64 || (-bound..bound).contains(&value) {
            return Ok(());
        }
        Err(Error::new(
            op,
            format!(
                "an i64 tensor cannot hold {value}, the shape is {}",
                show(self.shape())
            ),
        )
        .help("x.float() makes a tensor first that can"))
    }

    /// Whether a gradient that is recorded would not know of the change.
    #[track_caller]
    pub(crate) fn check_recorded(&self, op: &str) {
        crate::host::check_interrupt();
        if autograd::is_enabled() && self.needs_grad() {
            let error = Error::new(
                op,
                format!(
                    "a tensor with a gradient, shape {}, cannot be changed in place while the graph \
                     is recorded",
                    show(self.shape())
                ),
            );
            if self.is_leaf() {
                error
                    .help(format!("no_grad(|| w.{op}(..)) updates a weight"))
                    .raise();
            }
            error
                .help("use the form without _, which makes a new tensor")
                .raise();
        }
    }

    /// The other side in this type: one number, or as many as this tensor has.
    #[track_caller]
    fn in_place_operand(&self, op: &str, other: &Tensor) -> Tensor {
        self.check_in_place(op);
        check_no_gradient(op, other);
        self.taken_in(op, &other.detach())
    }

    /// The other side of an assignment such as `+=` in this type and shape.
    #[track_caller]
    pub(crate) fn taken_in(&self, op: &str, other: &Tensor) -> Tensor {
        let dtype = self.dtype();
        let loses = dtype.promote(other.dtype()) != dtype
            && !(dtype.is_float() && other.dtype().is_float());
        let divides = ["div_", "/="].contains(&op);
        if loses || dtype == DType::Bool || (divides && !dtype.is_float()) {
            let floats = divides && !dtype.promote(other.dtype()).is_float();
            let result = if floats {
                DType::F32
            } else {
                dtype.promote(other.dtype()).max(DType::I64)
            };
            let method = if result == DType::I64 {
                "long"
            } else {
                "float"
            };
            Error::new(
                op,
                format!(
                    "the result is {result} and does not fit in place: left is {} of {dtype}, right is {} of {}",
                    show(self.shape()),
                    show(other.shape()),
                    other.dtype()
                ),
            )
            .help(format!("x.{method}() makes a tensor first that can hold it"))
            .raise();
        }
        self.fitted(op, &other.to_dtype(dtype))
    }

    /// A change of an f16 tensor: computed in f32 and rounded once.
    #[track_caller]
    fn in_f32(&self, op: &str, other: &Tensor, change: impl FnOnce(&Tensor, &Tensor)) {
        self.in_place_operand(op, other);
        let wide = self.detach().float();
        change(&wide, &other.detach());
        self.copy_(&wide);
    }

    #[track_caller]
    fn fitted(&self, op: &str, other: &Tensor) -> Tensor {
        if other.numel() == 1 && other.ndim() <= self.ndim() || other.shape() == self.shape() {
            return other.clone();
        }
        let shape = shape::broadcast_dims(op, self.shape(), other.shape()).or_raise();
        if shape[..] != *self.shape() {
            Error::new(
                op,
                format!(
                    "the result does not fit in place: left is {}, right is {}, the result {}",
                    show(self.shape()),
                    show(other.shape()),
                    show(&shape)
                ),
            )
            .help(if op.ends_with('=') {
                "a = &a + &b makes a new tensor, of the larger shape"
            } else {
                "the form without _ makes a new tensor"
            })
            .raise();
        }
        other.expand(self.shape())
    }
}

/// The change is not recorded, so the gradient of what is put in would be lost without a word.
#[track_caller]
pub(crate) fn check_no_gradient(op: &str, other: &Tensor) {
    if autograd::is_enabled() && other.needs_grad() {
        Error::new(
            op,
            format!(
                "the other side, shape {}, has a gradient, which would be lost: changes in place are \
                 not recorded",
                show(other.shape())
            ),
        )
        .help(if ["copy_", "set_"].contains(&op) {
            "cat, stack and where_ make a new tensor and are recorded; detach() leaves the gradient out"
        } else {
            "the form without _ makes a new tensor and is recorded; detach() leaves the gradient out"
        })
        .raise();
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::tests::panic_text;
    use crate::prelude::*;

    #[test]
    fn a_view_changes_its_base() {
        let x = zeros(&[2, 3]);
        x.t().select(0, 1).add_(&tensor([5.0, 6.0]));
        assert_close(&x, [[0.0, 5.0, 0.0], [0.0, 6.0, 0.0]]);
    }

    #[test]
    fn a_tensor_may_be_its_own_operand() {
        let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
        x.add_(&x.t());
        assert_close(&x, [[2.0, 5.0], [5.0, 8.0]]);
    }

    #[test]
    fn views_and_whole_numbers_are_clamped() {
        let x = tensor([[1, 5], [7, -2]]);
        x.t().clamp_(0, 5);
        assert_eq!(x.to_vec_i64(), [1, 5, 5, 0]);
    }

    #[test]
    #[should_panic(
        expected = "exp_: the result is f32 and does not fit in place: the tensor of shape [1] is i64"
    )]
    fn the_type_stays() {
        tensor([1]).exp_();
    }

    #[test]
    #[should_panic(expected = "clamp_: a tensor with a gradient, shape [2]")]
    fn clamping_a_weight_is_guarded() {
        ones(&[2]).requires_grad().clamp_(0.0, 1.0);
    }

    #[test]
    #[should_panic(expected = "help: no_grad(|| w.sub_(..)) updates a weight")]
    fn a_weight_is_guarded() {
        ones(&[2]).requires_grad().sub_(1.0);
    }

    #[test]
    fn a_gradient_is_not_lost_silently() {
        let w = tensor([2.0]).requires_grad();
        let a = zeros(&[1]);
        let mask = tensor([true]);
        let changes: [(&str, &dyn Fn()); 5] = [
            ("add_", &|| a.add_(&w)),
            ("copy_", &|| a.copy_(&w)),
            ("set_", &|| a.set_(0, &w)),
            ("masked_fill_", &|| a.masked_fill_(&mask, &w.sum())),
            ("mul_", &|| a.mul_(&w * 2.0)),
        ];
        for (op, change) in changes {
            let text = panic_text(change).unwrap();
            assert!(
                text.starts_with(&format!("{op}: the other side, shape [")),
                "{text}"
            );
            no_grad(change);
        }
        a.add_(&w.detach());
        assert_close(&a, [10.0]);
    }

    #[test]
    fn elements_that_share_a_place_are_not_written() {
        let x = zeros(&[1]);
        let wide = x.expand(&[3]);
        let run = |change: &dyn Fn()| panic_text(change).unwrap();
        let expected = "add_: 3 elements of the tensor of shape [3] share one place in memory, as \
                        after expand\nhelp: x.contiguous() gives each a place of its own";
        assert_eq!(run(&|| wide.add_(1.0)), expected);
        assert!(run(&|| wide.copy_(&arange(0, 3, 1))).starts_with("copy_: 3 elements"));
        assert!(run(&|| wide.set_(tensor([0, 1]), 1.0)).starts_with("set_: 3 elements"));
        // One number for all is no conflict.
        wide.fill_(2.0);
        wide.i(0).add_(1.0);
        assert_close(&x, [3.0]);
        let leaf = ones(&[2]).requires_grad();
        leaf.sum().backward();
        leaf.grad().mul_(tensor([1.0, 2.0]));
        assert_close(leaf.grad(), [1.0, 2.0]);
        grad(&leaf.sum(), &[&leaf])[0].mul_(2.0);
        let h = &leaf * 1.0;
        h.register_hook(|g| g.mul_(tensor([0.0, 1.0])));
        leaf.zero_grad();
        h.sum().backward();
        assert_close(leaf.grad(), [0.0, 1.0]);
        // Nothing is written where there is nothing.
        zeros(&[3, 0]).add_(1.0);
    }

    #[test]
    fn whole_numbers_hold_what_they_can() {
        let x = tensor([1, 2]);
        x.fill_(7.9);
        assert_eq!(x.to_vec_i64(), [7, 7]);
        let mask = tensor([true, false]);
        x.masked_fill_(&mask, i64::MAX);
        assert_eq!(x.to_vec_i64(), [i64::MAX, 7]);
        for value in [f64::INFINITY, f64::NAN, 9.3e18, -9.3e18] {
            let fill = std::panic::catch_unwind(|| x.fill_(value));
            let masked = std::panic::catch_unwind(|| x.masked_fill(&mask, value));
            assert!(fill.is_err() && masked.is_err(), "{value}");
        }
    }

    #[test]
    #[should_panic(expected = "left is [2], right is [3]")]
    fn the_shape_stays() {
        ones(&[2]).add_(&ones(&[3]));
    }
}
