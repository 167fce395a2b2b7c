//! Reading and writing parts of a tensor, as `x[index]` in Python.

use crate::dtype::with_element;
use crate::error::Error;
use crate::ops::choose::choose;
use crate::ops::in_place::check_no_gradient;
use crate::ops::index::{Index, Indices};
use crate::ops::operand::Operand;
use crate::ops::strided::assign;
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

impl Tensor {
    /// A part of the tensor: `x[index]` in Python.
    ///
    /// Each part of the index stands for one dim: a number takes one entry (-1 is the last) and
    /// the dim disappears, a range keeps those inside, `step(.., 2)` every second one, a tensor of
    /// whole numbers lists entries, and a mask takes those where it is true, over as many dims as
    /// it has. `NewAxis` adds a dim, and `Ellipsis` stands for all dims that are not named. Without
    /// a tensor in it, the result is a view: it shares memory.
    ///
    /// y = x\[index\], dx = dy added at the places that the index names. As in PyTorch the dims of
    /// a list stay in place beside a number, where NumPy moves them to the front.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_close(&x.i(0), [1.0, 2.0, 3.0]);
    /// assert_close(&x.i((.., -1)), [3.0, 6.0]);
    /// assert_close(&x.i((.., step(.., 2))), [[1.0, 3.0], [4.0, 6.0]]);
    /// assert_close(&x.i((.., &tensor([2, 0]))), [[3.0, 1.0], [6.0, 4.0]]);
    /// assert_close(&x.i(&x.gt(4.0)), [5.0, 6.0]);
    /// assert_eq!(x.i((NewAxis, Ellipsis)).shape(), [1, 2, 3]);
    /// ```
    #[track_caller]
    pub fn i(&self, index: impl Index) -> Tensor {
        let mut indices = Indices::default();
        index.add_to(&mut indices);
        get(self, &indices)
    }

    /// Changes a part of the tensor in place: `x[index] = value` in Python.
    ///
    /// The index is that of [`Tensor::i`]; the value is broadcast to that part and takes the type
    /// of the tensor. Nothing is recorded, so a tensor with a gradient is changed inside `no_grad`
    /// only. Of several values for one element the last one stays.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// x.set_((.., 0), &tensor([7.0, 8.0]));
    /// x.set_(&x.lt(5.0), 0.0);
    /// assert_close(&x, [[7.0, 0.0, 0.0], [8.0, 5.0, 6.0]]);
    /// ```
    #[track_caller]
    pub fn set_(&self, index: impl Index, value: impl Operand) {
        let mut indices = Indices::default();
        index.add_to(&mut indices);
        set(self, &indices, &value.operand(self));
    }
}

#[track_caller]
fn get(x: &Tensor, indices: &Indices) -> Tensor {
    let chosen = choose("i", x, indices.parts());
    let Some(picked) = &chosen.picked else {
        return chosen.view;
    };
    let positions: Vec<i64> = picked.positions.iter().map(|&i| i as i64).collect();
    let count = positions.len();
    let positions = Tensor::from_values(positions, Dims::from_slice(&[count]));
    let mut view = chosen.view.clone();
    if picked.dims != 1 {
        let (before, rest) = view.shape().split_at(picked.dim);
        let (covered, after) = rest.split_at(picked.dims);
        let together = [before, &[shape::numel(covered)], after].concat();
        view = view.reshape_dims(together.into());
    }
    let part = view.index_select(picked.dim, &positions);
    if picked.shape.len() == 1 {
        part
    } else {
        part.reshape_dims(chosen.shape())
    }
}

#[track_caller]
fn set(x: &Tensor, indices: &Indices, value: &Tensor) {
    x.check_recorded("set_");
    check_no_gradient("set_", value);
    let chosen = choose("set_", &x.detach(), indices.parts());
    chosen.view.check_in_place("set_");
    let shape = chosen.shape();
    let value = fitted(x, &shape, &value.detach().to_dtype(x.dtype()));
    let Some(picked) = &chosen.picked else {
        assign(&chosen.view, &value);
        return;
    };
    let (before, rest) = chosen.view.shape().split_at(picked.dim);
    let (covered, after) = rest.split_at(picked.dims);
    let (outer, length) = (shape::numel(before), shape::numel(covered));
    let inner = shape::numel(after);
    let places = (0..outer).flat_map(|o| picked.positions.iter().map(move |p| o * length + p));
    with_element!(x.dtype(), T => {
        let source = value.values::<T>();
        chosen.view.overwrite::<T>(|target| {
            if inner == 1 {
                places.zip(source.iter()).for_each(|(to, &v)| target[to] = v);
            } else {
                for (i, to) in places.enumerate() {
                    let part = &source[i * inner..(i + 1) * inner];
                    target[to * inner..(to + 1) * inner].copy_from_slice(part);
                }
            }
        });
    });
}

/// The value in the shape of the part that it replaces; dims of size 1 in front may be too many.
#[track_caller]
fn fitted(x: &Tensor, shape: &Dims, value: &Tensor) -> Tensor {
    let mut fitting = value.clone();
    while fitting.ndim() > shape.len() && fitting.shape()[0] == 1 {
        fitting = fitting.squeeze_dim(0);
    }
    let fits = shape::broadcast_dims("set_", shape, fitting.shape()).is_ok_and(|all| all == *shape);
    if !fits {
        Error::new(
            "set_",
            format!(
                "the value does not broadcast to the part that it replaces: the tensor is {}, the \
                 part {}, the value {}",
                show(x.shape()),
                show(shape),
                show(value.shape())
            ),
        )
        .raise();
    }
    fitting.expand(&shape[..])
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::ops::index::{Index, Indices};
    use crate::prelude::*;

    fn table() -> Tensor {
        arange(0, 24, 1).reshape(&[2, 3, 4])
    }

    #[test]
    fn views_share_memory() {
        let x = table();
        for view in [
            x.i(1),
            x.i((.., 1..)),
            x.i((Ellipsis, step(.., 2))),
            x.i((NewAxis, .., -1)),
            x.i((0, ..=1, NewAxis, 2)),
        ] {
            assert!(view.shares_memory(&x), "{view}");
        }
        assert!(!x.i(&tensor([0])).shares_memory(&x));
        x.i((1, .., step(1.., 2))).fill_(-1.0);
        assert_eq!(x.i((1, 0)).to_vec_i64(), [12, -1, 14, -1]);
    }

    #[test]
    fn tensors_pick_entries() {
        let x = table();
        let picked = x.i((1, .., &tensor([[0, -1], [2, 2]])));
        assert_eq!(picked.shape(), [3, 2, 2]);
        assert_eq!(picked.i(0).to_vec_i64(), [12, 15, 14, 14]);
        // A number without dims takes the dim away, as a plain number does.
        assert_eq!(x.i((.., &tensor(1))).shape(), [2, 4]);
        assert_eq!(x.i(&tensor([1, 1]).i(0..0)).shape(), [0, 3, 4]);

        let mask = tensor([[true, false, true], [false, false, true]]);
        let rows = x.i(&mask);
        assert_eq!(rows.shape(), [3, 4]);
        assert_eq!(rows.i((.., 0)).to_vec_i64(), [0, 8, 20]);
        assert_eq!(
            x.transpose(0, 1).i(mask.t()).i((.., 0)).to_vec_i64(),
            [0, 8, 20]
        );
        assert_eq!(
            x.i((.., &tensor([false, true, false]), 1..3)).shape(),
            [2, 1, 2]
        );
        assert_eq!(x.i(&tensor(true)).shape(), [1, 2, 3, 4]);
        assert_eq!(x.i(&tensor(false)).shape(), [0, 2, 3, 4]);
    }

    #[test]
    fn gradients_reach_every_named_place() {
        let x = table().double().requires_grad();
        (x.i((1, .., step(.., 2))).sum() + x.i((.., 0, &tensor([1, 1, 3]))).sum()).backward();
        let grad = x.grad();
        assert_close(&grad.i(0), [[0.0, 2.0, 0.0, 1.0], [0.0; 4], [0.0; 4]]);
        let rest = [1.0, 0.0, 1.0, 0.0];
        assert_close(&grad.i(1), [[1.0, 2.0, 1.0, 1.0], rest, rest]);

        let x = table().double() * 0.1;
        gradcheck(|x| x[0].i((.., 1.., NewAxis, -1)), &[&x]);
        gradcheck(|x| x[0].i(&x[0].detach().gt(1.05)), &[&x]);
        gradcheck(|x| x[0].transpose(0, 2).i((.., &tensor([2, 0, 2]))), &[&x]);
    }

    #[test]
    fn parts_are_written() {
        let x = table();
        x.set_((0, 1), &tensor([[9, 8, 7, 6]]));
        x.set_((.., 0, &tensor([3, 0, 3])), &tensor([-1, -2, -3]));
        x.set_((1, 1.., ..2), 5);
        x.set_(-1, x.i((-1, .., ..)) * 2);
        assert_eq!(
            x.i(0).to_vec_i64(),
            [-2, 1, 2, -3, 9, 8, 7, 6, 8, 9, 10, 11]
        );
        assert_eq!(
            x.i(1).to_vec_i64(),
            [-4, 26, 28, -6, 10, 10, 36, 38, 10, 10, 44, 46]
        );

        let y = tensor([[1.0, 7.0], [6.0, 2.0]]);
        y.set_(&y.lt(6.0), 0.0);
        assert_close(&y, [[0.0, 7.0], [6.0, 0.0]]);
        y.t()
            .set_(&tensor([[false, true], [true, false]]), &tensor([3.0, 4.0]));
        assert_close(&y, [[0.0, 4.0], [3.0, 0.0]]);
        y.set_(&tensor([false, true]), &tensor([5.0, 6.0]));
        assert_close(&y, [[0.0, 4.0], [5.0, 6.0]]);
        // A value may be a part of the tensor that it changes.
        let z = arange(0, 5, 1);
        z.set_(1.., z.i(..-1));
        assert_eq!(z.to_vec_i64(), [0, 0, 1, 2, 3]);
        z.set_(3..3, 7);
        z.set_(0, 2.9);
        assert_eq!(z.i(0).item(), 2.0);
        let one = tensor(1.0);
        one.set_(Ellipsis, 4.0);
        assert_eq!(one.item(), 4.0);
    }

    #[test]
    fn weights_are_guarded_and_changes_noticed() {
        let w = ones(&[3]).requires_grad();
        check(
            || w.set_(0, 2.0),
            "set_: a tensor with a gradient, shape [3], cannot be changed in place while the graph \
             is recorded\nhelp: no_grad(|| w.set_(..)) updates a weight",
        );
        let y = w.square().sum();
        no_grad(|| w.set_(0, 2.0));
        let stale = catch_unwind(AssertUnwindSafe(|| y.backward()));
        assert!(stale.is_err(), "a saved value was changed");
        w.square().sum().backward();
        assert_close(&w.grad(), [4.0, 2.0, 2.0]);
    }

    #[track_caller]
    fn check(run: impl FnOnce(), expected: &str) {
        let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("should panic");
        let text = payload.downcast_ref::<String>().map(String::as_str);
        assert_eq!(text, Some(expected));
    }

    #[track_caller]
    fn refused(index: impl Index, expected: &str) {
        let mut indices = Indices::default();
        index.add_to(&mut indices);
        check(|| drop(super::get(&table(), &indices)), expected);
    }

    #[test]
    fn mistakes_say_what_to_do() {
        refused(
            (0, -4),
            "i: index -4 is out of range: dim 1 has size 3, the shape is [2, 3, 4]\n\
             help: the last index is 2 or -1",
        );
        refused(
            (0, 0, 0, 0),
            "i: the index names 4 dims, the shape is [2, 3, 4], so 4 > 3",
        );
        refused(
            (Ellipsis, 0, Ellipsis),
            "i: one Ellipsis is enough, the shape is [2, 3, 4]\nhelp: `..` stands for one whole dim",
        );
        refused(
            (&tensor([0]), .., &tensor([1, 2])),
            "i: one tensor may stand in an index, there are 2, of shapes [1] and [2]; the shape is \
             [2, 3, 4]\nhelp: x.i(&rows).i((.., &columns)) takes all columns of each row, \
             x.i(&rows).gather(1, &columns.unsqueeze(1)) one of each",
        );
        refused(
            (.., &tensor([0, 3])),
            "i: index 3 is out of range: dim 1 has size 3, the shape is [2, 3, 4]\n\
             help: the last index is 2 or -1",
        );
        refused(
            (0, &tensor([true, false])),
            "i: the mask must have the sizes of the dims that it stands for: the mask is [2], these \
             dims are [3], the shape is [2, 3, 4]",
        );
        refused(
            &tensor([1.0]),
            "i: a tensor in an index must be i64 or bool, this one of shape [1] is f32; the shape \
             is [2, 3, 4]\nhelp: index.long() makes whole numbers of it, a comparison such as \
             x.gt(0.0) a mask",
        );
        check(
            || table().set_((0, 1), &tensor([1, 2])),
            "set_: the value does not broadcast to the part that it replaces: the tensor is \
             [2, 3, 4], the part [4], the value [2]",
        );
    }
}
