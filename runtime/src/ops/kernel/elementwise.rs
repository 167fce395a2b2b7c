//! Functions of each element, and of pairs of elements with broadcasting.

use crate::dtype::Element;
use crate::error::Error;
use crate::memory;
use crate::shape::{self, Dims};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// `f` of every element.
pub(crate) fn map<T: Element, U: Element>(x: &Tensor, f: impl Fn(T) -> U + Sync) -> Tensor {
    let values = x.values::<T>();
    let out = fill(values.len(), 1, |start, piece| {
        let part = &values[start..start + piece.len()];
        piece.iter_mut().zip(part).for_each(|(y, &v)| *y = f(v));
    });
    Tensor::from_values(out, x.0.layout.shape.clone())
}

/// A new buffer whose pieces `work(start, piece)` fills, with wide vectors and in several threads.
fn fill<U: Element>(count: usize, unit: usize, work: impl Fn(usize, &mut [U]) + Sync) -> Vec<U> {
    let mut out = memory::buffer::<U>(count);
    threads::pieces(&mut out, unit, GRAIN, |start, piece| {
        simd::widest(|| work(start, piece));
    });
    out
}

/// `f` of every pair of elements, after broadcasting; both have elements of type `T`.
pub(crate) fn zip<T: Element, U: Element>(
    op: &str,
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Sync,
) -> Result<Tensor, Error> {
    let same = a.shape() == b.shape() && a.is_contiguous() && b.is_contiguous();
    if same {
        let (x, y) = (a.values::<T>(), b.values::<T>());
        let out = fill(x.len(), 1, |start, piece| {
            let (x, y) = (
                &x[start..start + piece.len()],
                &y[start..start + piece.len()],
            );
            for ((z, &x), &y) in piece.iter_mut().zip(x).zip(y) {
                *z = f(x, y);
            }
        });
        return Ok(Tensor::from_values(out, a.0.layout.shape.clone()));
    }
    let shape = shape::broadcast_dims(op, a.shape(), b.shape())?;
    let count = shape::numel(&shape);
    if count == 0 {
        return Ok(Tensor::from_values(Vec::<U>::new(), shape));
    }
    let out = if b.numel() == 1 && a.numel() == count {
        let y = b.values::<T>()[0];
        let x = a.values::<T>();
        fill(count, 1, |start, piece| {
            let x = &x[start..start + piece.len()];
            piece.iter_mut().zip(x).for_each(|(z, &x)| *z = f(x, y));
        })
    } else if a.numel() == 1 && b.numel() == count {
        let x = a.values::<T>()[0];
        let y = b.values::<T>();
        fill(count, 1, |start, piece| {
            let y = &y[start..start + piece.len()];
            piece.iter_mut().zip(y).for_each(|(z, &y)| *z = f(x, y));
        })
    } else {
        zip_rows(&straight(a), &straight(b), &shape, f)
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

fn zip_rows<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    shape: &[usize],
    f: impl Fn(T, T) -> U + Sync,
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
                (1, 1) => {
                    for ((z, &x), &y) in target.iter_mut().zip(&x[i..i + n]).zip(&y[j..j + n]) {
                        *z = f(x, y);
                    }
                }
                (1, 0) => {
                    let y = y[j];
                    target
                        .iter_mut()
                        .zip(&x[i..i + n])
                        .for_each(|(z, &x)| *z = f(x, y));
                }
                (0, 1) => {
                    let x = x[i];
                    target
                        .iter_mut()
                        .zip(&y[j..j + n])
                        .for_each(|(z, &y)| *z = f(x, y));
                }
                (s, t) => {
                    for (k, z) in target.iter_mut().enumerate() {
                        *z = f(x[i + k * s], y[j + k * t]);
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

/// `map!(x, v => v.exp())` for a float tensor.
macro_rules! map_real {
    ($x:expr, $v:ident => $body:expr) => {{
        let x: &$crate::tensor::Tensor = $x;
        $crate::dtype::with_real!(x.dtype(), T => {
            $crate::ops::kernel::map::<T, T>(x, |$v| $body)
        })
    }};
}

/// `zip_real!("name", a, b, (x, y) => x * y)` for two float tensors of one type.
macro_rules! zip_real {
    ($op:expr, $a:expr, $b:expr, ($x:ident, $y:ident) => $body:expr) => {{
        let (a, b): (&$crate::tensor::Tensor, &$crate::tensor::Tensor) = ($a, $b);
        $crate::dtype::with_real!(a.dtype(), T => {
            $crate::ops::kernel::zip::<T, T>($op, a, b, |$x, $y| $body)
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
