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
    let values = x.values::<T>();
    let out = fill(values.len(), 1, |start, piece| {
        simd::dispatch(Map {
            x: &values[start..start + piece.len()],
            out: piece,
            f: &f,
        });
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

/// A function of each pair of elements of two rows.
struct Zip<'a, T, U, F> {
    x: &'a [T],
    y: &'a [T],
    out: &'a mut [U],
    f: &'a F,
}

impl<T: Copy, U, F: Fn(T, T, bool) -> U> Work for Zip<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        for ((z, &x), &y) in self.out.iter_mut().zip(self.x).zip(self.y) {
            *z = (self.f)(x, y, fused);
        }
    }
}

/// A function of each element of a row, and one number on its left or right.
struct ZipOne<'a, T, U, F> {
    x: &'a [T],
    one: T,
    left: bool,
    out: &'a mut [U],
    f: &'a F,
}

impl<T: Copy, U, F: Fn(T, T, bool) -> U> Work for ZipOne<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run(self, fused: bool) {
        let ZipOne { x, one, out, f, .. } = self;
        let pairs = out.iter_mut().zip(x);
        if self.left {
            pairs.for_each(|(z, &x)| *z = f(one, x, fused));
        } else {
            pairs.for_each(|(z, &x)| *z = f(x, one, fused));
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
    let same = a.shape() == b.shape() && a.is_contiguous() && b.is_contiguous();
    if same {
        let (x, y) = (a.values::<T>(), b.values::<T>());
        let out = fill(x.len(), 1, |start, piece| {
            simd::dispatch(Zip {
                x: &x[start..start + piece.len()],
                y: &y[start..start + piece.len()],
                out: piece,
                f: &f,
            });
        });
        return Ok(Tensor::from_values(out, shape::copy(&a.0.layout.shape)));
    }
    let shape = shape::broadcast_dims(op, a.shape(), b.shape())?;
    let count = checked_numel(op, &shape)?;
    if count == 0 {
        return Ok(Tensor::from_values(Vec::<U>::new(), shape));
    }
    let out = if b.numel() == 1 && a.numel() == count {
        zip_one(&a.values::<T>(), b.values::<T>()[0], false, &f)
    } else if a.numel() == 1 && b.numel() == count {
        zip_one(&b.values::<T>(), a.values::<T>()[0], true, &f)
    } else {
        zip_rows(&straight(a), &straight(b), &shape, f)
    };
    Ok(Tensor::from_values(out, shape))
}

fn zip_one<T: Element, U: Element>(
    x: &[T],
    one: T,
    left: bool,
    f: &(impl Fn(T, T, bool) -> U + Sync),
) -> Vec<U> {
    fill(x.len(), 1, |start, piece| {
        let x = &x[start..start + piece.len()];
        simd::dispatch(ZipOne {
            x,
            one,
            left,
            out: piece,
            f,
        });
    })
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

fn zip_rows<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    shape: &[usize],
    f: impl Fn(T, T, bool) -> U + Sync,
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
            let (i, j) = (i + left.offset, j + right.offset);
            let Some(target) = targets.next() else {
                return;
            };
            // Rows whose elements are neighbours, or one element repeated, vectorise.
            match step {
                (1, 1) => simd::dispatch(Zip {
                    x: &x[i..i + n],
                    y: &y[j..j + n],
                    out: target,
                    f: &f,
                }),
                (1, 0) => simd::dispatch(ZipOne {
                    x: &x[i..i + n],
                    one: y[j],
                    left: false,
                    out: target,
                    f: &f,
                }),
                (0, 1) => simd::dispatch(ZipOne {
                    x: &y[j..j + n],
                    one: x[i],
                    left: true,
                    out: target,
                    f: &f,
                }),
                (s, t) => {
                    for (k, z) in target.iter_mut().enumerate() {
                        *z = f(x[i + k * s], y[j + k * t], false);
                    }
                }
            }
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
