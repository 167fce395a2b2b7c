//! Functions of each element, and of pairs of elements with broadcasting.

use crate::dtype::Element;
use crate::error::Error;
use crate::memory;
use crate::shape::{self, Dims};
use crate::simd::{self, Work};
use crate::tensor::{Tensor, checked_numel};
use crate::threads::{self, GRAIN};

/// `f` of every element.
pub(crate) fn map<T: Element, U: Element>(x: &Tensor, f: impl Fn(T) -> U + Sync) -> Tensor {
    map_fused(
        x,
        #[inline(always)]
        |x, _| f(x),
    )
}

/// As [`map`]; `f` is also told whether a product and a sum are one instruction, see [`Work`].
pub(crate) fn map_fused<T: Element, U: Element>(
    x: &Tensor,
    f: impl Fn(T, bool) -> U + Sync,
) -> Tensor {
    map_rows(x, &|x, out| simd::dispatch(Map { x, out, f: &f }))
}

// What is compiled for each function is its loops, and no more: there are hundreds of functions.
fn map_rows<T: Element, U: Element>(x: &Tensor, row: &(dyn Fn(&[T], &mut [U]) + Sync)) -> Tensor {
    let values = x.values::<T>();
    let out = fill(values.len(), 1, |start, piece| {
        row(&values[start..start + piece.len()], piece);
    });
    Tensor::from_values(out, shape::copy(&x.0.layout.shape))
}

/// A function of each element of a row.
struct Map<'a, T, U, F> {
    x: &'a [T],
    out: &'a mut [U],
    f: &'a F,
}

impl<T: Copy, U, F: Fn(T, bool) -> U> Work for Map<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        for (y, &v) in self.out.iter_mut().zip(self.x) {
            *y = (self.f)(v, fused);
        }
    }
}

/// Two rows, as they lie in memory.
#[derive(Clone, Copy)]
enum Pair<'a, T> {
    Rows(&'a [T], &'a [T]),
    /// One number for all elements of a row on its other side.
    OneLeft(T, &'a [T]),
    OneRight(&'a [T], T),
    /// Elements that are so far apart.
    Apart((&'a [T], usize), (&'a [T], usize)),
}

/// Sets a row of the result.
type Row<'a, T, U> = dyn Fn(Pair<'_, T>, &mut [U]) + Sync + 'a;

/// A function of each pair of elements of two rows that are not [`Pair::Apart`].
struct Zip<'a, T, U, F> {
    pair: Pair<'a, T>,
    out: &'a mut [U],
    f: &'a F,
}

impl<T: Copy, U, F: Fn(T, T, bool) -> U> Work for Zip<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        let Zip { pair, out, f } = self;
        let out = out.iter_mut();
        match pair {
            Pair::Rows(x, y) => out
                .zip(x)
                .zip(y)
                .for_each(|((z, &x), &y)| *z = f(x, y, fused)),
            Pair::OneLeft(one, y) => out.zip(y).for_each(|(z, &y)| *z = f(one, y, fused)),
            Pair::OneRight(x, one) => out.zip(x).for_each(|(z, &x)| *z = f(x, one, fused)),
            Pair::Apart(..) => unreachable!("`zip_fused` takes these itself"),
        }
    }
}

/// A new buffer whose pieces `work(start, piece)` fills, in several threads if it is large.
fn fill<U: Element>(count: usize, unit: usize, work: impl Fn(usize, &mut [U]) + Sync) -> Vec<U> {
    let mut out = memory::buffer::<U>(count);
    threads::pieces(&mut out, unit, GRAIN, work);
    out
}

/// `f` of every pair of elements, after broadcasting; both have elements of type `T`.
pub(crate) fn zip<T: Element, U: Element>(
    op: &str,
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Sync,
) -> Result<Tensor, Error> {
    zip_fused(
        op,
        a,
        b,
        #[inline(always)]
        |x, y, _| f(x, y),
    )
}

/// As [`zip`]; `f` is also told whether a product and a sum are one instruction, see [`Work`].
pub(crate) fn zip_fused<T: Element, U: Element>(
    op: &str,
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T, bool) -> U + Sync,
) -> Result<Tensor, Error> {
    zip_rows(op, a, b, &|pair, out| {
        if let Pair::Apart((x, s), (y, t)) = pair {
            for (k, z) in out.iter_mut().enumerate() {
                *z = f(x[k * s], y[k * t], false);
            }
        } else {
            simd::dispatch(Zip { pair, out, f: &f });
        }
    })
}

fn zip_rows<T: Element, U: Element>(
    op: &str,
    a: &Tensor,
    b: &Tensor,
    row: &Row<'_, T, U>,
) -> Result<Tensor, Error> {
    let same = a.shape() == b.shape() && a.is_contiguous() && b.is_contiguous();
    if same {
        let (x, y) = (a.values::<T>(), b.values::<T>());
        let out = fill(x.len(), 1, |start, piece| {
            let part = start..start + piece.len();
            row(Pair::Rows(&x[part.clone()], &y[part]), piece);
        });
        return Ok(Tensor::from_values(out, shape::copy(&a.0.layout.shape)));
    }
    let shape = shape::broadcast_dims(op, a.shape(), b.shape())?;
    let count = checked_numel(op, &shape)?;
    if count == 0 {
        return Ok(Tensor::from_values(Vec::<U>::new(), shape));
    }
    let out = if b.numel() == 1 && a.numel() == count {
        let (x, one) = (a.values::<T>(), b.values::<T>()[0]);
        fill(count, 1, |start, piece| {
            row(Pair::OneRight(&x[start..start + piece.len()], one), piece);
        })
    } else if a.numel() == 1 && b.numel() == count {
        let (one, y) = (a.values::<T>()[0], b.values::<T>());
        fill(count, 1, |start, piece| {
            row(Pair::OneLeft(one, &y[start..start + piece.len()]), piece);
        })
    } else {
        zip_broadcast(&straight(a), &straight(b), &shape, row)
    };
    Ok(Tensor::from_values(out, shape))
}

/// The same numbers in an order that is quick to read along the last dim.
fn straight(x: &Tensor) -> Tensor {
    const SMALL: usize = 1 << 10;
    let layout = &x.0.layout;
    let step = layout.strides.last().copied().unwrap_or(1);
    let length = layout.shape.last().copied().unwrap_or(1);
    if step <= 1 || length == 1 || x.numel() <= SMALL {
        x.clone()
    } else {
        x.detach().contiguous()
    }
}

fn zip_broadcast<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    shape: &[usize],
    row: &Row<'_, T, U>,
) -> Vec<U> {
    let (left, right) = (&a.0.layout, &b.0.layout);
    let mut rows = Rows {
        shape: Dims::from_slice(shape),
        a: shape::broadcast_strides(&left.shape, &left.strides, shape),
        b: shape::broadcast_strides(&right.shape, &right.strides, shape),
    };
    rows.merge();
    let (a_storage, b_storage) = (a.0.buffer.snapshot(), b.0.buffer.snapshot());
    let (x, y) = (T::slice(&a_storage), T::slice(&b_storage));
    let n = rows.shape.last().copied().unwrap_or(1);
    let step = (
        rows.a.last().copied().unwrap_or(0),
        rows.b.last().copied().unwrap_or(0),
    );
    fill(shape::numel(shape), n, |start, piece| {
        let mut targets = piece.chunks_exact_mut(n);
        rows.visit(start / n, targets.len(), |i, j| {
            let (x, y) = (&x[i + left.offset..], &y[j + right.offset..]);
            let Some(target) = targets.next() else {
                return;
            };
            // Rows whose elements are neighbours, or one element repeated, vectorise.
            let pair = match step {
                (1, 1) => Pair::Rows(&x[..n], &y[..n]),
                (1, 0) => Pair::OneRight(&x[..n], y[0]),
                (0, 1) => Pair::OneLeft(x[0], &y[..n]),
                (s, t) => Pair::Apart((x, s), (y, t)),
            };
            row(pair, target);
        });
    })
}

/// Rows along the last dim of two tensors that were broadcast to one shape.
struct Rows {
    shape: Dims,
    a: Dims,
    b: Dims,
}

impl Rows {
    /// Joins dims that both tensors step through evenly, so that rows are as long as can be.
    fn merge(&mut self) {
        for d in (1..self.shape.len()).rev() {
            let size = self.shape[d];
            let even = |strides: &Dims| strides[d - 1] == strides[d] * size;
            if self.shape[d - 1] == 1 {
                self.drop_dim(d - 1);
            } else if size == 1 {
                self.drop_dim(d);
            } else if even(&self.a) && even(&self.b) {
                self.shape[d] *= self.shape[d - 1];
                self.drop_dim(d - 1);
            }
        }
    }

    fn drop_dim(&mut self, d: usize) {
        self.shape.remove(d);
        self.a.remove(d);
        self.b.remove(d);
    }

    /// Calls `visit` with where each of `count` rows starts in both tensors.
    fn visit(&self, first: usize, count: usize, mut visit: impl FnMut(usize, usize)) {
        let outer = self.shape.len().saturating_sub(1);
        let mut counter: Dims = Dims::from_elem(0, outer);
        let (mut at_a, mut at_b) = (0, 0);
        let mut rest = first;
        for d in (0..outer).rev() {
            counter[d] = rest % self.shape[d];
            rest /= self.shape[d];
            at_a += counter[d] * self.a[d];
            at_b += counter[d] * self.b[d];
        }
        for _ in 0..count {
            visit(at_a, at_b);
            for d in (0..outer).rev() {
                counter[d] += 1;
                at_a += self.a[d];
                at_b += self.b[d];
                if counter[d] < self.shape[d] {
                    break;
                }
                at_a -= self.a[d] * self.shape[d];
                at_b -= self.b[d] * self.shape[d];
                counter[d] = 0;
            }
        }
    }
}

/// `map_real!(x, v => v.abs())` for a float tensor, or `(v, fused) => ..` as in [`map_fused`].
macro_rules! map_real {
    ($x:expr, $v:ident => $body:expr) => {
        $crate::ops::kernel::map_real!($x, ($v, _) => $body)
    };
    ($x:expr, ($v:ident, $fused:pat_param) => $body:expr) => {{
        let x: &$crate::tensor::Tensor = $x;
        $crate::dtype::with_real!(x.dtype(), T => {
            $crate::ops::kernel::map_fused::<T, T>(x, #[inline(always)] |$v, $fused| $body)
        })
    }};
}

/// `zip_real!("name", a, b, (x, y) => x * y)` for two float tensors of one type, or
/// `(x, y, fused) => ..` as in [`zip_fused`].
macro_rules! zip_real {
    ($op:expr, $a:expr, $b:expr, ($x:ident, $y:ident) => $body:expr) => {
        $crate::ops::kernel::zip_real!($op, $a, $b, ($x, $y, _) => $body)
    };
    ($op:expr, $a:expr, $b:expr, ($x:ident, $y:ident, $fused:pat_param) => $body:expr) => {{
        let (a, b): (&$crate::tensor::Tensor, &$crate::tensor::Tensor) = ($a, $b);
        $crate::dtype::with_real!(a.dtype(), T => {
            $crate::ops::kernel::zip_fused::<T, T>(
                $op,
                a,
                b,
                #[inline(always)]
                |$x, $y, $fused| $body,
            )
        })
    }};
}

pub(crate) use {map_real, zip_real};

/// In a backward pass both tensors have the output's shape, so a clash is a mistake of ours.
pub(crate) fn same_shape(result: Result<Tensor, Error>) -> Option<Tensor> {
    match result {
        Ok(grad) => Some(grad),
        Err(error) => unreachable!("{error}"),
    }
}
