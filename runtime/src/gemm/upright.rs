//! Products of few rows with a matrix whose columns lie in one piece, such as a layer's weight,
//! `[out, in]`, turned.
//!
//! Copying the weight into panels would take as long as the product. So the product is computed
//! turned: the weight's rows are the left side, read where they are, and the few rows, turned, the
//! right one.

use super::pack::{pack, room};
use super::{DEPTH, Factor, Matrix};

/// Where the sums of a tile go, with rows and columns exchanged.
pub(super) struct Turned<'a, T> {
    /// The result from the tile's first element on, and the distance of its rows.
    pub(super) c: &'a mut [T],
    pub(super) stride: usize,
    /// How many rows and columns of the result the tile has.
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) add: bool,
}

impl<T: Factor> Turned<'_, T> {
    /// `tile` has a line for each column of the result.
    #[inline(always)]
    pub(super) fn store<const N: usize>(self, tile: &[[T; N]]) {
        let whole = if self.columns == tile.len() {
            self.rows / 4 * 4
        } else {
            0
        };
        let put = |y: &mut T, v: T| *y = if self.add { *y + v } else { v };
        for j in (0..whole).step_by(4) {
            for (i, lines) in tile.chunks_exact(4).enumerate() {
                let part = |l: usize| lines[l][j..].first_chunk::<4>();
                let (Some(a), Some(b), Some(c), Some(d)) = (part(0), part(1), part(2), part(3))
                else {
                    unreachable!("`whole` is at most as large as a line")
                };
                for (q, values) in T::turned([a, b, c, d]).into_iter().enumerate() {
                    let line = &mut self.c[(j + q) * self.stride + 4 * i..][..4];
                    line.iter_mut().zip(values).for_each(|(y, v)| put(y, v));
                }
            }
        }
        for j in whole..self.rows {
            let line = &mut self.c[j * self.stride..][..self.columns];
            line.iter_mut()
                .zip(tile)
                .for_each(|(y, sums)| put(y, sums[j]));
        }
    }
}

/// One block of the product: `depth` elements of every sum.
pub(crate) struct Upright<'a, T> {
    /// The weight from the block's first element on, and from row to row in it.
    pub(super) left: &'a [T],
    pub(super) step: usize,
    /// The few rows, in panels of one vector or of two.
    pub(super) right: &'a [T],
    pub(super) vectors: usize,
    pub(super) depth: usize,
    /// The size of the result.
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) add: bool,
}

/// Whether the product is one of few rows with a turned matrix.
pub(super) fn suits<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> bool {
    const MOST: usize = 64;
    b.strides.0 == 1 && b.strides.1 != 1 && a.rows <= MOST && T::lanes().is_some()
}

/// `c = a b`, with `c` in row-major order, where it [`suits`].
pub(super) fn multiply<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T]) {
    let lanes = T::lanes().unwrap_or(1);
    let vectors = if a.rows <= lanes { 1 } else { 2 };
    let width = vectors * lanes;
    T::with_panels(|panels| {
        panels.holds = None;
        for k in (0..a.columns).step_by(DEPTH) {
            let depth = DEPTH.min(a.columns - k);
            let right = room(&mut panels.right, a.rows.next_multiple_of(width) * depth);
            pack(right, width, a.after(0, k), a.strides, a.rows);
            let block = Upright {
                left: b.after(k, 0),
                step: b.strides.1,
                right,
                vectors,
                depth,
                rows: a.rows,
                columns: b.columns,
                add: k > 0,
            };
            T::upright(block, c);
        }
    });
}

/// Multiplies with `tile`, which is `high` rows of the left by one panel of the right.
#[inline(always)]
pub(super) fn tiles<T: Factor>(
    block: Upright<'_, T>,
    c: &mut [T],
    high: usize,
    wide: usize,
    tile: impl Fn(&[T], usize, &[T], Turned<'_, T>),
) {
    for column in (0..block.columns).step_by(high) {
        let left = &block.left[column * block.step..];
        for (p, right) in block.right.chunks_exact(wide * block.depth).enumerate() {
            let row = p * wide;
            let target = Turned {
                c: &mut c[row * block.columns + column..],
                stride: block.columns,
                rows: wide.min(block.rows - row),
                columns: high.min(block.columns - column),
                add: block.add,
            };
            tile(left, block.step, right, target);
        }
    }
}
