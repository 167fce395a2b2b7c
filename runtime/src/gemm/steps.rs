//! A product in steps: a block of the right side times a band of rows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::factor::Panels;
use super::pack::{pack, room};
use super::{Block, COLUMNS, DEPTH, Factor, Matrix, ROWS, Tile, upright};
use crate::threads;

/// As [`super::multiply`], in this thread.
pub(super) fn alone<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T]) {
    if upright::suits(a, b) {
        return upright::multiply(a, b, c);
    }
    let steps = Steps::new(a, b, ROWS);
    T::with_panels(|panels| {
        panels.holds = None;
        for block in 0..steps.blocks {
            for (band, rows) in c.chunks_mut(steps.high * b.columns).enumerate() {
                steps.take(block, band, band == 0, panels, rows);
            }
        }
    });
}

/// As [`super::multiply`], in all threads: each takes the next step when it is done with one, so that
/// one whose core other programs use takes fewer. A step has at least `grain` products of numbers.
pub(super) fn in_turns<T: Factor>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], grain: usize) {
    static PRODUCTS: AtomicU64 = AtomicU64::new(0);
    let product = PRODUCTS.fetch_add(1, Ordering::Relaxed);
    let Tile { height, .. } = T::tile(a.rows, b.columns);
    let least = grain / (DEPTH.min(a.columns) * COLUMNS.min(b.columns));
    let high = (a.rows / (4 * threads::num_threads())).max(least);
    let high = high.clamp(1, ROWS).next_multiple_of(height);
    if high >= a.rows {
        return alone(a, b, c);
    }
    let steps = Steps::new(a, b, high);
    let length = steps.high * b.columns;
    threads::rounds(c, length, steps.blocks, |block, band, rows| {
        T::with_panels(|panels| {
            let fresh = panels.holds.replace((product, block)) != Some((product, block));
            steps.take(block, band, fresh, panels, rows);
        });
    });
}

/// A product in steps: for each block of the right side each band of rows.
struct Steps<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    size: Tile,
    /// The rows of a band.
    high: usize,
    bands: usize,
    /// The blocks of the right side, and those below each other.
    blocks: usize,
    deeps: usize,
}

impl<'a, T: Factor> Steps<'a, T> {
    fn new(a: Matrix<'a, T>, b: Matrix<'a, T>, high: usize) -> Steps<'a, T> {
        let deeps = a.columns.div_ceil(DEPTH);
        Steps {
            a,
            b,
            size: T::tile(a.rows, b.columns),
            high,
            bands: a.rows.div_ceil(high),
            blocks: b.columns.div_ceil(COLUMNS) * deeps,
            deeps,
        }
    }

    /// Adds what a block gives for a band to the band's rows of the result; the first block below
    /// each other sets them. A thread whose panels don't hold the block is `fresh`: it copies them.
    fn take(&self, block: usize, band: usize, fresh: bool, panels: &mut Panels<T>, c: &mut [T]) {
        /// So few tiles above each other read the rows of the right side where they are.
        const FEW: usize = 2;
        let Steps { a, b, size, .. } = *self;
        let Tile { height, width } = size;
        let (first_column, k) = (block / self.deeps * COLUMNS, block % self.deeps * DEPTH);
        let wide = COLUMNS.min(b.columns - first_column);
        let deep = DEPTH.min(a.columns - k);
        // Panels whose rows lie in one piece are copied on the way, by the first tile.
        let in_place = if b.strides.1 == 1 {
            wide / width * width
        } else {
            0
        };
        let rest = (wide - in_place).next_multiple_of(width);
        let kept = if self.bands > 1 {
            in_place
        } else {
            in_place.min(width)
        };
        let right = room(&mut panels.right, (kept + rest) * deep);
        if fresh && rest > 0 {
            let from = b.after(k, first_column + in_place);
            let steps = (b.strides.1, b.strides.0);
            let lines = wide - in_place;
            pack(&mut right[kept * deep..], width, from, steps, lines);
        }
        let first_row = band * self.high;
        let high = self.high.min(a.rows - first_row);
        let left = room(&mut panels.left, high.next_multiple_of(height) * deep);
        pack(left, height, a.after(first_row, k), a.strides, high);
        let block = Block {
            left,
            right: &[],
            right_strides: (width * deep, width),
            copies: None,
            depth: deep,
            size,
            rows: high,
            columns: wide,
            stride: b.columns,
            add: k > 0,
        };
        let c = &mut c[first_column..];
        if !fresh || in_place == 0 {
            return T::block(Block { right, ..block }, c);
        }
        let (copies, rest) = right.split_at_mut(kept * deep);
        if in_place < wide {
            let packed = Block {
                right: rest,
                columns: wide - in_place,
                copies: None,
                ..block
            };
            T::block(packed, &mut c[in_place..]);
        }
        let direct = Block {
            right: b.after(k, first_column),
            right_strides: (width, b.strides.0),
            copies: (self.bands > 1 || a.rows > FEW * height).then_some(copies),
            columns: in_place,
            ..block
        };
        T::block(direct, c);
    }
}
