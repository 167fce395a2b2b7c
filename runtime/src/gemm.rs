//! Matrix products of floats, in blocks that fit the caches.
//!
//! The scheme is that of Goto and van de Geijn ("Anatomy of high-performance matrix
//! multiplication", 2008): a block of the right matrix is copied into panels as wide as the tile
//! that the registers hold, a block of the left into panels as high, and the tile walks over both.

mod factor;
mod pack;
mod packed;
mod steps;
mod upright;
#[cfg(target_arch = "x86_64")]
mod vectors;

use crate::memory;
use crate::simd;
use crate::threads;

pub(crate) use factor::Factor;
use factor::Tile;
use pack::pack;
pub(crate) use packed::Right;
use steps::{alone, in_turns};

/// A matrix in a slice: element `[i, j]` lies at `i * strides.0 + j * strides.1`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) strides: (usize, usize),
}

impl<'a, T: Copy> Matrix<'a, T> {
    /// Rows that lie one after the other.
    pub(crate) fn row_major(values: &'a [T], rows: usize, columns: usize) -> Matrix<'a, T> {
        Matrix {
            values,
            rows,
            columns,
            strides: (columns, 1),
        }
    }

    fn after(self, row: usize, column: usize) -> &'a [T] {
        &self.values[row * self.strides.0 + column * self.strides.1..]
    }

    fn row_range(self, first: usize, count: usize) -> Matrix<'a, T> {
        Matrix {
            values: self.after(first, 0),
            rows: count,
            ..self
        }
    }

    fn column_range(self, first: usize, count: usize) -> Matrix<'a, T> {
        Matrix {
            values: self.after(0, first),
            columns: count,
            ..self
        }
    }

    pub(crate) fn transposed(self) -> Matrix<'a, T> {
        Matrix {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            strides: (self.strides.1, self.strides.0),
        }
    }
}

/// One block of the product.
pub(crate) struct Block<'a, T> {
    left: &'a [T],
    right: &'a [T],
    /// From one panel of the right to the next, and from row to row in it.
    right_strides: (usize, usize),
    /// Where panels of the right are copied to while the first panel of the left goes over them;
    /// where there is room for one, each takes the place of the one before.
    copies: Option<&'a mut [T]>,
    depth: usize,
    /// How high a panel of the left is, and how wide one of the right.
    size: Tile,
    rows: usize,
    columns: usize,
    /// The distance of rows in the result.
    stride: usize,
    /// Whether to add to the result.
    add: bool,
}

/// How much of the sum a panel holds, how many rows a block of the left, and how many columns one
/// of the right: a panel of the right fits the first cache, the left's block the second.
const DEPTH: usize = 256;
const ROWS: usize = 144;
const COLUMNS: usize = 3072;

/// A panel of the right side.
struct Panel<'a, T> {
    values: &'a [T],
    /// From row to row.
    step: usize,
    /// Where to copy it to, if anywhere: a row is as long as the tile is wide.
    copy: Option<&'a mut [T]>,
}

/// Where the sums of a tile go.
struct Target<'a, T> {
    /// The result from the tile's first element on, and the distance of its rows.
    c: &'a mut [T],
    stride: usize,
    /// How much of the tile lies inside.
    rows: usize,
    columns: usize,
    add: bool,
}

impl<T: Factor> Target<'_, T> {
    #[inline(always)]
    fn store<const M: usize>(self, tile: [&[T]; M]) {
        for (line, sums) in self.c.chunks_mut(self.stride).zip(tile).take(self.rows) {
            let line = &mut line[..self.columns];
            if self.add {
                line.iter_mut().zip(sums).for_each(|(y, &v)| *y += v);
            } else {
                line.copy_from_slice(&sums[..line.len()]);
            }
        }
    }
}

/// Multiplies panels with `tile`, the product of two of them.
#[inline(always)]
fn tiles<T: Factor>(
    block: Block<'_, T>,
    c: &mut [T],
    tile: impl Fn(&[T], Panel<'_, T>, Target<'_, T>),
) {
    let Tile {
        height: high,
        width: wide,
    } = block.size;
    let Block { depth, stride, .. } = block;
    let (panel, step) = block.right_strides;
    let mut copies = block.copies;
    for (p, column) in (0..block.columns).step_by(wide).enumerate() {
        let (mut values, mut step) = (&block.right[p * panel..], step);
        let mut copy = copies.as_mut().map(|copies| {
            let start = p * wide * depth % copies.len();
            &mut copies[start..][..wide * depth]
        });
        for (q, left) in block.left.chunks_exact(depth * high).enumerate() {
            let row = q * high;
            let target = Target {
                c: &mut c[row * stride + column..],
                stride,
                rows: high.min(block.rows - row),
                columns: wide.min(block.columns - column),
                add: block.add,
            };
            let right = Panel {
                values,
                step,
                copy: copy.as_deref_mut(),
            };
            tile(left, right, target);
            if let Some(copied) = copy.take() {
                (values, step) = (copied, wide);
            }
        }
    }
}

/// The product of two panels, whose sums stay in registers.
// A function of its own: as a part of `tiles` its loop is not made of vectors.
#[inline(never)]
fn tile<T: Factor, const M: usize, const N: usize>(
    left: &[T],
    right: Panel<'_, T>,
    target: Target<'_, T>,
) {
    let row = |k: usize| &right.values[k * right.step..][..N];
    for (k, line) in right
        .copy
        .into_iter()
        .flat_map(|copy| copy.chunks_exact_mut(N))
        .enumerate()
    {
        line.copy_from_slice(row(k));
    }
    let mut sums = [[T::default(); N]; M];
    let (left, _) = left.as_chunks::<M>();
    for (k, x) in left.iter().enumerate() {
        let y = row(k);
        for i in 0..M {
            for j in 0..N {
                sums[i][j] = if cfg!(target_arch = "aarch64") {
                    T::fused(x[i], y[j], sums[i][j])
                } else {
                    x[i] * y[j] + sums[i][j]
                };
            }
        }
    }
    target.store(sums.each_ref().map(|line| &line[..]));
}

/// `c = a b`, with `c` in row-major order.
pub(crate) fn multiply<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T]) {
    let (rows, depth, columns) = (a.rows, a.columns, b.columns);
    if c.is_empty() {
        return;
    }
    if depth == 0 {
        return c.fill(T::default());
    }
    if rows == 1 {
        return row_times(a, b, c);
    }
    if columns == 1 {
        return row_times(b.transposed(), a.transposed(), c);
    }
    // Below this, waking a thread costs more than it saves.
    const ALONE: usize = 1 << 20;
    let Tile { height, width } = T::tile(rows, columns);
    let work = rows * depth * columns;
    if work < 2 * ALONE {
        return alone(a, b, c);
    }
    let count = threads::num_threads();
    if count == 1 {
        return alone(a, b, c);
    }
    // A right side that must be turned costs each thread that copies it as much as 16 rows do.
    let turned = b.strides.1 != 1 && rows < depth / 2;
    if rows * 2 > columns || (rows >= 4 * height && !turned) {
        let part = a.row_range(0, rows / count);
        if !upright::suits(part, b) {
            return in_turns(a, b, c, ALONE / 2);
        }
        // One piece for each thread, which copies nothing of the right side.
        let grain = (ALONE / (depth * columns)).max(height).max(part.rows) * columns;
        threads::pieces(c, height * columns, grain, |start, piece| {
            let part = a.row_range(start / columns, piece.len() / columns);
            alone(part, b, piece);
        });
        return;
    }
    // Parts of the columns, which lie apart in the result.
    let parts = (work / ALONE).clamp(1, count).min(columns.div_ceil(width));
    let wide = columns.div_ceil(parts).next_multiple_of(width);
    let parts = columns.div_ceil(wide);
    let products = threads::collect(parts, true, |i| {
        let first = i * wide;
        let part = b.column_range(first, wide.min(columns - first));
        let mut out = memory::buffer(rows * part.columns);
        alone(a, part, &mut out);
        out
    });
    threads::pieces(c, columns, threads::GRAIN, |start, piece| {
        let first_row = start / columns;
        for (i, line) in piece.chunks_exact_mut(columns).enumerate() {
            for (part, product) in line.chunks_mut(wide).zip(&products) {
                part.copy_from_slice(&product[(first_row + i) * part.len()..][..part.len()]);
            }
        }
    });
    products.into_iter().for_each(memory::recycle);
}

/// A row times a matrix; packing would cost more than it saves.
fn row_times<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T]) {
    let (step, depth) = (a.strides.1, a.columns);
    let grain = (threads::GRAIN * 4 / depth).max(16);
    threads::pieces(c, 16, grain, |start, piece| {
        let part = b.after(0, start);
        simd::widest!({
            if b.strides.1 == 1 {
                piece.fill(T::default());
                for k in 0..depth {
                    let x = a.values[k * step];
                    let line = &part[k * b.strides.0..][..piece.len()];
                    piece.iter_mut().zip(line).for_each(|(y, &v)| *y += x * v);
                }
            } else {
                for (j, y) in piece.iter_mut().enumerate() {
                    let column = &part[j * b.strides.1..];
                    *y = if step == 1 && b.strides.0 == 1 {
                        dot(&a.values[..depth], &column[..depth])
                    } else {
                        let product = |k| a.values[k * step] * column[k * b.strides.0];
                        (0..depth).fold(T::default(), |sum, k| sum + product(k))
                    };
                }
            }
        });
    });
}

#[inline(always)]
fn dot<T: Factor>(a: &[T], b: &[T]) -> T {
    const LANES: usize = 32;
    let mut lanes = [T::default(); LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a.iter().zip(b) {
        for i in 0..LANES {
            lanes[i] += x[i] * y[i];
        }
    }
    let mut sum = T::default();
    for (&x, &y) in a_rest.iter().zip(b_rest) {
        sum += x * y;
    }
    let mut width = if a.is_empty() { 0 } else { LANES / 2 };
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    sum + lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: usize, seed: usize) -> Vec<f64> {
        let value = |i: usize| ((i * 37 + seed * 101) % 19) as f64 - 9.0;
        (0..count).map(value).collect()
    }

    /// Whole numbers, so that every order of adding gives the same sum, also in f32.
    fn check(rows: usize, depth: usize, columns: usize, turned: (bool, bool)) {
        let (x, y) = (values(rows * depth, 1), values(depth * columns, 2));
        let strides = |rows, columns, turned| if turned { (1, rows) } else { (columns, 1) };
        let (left, right) = (
            strides(rows, depth, turned.0),
            strides(depth, columns, turned.1),
        );
        let at = |i: usize, j: usize, (row, column): (usize, usize)| i * row + j * column;
        let sum = |(i, j): (usize, usize)| -> f64 {
            let product = |k| x[at(i, k, left)] * y[at(k, j, right)];
            (0..depth).map(product).sum()
        };
        let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
        let wanted: Vec<f64> = places.map(sum).collect();
        let name = format!("[{rows}, {depth}] [{depth}, {columns}], turned {turned:?}");
        macro_rules! compare {
            ($type:ident) => {
                let narrow =
                    |v: &Vec<f64>| -> Vec<$type> { v.iter().map(|&v| v as $type).collect() };
                let (x, y) = (narrow(&x), narrow(&y));
                let matrix = |values, rows, columns, strides| Matrix {
                    values,
                    rows,
                    columns,
                    strides,
                };
                let mut out = vec![$type::NAN; rows * columns];
                multiply(
                    matrix(&x[..], rows, depth, left),
                    matrix(&y[..], depth, columns, right),
                    &mut out,
                );
                assert!(out == narrow(&wanted), "{name}");
            };
        }
        compare!(f64);
        compare!(f32);
    }

    #[test]
    fn products_of_all_sizes() {
        let sizes = [1, 2, 3, 11, 12, 13, 31, 33, 50];
        for rows in sizes {
            for columns in sizes {
                for depth in [0, 1, 2, 7, 40] {
                    for turned in [(false, false), (true, false), (false, true), (true, true)] {
                        check(rows, depth, columns, turned);
                    }
                }
            }
        }
    }

    #[test]
    fn products_of_several_blocks() {
        check(300, 520, 40, (false, false));
        for turned in [(false, false), (true, false), (false, true), (true, true)] {
            check(67, 30, 517, turned);
            check(33, 300, 260, turned);
            check(64, 3, 64, turned);
        }
        check(20, 300, 3100, (true, true));
        for turned in [(false, false), (true, false), (false, true), (true, true)] {
            check(400, 520, 43, turned);
            check(320, 10, 3101, turned);
        }
        check(1, 3000, 700, (false, true));
        check(700, 3000, 1, (true, false));
    }
}
