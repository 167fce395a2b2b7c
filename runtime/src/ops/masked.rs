//! Elements by a mask that broadcasts.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::ops::choose::true_positions;
use crate::ops::in_place::check_no_gradient;
use crate::ops::operand::Operand;
use crate::ops::where_;
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// The elements where a mask is true, in one dim; both are broadcast.
    ///
    /// dx = dy at these elements, 0 elsewhere; `[..], [..] -> [count]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_close(&x.masked_select(&x.gt(1.5)), [2.0, 3.0, 4.0]);
    /// assert_close(&x.masked_select(&tensor([true, false])), [1.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Tensor {
        let shape = common("masked_select", self, mask).or_raise();
        let places = true_positions(&mask.expand(&shape[..]));
        let places: Vec<i64> = places.into_iter().map(|i| i as i64).collect();
        let count = places.len();
        let places = Tensor::from_values(places, Dims::from_slice(&[count]));
        self.expand(&shape[..]).flatten().index_select(0, &places)
    }

    /// The tensor with a number where a mask is true; both are broadcast.
    ///
    /// y = c ? value : x, dx = dy where the mask is false; `[..], [..] -> [..]`. The type stays.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0, 3.0]);
    /// assert_close(&x.masked_fill(&x.gt(1.5), 0.0), [1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: impl Operand) -> Tensor {
        masked_fill(self, mask, &value.operand(self))
    }

    /// Writes a number where a mask is true, in place; the mask is broadcast.
    ///
    /// Nothing is recorded, so a tensor with a gradient is changed inside `no_grad` only.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// x.masked_fill_(&tensor([true, false]), 9.0);
    /// assert_close(&x, [[9.0, 2.0], [9.0, 4.0]]);
    /// ```
    #[track_caller]
    pub fn masked_fill_(&self, mask: &Tensor, value: impl Operand) {
        masked_fill_in_place(self, mask, &value.operand(self));
    }
}

/// The shape of both after broadcasting.
fn common(op: &str, x: &Tensor, mask: &Tensor) -> Result<Dims, Error> {
    if mask.dtype() != DType::Bool {
        return Err(Error::new(
            op,
            format!(
                "the mask must be bool, it is {} of shape {}; the tensor is {}",
                mask.dtype(),
                show(mask.shape()),
                show(x.shape())
            ),
        )
        .help("a comparison such as x.gt(0.0) gives bool"));
    }
    shape::broadcast_dims(op, x.shape(), mask.shape())
}

/// The value in the type of the tensor.
fn number(op: &str, x: &Tensor, value: &Tensor) -> Result<Tensor, Error> {
    if value.ndim() != 0 {
        return Err(Error::new(
            op,
            format!(
                "the value is one number: the tensor is {}, the value has shape {}",
                show(x.shape()),
                show(value.shape())
            ),
        )
        .help("where_(&mask, &values, &x) takes a value for each element"));
    }
    if value.dtype().is_float() {
        x.check_holds(op, value.item())?;
    }
    Ok(value.to_dtype(x.dtype()))
}

#[track_caller]
fn masked_fill(x: &Tensor, mask: &Tensor, value: &Tensor) -> Tensor {
    common("masked_fill", x, mask).or_raise();
    where_(mask, &number("masked_fill", x, value).or_raise(), x)
}

#[track_caller]
fn masked_fill_in_place(x: &Tensor, mask: &Tensor, value: &Tensor) {
    let op = "masked_fill_";
    x.check_in_place(op);
    check_no_gradient(op, value);
    let shape = common(op, x, mask).or_raise();
    if shape[..] != *x.shape() {
        Error::new(
            op,
            format!(
                "the mask does not broadcast to the tensor: the tensor is {}, the mask {}",
                show(x.shape()),
                show(mask.shape())
            ),
        )
        .raise();
    }
    let value = number(op, x, &value.detach()).or_raise();
    x.copy_(&where_(mask, &value, &x.detach()));
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::{other, sample};
    use crate::prelude::*;

    #[test]
    fn masks_broadcast() {
        let x = arange(0, 6, 1).reshape(&[2, 3]);
        let column = tensor([[true], [false]]);
        assert_eq!(x.masked_select(&column).to_vec_i64(), [0, 1, 2]);
        assert_eq!(
            x.masked_fill(&column, -1).to_vec_i64(),
            [-1, -1, -1, 3, 4, 5]
        );
        assert_eq!(x.masked_fill(&x.gt(3), 2.9).dtype(), DType::I64);
        assert_eq!(
            tensor(7).masked_select(&tensor([true, true])).to_vec_i64(),
            [7, 7]
        );
        assert_eq!(zeros(&[0, 2]).masked_select(&tensor(true)).shape(), [0]);
        x.t().masked_fill_(&tensor([true, false]), 8);
        assert_eq!(x.to_vec_i64(), [8, 8, 8, 3, 4, 5]);
        let scores = zeros(2).masked_fill(&tensor([false, true]), f64::NEG_INFINITY);
        assert_close(&scores.softmax(0), [1.0, 0.0]);
    }

    #[test]
    fn gradients_pass_where_the_mask_lets_them() {
        let mask = tensor([[true, false, true], [false, false, true]]);
        let (x, value) = (sample(&[2, 3]), other(&[]));
        gradcheck(|x| x[0].masked_select(&mask), &[&x]);
        gradcheck(|x| x[0].masked_select(&mask), &[&sample(&[3])]);
        gradcheck(|x| x[0].masked_fill(&mask, &x[1]), &[&x, &value]);
        gradcheck(|x| x[0].masked_fill(&mask, 2.0), &[&x.t().copy().t()]);
    }

    #[test]
    #[should_panic(expected = "help: no_grad(|| w.masked_fill_(..)) updates a weight")]
    fn a_weight_is_guarded() {
        ones(2)
            .requires_grad()
            .masked_fill_(&tensor([true, false]), 0.0);
    }

    #[test]
    #[should_panic(
        expected = "masked_fill_: the mask does not broadcast to the tensor: the tensor \
                               is [2], the mask [3, 2]"
    )]
    fn the_shape_stays() {
        ones(2).masked_fill_(&tensor([[true, false]; 3]), 0.0);
    }

    #[test]
    #[should_panic(
        expected = "masked_select: the mask must be bool, it is i64 of shape [1]; the \
                               tensor is [2]"
    )]
    fn numbers_are_no_mask() {
        ones(2).masked_select(&tensor([1]));
    }

    #[test]
    #[should_panic(
        expected = "masked_fill: the value is one number: the tensor is [2], the value \
                               has shape [1]"
    )]
    fn the_value_is_one_number() {
        ones(2).masked_fill(&tensor([true, false]), &ones(1));
    }
}
