//! Products of many matrices with the same one on the right.
//!
//! A recurrent layer multiplies a few rows with its weight at every step: copying the weight into
//! panels anew would take as long as the product.

use super::pack::{pack, room};
use super::{Block, COLUMNS, DEPTH, Factor, Matrix, ROWS, Tile, multiply};
use crate::memory;

/// With fewer rows than this most of a tile would be empty.
const FEW: usize = 4;

/// The right side of products whose left side has `rows` rows each.
pub(crate) struct Right<'a, T: Factor> {
    matrix: Matrix<'a, T>,
    size: Tile,
    /// The blocks of the matrix as panels, down its columns first; none if that does not pay.
    blocks: Option<Vec<Vec<T>>>,
}

impl<'a, T: Factor> Right<'a, T> {
    /// For `count` products with `rows` rows each.
    pub(crate) fn new(matrix: Matrix<'a, T>, rows: usize, count: usize) -> Right<'a, T> {
        let pays = count > 1 && rows >= FEW && matrix.rows > 0 && matrix.columns > 0;
        let size = T::tile(rows, matrix.columns);
        Right {
            matrix,
            size,
            blocks: pays.then(|| blocks(matrix, size.width)),
        }
    }

    /// `c += a b`, with `c` in row-major order, in this thread.
    pub(crate) fn add_product(&self, a: Matrix<'_, T>, c: &mut [T]) {
        let (depth, columns) = (self.matrix.rows, self.matrix.columns);
        let Some(blocks) = &self.blocks else {
            let mut product = vec![T::default(); c.len()];
            multiply(a, self.matrix, &mut product);
            c.iter_mut().zip(&product).for_each(|(y, &v)| *y += v);
            return;
        };
        let Tile { height, width } = self.size;
        let mut blocks = blocks.iter();
        T::with_panels(|panels| {
            for first_column in (0..columns).step_by(COLUMNS) {
                let wide = COLUMNS.min(columns - first_column);
                for k in (0..depth).step_by(DEPTH) {
                    let deep = DEPTH.min(depth - k);
                    let Some(right) = blocks.next() else {
                        unreachable!("there is a block for each step of both loops");
                    };
                    for first_row in (0..a.rows).step_by(ROWS) {
                        let high = ROWS.min(a.rows - first_row);
                        let left = a.after(first_row, k);
                        let panels = room(&mut panels.left, high.next_multiple_of(height) * deep);
                        pack(panels, height, left, a.strides, high);
                        let block = Block {
                            left: panels,
                            right,
                            right_strides: (width * deep, width),
                            copies: None,
                            depth: deep,
                            size: self.size,
                            rows: high,
                            columns: wide,
                            stride: columns,
                            add: true,
                        };
                        T::block(block, &mut c[first_row * columns + first_column..]);
                    }
                }
            }
        });
    }
}

impl<T: Factor> Drop for Right<'_, T> {
    fn drop(&mut self) {
        let blocks = self.blocks.take().into_iter().flatten();
        blocks.for_each(memory::recycle);
    }
}

fn blocks<T: Factor>(b: Matrix<'_, T>, width: usize) -> Vec<Vec<T>> {
    let mut blocks = Vec::new();
    for first_column in (0..b.columns).step_by(COLUMNS) {
        let wide = COLUMNS.min(b.columns - first_column);
        for k in (0..b.rows).step_by(DEPTH) {
            let deep = DEPTH.min(b.rows - k);
            let mut block = memory::buffer(wide.next_multiple_of(width) * deep);
            let steps = (b.strides.1, b.strides.0);
            pack(&mut block, width, b.after(k, first_column), steps, wide);
            blocks.push(block);
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers, so that every order of adding gives the same sum.
    #[test]
    fn adds_what_a_product_gives() {
        let value = |i: usize| ((i * 37 + 5) % 19) as f64 - 9.0;
        for (rows, depth, columns) in [(1, 3, 5), (5, 7, 33), (16, 300, 40), (13, 2, 3100)] {
            let x: Vec<f64> = (0..rows * depth).map(value).collect();
            let y: Vec<f64> = (0..depth * columns).map(|i| value(i + 3)).collect();
            let a = Matrix::row_major(&x, rows, depth);
            let turned = Matrix::row_major(&y, columns, depth).transposed();
            let mut product = vec![0.0; rows * columns];
            multiply(a, turned, &mut product);
            for count in [1, 2] {
                let mut sum = vec![2.0; rows * columns];
                Right::new(turned, rows, count).add_product(a, &mut sum);
                assert!(sum.iter().zip(&product).all(|(s, p)| *s == p + 2.0));
            }
        }
    }
}
